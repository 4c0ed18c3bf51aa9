"""A real board: which driver each part gets. Loads gpiozero, and of cameras the one that is configured."""

from dataclasses import dataclass

from hardware.buzzer import PiezoBuzzer
from hardware.config import BoardConfig, CameraConfig, CameraKind, KeypadConfig, MatrixConfig
from hardware.display.supervised import SupervisedDisplay
from hardware.keypad.input_device import InputDeviceKeypad
from hardware.keypad.matrix import MatrixKeypad
from hardware.lamps import lamps
from hardware.pins.factory import PinFactory, pin_factory
from hardware.ports import Buzzer, Camera, Display, Keypad, Lamps, Release
from hardware.release import RelayRelease


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


def open_pi_board(config: BoardConfig, pins: PinFactory = pin_factory) -> PiBoard:
    """The board that the configuration describes, on the pins of this machine unless others are given. Nothing is
    touched before a part is prepared.
    """
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
            from hardware.camera.raspberrypi import Picamera2Camera  # noqa: PLC0415 - with a camera comes numpy

            return Picamera2Camera(config)
        case CameraKind.V4L2:
            from hardware.camera.usb import V4l2Camera  # noqa: PLC0415 - likewise

            return V4l2Camera(config)
        case CameraKind.NONE:
            return None
