"""How long to wait before the next try. Pure, but for the dice."""

from tenacity import RetryCallState, Retrying, wait_random_exponential

LONGEST = 300.0  # seconds between two tries, at most

_RETRYING = Retrying(wait=wait_random_exponential(multiplier=1.0, max=LONGEST))


def delay(attempts: int) -> float:
    """Seconds to wait after `attempts` (1, 2, 3...) failed tries: full jitter, so anything from 0 to
    min(2 ** (attempts - 1), LONGEST). Kiosks that lost the same server do not come back to it all at once.
    """
    state = RetryCallState(_RETRYING, fn=None, args=(), kwargs={})
    state.attempt_number = attempts
    return _RETRYING.wait(state)
