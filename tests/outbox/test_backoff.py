import pytest

from kiosk.outbox.backoff import LONGEST, delay


@pytest.mark.parametrize(("attempts", "most"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (11, 300), (100_000, 300)])
def test_the_pause_is_anything_up_to_a_limit_that_doubles_to_five_minutes(attempts: int, most: float) -> None:
    pauses = [delay(attempts) for _ in range(2000)]
    assert LONGEST == 300
    assert min(pauses) >= 0
    assert max(pauses) <= most
    # Full jitter: the whole span is used. Each of these fails once in 10**20 runs or less.
    assert min(pauses) < most * 0.05
    assert max(pauses) > most * 0.95
