"""Which system calls the process that reads may make: a list of what reading needs, as a program for the kernel.

A call that is not on it fails with EPERM, as it does where a policy of the machine forbids it: libraries bear that, and
a kiosk whose library asks one question more than this one knows goes on selling. The program is classic BPF over
`struct seccomp_data` (seccomp(2)); own, for no library on PyPI binds libseccomp.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

# what reading needs: memory, its socket, its timer, the time, and ending; by threads of its own libraries, too
CALLS: Mapping[str, Mapping[str, int]] = {  # asm/unistd_64.h, and asm-generic/unistd.h for the other
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
        "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28, "setitimer": 38, "getpid": 39,
        "sendto": 44, "recvfrom": 45, "exit": 60, "gettimeofday": 96, "sigaltstack": 131, "gettid": 186, "futex": 202,
        "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_nanosleep": 230,
        "exit_group": 231, "set_robust_list": 273, "getcpu": 309, "getrandom": 318, "membarrier": 324, "rseq": 334,
    },
    "aarch64": {
        "read": 63, "write": 64, "close": 57, "munmap": 215, "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135,
        "rt_sigreturn": 139, "sched_yield": 124, "mremap": 216, "madvise": 233, "setitimer": 103, "getpid": 172,
        "sendto": 206, "recvfrom": 207, "exit": 93, "gettimeofday": 169, "sigaltstack": 132, "gettid": 178, "futex": 98,
        "sched_getaffinity": 123, "restart_syscall": 128, "clock_gettime": 113, "clock_nanosleep": 115,
        "exit_group": 94, "set_robust_list": 99, "getcpu": 168, "getrandom": 278, "membarrier": 283, "rseq": 293,
    },
}  # fmt: skip


class Machine(NamedTuple):
    """What of the kernel's interface differs. `audit`: the architecture as seccomp says it; the others: calls."""

    audit: int
    mmap: int
    mprotect: int
    tgkill: int
    seccomp: int


MACHINES: Mapping[str, Machine] = {
    "x86_64": Machine(audit=0xC000003E, mmap=9, mprotect=10, tgkill=234, seccomp=317),
    "aarch64": Machine(audit=0xC00000B7, mmap=222, mprotect=226, tgkill=131, seccomp=277),
}
PROT_EXEC = 4
EPERM = 1
ALLOW, FORBID, KILL = 0x7FFF0000, 0x00050000 | EPERM, 0x80000000  # SECCOMP_RET_...
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; of an argument the lower half comes first
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JSET|K, BPF_RET|K
INSTRUCTION = struct.Struct("<HBBI")  # struct sock_filter: code, how far to go on where it is so, and where not, value


def program(machine: str, process: int) -> bytes:
    """The filter for a machine, as `platform.machine` calls it, and the process of this id. KeyError: not known."""
    return b"".join(INSTRUCTION.pack(*instruction) for instruction in _instructions(machine, process))


def _instructions(machine: str, process: int) -> Iterator[tuple[int, int, int, int]]:
    known = MACHINES[machine]
    yield LOAD, 0, 0, ARCHITECTURE
    yield EQUAL, 1, 0, known.audit
    yield RETURN, 0, 0, KILL  # numbers of another architecture's calls mean other calls
    yield LOAD, 0, 0, NUMBER
    for number in CALLS[machine].values():
        yield EQUAL, 0, 1, number
        yield RETURN, 0, 0, ALLOW
    for number in (known.mmap, known.mprotect):  # memory, but none that can be run
        yield EQUAL, 0, 4, number
        yield LOAD, 0, 0, ARGUMENTS + 2 * 8
        yield ANY_BIT, 1, 0, PROT_EXEC
        yield RETURN, 0, 0, ALLOW
        yield RETURN, 0, 0, FORBID
    yield EQUAL, 0, 4, known.tgkill  # as abort() ends a process; no other can be ended
    yield LOAD, 0, 0, ARGUMENTS
    yield EQUAL, 0, 1, process
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, FORBID
    yield RETURN, 0, 0, FORBID
