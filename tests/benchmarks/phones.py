"""Phones before the camera: what the decoder reads beside others, and what it reads wrong.

The tables behind these figures, for people: decode.py and misreads.py, which also take more phones.
"""

from collections.abc import Iterator
from statistics import median

import decode
import misreads
from interleaved import Figure
from phone_frames import SIZES, Condition

SMALLEST = f"{SIZES[0][0]}x{SIZES[0][1]}"


def measure(*, quick: bool) -> Iterator[Figure]:
    """Frames of each kind to each reader, then phones of which a misread would charge somebody else."""
    rows = [row for row in decode.measure(1 if quick else 66, SIZES[: 1 if quick else 2]) if row.frames]
    phones = [row for row in rows if row.condition is not Condition.EMPTY]

    def read(name: str) -> float:
        of = [row for row in phones if row.reader == name]
        return 100 * sum(row.right for row in of) / sum(row.frames for row in of)

    def took(name: str) -> float:
        return median(row.milliseconds for row in phones if row.reader == name and row.size == SMALLEST)

    yield Figure("phones", "frames with a phone that are read", read(decode.OURS), "%")
    for name in dict.fromkeys(row.reader for row in phones if row.reader not in (decode.PASS, decode.CONVERSION)):
        if name not in (decode.OURS, decode.WHOLE_WAY):
            yield Figure("phones", f"read, beside {name}", read(decode.OURS) / read(name), "x", least=1, kept=not quick)
            yield Figure("phones", f"time, beside {name}", took(decode.OURS) / took(name), "x")
    wrong = sum(row.wrong for row in rows if row.reader == decode.OURS)
    yield Figure("phones", "frames that are misread", wrong, "", most=0, kept=True)
    held = misreads.show(2 if quick else 30)
    counted = sum(row.wrong for row in held if row.reader == misreads.OURS)
    yield Figure("phones", "phones whose misread counts", counted, "", most=0, kept=True)
