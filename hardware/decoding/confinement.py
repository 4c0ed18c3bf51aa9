"""What the process that reads gives up, for good: files, connections, other processes, new rights, and most calls.

Each wall stands by itself: limits, landlock where the kernel has it, and the list of calls. A process that can't be
confined reads nothing.
"""

import ctypes
import os
import platform
import resource
import struct
from pathlib import Path

from hardware.decoding.syscalls import MACHINES, program

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC = 1, 1
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF, LANDLOCK_VERSION = 444, 446, 1  # the same on all architectures
# what each version of landlock can forbid, in bits: files, then TCP, then signals and abstract sockets
FILES = {1: 13, 2: 14, 3: 15, 5: 16}
TCP, BEYOND = 2, 2
_libc = ctypes.CDLL(None, use_errno=True)


def confine(bytes_more: int) -> None:
    """Give up what reading does not need. Libraries must have been loaded. OSError: the kernel does not let us."""
    machine = platform.machine()
    if machine not in MACHINES or struct.calcsize("P") != 8:  # a 64-bit kernel runs 32-bit programs, too
        raise OSError(f"this machine, {machine}, is none that it can be confined on")
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    os.nice(5)  # keys, lamps and money go first
    _checked(_libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")  # no other process of ours looks in
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    _landlock()
    _limit(pages * resource.getpagesize() + bytes_more)
    _filter(machine)


def _limit(memory: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,  # a core file would hold pictures of payment codes
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def _landlock() -> None:
    """Forbid all that this kernel's landlock can: there is no rule that allows anything."""
    version = _libc.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_VERSION)
    if version < 1:
        return  # the kernel has none, or it is not switched on
    files = max(bits for since, bits in FILES.items() if since <= version)
    handled = [2**files - 1, *([2**TCP - 1] if version >= 4 else []), *([2**BEYOND - 1] if version >= 6 else [])]
    rules = struct.pack(f"={len(handled)}Q", *handled)
    ruleset = _checked(_libc.syscall(LANDLOCK_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0), "landlock")
    _checked(_libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock")
    os.close(ruleset)


def _filter(machine: str) -> None:
    """From here on, only the calls on the list; for all threads."""
    code = program(machine, os.getpid())
    instructions = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("@HP", len(code) // 8, ctypes.addressof(instructions))  # struct sock_fprog
    number = MACHINES[machine].seccomp
    set_mode = _libc.syscall(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, described)
    if thread := _checked(set_mode, "seccomp"):
        raise OSError(f"seccomp: thread {thread} can't be confined with the others")


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
