"""Copies of the journal, by SQLite's own backup, beside the daemon that writes it. A copy counts once it is checked."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.journal.file import FILE, JournalError, explained

FOLDER = "backup"
KEPT = 2  # the newest, and the one before


def back_up(directory: Path) -> Path:
    """Copy the journal of a state directory into its folder `backup`; returns the copy, `journal.1.db`.

    The copy of before becomes `journal.2.db`. Raises JournalError when there is no journal, or the copy is not whole;
    then the copies of before stay as they were.
    """
    source, folder = directory / FILE, directory / FOLDER
    if not source.exists():
        raise JournalError(f"there is no journal {source}; has the daemon run? check kiosk.state_dir")
    fresh = folder / "journal.new.db"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        fresh.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise JournalError(f"{folder} can't be written: {error.strerror}; check the disk, and its owner") from error
    with explained(fresh, "written"):
        journal = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        with closing(journal), closing(sqlite3.connect(fresh)) as copy:
            journal.backup(copy, pages=1024)  # in portions: the daemon writes meanwhile
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        fresh.unlink()
        raise JournalError(f"the copy {fresh} is not whole: {found}; check the disk, and the journal {source}")
    for number in range(KEPT, 1, -1):
        older = folder / f"journal.{number - 1}.db"
        if older.exists():
            older.replace(folder / f"journal.{number}.db")
    newest = folder / "journal.1.db"
    _synchronise(fresh)
    fresh.replace(newest)
    _synchronise(folder)
    return newest


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
