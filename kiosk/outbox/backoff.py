"""How long to wait before the next try. Pure, but for the dice."""

import random

LONGEST = 300.0  # seconds between two tries, at most
_DOUBLED = 9  # times until that is reached


def delay(attempts: int) -> float:
    """Seconds to wait after `attempts` (1, 2, 3...) failed tries: full jitter, so anything from 0 to
    min(2 ** (attempts - 1), LONGEST). Kiosks that lost the same server do not come back to it all at once.
    """
    return random.uniform(0, min(2.0 ** min(attempts - 1, _DOUBLED), LONGEST))  # noqa: S311 - no secret
