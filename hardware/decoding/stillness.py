"""Whether anything changed since a frame that held no code. It knows pixels and times, not what is on them.

Compared are the brightness and the sharpness of tiles: noise is averaged away, a far phone still fills some tiles, and
one that was there but out of focus shows by its sharpness. Wrongly "changed" costs one reading; wrongly "still" keeps a
shopper waiting, so twice a second a frame counts as changed anyway.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.ports import GreyFrame

TILE = 32  # pixels across and down
ROWS, COLUMNS = 8, 4  # every 4th pixel of every 8th row is looked at
LOOKED_AT = TILE // ROWS * (TILE // COLUMNS)  # pixels of a tile
AGAIN = 0.5  # seconds after which a frame counts as changed anyway
LINGER = 2.0  # seconds after a code in which every frame does: it may be read from one frame and not from the next
FLICKER = 1.5  # of 255: what lamps on the mains change a tile's mean
SURE = 5.0  # standard deviations of a tile's mean; there are a thousand tiles
LOUD = 12.0  # of 255: no noise hides a greater change
MEDIAN_OF_NOISE = 0.954  # median of the difference of two pixels, for noise of one standard deviation


@dataclass(frozen=True, slots=True)
class _Look:
    """Tiles of a frame: means of brightness and of steps between neighbours; and what noise makes of such a mean."""

    tiles: NDArray[np.float32]
    noise: float


class Stillness:
    """Remembers the last frame that held no code."""

    def __init__(self) -> None:
        self._empty: _Look | None = None
        self._at = 0.0
        self._code_at = float("-inf")
        self._look: _Look | None = None

    def still(self, frame: GreyFrame, now: float) -> bool:
        """Whether the frame shows what one without a code did. `now`: seconds of a monotonic clock."""
        self._look = look = _look(frame)
        before = self._empty
        if look is None or before is None or before.tiles.shape != look.tiles.shape:
            return False
        if now - self._at >= AGAIN or now - self._code_at < LINGER:
            return False
        allowed = min(FLICKER + SURE * max(look.noise, before.noise), LOUD)
        return bool(np.abs(look.tiles - before.tiles).max() <= allowed)

    def held(self, *, code: bool, now: float) -> None:
        """Whether a code was on the frame asked for last."""
        self._empty, self._at = self._look, now
        if code:
            self._code_at = now

    def forget(self) -> None:
        """Begin anew: the next frame is read."""
        self._empty, self._code_at = None, float("-inf")


def _look(frame: GreyFrame) -> _Look | None:
    """None: the frame is smaller than a tile."""
    high, wide = frame.shape[0] // TILE, (frame.shape[1] - COLUMNS // 2) // TILE
    if not high or not wide:
        return None
    rows = frame[: high * TILE : ROWS]
    bright = rows[:, : wide * TILE : COLUMNS]
    beside = rows[:, COLUMNS // 2 : COLUMNS // 2 + wide * TILE : COLUMNS]
    steps = np.maximum(bright, beside) - np.minimum(bright, beside)
    some = steps[::2, ::4].ravel()
    middle = float(np.partition(some, some.size // 2)[some.size // 2])
    noise = middle / MEDIAN_OF_NOISE / LOOKED_AT**0.5
    return _Look(np.stack([_means(bright, high, wide), _means(steps, high, wide)]), noise)


def _means(pixels: GreyFrame, high: int, wide: int) -> NDArray[np.float32]:
    """Of each tile; the rows are added first, which is quicker."""
    down = pixels.reshape(high, TILE // ROWS, -1).sum(axis=1, dtype=np.uint16)
    sums = down.reshape(high, wide, TILE // COLUMNS).sum(axis=2, dtype=np.uint16)
    means: NDArray[np.float32] = np.divide(sums, LOOKED_AT, dtype=np.float32)
    return means
