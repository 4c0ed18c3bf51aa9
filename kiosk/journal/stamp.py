"""When something was written: the wall clock's time, how good that was, and the time since the machine started."""

import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # proc(5)


class Quality(StrEnum):
    """How good the wall clock's time is."""

    SYNCHRONISED = "synchronised"  # by network time, or it agreed with the gateway's
    RESTORED = "restored"  # carried over from before the start: not before what was written last
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stamp:
    """`boot_us`: microseconds since the machine started, also while it slept. `boot_id` names that start."""

    quality: Quality
    boot_id: str
    boot_us: int


def stamp(quality: Quality) -> Stamp:
    """The present, on this machine."""
    return Stamp(quality, _boot_id(), time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)


@cache  # a write needs no descriptor of its own
def _boot_id() -> str:
    return BOOT_ID.read_text(encoding="ascii").strip()
