"""A part that hangs on pins: it claims them, says in words what fails, and claims them anew after a fault.

Knows how a device is given up that failed, and that the last thing a process does is to leave its pins safe. Must not
know what the pins do: lamps, buzzer and release derive from `PinPart` or `PlayingPart`, and say how they claim and let
go.
"""

import atexit
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import ClassVar

from gpiozero import GPIODevice, GPIOPinInUse, OutputDevice
from gpiozero.pins.pi import PiFactory

from hardware.errors import DeviceError
from hardware.health import Condition
from hardware.pins.factory import PinFactory
from hardware.pins.header import Wire
from hardware.pins.troubles import is_busy, said, troubles
from hardware.ports import Health


class PinPart(ABC):
    """A `Part` (hardware.ports) on pins. Whoever holds `_hand` may touch them; it is never held for long."""

    name: ClassVar[str]  # the part, as in the configuration: "lamps"

    def __init__(self, what: str, pins: PinFactory) -> None:
        self._factory = pins
        self._condition = Condition(what)
        self._hand = threading.RLock()
        self._closed = False

    def prepare(self) -> None:
        """Claim the pins; does nothing when they are claimed. Raises DeviceError."""
        with self._hand:
            if self._closed:
                raise RuntimeError(f"{self.name}: used after it was closed")
            if self._condition.health.present:
                return
            with self._or_lost():
                self._claim(self._factory())
            self._condition.works()
            atexit.register(self.close)  # a process that ends without closing leaves its pins safe too

    @abstractmethod
    def health(self) -> Health:
        """How it is, as far as is known. Touches nothing."""

    def self_test(self) -> Health:
        """Claim the pins: more can't be seen of an output."""
        with suppress(DeviceError):  # it is the fault in the answer
            self.prepare()
        return self.health()

    def close(self) -> None:
        """Leave the pins safe and let go of them; at the interpreter's end too."""
        with self._hand:
            self._closed = True
            self._lose(None)

    @abstractmethod
    def _claim(self, factory: PiFactory) -> None:
        """Claim the pins, safe from the first moment. `_let_go` is called after a failure too."""

    @abstractmethod
    def _let_go(self) -> None:
        """Leave safe and close whatever was claimed. Raises nothing."""

    @contextmanager
    def _or_lost(self, *wires: Wire) -> Iterator[None]:
        """Whatever the driver of these wires raises is a DeviceError in words, and the pins are let go."""
        try:
            yield
        except DeviceError as error:
            self._lose(str(error))
            raise
        except troubles() as error:
            raise self._fail(error, *wires) from error

    def _fail(self, error: Exception, *wires: Wire) -> DeviceError:
        """Let the pins go, and say why in words."""
        line = _in_words(error, wires[0]) if wires else f"{self.name}: {said(error)}"
        self._lose(line)
        _forget_half_made(error, *wires)
        return DeviceError(line)

    def _lose(self, why: str | None) -> None:
        with self._hand:
            atexit.unregister(self.close)
            self._let_go()
            self._condition.lost(why)


class PlayingPart(PinPart):
    """A part whose pins go on changing when nobody calls it, from one thread of its own; that sleeps otherwise."""

    def __init__(self, what: str, pins: PinFactory) -> None:
        super().__init__(what, pins)
        self._changed = threading.Condition(self._hand)
        self._thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Claim the pins, and see that the thread runs. Raises DeviceError."""
        with self._hand:
            super().prepare()
            if self._dead:
                self._condition.had(self._mistake)
            if self._thread is None or self._dead:
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def health(self) -> Health:
        """How it is, as far as is known. Whether an output does anything, nobody can tell."""
        health = self._condition.health
        return replace(health, fault=self._mistake, last_fault=self._mistake) if self._dead else health

    def close(self) -> None:
        """Leave the pins safe, and end the thread."""
        thread = self._thread
        super().close()
        if thread is not None:
            thread.join()

    def _lose(self, why: str | None) -> None:
        with self._hand:
            super()._lose(why)
            self._thread = None
            self._changed.notify()

    @abstractmethod
    def _play(self) -> None:
        """Do what is due, and wait on `_changed` until something else is. Raises DeviceError."""

    def _run(self) -> None:
        with suppress(DeviceError), self._hand:  # health tells it, and the next call claims the pins anew
            while self._thread is threading.current_thread():
                self._play()

    @property
    def _dead(self) -> bool:
        thread = self._thread
        return thread is not None and not thread.is_alive()

    @property
    def _mistake(self) -> str:
        return f"{self.name}: the thread ended by a mistake in the program; it is started again when next used"


def let_go(device: OutputDevice) -> None:
    """Switch an output off and close it, whatever its driver says to that.

    gpiozero leaves the pin an input without a pull, where a transistor's gate would keep its charge, and the lamp or
    the relay behind it its state. So it is pulled to rest, as it is while the Pi boots.
    """
    if device.closed:
        return
    pin, rest = device.pin, "down" if device.active_high else "up"
    with suppress(*troubles()):
        device.off()
    shut(device)
    with suppress(*troubles()):
        pin.input_with_pull(rest)


def shut(device: GPIODevice) -> None:
    """Close a device, whatever its driver says to that."""
    with suppress(*troubles()):
        device.close()
    device._pin = None  # noqa: SLF001 - as close() ends; if it failed, the collector would try it again, and print


def _forget_half_made(error: Exception, *wires: Wire) -> None:
    """Give up the device whose constructor raised this: the traceback keeps it, and it keeps its pins reserved."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if isinstance(device := frame.f_locals.get("self"), GPIODevice):
            shut(device)
            device.pin_factory.release_pins(device, *(wire.pin for wire in wires))


def _in_words(error: Exception, wire: Wire) -> str:
    part = wire.part if wire.use == wire.part else f"{wire.part}, {wire.use}"
    where = f"{part}: {wire.place}"
    if isinstance(error, GPIOPinInUse):
        return f"{where} is used by another part of this program ({said(error)}); give each its own pin"
    if is_busy(error):
        return f"{where} is used by another program or a driver; end it (gpioinfo names it), or take another pin"
    return f"{where} does not work: {said(error)}; check the configuration and the wire"
