"""What becomes of a result that is refused: at the borders of each time."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.outbox.refusal import SetAside, Wait, verdict

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
QUARTER, HOUR, DAYS = timedelta(minutes=15), timedelta(hours=1), timedelta(days=3)


@pytest.mark.parametrize(
    ("since", "set_aside", "gone", "becomes"),
    [
        (None, False, False, Wait()),
        (QUARTER - SECOND, False, False, Wait()),
        (QUARTER, False, False, SetAside(NOW + HOUR)),
        (None, True, False, SetAside(NOW + HOUR)),  # one that was set aside before times were noted
        (DAYS - SECOND, True, False, SetAside(NOW + HOUR)),
        (DAYS, True, False, SetAside(None)),
        (DAYS, False, False, SetAside(NOW + HOUR)),  # it was switched off meanwhile: it gets its tries all the same
        (None, False, True, SetAside(None)),
        (QUARTER, True, True, SetAside(None)),
        (-HOUR, False, False, Wait()),  # the clock was set back
    ],
)
def test_the_times(since: timedelta | None, set_aside: bool, gone: bool, becomes: Wait | SetAside) -> None:  # noqa: FBT001 - a table
    refused_at = None if since is None else NOW - since
    assert verdict(NOW, refused_at=refused_at, set_aside=set_aside, gone=gone) == becomes
