"""A process that writes is killed without warning, again and again: what it said it had written is there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sample_orders import NOON

from kiosk.journal import Journal, JournalError, OutboxState

WRITER = Path(__file__).parents[1] / "support" / "journal_writer.py"
ROUNDS = 6


def run_and_kill(directory: Path, after: int) -> list[str]:
    """Start the writer, kill it as soon as it has said `after` times that a sale is on disk; returns all it said."""
    with subprocess.Popen([sys.executable, WRITER, directory], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(after)]
        process.kill()
        said += process.stdout.read().split()
    return said


def test_whatever_was_written_survives_kill_9_whole_and_without_gaps(tmp_path: Path) -> None:
    said: list[str] = []
    for after in range(1, ROUNDS + 1):
        said += run_and_kill(tmp_path, 7 * after)
        with Journal.open(tmp_path, "kiosk-0001") as journal:
            orders = {order.id for order in journal.orders(None, None, 10**6)}
            rows = journal.rows(None, 10**6)
            begun = {attempt.order_id for attempt in journal.unanswered()}
        assert set(said) <= orders
        assert len(orders) <= len(said) + after  # at most one a round was on disk before it could say so
        assert [row.sequence for row in reversed(rows)] == list(range(1, len(rows) + 1))
        assert [json.loads(row.body)["data"]["sequence"] for row in rows] == [row.sequence for row in rows]
        assert {row.order_id for row in rows} == begun == orders  # a sale, its intent and its result: all or nothing
        assert {row.state for row in rows} == {OutboxState.PENDING}
        assert len({row.id for row in rows}) == len(rows)


def test_the_directory_is_free_as_soon_as_its_daemon_is_dead(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, WRITER, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(JournalError, match="another kiosk daemon"):
            Journal.open(tmp_path, "kiosk-0001")
        process.kill()
    with Journal.open(tmp_path, "kiosk-0001") as journal:
        assert journal.orders(NOON, None, 1)
