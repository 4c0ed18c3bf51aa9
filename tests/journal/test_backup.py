"""Copies of the journal: whole, beside a daemon that writes, and never instead of a better one."""

import stat
import threading
from pathlib import Path

import pytest
from sample_orders import NOON, order

from kiosk.journal import Entry, Journal, JournalError, read
from kiosk.journal.backup import FOLDER, back_up


def orders_in(copy: Path, tmp_path: Path) -> int:
    restored = tmp_path / "restored"
    restored.mkdir(exist_ok=True)
    (restored / "journal.db").write_bytes(copy.read_bytes())
    with read(restored) as journal:
        assert journal.verify() == ()
        return len(journal.orders(None, None, 10_000))


def test_a_copy_is_a_journal_and_the_one_before_is_kept(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "K1") as journal:
        for number in (1, 2, 3):
            journal.write(Entry(NOON, orders=(order(f"K1-{number:06}"),)))
            newest = back_up(tmp_path)
    assert newest == tmp_path / FOLDER / "journal.1.db"
    assert sorted(one.name for one in newest.parent.iterdir()) == ["journal.1.db", "journal.2.db"]
    assert orders_in(newest, tmp_path) == 3
    assert orders_in(newest.with_name("journal.2.db"), tmp_path) == 2


def test_nobody_else_can_read_a_copy(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "K1"):
        copy = back_up(tmp_path)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_a_copy_is_whole_whatever_the_daemon_writes_meanwhile(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "K1") as journal:
        stop = threading.Event()

        def sell() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                journal.write(Entry(NOON, orders=(order(f"K1-{number:06}"),)))

        selling = threading.Thread(target=sell)
        selling.start()
        try:
            copies = [orders_in(back_up(tmp_path), tmp_path) for _ in range(5)]
        finally:
            stop.set()
            selling.join()
    assert copies == sorted(copies)


def test_without_a_journal_there_is_one_line_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        back_up(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_journal_does_not_take_the_place_of_a_good_copy(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "K1") as journal:
        for number in range(200):
            journal.write(Entry(NOON, orders=(order(f"K1-{number:06}"),)))
    good = back_up(tmp_path).read_bytes()
    file = tmp_path / "journal.db"
    damaged = bytearray(file.read_bytes())
    damaged[4096:20_000] = bytes(20_000 - 4096)
    file.write_bytes(damaged)
    with pytest.raises(JournalError):
        back_up(tmp_path)
    assert (tmp_path / FOLDER / "journal.1.db").read_bytes() == good
