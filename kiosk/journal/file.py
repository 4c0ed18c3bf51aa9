"""The journal's file: how it is locked, opened, checked and brought to the current version.

Knows SQLite and the file system; must not know what the tables mean.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

FILE = "journal.db"
LOCK = "journal.lock"
PAGE = 512  # bytes: a sale touches some forty pages of tables and indices, and memory cards wear by what is written
CHECKPOINT = 4000  # pages of the write-ahead log, 2 MB: what was written twice meanwhile goes to its place once
STEPS = (
    "schema.sql",
    "chain.sql",
    "owed.sql",
    "refusals.sql",
    "times.sql",
)  # STEPS[n] takes a journal from version n to n + 1


class JournalError(Exception):
    """The journal can't be used. The message is one line for a person: what, where, what to do."""


_ADVICE = {
    "SQLITE_FULL": "free space on that disk",
    "SQLITE_READONLY": "the disk or the file is read-only: check the disk, and the file's owner",
    "SQLITE_PERM": "check the file's owner and mode",
    "SQLITE_CANTOPEN": "check that it exists, and its owner and mode",
    "SQLITE_CORRUPT": "the file is damaged: keep it aside, and put a backup in its place",
    "SQLITE_NOTADB": "the file is damaged: keep it aside, and put a backup in its place",
    "SQLITE_BUSY": "another program is writing to it: find and stop that",
}


@contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """Turn SQLite's and the system's errors into JournalError: `path` can't be `what`. A broken constraint is a bug and
    stays one.
    """
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except OSError as error:
        raise JournalError(
            f"the journal {path} can't be {what}: {error.strerror}; check the disk and the system"
        ) from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")  # as SQLITE_READONLY_DIRECTORY: the first two words are the kind
        advice = _ADVICE.get("_".join(name.split("_")[:2]), "look for trouble with that disk in the system's log")
        raise JournalError(f"the journal {path} can't be {what}: {error}; {advice}") from error


def lock(directory: Path) -> int:
    """Take the state directory for this process; the descriptor returned holds it until it is closed.

    Raises JournalError when another process has it, or the directory can't be used.
    """
    path = directory / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JournalError(
            f"the state directory {directory} can't be used: {error.strerror}; check that it exists, and its owner"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise JournalError(
            f"another kiosk daemon has the state directory {directory}; stop that one first, or give this one its own"
        ) from error
    return descriptor


def open_for_writing(directory: Path) -> sqlite3.Connection:
    """Open the journal, or make it, and bring it to the current version. The caller holds the lock.

    Raises JournalError when it can't be opened, or is newer than this program.
    """
    path = directory / FILE
    _create(path)
    with explained(path, "opened"):
        connection = _connect(path, "rw")
        with _closed_on_error(connection):
            _refuse_newer(path, connection)
            connection.execute(f"PRAGMA page_size = {PAGE}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if _version(connection) < len(STEPS):
                migrate(connection, [_script(name) for name in STEPS])
    return connection


def open_for_reading(directory: Path) -> sqlite3.Connection:
    """Open the journal beside the daemon that writes it. Raises JournalError, as when it is of another version."""
    path = directory / FILE
    with explained(path, "opened"):
        connection = _connect(path, "ro")
        with _closed_on_error(connection):
            _refuse_newer(path, connection)
            version = _version(connection)
            if version < len(STEPS):
                raise JournalError(
                    f"the journal {path} has version {version}, older than this program's {len(STEPS)}; "
                    "start the daemon once, which brings it up to date"
                )
    return connection


def migrate(connection: sqlite3.Connection, scripts: Sequence[str]) -> None:
    """Run what is missing of `scripts`, script n from version n to n + 1, each in a transaction of its own."""
    for version in range(_version(connection), len(scripts)):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{scripts[version]}\nPRAGMA user_version = {version + 1};\nCOMMIT;"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _create(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)  # one restored from a backup, perhaps; SQLite gives its side files the same mode
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)  # or a power cut takes the name away, and with it what is in the file
        finally:
            os.close(directory)
    except OSError as error:
        raise JournalError(
            f"the journal {path} can't be opened: {error.strerror}; check the disk, and the file's owner and mode"
        ) from error


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,  # transactions begin and end where we say
        check_same_thread=False,  # the daemon calls from a pool of threads, one call at a time
    )
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(path: Path, connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version > len(STEPS):
        raise JournalError(
            f"the journal {path} has version {version}, newer than this program's {len(STEPS)}; "
            "install the program that wrote it, or a newer one"
        )


def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
