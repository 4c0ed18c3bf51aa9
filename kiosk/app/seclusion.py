"""The daemon's memory holds the keys that money goes by: no other process of the same user looks into it."""

import ctypes
import os

PR_SET_DUMPABLE = 4  # linux/prctl.h; 0: no ptrace, no /proc/PID/mem but for root, and no core file


def seclude() -> None:
    """Close this process to others, for good. OSError: the kernel does not let us."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"the daemon's memory can't be closed: {os.strerror(number)}")
