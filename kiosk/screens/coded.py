"""Where a code goes on a display, and the words around it: the code first, as large as it can be, then the amount."""

from PIL import Image

from kiosk.sale.panel import Line, Panel, Text
from kiosk.screens.layout import FLAT, SQUARE, Bar, Layout, Words, bar_of, row_of, sorted_words
from kiosk.screens.pieces import Box, Piece, fitted, largest, rows
from kiosk.screens.qr import CodeNotShowable, qr, snug
from kiosk.screens.texts import Language, amount_parts, parts, spoken

GAP = 2  # pixels between a code and words beside it
COLUMN = 13  # pixels: the least for words that read downwards
AIR = 4  # pixels between words in one line


def coded(panel: Panel, code: str, language: Language, size: tuple[int, int], *, large: bool) -> Layout:
    """A screen with a code. Raises CodeNotShowable."""
    words = sorted_words(panel, language, size[1], large=large)
    if any(line.text is Text.MORE_TIME for line in panel.lines):
        words.heading.clear()  # what is said of the time goes before what is said of the code
    width, height = size
    place = _Place(panel, words, spoken(panel, language), code)
    if width * 4 >= height * 5:
        return place.beside(width, height)
    return place.below(width, height)


class _Place:
    """One code and its words, to be placed."""

    def __init__(self, panel: Panel, words: Words, language: Language, code: str) -> None:
        self._panel = panel
        self._words = words
        self._language = language
        self._code = code

    def beside(self, width: int, height: int) -> Layout:
        """A wide display: the code on the left, words on the right."""
        side = snug(self._code, min(height, width * 5 // 8))
        row = row_of(height) - (1 if height <= SQUARE else 0)
        top = (height - side) // 2
        left, foot = side + GAP + (top if height > SQUARE else 0), height - bar_of(height) - 1
        said = self._words.heading
        hints = [hint for line in self._words.others + self._words.hints for hint in line.split("  ")]
        hints = [] if height <= FLAT else hints  # the amount needs their room
        upper, lower = len(said) * row, foot - len(hints) * row
        pieces = rows(said, (left, 0, width, upper), row)
        pieces += self._amounts((left, upper, width, lower), row)
        pieces += rows(hints, (left, lower, width, foot), row)
        bar = self._bar((left, foot + 1, width, height))
        return Layout(tuple(pieces), (qr(self._code, side), (min(top, left), top)), bar)

    def below(self, width: int, height: int) -> Layout:
        """A square or tall display: the code above; below it as many words as it leaves room for."""
        row = row_of(height)
        small = height <= SQUARE
        for kept in (row, 0) if small else (row * 2, row, 0):
            try:
                side = snug(self._code, min(width, height - kept))
            except CodeNotShowable:
                if kept == 0:
                    raise
                continue
            return self._narrow(width, height, side) if small else self._tall(width, height, side)
        raise AssertionError("the last turn of the loop returns or raises")

    def _narrow(self, width: int, height: int, side: int) -> Layout:
        """The words read downwards at the code's right; below it stand the amount and what keys do."""
        words, row = self._words, row_of(height)
        pieces: list[Piece] = []
        head, column, bar = " ".join(words.heading), width - side, self._bar((width - 3, 0, width, side))
        hints = words.others + words.hints
        if not head:
            head, hints = "  ".join(hints), []
        foot = (0, side, width, height)
        if height - side >= row - 3:
            if words.amounts:
                two = height - side >= 2 * row  # lines
                at = width if two or not hints else width * 10 // 16
                last = height - row if two else height
                pieces += self._amounts((0, side, at, last), row, whole=True)
                space = (0, last, width, height) if two else (at + AIR, side, width, height)
                pieces += [fitted("  ".join(hints), space, row if two else COLUMN)] if hints else []
            else:
                pieces += [fitted("  ".join([head, *hints]), foot, row - 1)]
                head = ""
        if head and column >= COLUMN:
            pieces.append(fitted(head, (side, 0, width - (4 if bar else 0), side), COLUMN, turned=True))
        return Layout(tuple(pieces), (qr(self._code, side), (0, 0)), bar if column >= 4 else None)

    def _tall(self, width: int, height: int, side: int) -> Layout:
        """The bar of time under the code, then the amount, then the other words in one line or more."""
        words, row = self._words, row_of(height)
        left, under = (width - side) // 2, side + bar_of(height) + 2
        bar = self._bar((left, side + 2, left + side, under))
        room = height - under
        said = [" ".join(words.heading)] if words.heading else []
        said += words.others + words.hints
        said = said if room >= row * (len(said) + 2) else ["   ".join(said)]
        if not words.amounts:
            kept = said if room >= row * len(said) else []
            return Layout(tuple(rows(kept, (0, under, width, height), row)), self._placed(side, left), bar)
        foot = height - len(said) * row * 4 // 5
        if foot - under < row:
            said, foot = [], height
        pieces = self._amounts((0, under, width, foot), row, whole=True) if room >= row * 3 // 4 else []
        pieces += rows(said, (2, foot, width - 2, height), row * 4 // 5)
        return Layout(tuple(pieces), self._placed(side, left), bar)

    def _placed(self, side: int, left: int) -> tuple[Image.Image, tuple[int, int]]:
        return qr(self._code, side), (left, 0)

    def _bar(self, box: Box) -> Bar | None:
        time = self._panel.time
        return Bar(box, time.left / time.whole, time.hurry) if time else None

    def _amounts(self, box: Box, row: int, *, whole: bool = False) -> list[Piece]:
        return [piece for line in self._words.amounts for piece in self._amount(line, box, row, whole=whole)]

    def _amount(self, line: Line, box: Box, row: int, *, whole: bool) -> list[Piece]:
        """In one line, or in a narrow box with the currency over or under a larger number."""
        x0, y0, x1, y1 = box
        one = largest(" ".join(parts(line, self._language)), box)
        if whole or line.amount is None or one.font.size >= row or y1 - y0 < row * 2:
            return [one]
        before, number, after = amount_parts(line.amount, self._language)
        cut = (y0 + row - 2) if before else (y1 - row + 2)
        upper, lower = (x0, y0, x1, cut), (x0, cut, x1, y1)
        large = largest(number, lower if before else upper)
        unit = fitted(before or after, upper if before else lower, row)
        return [unit, large] if before else [large, unit]
