"""A keypad that is a Linux input device, read through evdev.

The kernel debounces, so every event counts at once; what keys mean over time is `keys`, as for a key matrix. Knows
evdev's devices and codes and nothing of pins.
"""

import errno
import os
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from hardware.config import InputDeviceConfig
from hardware.errors import DeviceError
from hardware.keypad.keys import NEVER, Keys
from hardware.keypad.supervised import SupervisedKeypad

if TYPE_CHECKING:
    from evdev import InputDevice

DIGITS = "0123456789"
DIGIT_KEYS = frozenset(DIGITS)
CODES = {  # the kernel's names (input-event-codes.h) -> keys
    **{f"KEY_{digit}": digit for digit in DIGITS},
    **{f"KEY_KP{digit}": digit for digit in DIGITS},
    **{f"KEY_{letter}": letter for letter in "ABCD"},
    **dict.fromkeys(("KEY_ENTER", "KEY_KPENTER"), "#"),
    **dict.fromkeys(("KEY_BACKSPACE", "KEY_DELETE", "KEY_ESC", "KEY_KPDOT", "KEY_KPASTERISK"), "*"),
}
SHIFTS = ("KEY_LEFTSHIFT", "KEY_RIGHTSHIFT")
SHIFTED = {"KEY_3": "#", "KEY_8": "*"}  # of a telephone's keys that type as a US keyboard would; no other digit is one
KEYS = "".join(dict.fromkeys(CODES.values()))
UNREADABLE = "can't be read; plug it in again"
UP, DOWN = 0, 1  # a key event's values; 2 is the kernel's repetition of a key that is held


class InputLibrary(Protocol):
    """What is used of evdev to find devices."""

    def list_devices(self) -> list[str]:
        """The paths of all input devices that may be opened."""
        ...

    def InputDevice(self, path: str, /) -> "InputDevice[str]":  # noqa: N802 - evdev's name
        """Open one. Raises OSError."""
        ...


def evdev_library() -> InputLibrary:
    """The real one. DeviceError when it is not installed."""
    try:
        import evdev  # noqa: PLC0415 - an extra, needed by this keypad only
    except ImportError:
        raise DeviceError("keypad: evdev is not installed; apt install python3-evdev (hardware/README.md)") from None
    return evdev


