"""Whether the journal's file is whole. All of it is read for that: a second for 150 MB here, far longer on a card.

So a start waits for it only when the file was left as it was in use, and then not for long; the look goes on beside the
daemon, and an end that was in good order needs none before.
"""

import contextlib
import os
import sqlite3
import threading
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

from kiosk.journal.file import FILE, JournalError, explained, open_for_reading

WAIT = 3.0  # seconds of a start, at most
STEP_BEHIND = 19  # of nice: whoever sells goes first


def in_use(directory: Path) -> bool:
    """Whether whoever had the journal open last did not close it, as when the power went. Ask before opening it."""
    log = directory / f"{FILE}-wal"
    with explained(directory / FILE, "opened"):
        return log.exists() and log.stat().st_size > 0


def damage(connection: sqlite3.Connection) -> str | None:
    """What is wrong with the file, in one line; None: it is whole. Raises sqlite3.Error."""
    found = " ".join(str(connection.execute("PRAGMA quick_check(1)").fetchone()[0]).split())
    return None if found == "ok" else found


def damaged(path: Path, what: str) -> JournalError:
    """What a person is told of it."""
    return JournalError(f"the journal {path} is damaged: {what}; keep it aside, and put a backup in its place")


def look(directory: Path) -> Future[None]:
    """Look at all of it beside whoever writes, in a thread that ends with the process. JournalError: it is damaged."""
    found: Future[None] = Future()
    found.set_running_or_notify_cancel()
    threading.Thread(target=_look, args=(directory, found), name="journal look", daemon=True).start()
    return found


def _look(directory: Path, found: Future[None]) -> None:
    with contextlib.suppress(OSError):  # not every system lets us
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), STEP_BEHIND)
    path = directory / FILE
    try:
        with closing(open_for_reading(directory)) as connection, explained(path, "read"):
            what = damage(connection)
        if what:
            raise damaged(path, what)
    except JournalError as error:
        found.set_exception(error)
    else:
        found.set_result(None)
