"""A contact at a pin that sees something pass: goods that fall, a barrier that moves.

Knows that an edge may come and be over before anybody looks, and that one may be lost. Must not know what passes.
"""

import threading

from gpiozero import DigitalInputDevice
from gpiozero.pins.pi import PiFactory

from hardware.pins.header import Wire
from hardware.pins.part import shut

BOUNCE = 0.01  # seconds that it must stay active: noise of a relay's coil is shorter, what passes longer


class PassingSensor:
    """A contact that is active while something passes. Raises what gpiozero does."""

    def __init__(self, wire: Wire, *, active_high: bool) -> None:
        self.wire = wire
        self._active_high = active_high
        self._device: DigitalInputDevice | None = None
        self._passed = False
        self._news = threading.Event()  # something passed, or nothing more is to be awaited

    def claim(self, factory: PiFactory) -> None:
        """Take the pin, and listen."""
        self._device = DigitalInputDevice(
            self.wire.pin, pull_up=not self._active_high, bounce_time=BOUNCE, pin_factory=factory
        )
        self._device.when_activated = self._on_active

    def let_go(self) -> None:
        """Give the pin back, whatever its driver says to that."""
        device, self._device = self._device, None
        if device is not None:
            shut(device)

    def active(self) -> bool:
        """Whether it is now."""
        device = self._device
        return device is not None and bool(device.is_active)

    def active_for(self) -> float:
        """Seconds since the edge that made it active, by the edges; 0: it is not."""
        device = self._device
        return 0.0 if device is None else device.active_time or 0.0

    def missed_an_edge(self) -> bool:
        """Whether it is inactive and no edge said so: gpiozero would not tell the next one."""
        device = self._device
        return device is not None and device.active_time is not None and not device.is_active

    def forget(self) -> None:
        """What passed before now does not count."""
        self._passed = False
        self._news.clear()

    def passed_within(self, seconds: float) -> bool:
        """Wait until something passed since it last forgot, or somebody wakes us."""
        self._news.wait(seconds)
        return self._passed

    def wake(self) -> None:
        """Whoever waits, waits no longer."""
        self._news.set()

    def _on_active(self) -> None:
        """Note it, in the thread of edges: the contact may be inactive again before anybody looks."""
        self._passed = True
        self._news.set()
