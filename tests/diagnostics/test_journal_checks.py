"""What is wrong with the journal, its disk and the outbox, each made for real: found as itself, with what to do."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from diagnosed import alone, diagnosed, faults
from sample_orders import order, won

from kiosk.diagnostics.checks import journal as checks
from kiosk.diagnostics.checks.journal import journal_checks
from kiosk.diagnostics.findings import Grade
from kiosk.journal import Entry, Journal
from kiosk.journal.backup import back_up
from kiosk.sale.commands import SendResult, Topic
from kiosk.sale.order import Reason, Released, Unresolved

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path, "kiosk-0001") as journal:
        yield journal


def sale(journal: Journal, phase: object = None, at: datetime = NOW, number: int = 1) -> None:
    sold = order(f"K1-00000{number}", phase or Released(), created_at=at, since=at, paid_at=at, released=phase is None)
    journal.write(Entry(at=at, orders=(sold,), results=(SendResult(Topic.PAID, at, sold),)))


async def test_a_healthy_journal_is_silent(tmp_path: Path, journal: Journal) -> None:
    sale(journal)
    back_up(tmp_path)
    seen = await diagnosed(journal_checks(tmp_path))
    assert {one.grade for one in seen.values()} == {Grade.GOOD}, seen


async def test_before_the_first_start_there_is_none_and_that_is_no_fault(tmp_path: Path) -> None:
    seen = await diagnosed(journal_checks(tmp_path))
    assert faults(seen) == []
    assert seen["journal.integrity"].grade is Grade.NOT_HERE


def test_a_state_directory_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    found = alone(journal_checks(tmp_path / "gone"), "journal.integrity")
    assert found.grade is Grade.FAULT
    assert "kiosk.state_dir" in found.cause
    assert "findmnt" in found.next_step


def test_a_damaged_file_is_found(tmp_path: Path, journal: Journal) -> None:
    for number in range(1, 9):
        sale(journal, number=number)
    journal.close()
    with (tmp_path / "journal.db").open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        for place in range(2048, size - 512, 1024):
            file.seek(place)
            file.write(b"\xff" * 300)
    found = alone(journal_checks(tmp_path), "journal.integrity")
    assert found.grade is Grade.FAULT
    assert "damaged" in found.finding or "malformed" in found.finding
    assert "backup" in found.next_step


def test_a_row_that_another_hand_changed_is_found(tmp_path: Path, journal: Journal) -> None:
    sale(journal)
    journal.close()
    with sqlite3.connect(tmp_path / "journal.db") as other:
        other.execute("UPDATE orders SET amount_minor = 1")
    other.close()
    assert alone(journal_checks(tmp_path), "journal.integrity").grade is Grade.GOOD
    found = alone(journal_checks(tmp_path), "journal.chain")
    assert found.grade is Grade.FAULT
    assert "orders 1 was altered" in found.finding
    assert "another hand" in found.cause


def test_an_order_for_a_person_is_named_with_the_command_that_settles_it(tmp_path: Path, journal: Journal) -> None:
    sale(journal, Unresolved(Reason.UNANSWERED, paid=True))
    found = alone(journal_checks(tmp_path), "journal.orders")
    assert found.grade is Grade.WARNING
    assert str(won(1500)) in found.finding
    assert "kiosk settle" in found.next_step


def test_money_that_is_neither_released_nor_given_back_nor_open_is_found(tmp_path: Path, journal: Journal) -> None:
    lost = order(phase=Released(), created_at=NOW, since=NOW, paid_at=NOW, released=False)
    journal.write(Entry(at=NOW, orders=(lost,)))
    found = alone(journal_checks(tmp_path), "journal.sum")
    assert (found.grade, "KRW" in found.finding) == (Grade.FAULT, True)
    assert "kiosk report" in found.next_step


def test_a_clock_behind_the_journal_is_found(tmp_path: Path, journal: Journal) -> None:
    sale(journal, at=NOW + timedelta(hours=5))
    found = alone(journal_checks(tmp_path), "clock.journal")
    assert found.grade is Grade.FAULT
    assert "behind what was written last" in found.finding
    assert "set-ntp" in found.next_step


def test_results_that_wait_for_hours_are_told_with_their_trouble(tmp_path: Path, journal: Journal) -> None:
    sale(journal, at=NOW - timedelta(hours=3))
    journal.postpone(1, 4, "no connection")
    found = alone(journal_checks(tmp_path), "outbox.waiting")
    assert found.grade is Grade.WARNING
    assert "no connection" in found.finding
    journal.quarantine(1, "404")
    found = alone(journal_checks(tmp_path), "outbox.set_aside")
    assert (found.grade, "404" in found.finding) == (Grade.WARNING, True)
    assert "kiosk outbox retry" in found.next_step


def test_an_old_copy_is_told(tmp_path: Path, journal: Journal) -> None:
    sale(journal)
    copy = back_up(tmp_path)
    os.utime(copy, (0, NOW.timestamp() - 5 * 86_400))
    found = alone(journal_checks(tmp_path), "journal.backup")
    assert (found.grade, "5 days" in found.finding) == (Grade.WARNING, True)
    assert "kiosk-backup" in found.next_step


# --- a disk of the test's own, in a mount namespace that ends with it ------------------------------------------------

SPACE = """
import asyncio, sys
from pathlib import Path
from kiosk.diagnostics.checks.journal import journal_checks
sys.path.insert(0, {support!r})
from diagnosed import alone
found = alone(journal_checks(Path(sys.argv[1])), "journal.space")
print(found.grade, found.finding, found.next_step, sep="\\t")
"""


def on_a_disk(directory: Path, then: str) -> list[str]:
    """What the check says on a disk image of 160 MB that is mounted by loop (by root), or a tmpfs of it (by others),
    after the shell's `then`, which finds it at $disk.
    """
    if os.geteuid() == 0:
        unshare, mount = ["unshare", "--mount"], "mkfs.ext4 -q $image && mount -o loop $image $disk"
        (directory / "image").touch()
        os.truncate(directory / "image", 160_000_000)
    else:
        unshare, mount = ["unshare", "--user", "--map-root-user", "--mount"], "mount -t tmpfs -o size=160M none $disk"
    (directory / "disk").mkdir()
    support = str(Path(__file__).parent.parent / "support")
    script = f'set -e; {mount}; {then}; exec {sys.executable} -c "$program" $disk'
    ran = subprocess.run(
        [*unshare, "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
            "image": str(directory / "image"),
            "disk": str(directory / "disk"),
            "program": SPACE.format(support=support),
            "PYTHONPATH": ":".join(sys.path),
        },
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip().split("\t")


def test_a_full_disk_is_found(tmp_path: Path) -> None:
    grade, finding, step = on_a_disk(tmp_path, "dd if=/dev/zero of=$disk/log bs=1M 2>/dev/null || true")
    assert grade == Grade.FAULT
    assert finding.startswith("0 MB free of")
    assert "free some" in step


def test_a_disk_that_fills_is_told_before_it_is_full(tmp_path: Path) -> None:
    grade, finding, _ = on_a_disk(tmp_path, "true")
    assert grade == Grade.WARNING
    assert "MB free of" in finding


def test_a_disk_that_became_read_only_is_found(tmp_path: Path) -> None:
    grade, finding, step = on_a_disk(tmp_path, "mount -o remount,ro $disk")
    assert grade == Grade.FAULT
    assert "read-only" in finding
    assert "change the card" in step


def test_enough_room_is_silent(tmp_path: Path) -> None:
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    expected = Grade.GOOD if free >= checks.LOW_FREE else Grade.WARNING
    assert alone(journal_checks(tmp_path), "journal.space").grade is expected
