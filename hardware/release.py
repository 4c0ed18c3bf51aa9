"""The relay that drops goods or lifts a barrier, and the sensor that confirms it.

Knows how long a pulse lasts and what counts as confirmed. Must not know what was paid.

A pulse belongs to a thread of its own, which begins it, waits on the monotonic clock and ends it: whoever asked for it
may hang, raise or be killed. lgpio could time it as well (`tx_pulse`), but in a thread too, of the same process: its
pulses are high first, wrong for an active-low relay, and one that is cut short leaves a level that nobody promises.
What it would spare us is a C library that never gives the interpreter back; systemd's watchdog ends such a process.
"""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

from gpiozero import DigitalInputDevice, OutputDevice
from gpiozero.pins.pi import PiFactory

from hardware.config import ReleaseConfig
from hardware.errors import DeviceError, ReleaseJammed
from hardware.pins.factory import PinFactory, pin_factory
from hardware.pins.header import Wire
from hardware.pins.part import PinPart, let_go, shut, troubles
from hardware.ports import Health
from hardware.threads import no_event_loop

BOUNCE = 0.01  # seconds that the sensor must stay active: noise of the relay's coil is shorter, goods that fall longer


class RelayRelease(PinPart):
    """A relay and its confirm sensor (hardware.ports)."""

    name = "release"
    at_rest: ClassVar[float] = 30.0  # seconds after which goods are taken and a barrier is down

    def __init__(self, config: ReleaseConfig, pins: PinFactory = pin_factory) -> None:
        sensor = "no confirm sensor" if config.confirm is None else f"confirm sensor on GPIO{config.confirm}"
        super().__init__(f"relay on GPIO{config.pin}, {sensor}", pins)
        self._config = config
        self._wire = Wire(config.pin, "release", "relay")
        self._sensor_wire = None if config.confirm is None else Wire(config.confirm, "release", "confirm")
        self._stuck = f"release: the confirm sensor is active at rest: {self._in_the_way}"
        self._relay: OutputDevice | None = None
        self._sensor: DigitalInputDevice | None = None
        self._driven = threading.Lock()  # held by who fires
        self._pulse: _Pulse | None = None
        self._confirmed = False  # since the newest pulse began
        self._news = threading.Event()  # it is confirmed, or nothing more is to be awaited

    def prepare(self) -> None:
        """Claim the pins, the relay at rest. Raises DeviceError."""
        with self._hand:
            super().prepare()
            if not self._driven.locked():
                self._catch_up()

    def fire(self) -> None:
        """Drive the release for one pulse, and wait until the sensor confirms it, if there is one. Blocks up to 15 s.

        Raises ReleaseJammed when it was driven and not confirmed, DeviceError when it was not driven.
        """
        no_event_loop()
        if not self._driven.acquire(blocking=False):
            raise RuntimeError("the release is driven already")
        try:
            pulse = self._aim()
            try:
                pulse.begin()
                confirmed = self._is_confirmed(pulse)
            finally:
                pulse.end()
            self._judge(pulse, confirmed=confirmed)
        finally:
            self._driven.release()

    def health(self) -> Health:
        """How it is. A sensor that is active for long while nothing is released is a fault."""
        health, sensor = self._condition.health, self._sensor
        if sensor is None or self._driven.locked() or (sensor.active_time or 0) < self.at_rest:
            return health
        return replace(health, fault=self._stuck, last_fault=self._stuck)

    def self_test(self) -> Health:
        """Claim the pins and look at the sensor, which must be inactive. Nothing is driven."""
        with suppress(DeviceError):  # it is the fault in the answer
            self.prepare()
            if self._sees():
                return replace(self._condition.health, fault=self._stuck)
        return self._condition.health

    def close(self) -> None:
        """End a pulse at once, and leave the relay at rest."""
        super().close()
        self._news.set()

    def _claim(self, factory: PiFactory) -> None:
        config = self._config
        with self._or_lost(self._wire):
            self._relay = OutputDevice(
                config.pin, active_high=config.active_high, initial_value=False, pin_factory=factory
            )
        if self._sensor_wire is not None:
            with self._or_lost(self._sensor_wire):
                self._sensor = DigitalInputDevice(
                    self._sensor_wire.pin,
                    pull_up=not config.confirm_active_high,
                    bounce_time=BOUNCE,
                    pin_factory=factory,
                )
                self._sensor.when_activated = self._on_active

    def _let_go(self) -> None:
        relay, self._relay = self._relay, None
        sensor, self._sensor = self._sensor, None
        if self._pulse is not None:
            self._pulse.end()
        if relay is not None:
            let_go(relay)
        if sensor is not None:
            shut(sensor)

    def _on_active(self) -> None:
        """Note it, in the thread of edges: the sensor may be inactive again before anybody looks."""
        self._confirmed = True
        self._news.set()

    @property
    def _in_the_way(self) -> str:
        return f"goods stand in the way or the sensor is stuck; look at {self._sensor_place}"

    @property
    def _sensor_place(self) -> str:
        return f"the confirm sensor at {self._sensor_wire.place}" if self._sensor_wire else "no sensor"

    def _aim(self) -> "_Pulse":
        """A pulse that may begin."""
        with self._hand:
            self.prepare()
            self._catch_up()
            if self._sees():
                fault = f"release: the confirm sensor is active before the release: {self._in_the_way}"
                self._condition.had(fault)
                raise DeviceError(fault)
            self._confirmed = False
            self._news.clear()
            self._pulse = _Pulse(self._relay, self._config.pulse)
            return self._pulse

    def _catch_up(self) -> None:
        """Claim the pins anew when the sensor is inactive and no edge said so: gpiozero would not tell the next one."""
        if self._sensor is not None and self._sensor.active_time is not None and not self._sees():
            self._lose(None)
            super().prepare()

    def _sees(self) -> bool:
        """Whether the sensor is active. Raises DeviceError."""
        with self._hand:
            if self._sensor is None or self._sensor_wire is None:
                return False
            with self._or_lost(self._sensor_wire):
                return bool(self._sensor.is_active)

    def _is_confirmed(self, pulse: "_Pulse") -> bool:
        """Wait until the pulse is over and confirmed, or is not to be any more."""
        until = time.monotonic() + self._config.confirm_within
        pulse.over.wait()
        if self._sensor_wire is None or not pulse.driven:
            return not pulse.cut
        self._news.wait(until - time.monotonic())
        with suppress(DeviceError):  # it was driven: a sensor that can't be read does not confirm, and that is all
            return self._confirmed or self._sees()  # an edge can be lost
        return False

    def _judge(self, pulse: "_Pulse", *, confirmed: bool) -> None:
        """Raise what is to be said of a pulse that is over, if anything is."""
        trouble = None if pulse.trouble is None else self._fail(pulse.trouble, self._wire)
        if not pulse.driven:
            raise trouble or DeviceError("release: closed before it was driven")
        if confirmed:
            return
        if self._closed:
            jam = "release: closed while it was driven, before anything confirmed it"
        else:
            jam = (
                f"release: driven, but {self._sensor_place} saw nothing for {self._config.confirm_within:g} s: "
                "the goods are stuck, the barrier did not move, or the sensor's wire is off"
            )
        self._condition.had(jam)
        raise ReleaseJammed(jam)


class _Pulse:
    """One pulse of the relay, from a thread of its own: never longer than `seconds`, whoever asked for it."""

    def __init__(self, relay: OutputDevice, seconds: float) -> None:
        self.over = threading.Event()
        self.driven = False
        self.cut = False  # ended before its time
        self.trouble: Exception | None = None
        self._relay = relay
        self._seconds = seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._drive, name="release", daemon=True)

    def begin(self) -> None:
        """Begin it. The thread that will end it runs before the relay is driven, or it is not driven."""
        self._thread.start()

    def end(self) -> None:
        """End it now if it is not over, or see that it never begins."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _drive(self) -> None:
        until = time.monotonic() + self._seconds
        try:
            if not self._ending.is_set():
                self._hold_until(until)
        finally:
            self.over.set()

    def _hold_until(self, until: float) -> None:
        try:
            self._relay.on()
            self.driven = True
            self.cut = self._ending.wait(until - time.monotonic())
        except troubles() as error:
            self.trouble = error
        finally:
            self._rest()

    def _rest(self) -> None:
        try:
            self._relay.off()
        except troubles() as error:
            self.trouble = error
            let_go(self._relay)  # what can't be switched off may still be made an input, which drives nothing
