"""Where everything goes on a display: which words, in which letters, in which box. It draws nothing.

Three classes of display, by pixels of height: flat (64), square (128), tall (240 and more). The amount is the largest
thing on every screen that has one; a code goes before words.
"""

from dataclasses import dataclass, field, replace
from math import ceil

from PIL import Image

from kiosk.sale.panel import Line, Name, Panel, Text
from kiosk.screens.pieces import Box, Piece, Side, face, fitted, largest, rows
from kiosk.screens.texts import Language, parts, spoken

FLAT, SQUARE = 64, 199  # the highest of their classes
FLAT_BAR = 16  # pixels of a flat display, for a bar with two texts
MARGIN = 4  # pixels beside what stands on the left or right
HINTS = frozenset(  # lines that say what keys do
    {Text.CONFIRM_KEYS, Text.STAR_GIVES_UP, Text.STAR_BACK, Text.TRY_AGAIN, Text.OTHER_LANGUAGE}
)


@dataclass(frozen=True, slots=True)
class Bar:
    """The time left, as a part of a box that is lit: from its left, or from its foot where it stands."""

    box: Box
    part: float
    hurry: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """All that goes on a display. `code`: a square picture, and its left upper corner. `invitation`: the box of the
    picture of what to do.
    """

    pieces: tuple[Piece, ...]
    code: tuple[Image.Image, tuple[int, int]] | None = None
    bar: Bar | None = None
    invitation: Box | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A panel's words by what they are. `heading`: the first goes in a bar, or before a code."""

    heading: list[str]
    amounts: list[Line] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def sorted_words(panel: Panel, language: Language, height: int, *, large: bool) -> Words:
    """The words of a panel for a display so high; `large`: without hints."""
    told, first = spoken(panel, language), panel.lines[0]
    words = Words(parts(first, told, panel.kind))
    for line in panel.lines[1:]:
        said = parts(line, told, panel.kind)
        if line.text is Text.AMOUNT:
            words.amounts.append(line)
        elif line.text is Text.OPTION:
            words.options.extend(said)
        elif line.text is Text.OPERATOR and height <= FLAT:
            words.others.extend(said[-1:])
        elif line.text not in HINTS:
            words.others.extend(said)
        elif not large:
            words.hints.extend(said)
    return words


