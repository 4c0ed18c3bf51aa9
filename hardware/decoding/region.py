"""Where on a plane a code may be: where it is busiest. It knows pixels, not codes.

A symbol is black and white in narrow steps, across and down, over an area; a wall, a face or a line of letters is not.
How busy a tile is counts against the range of light in the whole frame, so that a dark frame is no less busy than a
bright one. The figures are measured (tests/benchmarks/decode.py): of the frames that any reader of codes could read,
all are found, and two of three frames without a phone hold no place at all.
"""

import struct
from bisect import bisect
from itertools import accumulate, pairwise
from operator import add
from typing import TypeAlias

from PIL import Image, ImageChops

TILE = 24  # pixels across and down
NTH = 3  # steps across are looked at in every 3rd row, steps down in every 3rd column
BUSY = 0.16  # mean step between neighbours in a window of 2 x 2 tiles, of the frame's range of light
NEAR = 0.10  # the same, for a tile that belongs to a place
MARGIN = 2  # tiles around it
DARKEST, BRIGHTEST = 0.01, 0.99  # of the pixels: fewer are not taken for the frame's range of light
SLACK = 4  # of 255, added to that range: in the dark it is all noise

Plane: TypeAlias = Image.Image  # grey, "L"
Place: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom: pixels of the plane that was looked at
Tiles: TypeAlias = list[list[float]]  # rows of them


def busiest(plane: Plane) -> Place | None:
    """Where a code may be; None: nowhere. `plane`: a small one, 360 or so pixels high."""
    tiles = _tiles(plane)
    if not tiles:
        return None
    light = _range_of_light(plane)
    pairs = [list(map(add, row, row[1:])) for row in tiles]
    windows = [list(map(add, upper, lower)) for upper, lower in pairwise(pairs)]
    most = max(map(max, windows))
    if most / 4 < BUSY * light:
        return None
    top = next(number for number, row in enumerate(windows) if most in row)
    return _grown(tiles, top, windows[top].index(most), NEAR * light)


def thinned(plane: Plane, across: int, down: int) -> Plane:
    """Every so many columns' and rows' pixel, from the first one on."""
    size = (-(-plane.width // across), -(-plane.height // down))
    first = (0.5 - across / 2, 0.5 - down / 2)  # it takes what the middle of a new pixel falls on
    grid = (across, 0, first[0], 0, down, first[1])
    return plane.transform(size, Image.Transform.AFFINE, grid, Image.Resampling.NEAREST)


def _tiles(plane: Plane) -> Tiles:
    """How busy each tile is, in steps of light; none: there are not two by two."""
    wide, high = (plane.width - 1) // TILE, (plane.height - 1) // TILE
    if high < 2 or wide < 2:
        return []
    columns, rows = wide * TILE, high * TILE
    lines = thinned(plane.crop((0, 0, columns + 1, rows)), 1, NTH)
    stripes = thinned(plane.crop((0, 0, columns, rows + 1)), NTH, 1)
    across = _steps(lines, (1, 0), (TILE, TILE // NTH))
    down = _steps(stripes, (0, 1), (TILE // NTH, TILE))
    steps = list(map(add, across, down))
    return [steps[row : row + wide] for row in range(0, high * wide, wide)]


def _steps(plane: Plane, way: tuple[int, int], tile: tuple[int, int]) -> list[float]:
    """The mean step that way in each tile of this size."""
    size = (plane.width - way[0], plane.height - way[1])
    steps = ImageChops.difference(plane.crop((0, 0, *size)), plane.crop((*way, plane.width, plane.height)))
    means = steps.convert("F").reduce(tile)  # of bytes, they would be rounded
    return [mean for (mean,) in struct.iter_unpack("f", means.tobytes())]


def _range_of_light(plane: Plane) -> float:
    counts = list(accumulate(thinned(plane, 8, 8).histogram()))
    dark, bright = (bisect(counts, int(share * counts[-1])) for share in (DARKEST, BRIGHTEST))
    return bright - dark + SLACK


def _grown(tiles: Tiles, top: int, left: int, near: float) -> Place:
    """The window of 2 x 2 tiles, grown as long as a tile beside it is busy, and its margin."""
    bottom, right = top + 2, left + 2
    grown = True
    while grown:
        up = top > 0 and max(tiles[top - 1][left:right]) >= near
        down = bottom < len(tiles) and max(tiles[bottom][left:right]) >= near
        before = left > 0 and max(row[left - 1] for row in tiles[top:bottom]) >= near
        after = right < len(tiles[0]) and max(row[right] for row in tiles[top:bottom]) >= near
        top, bottom, left, right = top - up, bottom + down, left - before, right + after
        grown = up or down or before or after
    return (
        *(max(left - MARGIN, 0) * TILE, max(top - MARGIN, 0) * TILE),
        *((right + MARGIN) * TILE, (bottom + MARGIN) * TILE),
    )
