"""Lines of the log for what is refused: the first at once, the others together."""

import asyncio

import pytest
from waits import until

from kiosk.serving.tally import MOST_REASONS, Tally

pytestmark = pytest.mark.anyio


async def test_the_first_is_told_at_once_and_the_rest_of_its_minute_together() -> None:
    told: list[str] = []
    tally = Tally(told.append, every=0.05)
    tally.add("too slow")
    assert told == ["1 too slow"]
    for _ in range(3):
        tally.add("too slow")
    tally.add("no HTTP")
    assert told == ["1 too slow"]
    await until(lambda: len(told) == 2)
    assert told[1] == "1 no HTTP, 3 too slow"


async def test_after_a_quiet_minute_the_next_is_told_at_once_again() -> None:
    told: list[str] = []
    tally = Tally(told.append, every=0.01)
    tally.add("too slow")
    await asyncio.sleep(0.1)
    tally.add("no HTTP")
    assert told == ["1 too slow", "1 no HTTP"]


async def test_a_stranger_who_varies_does_not_make_a_line_long() -> None:
    told: list[str] = []
    tally = Tally(told.append)
    for number in range(1001):
        tally.add(f"as {number}")
    tally.close()
    assert told[1].count(",") == MOST_REASONS
    assert "992 for other reasons" in told[1]


async def test_what_is_not_told_yet_is_told_at_the_end() -> None:
    told: list[str] = []
    tally = Tally(told.append)
    tally.add("too slow")
    tally.add("too slow")
    tally.close()
    tally.close()
    assert told == ["1 too slow", "1 too slow"]