def row_of(height: int) -> int:
    """The height of a line of words."""
    return 14 if height <= FLAT else 17 if height <= SQUARE else max(26, height // 10)


def bar_of(height: int) -> int:
    """The height of the bar of time."""
    return 3 if height <= SQUARE else max(6, height // 40)


def plain(panel: Panel, language: Language, size: tuple[int, int], *, large: bool) -> Layout:
    """A screen without a code."""
    words = sorted_words(panel, language, size[1], large=large)
    amounts = [" ".join(parts(line, spoken(panel, language))) for line in words.amounts]
    width, height = size
    bar = Bar((0, height - bar_of(height), width, height), 0.0) if panel.time else None
    foot = height - (bar_of(height) + 1 if bar else 0)
    if panel.time and bar:
        bar = replace(bar, part=panel.time.left / panel.time.whole, hurry=panel.time.hurry)
    if words.options and height <= FLAT:
        return Layout(tuple(_options_flat(words, amounts, size)))
    if words.options:
        return Layout(tuple(_options(words, amounts, (width, foot), row_of(height))), bar=bar)
    if panel.name is Name.IDLE:
        return _invitation(words, size)
    return Layout(tuple(_stacked(words, amounts, (width, foot), row_of(height))), bar=bar)


def _heading(text: str, width: int, row: int) -> Piece:
    return fitted(text, (0, 0, width, row + 3), row, bar=True)


def _gap(height: int) -> int:
    """Pixels of air under the heading's bar."""
    return 1 if height <= FLAT else 3


def _stacked(words: Words, amounts: list[str], size: tuple[int, int], row: int) -> list[Piece]:
    """The heading in a bar, what belongs to it below, the amount as large as fits, and the rest at the foot."""
    width, height = size
    title, *more = words.heading
    below = words.others + words.hints
    if height <= FLAT and amounts and len(more) + len(below) > 2:  # three lines: the amount takes the heading's place
        return [*_flat(amounts[0], "", width), *rows(more + below, (0, FLAT_BAR, width, height), row - 1)]
    if amounts:  # which takes a line and a quarter at the least
        row = min(row, (height - 3) * 4 // (4 * (1 + len(more) + len(below)) + 5))
    top, foot = row + 3 + _gap(height), height - len(below) * row
    placed = [_heading(title, width, row)]
    if not amounts:
        return placed + rows(more + below, (0, top, width, height), row * 5 // 4)
    middle = top + len(more) * row
    placed += rows(more, (0, top, width, middle), row)
    placed += [largest(amount, (2, middle, width - 2, foot)) for amount in amounts]
    return placed + rows(below, (0, foot, width, height), row)


def _options(words: Words, amounts: list[str], size: tuple[int, int], row: int) -> list[Piece]:
    """The heading, the amount, the ways below one another, and the way back."""
    width, height = size
    title, *more = words.heading
    below = more or words.hints  # what is said of the time goes before the way back
    top, foot = row + 3 + _gap(height), height - len(below) * row
    space = (foot - top) // (4 * len(words.options) + 6)  # an amount takes as much as one and a half ways
    middle = top + 6 * space
    placed = [_heading(title, width, row), *[largest(amount, (0, top, width, middle)) for amount in amounts]]
    slot = min((foot - middle) // len(words.options), row * 2)
    ways = (MARGIN, middle, width, middle + slot * len(words.options))
    return [
        *placed,
        *rows(words.options, ways, min(row, slot), side=Side.LEFT),
        *rows(below, (0, foot, width, height), row),
    ]


def _options_flat(words: Words, amounts: list[str], size: tuple[int, int]) -> list[Piece]:
    """The amount and the way back in one bar, and the ways: there is no room for a heading."""
    width, height = size
    back = words.heading[0].split()[0] if len(words.heading) > 1 else "".join(words.hints)  # the seconds alone
    slot = min((height - FLAT_BAR) // len(words.options), 16)
    ways = (MARGIN, FLAT_BAR, width, FLAT_BAR + slot * len(words.options))
    return _flat(amounts[0], back, width) + rows(words.options, ways, slot + 1, side=Side.LEFT)


def _flat(amount: str, beside: str, width: int) -> list[Piece]:
    """A bar with the amount, and something else beside it."""
    if not beside:
        return [fitted(amount, (0, 0, width, FLAT_BAR - 1), FLAT_BAR + 2, bar=True)]
    cut = width - 2 * MARGIN - ceil(face(FLAT_BAR - 4).getlength(beside))
    return [
        fitted(amount, (MARGIN, 0, cut, FLAT_BAR - 1), FLAT_BAR + 2, side=Side.LEFT, bar=True),
        fitted(beside, (cut + MARGIN, 0, width - MARGIN, FLAT_BAR - 1), FLAT_BAR - 3, side=Side.RIGHT, bar=True),
    ]


def _invitation(words: Words, size: tuple[int, int]) -> Layout:
    """Who takes the money, what to do, and a picture of it."""
    width, height = size
    row = row_of(height)
    title, *more = words.heading
    if height <= FLAT:
        return _invitation_flat(words, width, height)
    said = [*more, *words.others, *words.hints]
    row = min(row, (height - row - 4) // max(1, len(said)))
    placed = [_heading(title, width, row_of(height))]
    top = row_of(height) + 5
    foot = height - row * len(said)
    return Layout(
        (*placed, *rows(said, (0, foot, width, height), row)), invitation=(MARGIN, top, width - MARGIN, foot - 2)
    )


def _invitation_flat(words: Words, width: int, height: int) -> Layout:
    """What keys do is told when one was pressed; the picture stands beside the other language."""
    title, *more = words.heading
    said, language = [*more, *words.others], words.hints[1:]
    row = row_of(height)
    top, foot = row + 4, height - row - 2
    cut = width // 2 if language else 0
    placed = [_heading(title, width, row), *rows(said, (0, top, width, foot), row)]
    placed += [fitted(text, (MARGIN, foot, cut, height), row, side=Side.LEFT) for text in language]
    return Layout(tuple(placed), invitation=(cut, foot, width - MARGIN, height))
