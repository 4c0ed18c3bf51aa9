"""Whole boards for the tests that every board must pass, with the hands and eyes of someone who stands before them."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, cast

import numpy as np
from bench_pins import Bench as Pins
from bench_pins import BenchPin
from display_bus import DisplayBench
from matrix_pins import SimulatedMatrix
from numpy.typing import NDArray
from picamera2_stand_in import Bench as Cameras
from PIL import Image
from waits import PATIENCE, soon

from hardware.camera.raspberrypi import Library, Picamera2Camera
from hardware.config import BoardConfig, BuzzerConfig, LedsConfig, MatrixConfig, ReleaseConfig
from hardware.display.opening import open_panel
from hardware.display.supervised import SupervisedDisplay
from hardware.keypad.matrix import MatrixKeypad
from hardware.pi_board import open_pi_board
from hardware.ports import Board, Lamp
from hardware.simulated.board import SimulatedBoard

CONFIG = BoardConfig(
    "raspberrypi", buzzer=BuzzerConfig(18), release=ReleaseConfig(pulse=0.05, confirm=4, confirm_within=3)
)


class Rig(Protocol):
    """A board, and the hands and eyes of someone who stands before it."""

    @property
    def board(self) -> Board: ...

    def press(self, keys: str) -> None: ...  # one after the other
    def lit(self, lamp: Lamp) -> bool: ...
    def displayed(self) -> Image.Image: ...  # mode "1"
    def hold(self, frame: NDArray[np.uint8]) -> None: ...  # before the camera, from now on
    def goods_come(self, *, out: bool) -> None: ...  # at the next releases
    def close(self) -> None: ...


class SimulatedRig:
    """The simulated board."""

    def __init__(self) -> None:
        self.board = SimulatedBoard(settle=0.02)

    def press(self, keys: str) -> None:
        self.board.keypad.press(keys)

    def lit(self, lamp: Lamp) -> bool:
        return self.board.lamps.patterns[lamp] != "off"

    def displayed(self) -> Image.Image:
        return self.board.display.image

    def hold(self, frame: NDArray[np.uint8]) -> None:
        self.board.camera._picture, self.board.camera._until = frame, time.monotonic() + 3600

    def goods_come(self, *, out: bool) -> None:
        if not out:
            self.board.release.jam()

    def close(self) -> None:
        self.board.close()


class MockRig:
    """The real drivers, one layer above gpiozero's mock pins, a fake bus and a stand-in for picamera2."""

    def __init__(self, config: BoardConfig = CONFIG) -> None:
        assert isinstance(config.keypad, MatrixConfig)
        self.config = config
        self.matrix, self.pins, self.cameras = SimulatedMatrix(config.keypad), Pins(), Cameras()
        self.bus = DisplayBench(config.display)
        self._keypad = MatrixKeypad(config.keypad, self.matrix.factory, self.matrix.alive)
        opened = open_pi_board(config, self.pins)
        self.board: Board = replace(
            opened,
            keypad=self._keypad,
            display=SupervisedDisplay(config.display, self.pins, partial(open_panel, buses=self.bus.buses)),
            camera=Picamera2Camera(config.camera, cast("Library", self.cameras.library)),
        )
        self._out = True
        self._over = threading.Event()
        self._chute = threading.Thread(target=self._drop, daemon=True)
        self._chute.start()

    def press(self, keys: str) -> None:
        """Press each until the keypad has seen it: a busy machine looks late."""
        for key in keys:
            self.matrix.press(key)
            self._until(lambda key=key: self._contact(key).down)  # type: ignore[misc]
            self.let_go(key)

    def let_go(self, key: str) -> None:
        """Let a key go until the keypad has seen that, or the next press would be the same one."""
        self.matrix.release(key)
        self._until(lambda: not self._contact(key).down)

    def lit(self, lamp: Lamp) -> bool:
        lamps = self.config.lamps
        assert isinstance(lamps, LedsConfig)
        return self.pins.level(getattr(lamps, lamp.value)) == 1

    def displayed(self) -> Image.Image:
        return self.bus.picture().convert("1")

    def hold(self, frame: NDArray[np.uint8]) -> None:
        self.cameras.scene = frame

    def goods_come(self, *, out: bool) -> None:
        end = time.monotonic() + PATIENCE
        while self.config.release.confirm and not self.pins.at(self.config.release.confirm).state:
            assert time.monotonic() < end, "goods stand in the way"
            time.sleep(0.005)
        time.sleep(0.05)  # the sensor's own time to settle
        self._out = out

    def close(self) -> None:
        self._over.set()
        self._chute.join()
        self.board.close()
        self.matrix.close()

    def _contact(self, key: str) -> Any:
        return self._keypad._keys._contacts[key]

    def _until(self, seen: Callable[[], bool]) -> None:
        soon(lambda: seen() or not self._keypad.lives())  # it may be closed meanwhile

    def _drop(self) -> None:
        """Goods fall past the sensor, which pulls its pin low, a moment after the relay is driven."""
        release, seen = self.config.release, 0
        assert release.confirm is not None
        while not self._over.wait(0.005):
            if (pulses := len(self.pins.pulses(release.pin))) > seen:
                seen = pulses
                if self._out:
                    self._fall(self.pins.at(release.confirm))

    def _fall(self, sensor: BenchPin) -> None:
        """Pass the sensor as slowly as this machine is busy: an edge that nobody heard would be no fall."""
        told = sensor.told
        sensor.drive_low()
        end = time.monotonic() + self.config.release.confirm_within
        while sensor.told == told and time.monotonic() < end and not self._over.wait(0.005):
            pass
        sensor.drive_high()


RIGS: dict[str, Callable[[], Rig]] = {"simulated": SimulatedRig, "mock pins": MockRig}
