"""USB keypads for tests: evdev's own device class, reading real `struct input_event` from a pipe.

Only what asks a kernel driver is replaced: opening, the exclusive grab and the question which keys are down. There is
no uinput on every machine; a pipe carries the same bytes.
"""

import errno
import os
import struct
import time
from collections.abc import Iterator

from evdev import InputDevice, InputEvent, ecodes

EVENT = struct.Struct("llHHi")  # struct input_event: seconds, microseconds, type, code, value


class PipedDevice(InputDevice[str]):
    """An opened device."""

    def __init__(self, keypad: "UsbKeypad") -> None:
        self.keypad = keypad
        self.path = keypad.path
        self.name = keypad.name
        self._rawcapabilities = {ecodes.EV_SYN: [0, 1], ecodes.EV_KEY: sorted(keypad.codes)}
        self.fd = os.dup(keypad.reader)

    def grab(self) -> None:
        """Take it for this program alone, as the kernel lets one do."""
        if self.keypad.grabbed:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.keypad.grabbed = True

    def read(self) -> Iterator[InputEvent]:
        """The events that wait; the end of the pipe is what a driver says of an unplugged device."""
        events = tuple(super().read())
        if not events:
            raise OSError(errno.ENODEV, "No such device")
        yield from events

    def active_keys(self, verbose: bool = False) -> list[int]:  # noqa: FBT001, FBT002, ARG002 - as evdev's
        """The codes that are down."""
        if not self.keypad.plugged:
            raise OSError(errno.ENODEV, "No such device")
        return sorted(self.keypad.down)

    def close(self) -> None:
        """Give it back; the kernel drops the grab."""
        if self.fd != -1:
            self.keypad.grabbed = False
        super().close()


class UsbKeypad:
    """A keypad at the end of a cable. `codes`: the names of its keys."""

    def __init__(self, path: str, name: str, codes: tuple[str, ...]) -> None:
        self.path = path
        self.name = name
        self.codes = {ecodes.ecodes[code] for code in codes}
        self.down: set[int] = set()
        self.grabbed = False
        self.plugged = False
        self.reader = self.writer = -1
        self.plug()

    def plug(self) -> None:
        """Plug it in."""
        if not self.plugged:
            self.reader, self.writer = os.pipe()
            os.set_blocking(self.reader, False)
            self.plugged = True

    def unplug(self) -> None:
        """Pull the cable: who holds it open learns at the next read."""
        if self.plugged:
            os.close(self.writer)
            os.close(self.reader)
            self.down.clear()
            self.plugged = self.grabbed = False

    def press(self, name: str) -> None:
        """Push a key down."""
        self.down.add(ecodes.ecodes[name])
        self.send(*_key(name, 1))

    def release(self, name: str) -> None:
        """Let a key go."""
        self.down.discard(ecodes.ecodes[name])
        self.send(*_key(name, 0))

    def repeat(self, name: str) -> None:
        """What the kernel adds while a key is held."""
        self.send((ecodes.EV_KEY, ecodes.ecodes[name], 2), SYN)

    def tap(self, *names: str) -> None:
        """Push keys and let them go, one after the other, in one packet of events."""
        self.send(*(event for name in names for value in (1, 0) for event in _key(name, value)))

    def send(self, *events: tuple[int, int, int]) -> None:
        """Send events (type, code, value) as the kernel would, in one write."""
        now = time.time()
        seconds, microseconds = int(now), int(now % 1 * 1_000_000)
        os.write(self.writer, b"".join(EVENT.pack(seconds, microseconds, *event) for event in events))


class UsbPorts:
    """The `library` of an InputDeviceKeypad: the keypads that hang on this machine."""

    def __init__(self, *keypads: UsbKeypad) -> None:
        self.keypads = keypads
        self.asked = 0  # how often a device was to be opened
        self.opened: list[PipedDevice] = []

    def __call__(self) -> "UsbPorts":
        return self

    def list_devices(self) -> list[str]:
        """The paths of what is plugged in."""
        return [keypad.path for keypad in self.keypads if keypad.plugged]

    def InputDevice(self, path: str, /) -> PipedDevice:  # noqa: N802 - evdev's name
        """Open one."""
        self.asked += 1
        for keypad in self.keypads:
            if keypad.path == path and keypad.plugged:
                self.opened.append(PipedDevice(keypad))
                return self.opened[-1]
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)


SYN = (ecodes.EV_SYN, ecodes.SYN_REPORT, 0)


def _key(name: str, value: int) -> tuple[tuple[int, int, int], ...]:
    code = ecodes.ecodes[name]
    return (ecodes.EV_MSC, ecodes.MSC_SCAN, 0x70000 + code), (ecodes.EV_KEY, code, value), SYN
