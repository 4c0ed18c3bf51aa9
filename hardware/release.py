"""The relay that drops goods or lifts a barrier, and the sensor that confirms it.

Knows when the relay may be driven, and what counts as confirmed. Must not know what was paid. How a pulse is ended in
time is `hardware.pins.pulse`'s, what the sensor sees `hardware.pins.sensor`'s.
"""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

from gpiozero import OutputDevice
from gpiozero.pins.pi import PiFactory

from hardware.config import ReleaseConfig
from hardware.errors import DeviceError, ReleaseJammed
from hardware.pins.factory import PinFactory, pin_factory
from hardware.pins.header import Wire
from hardware.pins.part import PinPart, let_go
from hardware.pins.pulse import Driven, Outcome, Pulse
from hardware.pins.sensor import PassingSensor
from hardware.ports import Health
from hardware.threads import no_event_loop


class RelayRelease(PinPart):
    """A relay and its confirm sensor (hardware.ports)."""

    name = "release"
    at_rest: ClassVar[float] = 30.0  # seconds after which goods are taken and a barrier is down

    def __init__(self, config: ReleaseConfig, pins: PinFactory = pin_factory) -> None:
        sensor = "no confirm sensor" if config.confirm is None else f"confirm sensor on GPIO{config.confirm}"
        super().__init__(f"relay on GPIO{config.pin}, {sensor}", pins)
        self._config = config
        self._wire = Wire(config.pin, "release", "relay")
        self._relay: OutputDevice | None = None
        self._sensor = None if config.confirm is None else _sensor(config.confirm, config)
        self._firing = threading.Lock()  # held by who fires
        self._pulse: Pulse | None = None  # the newest

    def prepare(self) -> None:
        """Claim the pins, the relay at rest. Raises DeviceError."""
        with self._hand:
            super().prepare()
            if not self._firing.locked():
                self._catch_up()

    def fire(self) -> None:
        """Drive the release for one pulse, and wait until the sensor confirms it, if there is one. Blocks up to 15 s.

        Raises ReleaseJammed when it was driven and not confirmed, DeviceError when it was not driven.
        """
        no_event_loop()
        if not self._firing.acquire(blocking=False):
            raise RuntimeError("the release is driven already")
        try:
            pulse = self._aim()
            until = time.monotonic() + self._config.confirm_within
            try:
                pulse.begin()
                outcome = pulse.outcome()
            finally:
                pulse.end()
            self._judge(outcome, confirmed=self._is_confirmed(outcome, until))
        finally:
            self._firing.release()

    def health(self) -> Health:
        """How it is. A sensor that is active for long while nothing is released is a fault."""
        health = self._condition.health
        if self._sensor is None or self._firing.locked() or self._sensor.active_for() < self.at_rest:
            return health
        stuck = _stuck(self._sensor)
        return replace(health, fault=stuck, last_fault=stuck)

    def self_test(self) -> Health:
        """Claim the pins and look at the sensor, which must be inactive. Nothing is driven."""
        with suppress(DeviceError):  # it is the fault in the answer
            self.prepare()
            if self._sensor is not None and self._sees(self._sensor):
                return replace(self._condition.health, fault=_stuck(self._sensor))
        return self._condition.health

    def close(self) -> None:
        """End a pulse at once, and leave the relay at rest."""
        super().close()
        if self._sensor is not None:
            self._sensor.wake()

    def _claim(self, factory: PiFactory) -> None:
        config = self._config
        with self._or_lost(self._wire):
            self._relay = OutputDevice(
                config.pin, active_high=config.active_high, initial_value=False, pin_factory=factory
            )
        if self._sensor is not None:
            with self._or_lost(self._sensor.wire):
                self._sensor.claim(factory)

    def _let_go(self) -> None:
        relay, self._relay = self._relay, None
        if self._pulse is not None:
            self._pulse.end()
        if relay is not None:
            let_go(relay)
        if self._sensor is not None:
            self._sensor.let_go()

    def _aim(self) -> Pulse:
        """A pulse that may begin. Raises DeviceError."""
        with self._hand:
            self.prepare()
            self._catch_up()
            if self._sensor is not None:
                if self._sees(self._sensor):
                    fault = f"release: the confirm sensor is active before the release: {_in_the_way(self._sensor)}"
                    self._condition.had(fault)
                    raise DeviceError(fault)
                self._sensor.forget()
            self._pulse = Pulse(self._relay, self._config.pulse)
            return self._pulse

    def _catch_up(self) -> None:
        """Claim the pins anew when an edge was missed: the next one would not be told either."""
        if self._sensor is None:
            return
        with self._or_lost(self._sensor.wire):
            missed = self._sensor.missed_an_edge()
        if missed:
            self._lose(None)
            super().prepare()

    def _sees(self, sensor: PassingSensor) -> bool:
        """Whether the sensor is active. Raises DeviceError."""
        with self._hand, self._or_lost(sensor.wire):
            return sensor.active()

    def _is_confirmed(self, outcome: Outcome, until: float) -> bool:
        """Whether goods came out, as far as can be known: without a sensor, whether the pulse was whole."""
        if self._sensor is None or outcome.driven is Driven.NOT:
            return outcome.driven is Driven.WHOLE
        with suppress(DeviceError):  # it was driven: a sensor that can't be read does not confirm, and that is all
            passed = self._sensor.passed_within(until - time.monotonic())
            return passed or self._sees(self._sensor)  # an edge can be lost
        return False

    def _judge(self, outcome: Outcome, *, confirmed: bool) -> None:
        """Raise what is to be said of a pulse that is over, if anything is."""
        trouble = None if outcome.trouble is None else self._fail(outcome.trouble, self._wire)
        if outcome.driven is Driven.NOT:
            raise trouble or DeviceError("release: closed before it was driven")
        if confirmed:
            return
        jam = f"release: driven, but {self._why_unconfirmed()}"
        self._condition.had(jam)
        raise ReleaseJammed(jam)

    def _why_unconfirmed(self) -> str:
        if self._closed:
            return "closed before anything confirmed it"
        if self._sensor is None:
            return "its pulse was cut short"
        return (
            f"{_place(self._sensor)} saw nothing for {self._config.confirm_within:g} s: "
            "the goods are stuck, the barrier did not move, or the sensor's wire is off"
        )


def _sensor(pin: int, config: ReleaseConfig) -> PassingSensor:
    return PassingSensor(Wire(pin, "release", "confirm"), active_high=config.confirm_active_high)


def _stuck(sensor: PassingSensor) -> str:
    return f"release: the confirm sensor is active at rest: {_in_the_way(sensor)}"


def _in_the_way(sensor: PassingSensor) -> str:
    return f"goods stand in the way or the sensor is stuck; look at {_place(sensor)}"


def _place(sensor: PassingSensor) -> str:
    return f"the confirm sensor at {sensor.wire.place}"
