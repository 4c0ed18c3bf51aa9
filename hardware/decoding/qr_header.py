"""The first thing a QR says: whether it is a whole text, or one of up to sixteen parts of one (structured append).

ISO/IEC 18004: the data begin in the lower right corner, going up in two columns, under a mask; their first four bits
are the mode, 0011 for a part.
"""

from collections.abc import Callable

PART = (0, 0, 1, 1)
MASKS: tuple[Callable[[int, int], bool], ...] = (  # whether a module at (row, column) is turned over
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)


def is_part(modules: memoryview, mask: int) -> bool:
    """Whether the symbol, a square of its modules without a quiet zone, a byte each, dark ones below 128, under `mask`
    (0 to 7), is one of several.
    """
    last = len(modules) - 1
    places = ((last, last), (last, last - 1), (last - 1, last), (last - 1, last - 1))
    return tuple(int((modules[place] < 128) != MASKS[mask](*place)) for place in places) == PART
