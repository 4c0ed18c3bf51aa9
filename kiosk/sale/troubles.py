"""What the operator is told of a part's trouble: one that comes and goes is one trouble, told once and over once.

A part that works again has to go on working for a while before that is told. The while is short at first, and twice as
long each time the trouble comes back soon; what the kiosk sells depends on the part alone, and waits for nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kiosk.sale.events import Part
from kiosk.sale.order import NEVER
from kiosk.sale.rules import Rules


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator knows of a part. `open`: that it is in trouble, and not yet that it is well again.

    `well`: since when it has worked, in monotonic seconds; NEVER while it does not. `back`: how often it came back.
    """

    open: bool = True
    well: float = NEVER
    back: int = 0


Tales = Mapping[Part, Told]


def failed(tales: Tales, part: Part) -> tuple[Tales, bool]:
    """The part is in trouble; whether that is news to the operator."""
    known = tales.get(part)
    if known is None:
        return {**tales, part: Told()}, True
    return {**tales, part: Told(back=known.back + 1)}, not known.open


def recovered(tales: Tales, part: Part, now: float) -> Tales:
    """The part works again: the operator hears of it once it has done so for a while."""
    known = tales.get(part)
    return {**tales, part: replace(known, well=now)} if known and known.open else tales


def settled(tales: Tales, rules: Rules, now: float) -> tuple[Tales, tuple[Part, ...]]:
    """What stays after a while, and the parts whose trouble is over: the operator is told now."""
    over = tuple(part for part, told in tales.items() if told.open and _due(told, rules) <= now)
    kept = {
        part: replace(told, open=False) if part in over else told
        for part, told in tales.items()
        if told.open or _due(told, rules) > now
    }
    return kept, over


def due(tales: Tales, rules: Rules) -> float:
    """When `settled` has something to do: monotonic seconds."""
    return min((_due(told, rules) for told in tales.values()), default=NEVER)


def _due(told: Told, rules: Rules) -> float:
    pause = min(rules.calm * 2**told.back, rules.calm_most) if told.open else rules.calm_forgotten
    return told.well + pause
