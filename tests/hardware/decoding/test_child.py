"""The process that reads, as its parent sees it: what it says and when it ends. Here it runs in a thread's stead."""

import mmap
import os
import socket
import threading
from collections.abc import Callable

import numpy as np
import pytest
from rough_readers import TEXT, Mood, frame

from hardware.decoding.child import main
from hardware.decoding.protocol import FAILED, LONGEST_WORD, QUESTION, READY, ROOM, unpacked

Ask = Callable[[socket.socket, mmap.mmap], None]


def conversation(reader: str, ask: Ask) -> None:
    """Run `main` on this thread, as it needs its timer, and the parent's side on another."""
    parent, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent.settimeout(20)
    shared = os.memfd_create("frame")
    os.ftruncate(shared, ROOM)
    failed: list[BaseException] = []

    def asking() -> None:
        try:
            with parent, mmap.mmap(shared, ROOM) as plane:
                ask(parent, plane)
        except BaseException as error:  # noqa: BLE001 - raised below, where pytest sees it
            failed.append(error)

    thread = threading.Thread(target=asking)
    thread.start()
    main(child.detach(), os.dup(shared), reader, 0, 20.0, lambda _: None)
    thread.join(20)
    os.close(shared)
    if failed:
        raise failed[0]


def test_it_says_what_it_reads_with_and_answers_until_its_parent_is_gone() -> None:
    def ask(parent: socket.socket, shared: mmap.mmap) -> None:
        assert parent.recv(LONGEST_WORD + 1) == READY + b"rough reader"
        for number, mood in enumerate((Mood.QR, Mood.NOTHING, Mood.BOTH)):
            plane = frame(mood)
            np.frombuffer(shared, np.uint8, plane.size)[:] = plane.ravel()
            parent.send(QUESTION.pack(number, *plane.shape))
            assert {code.text for code in unpacked(parent.recv(1000), number)} == ({TEXT} if mood else set())

    conversation("rough_readers:Rough", ask)


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        ("rough_readers:missing", b"no library that reads codes"),
        ("rough_readers:nobody", b"module 'rough_readers' has no attribute 'nobody'"),
        ("rough_readers_that_are_not_there:Rough", b"No module named"),
    ],
)
def test_a_reader_that_can_not_be_made_is_told_in_a_line_and_it_ends(reader: str, why: bytes) -> None:
    def ask(parent: socket.socket, shared: mmap.mmap) -> None:
        assert parent.recv(LONGEST_WORD + 1).startswith(FAILED + why)
        assert len(shared) == ROOM
        assert parent.recv(1) == b""

    conversation(reader, ask)
