"""`kiosk pin` at a terminal: asks twice, shows nothing, and prints what belongs into the credential."""

import os
import pty
import select
import subprocess
import sys
import time

from kiosk.diagnostics.pin import matches

PIN = "273915"


def typed(*answers: str) -> tuple[int, str, str]:
    """What the command ends with: its code, what stands in its output, and what the terminal showed."""
    ours, theirs = pty.openpty()
    ran = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "pin"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    waiting = list(answers)
    end = time.monotonic() + 60
    while ran.poll() is None:
        assert time.monotonic() < end, shown
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other side has gone
            break
        if waiting and shown.rstrip().endswith(b":"):
            time.sleep(0.2)  # getpass takes what was typed before it away
            os.write(ours, waiting.pop(0).encode() + b"\n")
            shown += b"|"
    assert ran.stdout
    with ran.stdout as out:
        printed = out.read().decode().strip()
    code = ran.wait(10)
    os.close(ours)
    return code, printed, shown.decode()


def test_it_prints_a_hash_and_the_pin_is_nowhere() -> None:
    code, printed, shown = typed(PIN, PIN)
    assert code == 0, shown
    assert matches(PIN, printed)
    assert PIN not in printed + shown


def test_what_is_no_pin_is_refused_in_one_line() -> None:
    code, printed, shown = typed("12a", "12a")
    assert (code, printed) == (2, "")
    assert "expected 4 to 12 digits" in shown
