"""The chain: each write names the rows it wrote with their digests, and the digest of the link before.

So a row that was altered, added or taken away by another hand than the daemon's is found, and so is a link. It proves
faults and tampering after the fact; someone who can write the file and knows this page could forge all of it, and for
that the operator has the results. What the outbox notes of a delivery (state, attempts) is not covered, nor whether a
look at an order is owed.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FIRST = "0" * 64  # the digest before the first link
COVERED = {  # by letter: the table, and the columns that are covered
    "o": (  # as the table was when the chain began
        "orders",
        (
            "number, id, claim, product, amount_minor, currency, state, phase, ended, created_at, expire_at, since,"
            " paid_at, created_us, since_us, paid_us, gateway_id, released, refunds, refunds_asked"
        ),
    ),
    "i": ("intents", "*"),
    "x": ("outbox", "sequence, id, topic, order_id, at, body"),
}
LINKS = (
    "SELECT chain.number, at, clock, boot_id, boot_us, wrote, digest FROM chain"
    " LEFT JOIN boots ON boots.number = chain.boot ORDER BY chain.number"
)
KEYS = {"o": "number", "i": "number", "x": "sequence"}


@dataclass(frozen=True, slots=True)
class Link:
    """One write. `wrote`: `o12:digest i7:digest ...`; `<x99`: rows up to there are older than the chain, or removed."""

    number: int
    at: str
    clock: str
    boot_id: str
    boot_us: int
    wrote: str

    def digest(self, before: str) -> str:
        """SHA-256, hexadecimal, of this link and the digest `before` it."""
        return _sha256(before, self.number, self.at, self.clock, self.boot_id, self.boot_us, self.wrote)


def row_digest(row: Sequence[object]) -> str:
    """The digest of a row's covered columns: half a SHA-256, hexadecimal."""
    return _sha256(*row)[:32]


def wrote(connection: sqlite3.Connection, keys: Sequence[tuple[str, int]]) -> str:
    """What a link says of the rows, by letter and number, as they are now."""
    parts = []
    for letter, number in dict.fromkeys(keys):
        table, columns = COVERED[letter]
        (row,) = connection.execute(
            f"SELECT {columns} FROM {table} WHERE {KEYS[letter]} = ?",  # noqa: S608 - names from the table above
            (number,),
        )
        parts.append(f"{letter}{number}:{row_digest(tuple(row))}")
    return " ".join(parts)


def findings(connection: sqlite3.Connection) -> Iterator[str]:
    """One line for each thing that is wrong with the chain, or between it and the rows."""
    said: dict[str, str] = {}  # what the newest link says of each row
    removed = dict.fromkeys(COVERED, 0)  # rows up to this number may be gone, and are older than the chain
    before, expected = FIRST, 1
    for row in connection.execute(LINKS):
        link = Link(*tuple(row)[:6])
        if link.number != expected:
            yield f"the chain lacks {_span(expected, link.number - 1)}"
        elif link.digest(before) != row["digest"]:
            yield f"link {link.number} ({link.at}) was altered, or the one before it"
        before, expected = row["digest"], link.number + 1
        for part in link.wrote.split():
            if part.startswith("<"):
                removed[part[1]] = int(part[2:])
            else:
                key, _, digest = part.partition(":")
                said[key] = digest
    for letter, (table, columns) in COVERED.items():
        yield from _rows(connection, letter, table, columns, said, removed[letter])


def _rows(
    connection: sqlite3.Connection, letter: str, table: str, columns: str, said: dict[str, str], removed: int
) -> Iterator[str]:
    there = set()
    key = KEYS[letter]
    for row in connection.execute(f"SELECT {columns} FROM {table} ORDER BY {key}"):  # noqa: S608 - as above
        number = row[key]
        there.add(number)
        digest = said.get(f"{letter}{number}")
        if digest is None and number > removed:
            yield f"{table} {number} was written by another hand"
        elif digest is not None and digest != row_digest(tuple(row)):
            yield f"{table} {number} was altered"
    gone = sorted(int(name[1:]) for name in said if name[0] == letter and int(name[1:]) not in there)
    yield from (f"{table} {number} is missing" for number in gone if number > removed)


def _sha256(*values: object) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _span(first: int, last: int) -> str:
    return f"link {first}" if first == last else f"links {first} to {last}"
