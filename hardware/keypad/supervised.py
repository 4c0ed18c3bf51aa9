"""The thread of a keypad: it makes the keypad ready, watches it, calls back, and tries again after a fault.

Knows when to try again and how faults are told, for every kind of keypad. Must not know where keys come from: a kind of
keypad derives from `SupervisedKeypad` and says how it opens, is watched and lets go.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import ClassVar

from hardware.errors import DeviceError
from hardware.health import Condition
from hardware.keypad.keys import NOTHING, Keys
from hardware.ports import Health, KeyEvent

MISTAKE = "keypad: its thread ended by a mistake in the program, and no key is heard; restart the kiosk"


def _nobody(_: object) -> None:
    """Nobody listens yet."""


def _line(*faults: str) -> str | None:
    return f"keypad: {'; '.join(faults)}" if faults else None


class SupervisedKeypad(ABC):
    """A `Keypad` (hardware.ports), but for what differs from kind to kind."""

    retry_after: ClassVar[float] = 5.0  # seconds between two attempts to make it ready

    def __init__(self, what: str, keys: Keys) -> None:
        self._keys = keys
        self._condition = Condition(what)
        self._told: str | None = None
        self._on_key: Callable[[KeyEvent], None] = _nobody
        self._on_fault: Callable[[str | None], None] = _nobody
        self._closing = threading.Event()
        self._opening = threading.Lock()  # held while the device is opened or let go
        self._thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Make it ready; does nothing when it is. Raises DeviceError."""
        if self._closing.is_set():
            raise RuntimeError("the keypad is used after it was closed")
        if self._thread is not None and not self._thread.is_alive():
            raise DeviceError(MISTAKE)
        self._make_ready()

    def listen(self, on_key: Callable[[KeyEvent], None], on_fault: Callable[[str | None], None]) -> None:
        """Call back from now on, from a thread of its own. Once only: RuntimeError."""
        if self._thread is not None or self._closing.is_set():
            raise RuntimeError("the keypad listens already, or was closed")
        self._on_key, self._on_fault = on_key, on_fault
        self._thread = threading.Thread(target=self._run, name="keypad", daemon=True)
        self._thread.start()

    def lives(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def health(self) -> Health:
        """How it is, as far as is known."""
        return self._condition.health

    def self_test(self) -> Health:
        """Look for keys that are down and for wires that touch. RuntimeError while it listens."""
        if self._thread is not None:
            raise RuntimeError("a keypad that listens can't be tested")
        try:
            self.prepare()
            with self._opening:
                found = self._examine()
        except DeviceError as error:
            self._lose(str(error))
        else:
            self._condition.ails(_line(*found))
        return self._condition.health

    def close(self) -> None:
        """End the thread and let go of the device. Nothing is called back after this."""
        self._closing.set()
        self._interrupt()
        if self._thread is not None:
            self._thread.join()
        self._lose(None)

    @abstractmethod
    def _open(self) -> None:
        """Open the device. Raises DeviceError; `_let_go` is called after that too."""

    @abstractmethod
    def _watch(self) -> None:
        """Take readings until it is closed. Raises DeviceError."""

    @abstractmethod
    def _examine(self) -> tuple[str, ...]:
        """What is wrong with the opened device, in words; it is opened afterwards too. Raises DeviceError."""

    @abstractmethod
    def _interrupt(self) -> None:
        """Make `_watch` look at `_closing` at once; called from another thread, and perhaps when nothing is open."""

    @abstractmethod
    def _let_go(self) -> None:
        """Leave the device at rest, whatever of it is open. Raises nothing."""

    def _take(self, closed: AbstractSet[str], unsure: AbstractSet[str] = NOTHING, wrong: tuple[str, ...] = ()) -> None:
        """Take a reading, as `Keys.read` does, and tell what came of it. `wrong`: faults of other things than keys."""
        for event in self._keys.read(closed, time.monotonic(), unsure):
            self._on_key(event)
        self._condition.ails(_line(*wrong, *self._keys.faults))
        self._tell()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                try:
                    self._make_ready()
                    self._watch()
                except DeviceError as error:
                    self._lose(str(error))
                    self._tell()
                    self._closing.wait(self.retry_after)
        except BaseException:
            self._condition.ails(MISTAKE)
            self._tell()
            self._lose(MISTAKE)
            raise

    def _make_ready(self) -> None:
        with self._opening:
            if self._condition.health.present:
                return
            try:
                self._open()
            except DeviceError as error:
                self._let_go()
                self._condition.ails(str(error))
                raise
            self._condition.works()

    def _lose(self, why: str | None) -> None:
        with self._opening:
            self._let_go()
            self._condition.lost(why)

    def _tell(self) -> None:
        fault = self._condition.health.fault
        if self._told != fault:
            self._told = fault
            self._on_fault(fault)
