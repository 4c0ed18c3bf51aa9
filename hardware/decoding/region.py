"""Where on a plane a code may be: where it is busiest. It knows pixels, not codes.

A symbol is black and white in narrow steps, across and down, over an area; a wall, a face or a line of letters is not.
How busy a tile is counts against the range of light in the whole frame, so that a dark frame is no less busy than a
bright one. The figures are measured (tests/benchmarks/decode.py): of the frames that any reader of codes could read,
all are found, and two of three frames without a phone hold no place at all.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hardware.ports import GreyFrame

TILE = 24  # pixels across and down
NTH = 3  # steps across are looked at in every 3rd row, steps down in every 3rd column
BUSY = 0.16  # mean step between neighbours in a window of 2 x 2 tiles, of the frame's range of light
NEAR = 0.10  # the same, for a tile that belongs to a place
MARGIN = 2  # tiles around it
DARKEST, BRIGHTEST = 0.01, 0.99  # of the pixels: fewer are not taken for the frame's range of light
SLACK = 4  # of 255, added to that range: in the dark it is all noise

Place: TypeAlias = tuple[slice, slice]  # rows and columns of the plane that was looked at


def busiest(plane: GreyFrame) -> Place | None:
    """Where a code may be; None: nowhere. `plane`: a small one, 360 or so pixels high."""
    tiles = _tiles(plane)
    if tiles is None:
        return None
    windows = (tiles[1:, 1:] + tiles[:-1, 1:] + tiles[1:, :-1] + tiles[:-1, :-1]) / 4
    best = int(windows.argmax())
    top, left = divmod(best, windows.shape[1])
    if windows[top, left] < BUSY:
        return None
    return _grown(tiles >= NEAR, top, left)


def _tiles(plane: GreyFrame) -> NDArray[np.float32] | None:
    """How busy each tile is; None: there are not two by two."""
    high, wide = (plane.shape[0] - 1) // TILE, (plane.shape[1] - 1) // TILE
    if high < 2 or wide < 2:
        return None
    rows, columns = high * TILE, wide * TILE
    across = _apart(plane[:rows:NTH, :columns], plane[:rows:NTH, 1 : columns + 1])
    down = _apart(plane[:rows, :columns:NTH], plane[1 : rows + 1, :columns:NTH])
    sums = _sums(across, high, wide) + _sums(down, high, wide)
    busy: NDArray[np.float32] = sums * np.float32(NTH / TILE**2 / _range_of_light(plane))
    return busy


def _sums(pixels: GreyFrame, high: int, wide: int) -> NDArray[np.uint32]:
    """Of each tile; its rows are added first, which is quicker."""
    rows = pixels.reshape(high, pixels.shape[0] // high, -1).sum(axis=1, dtype=np.uint16)
    sums: NDArray[np.uint32] = rows.reshape(high, wide, -1).sum(axis=2, dtype=np.uint32)
    return sums


def _apart(one: GreyFrame, other: GreyFrame) -> GreyFrame:
    """Of each two pixels, without leaving bytes, which are quick."""
    return np.maximum(one, other) - np.minimum(one, other)


def _range_of_light(plane: GreyFrame) -> float:
    some = plane[::8, ::8].ravel()
    low, high = int(DARKEST * some.size), int(BRIGHTEST * some.size)
    ordered = np.partition(some, (low, high))
    return float(ordered[high]) - float(ordered[low]) + SLACK


def _grown(near: NDArray[np.bool_], top: int, left: int) -> Place:
    """The window of 2 x 2 tiles, grown as long as a tile beside it is busy, and its margin."""
    bottom, right = top + 2, left + 2
    grown = True
    while grown:
        up = top > 0 and bool(near[top - 1, left:right].any())
        down = bottom < near.shape[0] and bool(near[bottom, left:right].any())
        before = left > 0 and bool(near[top:bottom, left - 1].any())
        after = right < near.shape[1] and bool(near[top:bottom, right].any())
        top, bottom, left, right = top - up, bottom + down, left - before, right + after
        grown = up or down or before or after
    return (
        slice(max(top - MARGIN, 0) * TILE, (bottom + MARGIN) * TILE),
        slice(max(left - MARGIN, 0) * TILE, (right + MARGIN) * TILE),
    )
