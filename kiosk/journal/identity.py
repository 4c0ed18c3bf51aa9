"""Whether the journal is still the one that was opened, and the one that this kiosk wrote last.

SQLite goes on writing into a file that was removed or replaced under it, and finds an emptied one in order. So each
file is known by its identity while the journal is open; and the chain's newest link is kept a second time, in a file
beside the database, to be found again at the next start. It is not synchronised: after a power cut it may lag behind
the database, which is right, but never be ahead of it.
"""

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from kiosk.journal.chain import FIRST
from kiosk.journal.file import FILE, JournalError

HEAD = "journal.head"
_FILES = (FILE, f"{FILE}-wal")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file: which one it is, and its size in bytes, which does not shrink."""

    device: int
    inode: int
    size: int


class Identity:
    """The files of an open journal, and its head."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seen = {name: self._look(name) for name in _FILES}
        self._head = os.open(directory / HEAD, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Let go of the head."""
        if self._head >= 0:
            os.close(self._head)
            self._head = -1

    def check(self) -> None:
        """Raises JournalError when a file is not the one that was opened, or was cut."""
        for name, before in self._seen.items():
            try:
                now = self._look(name)
            except OSError as error:
                raise self._lost(name, f"is gone ({error.strerror})") from error
            if (now.device, now.inode) != (before.device, before.inode):
                raise self._lost(name, "was replaced")
            if now.size < before.size:
                raise self._lost(name, "was cut")
            self._seen[name] = now

    def find_head(self, connection: sqlite3.Connection) -> None:
        """Raises JournalError when the chain has not the link that this kiosk wrote last."""
        number, _, digest = os.pread(self._head, 128, 0).decode("ascii", errors="replace").strip().partition(" ")
        if not (number.isdigit() and len(digest) == len(FIRST)):  # none yet, or cut off with the power: no proof
            return
        found = connection.execute("SELECT digest FROM chain WHERE number = ?", (int(number),)).fetchone()
        if found is None or found[0] != digest:
            raise JournalError(
                f"the journal {self._directory / FILE} is not what this kiosk wrote last: it lacks link {number}."
                " It was emptied, replaced, or is an old copy: put the right one back, or, to go on without what is"
                f" missing, remove {self._directory / HEAD}"
            )

    def keep_head(self, number: int, digest: str) -> None:
        """Note the newest link. What it is about is on disk: that this can't be noted is no reason to do it again."""
        with contextlib.suppress(OSError):
            os.pwrite(self._head, f"{number} {digest}\n".encode("ascii").ljust(128), 0)

    def _look(self, name: str) -> _Seen:
        found = (self._directory / name).stat()
        return _Seen(found.st_dev, found.st_ino, found.st_size)

    def _lost(self, name: str, what: str) -> JournalError:
        return JournalError(
            f"the journal's file {self._directory / name} {what} while it was in use: nothing is sold any more;"
            " stop the daemon, and put the file back that it had"
        )
