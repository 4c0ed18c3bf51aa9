"""A board from its configuration: which driver each part gets. Nothing is touched before a part is prepared."""

from dataclasses import dataclass

from hardware.buzzer import PiezoBuzzer
from hardware.camera.raspberrypi import Picamera2Camera
from hardware.camera.usb import V4l2Camera
from hardware.config import BoardConfig, CameraConfig, CameraKind, KeypadConfig, MatrixConfig
from hardware.display.supervised import SupervisedDisplay
from hardware.keypad.input_device import InputDeviceKeypad
from hardware.keypad.matrix import MatrixKeypad
from hardware.lamps import lamps
from hardware.pins.factory import PinFactory, pin_factory
from hardware.ports import Board, Buzzer, Camera, Display, Keypad, Lamps, Release
from hardware.release import RelayRelease
from hardware.simulated.board import SimulatedBoard


@dataclass(frozen=True, slots=True)
class PiBoard:
    """The parts of a real board."""

    keypad: Keypad
    lamps: Lamps
    buzzer: Buzzer | None
    display: Display
    camera: Camera | None
    release: Release

    def close(self) -> None:
        """Close every part, the release first."""
        for part in (self.release, self.keypad, self.camera, self.buzzer, self.lamps, self.display):
            if part is not None:
                part.close()


def open_board(config: BoardConfig, pins: PinFactory = pin_factory) -> Board:
    """The board that the configuration describes, on the pins of this machine unless others are given."""
    if config.board == "simulated":
        return SimulatedBoard(config.display)
    return PiBoard(
        keypad=_keypad(config.keypad, pins),
        lamps=lamps(config.lamps, pins),
        buzzer=PiezoBuzzer(config.buzzer, pins) if config.buzzer else None,
        display=SupervisedDisplay(config.display, pins),
        camera=_camera(config.camera),
        release=RelayRelease(config.release, pins),
    )


def _keypad(config: KeypadConfig, pins: PinFactory) -> Keypad:
    return MatrixKeypad(config, pins) if isinstance(config, MatrixConfig) else InputDeviceKeypad(config)


def _camera(config: CameraConfig) -> Camera | None:
    match config.kind:
        case CameraKind.PICAMERA2:
            return Picamera2Camera(config)
        case CameraKind.V4L2:
            return V4l2Camera(config)
        case CameraKind.NONE:
            return None
