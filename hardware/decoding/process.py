"""The parent's side of the process that reads: starts it, asks it, watches its time, and ends it.

It knows processes, not codes' meaning. Planes go over in shared memory, which the child can neither change nor make
smaller under our feet; answers come back through a socket and are believed only as far as `protocol` does.
"""

import contextlib
import fcntl
import mmap
import os
import signal
import socket
import subprocess
import sys
import time

from hardware.decoding.protocol import (
    FAILED,
    LARGEST_ANSWER,
    LONGEST_WORD,
    QUESTION,
    READY,
    ROOM,
    BadAnswer,
    Code,
    unpacked,
)
from hardware.ports import GreyFrame

STARTING = 10.0  # seconds that it may take to load its libraries, from a slow card
F_SEAL_FUTURE_WRITE = 0x10  # linux/fcntl.h; Python has no name for it before 3.13
SEALS = F_SEAL_FUTURE_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
# Of our environment it gets what finds Python's modules and system libraries: there may be keys in the rest.
KEPT = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH")
# What enlarging a plane took goes back at once: else the C library keeps twice the largest plane there was.
SPARING = {"MALLOC_TRIM_THRESHOLD_": "131072"}


class Died(Exception):  # noqa: N818 - it is what happened
    """The process is no more. The message says why, in words that go behind "the decoder's process"."""


class Cage:
    """One process. `reader`: "module:name" of what makes its Reader. `memory`: bytes that it may use more than at its
    start; `limit`: seconds that a frame may take; `starting`: seconds that it may take to be ready.
    """

    def __init__(self, reader: str, memory: int, limit: float, starting: float = STARTING) -> None:
        self._limit = limit
        self._starting = starting
        self._frame = 0
        self._what: str | None = None
        self._began = time.monotonic()
        try:
            self._channel, self._shared, self._process = _started(reader, memory, limit)
        except OSError as error:
            raise Died(f"can't be started ({error.strerror})") from error

    @property
    def what(self) -> str | None:
        """What it reads with, once it is ready."""
        return self._what

    def ready(self, within: float) -> bool:
        """Wait for it to be ready, `within` seconds at most. Died: it will not be."""
        if self._what is None:
            left = self._began + self._starting - time.monotonic()
            try:
                word = self._heard(min(within, max(left, 0.001)), 1 + LONGEST_WORD)
            except TimeoutError:
                if left > within:
                    return False
                raise self._dead(f"was not ready within {self._starting:g} s") from None
            told = "".join(sign for sign in word[1:].decode("ascii", errors="replace") if sign.isprintable())
            if word[:1] == FAILED:
                raise self._dead(f"can't read: {told}")
            if word[:1] != READY:
                raise self._dead("answered what no reader says")
            self._what = told
        return True

    def read(self, frame: GreyFrame) -> tuple[Code, ...]:
        """The codes on the frame, as the process found them. Blocks up to `limit`. Died: it did not survive it."""
        import numpy as np  # noqa: PLC0415 - whoever made the frame has loaded it

        height, width = frame.shape
        if height * width > ROOM:
            raise ValueError(f"a frame of {width}x{height} pixels: expected at most {ROOM}")
        np.copyto(np.frombuffer(self._shared, np.uint8, height * width).reshape(height, width), frame)
        self._frame = (self._frame + 1) % 2**32
        try:
            self._channel.send(QUESTION.pack(self._frame, height, width))
            return unpacked(self._heard(self._limit, LARGEST_ANSWER + 1), self._frame)
        except BrokenPipeError:
            raise self._dead(None) from None
        except TimeoutError:
            raise self._dead(f"took longer than {self._limit:g} s for a frame") from None
        except BadAnswer:
            raise self._dead("answered what no reader says") from None

    def kill(self) -> None:
        """End it at once; a `read` under way in another thread raises Died."""
        self._process.kill()

    def close(self) -> None:
        """End it, and give back what it used."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
        self._shared.close()

    def _heard(self, within: float, most: int) -> bytes:
        self._channel.settimeout(within)
        try:
            message = self._channel.recv(most)
        except ConnectionResetError:  # it died with our question unread
            message = b""
        if not message:
            raise self._dead(None)
        return message

    def _dead(self, why: str | None) -> Died:
        """End it; `why` None: by itself, and its status tells."""
        if why is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # its socket closes a little before it ends
        self.close()
        return Died(why or _last_words(self._process.returncode))


def _started(reader: str, memory: int, limit: float) -> tuple[socket.socket, mmap.mmap, subprocess.Popen[bytes]]:
    """Our end of the socket, the memory that is shared, and the process. OSError leaves nothing open."""
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        channel, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.enter_context(channel)
        theirs.enter_context(far)
        file = os.memfd_create("frame", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        theirs.callback(os.close, file)
        os.ftruncate(file, ROOM)
        shared = ours.enter_context(mmap.mmap(file, ROOM))
        # a child that could make it smaller could end us, by SIGBUS; one that could write, show us another frame
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, SEALS)
        # -P -s: no module but those that are installed, whatever lies in a working directory or in a home
        command = [sys.executable, "-P", "-s", "-m", "hardware.decoding.child", str(far.fileno()), str(file), reader]
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, str(memory), str(2 * limit)],
            env={name: os.environ[name] for name in KEPT if name in os.environ} | SPARING,
            pass_fds=(far.fileno(), file),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",  # where only root can put anything
            start_new_session=True,  # Ctrl-C is the parent's
        )
        ours.pop_all()
    return channel, shared, process


def _last_words(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
