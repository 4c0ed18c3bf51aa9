"""The process in which strangers' pictures are read: `python -m hardware.decoding.child`, started by
`hardware.decoding.process`.

Readers of codes have aborted, looped and overflowed on crafted pictures. So this process has limits on time and memory,
can do little but reckon and answer (`confinement`), and holds nothing but a socket to its parent and the plane that is
to be read, which it can't change. It ends when its parent does. What goes wrong here ends the process; the parent
starts another.
"""

import importlib
import mmap
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Protocol, cast

from PIL import Image

from hardware.decoding.confinement import confine
from hardware.decoding.protocol import FAILED, LONGEST_WORD, QUESTION, READY, ROOM, Code, packed
from hardware.decoding.region import Plane


class Reader(Protocol):
    """Reads a plane. `what`: with which libraries."""

    @property
    def what(self) -> str:
        """With which libraries it reads."""

    def __call__(self, plane: Plane) -> Iterable[Code]:
        """The codes on a plane."""


def main(
    channel: int,
    memory: int,
    reader: str,
    bytes_more: int,
    seconds: float,
    give_up: Callable[[int], None] | None = None,
) -> None:
    """Answer questions until the parent is gone.

    `channel`, `memory`: descriptors of the socket and of the shared memory. `reader`: "module:name" of a function that
    makes a Reader. `bytes_more`: how much more memory it may use than at its start; `seconds`: how long one plane may
    take when nobody is left who would watch the time. `give_up`: `confine`, in all but its tests.
    """
    with socket.socket(fileno=channel) as parent, mmap.mmap(memory, ROOM, prot=mmap.PROT_READ) as shared:
        os.close(memory)
        try:
            read = _made(reader)
            (give_up or confine)(bytes_more)
        except Exception as error:  # noqa: BLE001 - whatever keeps a library from loading, a technician should see
            parent.send(FAILED + _word(str(error) or type(error).__name__))
            return
        parent.send(READY + _word(read.what))
        while question := parent.recv(QUESTION.size):
            number, height, width = QUESTION.unpack(question)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            pixels = cast("bytes", memoryview(shared)[: height * width])  # Pillow takes any buffer
            plane = Image.frombuffer("L", (width, height), pixels, "raw", "L", 0, 1)  # not a copy
            answer = packed(number, read(plane))
            del pixels, plane
            signal.setitimer(signal.ITIMER_REAL, 0)
            parent.send(answer)


def _made(reader: str) -> Reader:
    module, _, name = reader.partition(":")
    make = cast("Callable[[], Reader]", getattr(importlib.import_module(module), name))
    return make()


def _word(text: str) -> bytes:
    return text.encode("ascii", errors="replace")[:LONGEST_WORD]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
