"""What is logged, as it is read: each case in a process of its own, for logging is the whole process's."""

import json
import logging
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.app.logs import _Readable, without_codes

CODE = "281010897274821897274821"
MASKED = "28**************4821"
BEGIN = """
import logging, os, sys
from kiosk.app import logs
code = sys.argv[1]
logs.configure(logging.INFO, "bench-7")
log = logging.getLogger("kiosk.test")
"""
LEAKS = """
log.info("scanned " + code)
log.info("scanned %s", code)
log.info("scanned %(code)s", {"code": code})
log.info("body %r", {"payCodeValue": code})
log.info("number %d", int(code))
log.info("escaped %r", "a\\n" + code)
log.info("encoded code%%3D%sx", code)
log.info("two %s%s", code, code)
log.info("ill " + code, code, code)
log.info("field", extra={"EVENT": "Scanned " + code})
log.info("stack of " + code, stack_info=True)
try:
    try:
        raise ValueError("bad code " + code)
    except ValueError as error:
        raise RuntimeError("while " + code) from error
except RuntimeError:
    log.exception("failed for %s", code)
    log.error("failed", exc_info=True)
"""


def ran(program: str, **how: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", BEGIN + program, CODE], capture_output=True, check=True, timeout=60, **how
    )


def on_a_terminal(program: str) -> str:
    done = ran(program, env={**os.environ, "JOURNAL_STREAM": ""})
    assert done.stdout == b""
    return done.stderr.decode()


@pytest.mark.parametrize("length", range(16, 33))
def test_a_code_of_any_length_is_masked(length: int) -> None:
    code = (CODE + CODE)[:length]
    assert without_codes(f"paid with {code}.") == f"paid with 28**************{code[-4:]}."
    assert without_codes(f"x{code}y_{code}") == f"x28**************{code[-4:]}y_28**************{code[-4:]}"


@pytest.mark.parametrize("text", ["kiosk-0001-062VJ8TCM", "2026-11-23 18:35:00", "200000 KRW", "1795651200.123456"])
def test_ids_times_and_amounts_are_left_alone(text: str) -> None:
    assert without_codes(text) == text


def test_no_code_is_read_on_a_terminal() -> None:
    written = on_a_terminal(LEAKS)
    assert re.search("[0-9]{16}", written) is None
    assert written.count(MASKED) >= 12
    assert f"ValueError: bad code {MASKED}" in written
    assert f"RuntimeError: while {MASKED}" in written
    assert "Traceback (most recent call last):" in written


def test_a_line_has_time_level_order_and_message() -> None:
    written = on_a_terminal(
        'log.warning("declined", extra={"ORDER_ID": "bench-7-1", "EVENT": "Declined"})\nlog.info("idle")'
    )
    first, second = written.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d WARNING bench-7-1 declined", first)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO    idle", second)


def test_libraries_speak_of_trouble_only() -> None:
    written = on_a_terminal(
        'for name in ("httpx", "httpcore", "uvicorn.error", "asyncio"):\n'
        '    logging.getLogger(name).info("chatter")\n'
        '    logging.getLogger(name).warning("trouble")\n'
        'log.debug("detail")\n'
    )
    assert [line.split()[-1] for line in written.splitlines()] == ["trouble"] * 4


# --- the journal ---

CAPTURE = """
import json
def keep(MESSAGE, **fields):
    print(json.dumps({"MESSAGE": MESSAGE, **{name: str(value) for name, value in fields.items()}}))
logging.getLogger().handlers[0].send = keep
"""


def in_the_journal(program: str, directory: Path) -> list[dict[str, str]]:
    """What is handed to systemd's sender, when stderr is what JOURNAL_STREAM names."""
    with (directory / "stream").open("wb") as stream:
        found = os.fstat(stream.fileno())
        done = subprocess.run(
            [sys.executable, "-c", BEGIN + CAPTURE + program, CODE],
            stdout=subprocess.PIPE,
            stderr=stream,
            check=True,
            timeout=60,
            env={**os.environ, "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"},
        )
    assert (directory / "stream").read_bytes() == b""
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_the_journal_gets_fields(tmp_path: Path) -> None:
    (entry,) = in_the_journal('log.warning("declined", extra={"ORDER_ID": "bench-7-1", "EVENT": "Declined"})', tmp_path)
    assert (entry["ORDER_ID"], entry["EVENT"], entry["KIOSK_ID"]) == ("bench-7-1", "Declined", "bench-7")
    assert (entry["MESSAGE"], entry["SYSLOG_IDENTIFIER"], entry["PRIORITY"]) == ("declined", "kiosk", "4")


def test_no_code_reaches_the_journal_in_any_field(tmp_path: Path) -> None:
    entries = in_the_journal(LEAKS, tmp_path)
    assert len(entries) == 13
    thread = re.compile('"(thread|process|created|msecs|relativeCreated)": "[^"]*"')
    written = thread.sub("", json.dumps(entries))
    assert re.search("[0-9]{16}", written) is None
    assert sum(MASKED in json.dumps(entry) for entry in entries) == 13
    assert f"ValueError: bad code {MASKED}" in entries[-1]["EXCEPTION_TEXT"]


@pytest.mark.parametrize("stream", ["", "1:1", "nonsense", ":"])
def test_another_stream_than_the_journals_gets_readable_lines(stream: str) -> None:
    done = ran('log.info("idle")', env={**os.environ, "JOURNAL_STREAM": stream})
    assert done.stderr.decode().endswith("INFO    idle\n")


def test_a_socket_that_is_the_journals_is_known_as_such() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        found = os.fstat(theirs.fileno())
        done = subprocess.run(
            [sys.executable, "-c", BEGIN + "print(type(logging.getLogger().handlers[0]).__name__)", CODE],
            stdout=subprocess.PIPE,
            stderr=theirs,
            check=True,
            timeout=60,
            env={**os.environ, "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"},
        )
    assert done.stdout == b"JournalHandler\n"


def test_no_stranger_writes_a_line_or_a_control_on_a_terminal() -> None:
    record = logging.LogRecord("kiosk", logging.WARNING, __file__, 1, "said a\n23:59:59 ERROR b\x1b[2J", None, None)
    seen = _Readable().format(record)
    assert seen.endswith(r"said a\n23:59:59 ERROR b\u001b[2J")
    assert "\n" not in seen
