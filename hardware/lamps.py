"""Status lamps on pins: four LEDs, one RGB LED, or a traffic-light board.

Knows which lamp lights what, and how patterns blink. Must not know why a lamp shines. All that blinks is blinked by one
thread, from one beat for each pattern: gpiozero's own `blink` starts a thread for each LED, each with its own drift,
and lamps that blink beside each other out of step look like a fault.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from gpiozero import LED, PWMLED
from gpiozero.pins.pi import PiFactory

from hardware.config import LampsConfig, LedsConfig, RgbConfig, TrafficLightsConfig
from hardware.pins.factory import PinFactory, pin_factory
from hardware.pins.header import Wire
from hardware.pins.part import PlayingPart, let_go
from hardware.ports import Lamp, Lamps, Pattern

Table: TypeAlias = Mapping[Lamp, tuple[str, ...]]  # what each lamp lights, by the name of its pin; the gravest first

LEDS: Table = {
    Lamp.FAULT: ("fault",),
    Lamp.PAID: ("paid",),
    Lamp.BUSY: ("busy",),
    Lamp.READY: ("ready",),
}
RGB: Table = {
    Lamp.FAULT: ("red",),
    Lamp.PAID: ("green",),
    Lamp.BUSY: ("blue",),
    Lamp.READY: ("red", "green", "blue"),
}
TRAFFIC_LIGHTS: Table = {
    Lamp.FAULT: ("red",),
    Lamp.PAID: ("green", "amber"),
    Lamp.BUSY: ("amber",),
    Lamp.READY: ("green",),
}
HALF: Mapping[Pattern, float] = {Pattern.SLOW: 1 / 2, Pattern.FAST: 1 / 5}  # seconds lit, and as long dark


@dataclass(frozen=True, slots=True)
class _Light:
    """An LED at its pin, and whether it is lit; None: not known."""

    wire: Wire
    led: LED | PWMLED
    lit: bool | None = None


class _PinLamps(PlayingPart):
    """Lamps (hardware.ports) on the pins of a table. `alone`: only the gravest lamp that is not off shines."""

    name = "lamps"

    def __init__(
        self,
        what: str,
        table: Table,
        wires: Mapping[str, int],
        pins: PinFactory,
        *,
        alone: bool,
        active_high: bool,
        brightness: float = 1.0,
    ) -> None:
        super().__init__(f"{what} on {', '.join(f'GPIO{pin}' for pin in wires.values())}", pins)
        self._table = table
        self._wires = tuple(Wire(pin, "lamps", use) for use, pin in wires.items())
        self._alone = alone
        self._active_high = active_high
        self._brightness = brightness
        self._patterns = dict.fromkeys(Lamp, Pattern.OFF)
        self._lights: dict[str, _Light] = {}
        self._beats: Mapping[Pattern, float] = {}  # when each pattern that blinks began to

    def prepare(self) -> None:
        """Claim the pins, and shine as was last said. Raises DeviceError."""
        with self._hand:
            super().prepare()
            self._shine()

    def show(self, patterns: Mapping[Lamp, Pattern]) -> None:
        """Shine as said from now on. What was said while the lamps did not work is shown when they are mended.

        Returns within 5 ms where the pins are claimed; else it claims them first.
        """
        with self._hand:
            self._patterns |= patterns
            self.prepare()
            self._changed.notify()

    def _claim(self, factory: PiFactory) -> None:
        for wire in self._wires:
            with self._or_lost(wire):
                if self._brightness < 1:
                    led = PWMLED(wire.pin, active_high=self._active_high, pin_factory=factory)
                else:
                    led = LED(wire.pin, active_high=self._active_high, pin_factory=factory)
            self._lights[wire.use] = _Light(wire, led, lit=False)

    def _let_go(self) -> None:
        lights, self._lights = self._lights, {}
        for light in lights.values():
            let_go(light.led)

    def _play(self) -> None:
        self._shine()
        self._changed.wait(self._until_next())

    def _shine(self) -> None:
        """Light what is to be lit by now, and touch nothing else."""
        shown = self._shown()
        now = time.monotonic()
        self._beats = {pattern: self._beats.get(pattern, now) for pattern in HALF if pattern in shown.values()}
        for use, light in self._lights.items():
            lit = self._is_lit(shown.get(use, Pattern.OFF), now)
            if lit is not light.lit:
                with self._or_lost(light.wire):
                    light.led.value = self._brightness if lit else 0
                self._lights[use] = replace(light, lit=lit)

    def _shown(self) -> dict[str, Pattern]:
        """The pattern of each pin that is not off."""
        shining = [lamp for lamp in self._table if self._patterns[lamp] is not Pattern.OFF]
        return {
            use: self._patterns[lamp] for lamp in shining[: 1 if self._alone else None] for use in self._table[lamp]
        }

    def _is_lit(self, pattern: Pattern, now: float) -> bool:
        if pattern in HALF:
            return int((now - self._beats[pattern]) / HALF[pattern]) % 2 == 0
        return pattern is Pattern.ON

    def _until_next(self) -> float | None:
        """Seconds until something blinks; None: nothing does."""
        now = time.monotonic()
        return min(
            (HALF[pattern] - (now - beat) % HALF[pattern] for pattern, beat in self._beats.items()), default=None
        )


class Leds(_PinLamps):
    """Four lamps, each on its pin."""

    def __init__(self, config: LedsConfig, pins: PinFactory = pin_factory) -> None:
        super().__init__(
            "four LEDs",
            LEDS,
            {"ready": config.ready, "busy": config.busy, "paid": config.paid, "fault": config.fault},
            pins,
            alone=False,
            active_high=config.active_high,
            brightness=config.brightness,
        )


class RgbLamp(_PinLamps):
    """One lamp of three colours, for the gravest of the four."""

    def __init__(self, config: RgbConfig, pins: PinFactory = pin_factory) -> None:
        super().__init__(
            "RGB LED",
            RGB,
            {"red": config.red, "green": config.green, "blue": config.blue},
            pins,
            alone=True,
            active_high=config.active_high,
            brightness=config.brightness,
        )


class TrafficLights(_PinLamps):
    """A traffic-light board, for the gravest of the four."""

    def __init__(self, config: TrafficLightsConfig, pins: PinFactory = pin_factory) -> None:
        super().__init__(
            "traffic lights",
            TRAFFIC_LIGHTS,
            {"red": config.red, "amber": config.amber, "green": config.green},
            pins,
            alone=True,
            active_high=config.active_high,
        )


def lamps(config: LampsConfig, pins: PinFactory = pin_factory) -> Lamps:
    """The lamps that the configuration describes."""
    match config:
        case LedsConfig():
            return Leds(config, pins)
        case RgbConfig():
            return RgbLamp(config, pins)
        case TrafficLightsConfig():
            return TrafficLights(config, pins)
