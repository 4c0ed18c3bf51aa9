"""Readers for the decoder's process that do what crafted pictures have made real ones do. The first pixel says what."""

import contextlib
import ctypes
import encodings.idna  # noqa: F401 - before nothing can be opened any more
import math
import mmap
import os
import platform
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import NoReturn, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hardware.decoding import reader as reading
from hardware.decoding.protocol import Code, Symbol
from hardware.decoding.reader import Reader


class Mood(IntEnum):
    """The first pixel of a frame."""

    NOTHING = 0
    ABORT = 1
    LOOP = 2
    EAT = 3
    RAISE = 4
    RUBBISH = 5
    ANOTHER_FRAME = 6
    QR = 7
    BOTH = 8
    TOO_LONG = 9
    ESCAPE = 10
    HELD = 11  # which descriptors and which environment it has
    HOW_OFTEN = 12  # how many frames it was asked
    LEAVE = 13

    @classmethod
    def _missing_(cls, value: object) -> "Mood":  # noqa: ARG003 - any other pixel
        return cls.NOTHING


TEXT = "281010897274821897274821"


def frame(mood: Mood, *, light: int = 128) -> NDArray[np.uint8]:
    """A small frame that has a reader do this."""
    plane = np.full((96, 128), light, np.uint8)
    plane[0, 0] = mood
    return plane


def unhurried() -> Reader:
    """The real one, which makes every attempt, however busy the machine is."""
    reading.BUDGET = reading.BESIDE = math.inf
    return reading.reader()


class Rough:
    """Reads what its first pixel says."""

    what = "rough reader"

    def __init__(self) -> None:
        self.asked = 0
        self.open = sorted(str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink())

    def __call__(self, plane: Image.Image) -> list[Code]:  # noqa: RET503 - some cases do not return at all
        self.asked += 1
        match Mood(cast("int", plane.getpixel((0, 0)))):
            case Mood.NOTHING:
                return []
            case Mood.ABORT:
                os.abort()
            case Mood.LOOP:
                while True:
                    time.sleep(0.01)
            case Mood.EAT:
                return [Code(Symbol.QR, str(np.ones(2**28, np.uint8).sum()))]
            case Mood.RAISE:
                raise ValueError(TEXT)
            case Mood.RUBBISH:
                self._say(b"\x00" * 50)
            case Mood.ANOTHER_FRAME:
                self._say(b"\xff\xff\xff\xff\x00")
            case Mood.QR:
                return [Code(Symbol.QR, TEXT, at=(100 * self.asked, 0))]  # in a hand that moves
            case Mood.BOTH:
                return [Code(Symbol.CODE128, TEXT), Code(Symbol.QR, TEXT)]
            case Mood.TOO_LONG:
                return [Code(Symbol.QR, "9" * 4097), Code(Symbol.QR, ""), Code(Symbol.QR, TEXT)]
            case Mood.ESCAPE:
                done = [name for name, way in WAYS_OUT.items() if _tried(way) == "done"]
                return [Code(Symbol.QR, f"{len(WAYS_OUT)} tried"), *(Code(Symbol.QR, name) for name in done)]
            case Mood.HELD:
                return [Code(Symbol.QR, " ".join(self.open)), Code(Symbol.QR, " ".join(sorted(os.environ)))]
            case Mood.HOW_OFTEN:
                return [Code(Symbol.QR, str(self.asked))]
            case Mood.LEAVE:
                os._exit(7)

    def _say(self, answer: bytes) -> NoReturn:
        os.write(int(sys.argv[1]), answer)
        while True:
            time.sleep(1)


def _tried(way: Callable[[], object]) -> str:
    try:
        way()
    except (OSError, MemoryError, ValueError) as error:
        return type(error).__name__
    return "done"


def _call(number: int, *arguments: object) -> None:
    """A system call by its number, as shellcode makes it."""
    if LIBC.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _shrink() -> None:
    """Make any file that is open empty, wherever the plane may be among them."""
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            return
    raise OSError


def _write_plane() -> None:
    """Write into any file that is open; the socket is skipped, which would be an answer."""
    for descriptor in range(3, 64):
        if descriptor != int(sys.argv[1]):
            with contextlib.suppress(OSError):
                os.pwrite(descriptor, b"\xff", 0)
                return
            place = LIBC.mmap(None, 4096, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, descriptor, 0)
            if place != ctypes.c_void_p(-1).value:
                ctypes.memset(place, 255, 1)
                return
    raise OSError


def _parents_memory() -> None:
    """A byte of the parent, from where all programs have their code."""
    buffer = ctypes.create_string_buffer(1)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 1)
    remote = (ctypes.c_size_t * 2)(IN_PARENT, 1)
    _call(PROCESS_VM_READV[platform.machine()], PARENT, local, ctypes.c_ulong(1), remote, ctypes.c_ulong(1), 0)


def _run_memory() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def _thread() -> None:
    try:
        threading.Thread(target=time.time).start()
    except RuntimeError as error:
        raise OSError from error


LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
PARENT = os.getppid()
IN_PARENT = int(Path(f"/proc/{PARENT}/maps").read_text().partition("-")[0], 16)  # where its memory begins
PROCESS_VM_READV = {"x86_64": 310, "aarch64": 270}
PTRACE = {"x86_64": 101, "aarch64": 117}
BPF = {"x86_64": 321, "aarch64": 280}
VICTIM = Path(os.environ.get("PYTHONPATH", "").split(os.pathsep)[0]) / "victim"
WAYS_OUT: dict[str, Callable[[], object]] = {
    "read a file": lambda: Path("/etc/hostname").read_bytes(),
    "write a file": lambda: VICTIM.with_name("left-behind").write_bytes(b"0"),
    "remove a file": VICTIM.unlink,
    "open a file to all": lambda: VICTIM.chmod(0o777),
    "rename a file": lambda: VICTIM.rename(VICTIM.with_name("other")),
    "make a directory": lambda: VICTIM.with_name("directory").mkdir(),
    "link a file": lambda: VICTIM.with_name("link").symlink_to("/etc/passwd"),
    "see whether a file is there": VICTIM.stat,
    "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "make a socket": lambda: socket.socket(socket.AF_UNIX),
    "shrink the plane": _shrink,
    "write into the plane": _write_plane,
    "read the parent's memory": _parents_memory,
    "read the parent's memory as a file": lambda: Path(f"/proc/{PARENT}/mem").read_bytes(),
    "trace the parent": lambda: _call(PTRACE[platform.machine()], 16, PARENT, 0, 0),
    "end the parent": lambda: os.kill(PARENT, signal.SIGTERM),
    "ask whether the parent is there": lambda: os.kill(PARENT, 0),
    "have more open files": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    "limit the parent": lambda: resource.prlimit(PARENT, resource.RLIMIT_CPU, (0, 0)),
    "start a process": os.fork,
    "start a thread": _thread,
    "run a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - that is the attempt
    "have memory that can be run": _run_memory,
    "load a program into the kernel": lambda: _call(BPF[platform.machine()], 0, 0, 0),
    "be another user": lambda: os.setresuid(1, 1, 1),
    "duplicate a descriptor": lambda: os.dup(0),
    "go first": lambda: os.nice(-5),
}


def mute() -> Rough:
    """Is never ready."""
    while True:
        time.sleep(1)


def missing() -> Rough:
    """Can't be loaded."""
    raise ImportError("no library that reads codes: \x1b[31m pip install one")


def wordy() -> Rough:
    """Says something else than that it is ready."""
    os.write(int(sys.argv[1]), b"hello")
    return Rough()
