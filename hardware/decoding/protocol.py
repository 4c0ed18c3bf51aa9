"""What is read off a frame, and how it travels from the child process that reads to its parent.

The child may be in the hands of whoever made the picture: `unpacked` believes nothing. A text may be a payment code,
which charges its owner: no repr and no exception holds one.

What the child needs has named tuples, not dataclasses: those load inspect and what it stands on, a megabyte.
"""

import struct
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

ROOM = 64 * 1024 * 1024  # bytes that they share, used as far as frames are large
QUESTION = struct.Struct("<III")  # number of the frame, its height and its width: the plane is in the shared memory
READY, FAILED = b"+", b"-"  # the first byte the child says; then what it reads with, or why it can't
LONGEST_WORD = 200  # bytes of that
LONGEST = 4096  # characters of a text that is passed on
MOST = 16  # readings of one frame that are passed on
LARGEST_ANSWER = 200 * 1024  # bytes: MOST of the LONGEST texts, at 3 bytes a character as QR codes have them

_HEAD = struct.Struct("<IB")  # number of the frame, how many codes
_CODE = struct.Struct("<BBHHH")  # symbol, library, where across and down, bytes of its text in UTF-8


class Symbol(Enum):
    """The symbols that wallets show; no other is read."""

    QR = 0
    CODE128 = 1


class Library(Enum):
    """What read it."""

    ZXING = 0
    ZBAR = 1


class Code(NamedTuple):
    """One symbol on a frame, and its text, 1 to 4096 characters, as `by` reads it.

    `at`: the middle of it, in pixels of the frame across and down, 65,535 at most.
    """

    symbol: Symbol
    text: str
    by: Library = Library.ZXING
    at: tuple[int, int] = (0, 0)

    def __repr__(self) -> str:
        return f"Code({self.symbol.name}, by={self.by.name}, at={self.at})"


class BadAnswer(Exception):  # noqa: N818 - it is the answer that is bad
    """No reader of ours says such a thing."""


def packed(frame: int, codes: Iterable[Code]) -> bytes:
    """The answer for a frame: each code once, without those too long or beyond what may be passed on."""
    answer, count = bytearray(), 0
    for code in dict.fromkeys(codes):
        text = code.text.encode(errors="replace")
        fits = _HEAD.size + len(answer) + _CODE.size + len(text) <= LARGEST_ANSWER
        if 0 < len(code.text) <= LONGEST and fits and count < MOST:
            answer += _CODE.pack(code.symbol.value, code.by.value, *code.at, len(text)) + text
            count += 1
    return _HEAD.pack(frame, count) + bytes(answer)


def unpacked(answer: bytes, frame: int) -> tuple[Code, ...]:
    """The codes of an answer for this frame. BadAnswer: it is not one."""
    try:
        number, count = _HEAD.unpack_from(answer)
        if number != frame or count > MOST:
            raise BadAnswer
        codes, place = [], _HEAD.size
        for _ in range(count):
            symbol, library, across, down, length = _CODE.unpack_from(answer, place)
            place += _CODE.size + length
            text = str(answer[place - length : place], "utf-8")
            codes.append(Code(Symbol(symbol), text, Library(library), (across, down)))
    except (struct.error, ValueError):
        raise BadAnswer from None  # the error would quote the text
    if place != len(answer) or not all(0 < len(code.text) <= LONGEST for code in codes):
        raise BadAnswer
    return tuple(codes)
