"""Another process of the same user, at the daemon's memory: kiosks run as a user of their own, and so does this."""

import subprocess
import sys

import pytest

from kiosk.app import seclusion
from kiosk.cli import running

NOBODY = 65534
OPEN = f"""
import ctypes, os, sys
from kiosk.app.seclusion import seclude
if os.geteuid() == 0:
    os.setgroups([])
    os.setuid({NOBODY})
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as a program is that was started by this user
"""
WAIT = "print(flush=True)\nsys.stdin.read()\n"
LOOK = "open(f'/proc/{sys.argv[1]}/mem', 'rb')\n"


def looked_into(holder: str) -> bool:
    """Whether a process of the same user can open the memory of one that holds something."""
    with subprocess.Popen([sys.executable, "-c", holder + WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as held:
        assert held.stdout is not None
        assert held.stdout.readline() == b"\n"
        look = [sys.executable, "-c", OPEN + LOOK, str(held.pid)]
        done = subprocess.run(look, capture_output=True, check=False, timeout=60)
        held.communicate()
    assert done.returncode == 0 or b"PermissionError" in done.stderr
    return done.returncode == 0


def test_only_where_it_is_secluded_nobody_looks_in() -> None:
    assert looked_into(OPEN)
    assert not looked_into(OPEN + "seclude()\n")


def test_the_daemon_is_secluded_before_it_reads_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise SystemExit(7)

    monkeypatch.setattr(seclusion, "seclude", stop)
    monkeypatch.setenv("KIOSK_CONFIG", "/none.toml")
    with pytest.raises(SystemExit) as end:
        running.run()
    assert end.value.code == 7
