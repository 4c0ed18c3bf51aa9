"""A journal that is emptied, replaced or taken away is noticed: before the next sale, and at the next start."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_orders import NOON, order

from kiosk.journal import Entry, Journal, JournalError
from kiosk.journal.file import FILE
from kiosk.journal.identity import HEAD
from kiosk.sale.commands import SendResult, Topic

WAL = f"{FILE}-wal"


def sell(journal: Journal, number: int = 1) -> None:
    one = order(f"K1-{number:06}")
    journal.write(Entry(NOON, orders=(one,), results=(SendResult(Topic.PAID, NOON, one),)))


def replaced(name: str) -> Callable[[Path], None]:
    def act(directory: Path) -> None:
        copy = directory / "copy"
        shutil.copy(directory / name, copy)
        copy.replace(directory / name)

    return act


def removed(*names: str) -> Callable[[Path], None]:
    return lambda directory: [(directory / name).unlink() for name in names] and None


def cut(name: str) -> Callable[[Path], None]:
    return lambda directory: os.truncate(directory / name, 0)


@pytest.mark.parametrize(
    ("act", "named"),
    [
        (removed(WAL, f"{FILE}-shm"), WAL),
        (removed(FILE), FILE),
        (replaced(WAL), WAL),
        (replaced(FILE), FILE),
        (cut(FILE), FILE),
        (cut(WAL), WAL),
    ],
    ids=["log removed", "removed", "log replaced", "replaced", "emptied", "log emptied"],
)
def test_nothing_is_written_into_what_was_taken_away(tmp_path: Path, act: Callable[[Path], None], named: str) -> None:
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal)
        act(tmp_path)
        for _ in range(2):
            with pytest.raises(JournalError, match=named) as told:
                sell(journal, 2)
        assert "\n" not in str(told.value)


def test_a_journal_that_was_emptied_is_not_begun_anew(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal)
    (tmp_path / FILE).write_bytes(b"")
    (tmp_path / WAL).unlink(missing_ok=True)
    held = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(2):
        with pytest.raises(JournalError, match="not what this kiosk wrote last: it lacks link 1"):
            Journal.open(tmp_path, "kiosk-1")
    assert len(list(Path("/proc/self/fd").iterdir())) == held  # refused, it holds nothing


def test_nor_is_one_that_was_removed_or_replaced_by_an_old_copy(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal)
    shutil.copy(tmp_path / FILE, tmp_path / "old")
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal, 2)
    (tmp_path / "old").replace(tmp_path / FILE)
    with pytest.raises(JournalError, match="it lacks link 2"):
        Journal.open(tmp_path, "kiosk-1")
    (tmp_path / FILE).unlink()
    with pytest.raises(JournalError, match="it lacks link 2"):
        Journal.open(tmp_path, "kiosk-1")


def test_nor_one_that_lost_its_log_with_sales_in_it(tmp_path: Path) -> None:
    running = Journal.open(tmp_path, "kiosk-1")
    sell(running)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in (FILE, HEAD):  # as they were on the disk, without the log
        shutil.copy(tmp_path / name, crashed / name)
    running.close()
    with pytest.raises(JournalError, match="it lacks link 1"):
        Journal.open(crashed, "kiosk-1")


def test_another_kiosks_journal_is_not_ours(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
        with Journal.open(tmp_path / name, name) as journal:
            sell(journal)
    shutil.copy(tmp_path / "theirs" / FILE, tmp_path / "ours" / FILE)
    with pytest.raises(JournalError, match="it lacks link 1"):
        Journal.open(tmp_path / "ours", "ours")


def test_a_person_may_go_on_with_what_there_is(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal)
    (tmp_path / FILE).unlink()
    (tmp_path / HEAD).unlink()
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal)


@pytest.mark.parametrize("torn", [b"", b"\0" * 128, b"1", b"x" * 128])
def test_a_head_that_went_with_the_power_proves_nothing(tmp_path: Path, torn: bytes) -> None:
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal)
    (tmp_path / HEAD).write_bytes(torn)
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal, 2)
    assert (tmp_path / HEAD).read_text().startswith("2 ")


def test_a_head_that_lags_behind_is_right(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "kiosk-1") as journal:
        sell(journal)
        before = (tmp_path / HEAD).read_bytes()
        sell(journal, 2)
    (tmp_path / HEAD).write_bytes(before)
    Journal.open(tmp_path, "kiosk-1").close()


def test_each_result_says_how_far_the_journal_was(tmp_path: Path) -> None:
    heads = []
    with Journal.open(tmp_path, "kiosk-1") as journal:
        for number in range(1, 4):
            sell(journal, number)
            heads.append((tmp_path / HEAD).read_text().split()[1])
        told = [json.loads(row.body)["data"]["journal_head"] for row in journal.pending(9)]
    assert told == ["0" * 64, *heads[:2]]


def test_a_head_that_can_not_be_noted_does_not_undo_what_is_on_disk(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "kiosk-1") as journal:
        journal._identity.close()
        sell(journal)
        assert journal.newest_id() == "K1-000001"
