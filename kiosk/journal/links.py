"""Adding links to the chain, within the transaction of what they are about."""

import sqlite3
from datetime import datetime

from kiosk.journal.chain import COVERED, FIRST, KEYS, Link
from kiosk.journal.stamp import Quality, stamp


def newest_link(connection: sqlite3.Connection) -> tuple[int, str]:
    """The number and digest of the newest link; 0 and FIRST before there is one."""
    last = connection.execute("SELECT number, digest FROM chain ORDER BY number DESC LIMIT 1").fetchone()
    return (last["number"], last["digest"]) if last else (0, FIRST)


def link(connection: sqlite3.Connection, at: datetime, quality: Quality, text: str) -> tuple[int, str]:
    """Add a link about the rows of `text`; its number and digest. The first one says which rows are older than it."""
    last, before = newest_link(connection)
    if not last:
        text = f"{_older(connection, text)} {text}".strip()
    now = stamp(quality)
    connection.execute("INSERT OR IGNORE INTO boots (boot_id) VALUES (?)", (now.boot_id,))
    number = last + 1
    added = Link(number, at.isoformat(), now.quality, now.boot_id, now.boot_us, text)
    connection.execute(
        "INSERT INTO chain (number, at, clock, boot, boot_us, wrote, digest)"
        " VALUES (?, ?, ?, (SELECT number FROM boots WHERE boot_id = ?), ?, ?, ?)",
        (number, added.at, added.clock, added.boot_id, added.boot_us, text, digest := added.digest(before)),
    )
    return number, digest


def _older(connection: sqlite3.Connection, text: str) -> str:
    """Which rows were there before the first link wrote `text`: those of a journal of version 1."""
    mine = {part.partition(":")[0] for part in text.split()}
    older = []
    for letter, (table, _) in COVERED.items():
        key = KEYS[letter]
        numbers = (row[0] for row in connection.execute(f"SELECT {key} FROM {table} ORDER BY {key} DESC"))  # noqa: S608 - names from chain.py
        newest = next((number for number in numbers if f"{letter}{number}" not in mine), 0)
        older += [f"<{letter}{newest}"] if newest else []
    return " ".join(older)
