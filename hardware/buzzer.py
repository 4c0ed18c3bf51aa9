"""A passive buzzer on a pin, and its tunes. Knows notes and how to play them; must not know why one is played."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpiozero import TonalBuzzer
from gpiozero.pins.pi import PiFactory

from hardware.config import BuzzerConfig
from hardware.pins.factory import PinFactory, pin_factory
from hardware.pins.header import Wire
from hardware.pins.part import PlayingPart, let_go
from hardware.ports import Tune

MIDDLE, OCTAVES = "A5", 2  # 220 Hz to 3.5 kHz; lgpio's pulses, timed in software, are clean up to there


@dataclass(frozen=True, slots=True)
class Note:
    """`tone` in scientific pitch ("A4" is 440 Hz), None is a rest; `seconds`: how long, None is for ever."""

    tone: str | None
    seconds: float | None


SILENCE = Note(None, None)

TUNES: Mapping[Tune, tuple[Note, ...]] = {  # each has a rhythm and a line of its own, for ears that miss one of them
    Tune.KEY: (Note("C7", 0.02),),  # a click: the next key may follow at once
    Tune.CODE: (Note("G6", 0.12), Note(None, 0.08), Note("G6", 0.12)),  # knocks twice
    Tune.GOOD: (Note("C6", 0.1), Note("E6", 0.1), Note("G6", 0.1), Note("C7", 0.4)),  # climbs, and stays
    Tune.BAD: (Note("E5", 0.25), Note(None, 0.05), Note("A4", 0.6)),  # falls, low and long
    Tune.DOUBT: (Note("D6", 0.2), Note("A5", 0.2)) * 3,  # sways, as a call for somebody
    Tune.STEP: (Note("C6", 0.08), Note("E6", 0.08)),  # a small step up, as a question
    Tune.WAIT: (Note("E6", 0.06), Note(None, 0.2), Note("D6", 0.06)),  # ticks, and tocks
    Tune.HURRY: (Note("A6", 0.08), Note(None, 0.06)) * 4,  # urges
}


class PiezoBuzzer(PlayingPart):
    """A passive (piezo) buzzer (hardware.ports). One thread plays; it sleeps while there is nothing to play."""

    name = "buzzer"

    def __init__(self, config: BuzzerConfig, pins: PinFactory = pin_factory) -> None:
        super().__init__(f"piezo buzzer on GPIO{config.pin}", pins)
        self._wire = Wire(config.pin, "buzzer", "buzzer")
        self._buzzer: TonalBuzzer = None
        self._notes: list[Note] = []  # still to be played

    def play(self, tune: Tune) -> None:
        """Begin the tune, instead of one that still plays. Returns within 5 ms where the pin is claimed."""
        with self._hand:
            self.prepare()
            self._notes = list(TUNES[tune])
            self._changed.notify()

    def _claim(self, factory: PiFactory) -> None:
        with self._or_lost(self._wire):
            self._buzzer = TonalBuzzer(self._wire.pin, mid_tone=MIDDLE, octaves=OCTAVES, pin_factory=factory)

    def _let_go(self) -> None:
        buzzer, self._buzzer, self._notes = self._buzzer, None, []
        if buzzer is not None:
            let_go(buzzer.pwm_device)

    def _play(self) -> None:
        """Play the next note, or be silent; until it is over, or another tune is to be played."""
        notes = self._notes
        note = notes.pop(0) if notes else SILENCE
        with self._or_lost(self._wire):
            self._buzzer.play(note.tone)
        self._changed.wait_for(lambda: self._notes is not notes, note.seconds)