class InputDeviceKeypad(SupervisedKeypad):
    """The device is taken for this program alone: nothing else on the machine sees its keys."""

    _device: "InputDevice[str]"  # while it is open, as are the next two
    _bell: int  # rung to end the wait for events
    _keys_of: dict[int, str]  # by code, as the next
    _shifted: dict[int, str]
    _shifts: frozenset[int]

    def __init__(self, config: InputDeviceConfig, library: Callable[[], InputLibrary] = evdev_library) -> None:
        keys = Keys(KEYS, config.chords, replace(config.timing, debounce=0.0))
        super().__init__(f"keypad, input device {config.device}", keys)
        self._wanted = config.device
        self._library = library
        self._down: dict[int, str] = {}  # codes, as two may be one key, and what each was when it went down
        self._shift: set[int] = set()  # those of the shift keys that are down
        self._opened = ExitStack()

    def _open(self) -> None:
        library = self._library()
        from evdev import ecodes  # noqa: PLC0415 - it is there: the library was loaded

        self._keys_of = {ecodes.ecodes[name]: key for name, key in CODES.items()}
        self._shifted = {ecodes.ecodes[name]: key for name, key in SHIFTED.items()}
        self._shifts = frozenset(ecodes.ecodes[name] for name in SHIFTS)
        self._down, self._shift = {}, set()
        self._device = device = self._find(library)
        self._opened.callback(_close, device)
        with self._in_words("is used by another program"):
            device.grab()
        self._bell = os.eventfd(0)
        self._opened.callback(os.close, self._bell)
        self._condition.is_called(f"keypad, input device {_called(device)}, {self._path}")

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector:
            events = selector.register(self._device.fd, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            while not self._closing.is_set():
                self._take(self._closed)
                due = self._keys.due
                ready = selector.select(None if due == NEVER else max(0.0, due - time.monotonic()))
                if any(key is events for key, _ in ready):
                    self._hear()

    def _examine(self) -> tuple[str, ...]:
        down = frozenset(self._active()[0].values())
        return tuple(f"key {key} is down: it is stuck, or something lies on it" for key in sorted(down))

    def _interrupt(self) -> None:
        with self._opening:
            if self._condition.health.present:
                os.eventfd_write(self._bell, 1)

    def _let_go(self) -> None:
        self._opened.close()

    @property
    def _closed(self) -> frozenset[str]:
        return frozenset(self._down.values())

    @property
    def _path(self) -> str:
        return os.fsdecode(self._device.path)

    def _hear(self) -> None:
        """Take the events that wait, one by one."""
        from evdev import ecodes  # noqa: PLC0415 - it is there: the device is open

        with self._in_words(UNREADABLE):
            events = tuple(self._device.read())
        for event in events:
            if event.type == ecodes.EV_KEY and event.value in {UP, DOWN}:
                self._turn(event.code, down=event.value == DOWN)
                self._take(self._closed)
        if any((event.type, event.code) == (ecodes.EV_SYN, ecodes.SYN_DROPPED) for event in events):
            self._down, self._shift = self._active()  # the kernel had no room for some events, but knows what is down

    def _turn(self, code: int, *, down: bool) -> None:
        """A key goes down or up. What it is, is settled when it goes down, whatever becomes of Shift meanwhile."""
        if code in self._shifts:
            (self._shift.add if down else self._shift.discard)(code)
        elif not down:
            self._down.pop(code, None)
        elif (key := self._meant(code, shift=bool(self._shift))) is not None:
            self._down[code] = key

    def _meant(self, code: int, *, shift: bool) -> str | None:
        """The key of a code: under Shift never a digit, for the sign that is typed is another."""
        key = self._keys_of.get(code)
        return self._shifted.get(code) if shift and key in DIGIT_KEYS else key

    def _active(self) -> tuple[dict[int, str], set[int]]:
        """What is down, as the kernel knows it: keys, and shift keys."""
        with self._in_words(UNREADABLE):
            active = self._device.active_keys()
        shift = {code for code in active if code in self._shifts}
        meant = {code: self._meant(code, shift=bool(shift)) for code in active}
        return {code: key for code, key in meant.items() if key is not None}, shift

    def _find(self, library: InputLibrary) -> "InputDevice[str]":
        """The device at the path, or the first one with number keys and the words in its name."""
        if "/" in self._wanted:
            return self._at(library, self._wanted)
        seen = []
        for path in sorted(library.list_devices()):
            try:
                device = self._at(library, path)
            except DeviceError:  # not a keypad, or just unplugged
                continue
            if self._wanted.casefold() in device.name.casefold():
                return device
            seen.append(_called(device))
            device.close()
        there = f"there are: {', '.join(seen)}" if seen else "there is none; is the user in the group input?"
        raise DeviceError(f'keypad: no input device with number keys has "{self._wanted}" in its name; {there}')

    def _at(self, library: InputLibrary, path: str) -> "InputDevice[str]":
        from evdev import ecodes  # noqa: PLC0415 - it is there: the library was loaded

        try:
            device = library.InputDevice(path)
        except FileNotFoundError:
            raise DeviceError(f"keypad: there is no {path}; is it plugged in?") from None
        except PermissionError:
            raise DeviceError(f"keypad: {path} may not be opened; is the user in the group input?") from None
        except OSError as error:
            raise DeviceError(f"keypad: {path} is no input device that works ({error.strerror})") from None
        keys = {self._keys_of.get(code) for code in device.capabilities().get(ecodes.EV_KEY, ())}
        if not keys >= set(DIGITS):
            device.close()
            raise DeviceError(f"keypad: {path} ({_called(device)}) has no number keys; is it another device?")
        return device

    @contextmanager
    def _in_words(self, trouble: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            said = "was unplugged; plug it in again" if error.errno == errno.ENODEV else trouble
            raise DeviceError(f"keypad: {_called(self._device)} {said} ({error.strerror})") from error


def _close(device: "InputDevice[str]") -> None:
    with suppress(OSError):  # it may be unplugged
        device.close()


def _called(device: "InputDevice[str]") -> str:
    """What it calls itself, as a person may be shown it: whoever builds a device gives it any name."""
    return "".join(letter if letter.isprintable() else "?" for letter in device.name)
