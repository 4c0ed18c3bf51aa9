import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sample_orders import NOON, order
from waits import PATIENCE

from kiosk.journal import Entry, Journal, JournalError, read
from kiosk.journal.file import PAGE, STEPS, lock, migrate
from kiosk.sale.commands import SendResult, Topic


def one_line(error: pytest.ExceptionInfo[JournalError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def test_a_new_journal_is_files_only_its_owner_can_read(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "k") as journal:
        journal.write(Entry(NOON, orders=(order(),)))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes) == {"journal.db", "journal.db-wal", "journal.db-shm", "journal.head", "journal.lock"}
    assert set(modes.values()) == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.db", "journal.head", "journal.lock"]


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    Journal.open(tmp_path, "k").close()
    (tmp_path / "journal.db").chmod(0o644)
    with Journal.open(tmp_path, "k"):
        assert stat.S_IMODE((tmp_path / "journal.db").stat().st_mode) == 0o600


def test_each_commit_is_synced_to_the_disk_in_small_pages(journal: Journal) -> None:
    pragmas = {
        name: journal._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "page_size", "user_version")
    }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "page_size": 512,
        "user_version": len(STEPS),
    }


def test_only_a_delivery_is_not_waited_for(journal: Journal) -> None:
    journal.write(Entry(NOON, results=(SendResult(Topic.FAULT, NOON),)))
    said: list[str] = []
    journal._connection.set_trace_callback(said.append)
    journal.delivered(1, NOON)
    journal.quarantine(1, "answered 410")
    journal._connection.set_trace_callback(None)
    steps = [word for word in said if word.startswith(("PRAGMA", "COMMIT"))]
    assert steps == ["PRAGMA synchronous = NORMAL", "COMMIT", "PRAGMA synchronous = FULL", "COMMIT"]


def test_after_a_delivery_that_the_disk_does_not_take_the_rest_is_waited_for_as_before(journal: Journal) -> None:
    journal._connection.execute("PRAGMA query_only = 1")
    with pytest.raises(JournalError, match="written"):
        journal.delivered(1, NOON)
    journal._connection.execute("PRAGMA query_only = 0")
    journal.write(Entry(NOON, orders=(order(),)))
    assert journal._connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with Journal.open(tmp_path, "k") as journal:
        journal.write(Entry(NOON, orders=(order(),)))
    with Journal.open(tmp_path, "k") as journal:
        assert journal.order("K1-000001") == order()


def test_a_second_daemon_on_the_same_directory_refuses_to_start(tmp_path: Path, journal: Journal) -> None:
    with pytest.raises(JournalError, match="another kiosk daemon has the state directory") as error:
        Journal.open(tmp_path, "k")
    assert str(tmp_path) in one_line(error)
    journal.close()
    Journal.open(tmp_path, "k").close()


def test_a_start_that_failed_does_not_keep_the_directory(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"not a database" * 100)
    for _ in range(2):
        with pytest.raises(JournalError, match="is damaged"):
            Journal.open(tmp_path, "k")
    (tmp_path / "journal.db").unlink()
    Journal.open(tmp_path, "k").close()


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="check that it exists") as error:
        Journal.open(tmp_path / "gone", "k")
    assert str(tmp_path / "gone") in one_line(error)


def test_a_directory_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db").mkdir()
    with pytest.raises(JournalError, match="check the disk") as error:
        Journal.open(tmp_path, "k")
    assert str(tmp_path / "journal.db") in one_line(error)


def test_a_journal_newer_than_the_program_is_left_alone(tmp_path: Path) -> None:
    Journal.open(tmp_path, "k").close()
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (tmp_path / "journal.db").read_bytes()
    for opened in (lambda: Journal.open(tmp_path, "k"), lambda: read(tmp_path)):
        with pytest.raises(JournalError, match="version 99, newer than this program's") as error:
            opened()
        assert "install" in one_line(error)
    assert (tmp_path / "journal.db").read_bytes() == before


def test_a_journal_older_than_the_program_is_not_read_before_the_daemon_has_brought_it_up_to_date(
    tmp_path: Path,
) -> None:
    (tmp_path / "journal.db").touch()
    with pytest.raises(JournalError, match="start the daemon once") as error:
        read(tmp_path)
    one_line(error)
    Journal.open(tmp_path, "k").close()
    read(tmp_path).close()


def damaged(directory: Path) -> None:
    """A journal that was closed in good order, and spoiled afterwards."""
    with Journal.open(directory, "k") as journal:
        journal.write(Entry(NOON, results=tuple(SendResult(Topic.FAULT, NOON) for _ in range(500))))
        row = journal.row(250)
    assert row is not None
    file = directory / "journal.db"
    page = file.read_bytes().index(row.id.encode()) // PAGE * PAGE
    with file.open("r+b") as stream:
        stream.seek(page)
        stream.write(os.urandom(PAGE))


def test_a_damaged_journal_is_found_by_a_look_at_all_of_it(tmp_path: Path) -> None:
    damaged(tmp_path)
    with Journal.open(tmp_path, "k") as journal, pytest.raises(JournalError, match="damaged") as error:
        journal.look().result(PATIENCE)
    assert "backup" in one_line(error)


def test_after_an_end_that_was_in_no_good_order_it_is_looked_at_before_it_is_used(tmp_path: Path) -> None:
    damaged(tmp_path)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as writer:
        writer.execute("CREATE TABLE left_open (number)")
        with pytest.raises(JournalError, match="damaged") as error:
            Journal.open(tmp_path, "k")
    assert "backup" in one_line(error)
    os.close(lock(tmp_path))  # and the directory was not kept


def test_a_look_that_takes_long_does_not_hold_up_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def slow(_: sqlite3.Connection) -> None:
        assert let_go.wait(PATIENCE)

    monkeypatch.setattr("kiosk.journal.soundness.damage", slow)
    monkeypatch.setattr("kiosk.journal.writer.WAIT", 0.05)
    with closing(Journal.open(tmp_path, "k")) as journal:
        journal.write(Entry(NOON, results=(SendResult(Topic.FAULT, NOON),)))
        left = tmp_path / "left"
        left.mkdir()
        for name in ("journal.db", "journal.db-wal"):
            shutil.copy(tmp_path / name, left / name)
    with Journal.open(left, "k") as journal:
        assert not journal.look().done()
        let_go.set()
        assert journal.look().result(PATIENCE) is None


def test_a_full_disk_is_said_and_leaves_nothing_half_written(journal: Journal) -> None:
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 1}")  # as SQLite sees a disk with 4 kB left
    large = Entry(NOON, orders=(order(),), results=tuple(SendResult(Topic.PAID, NOON, order()) for _ in range(200)))
    with pytest.raises(JournalError, match="full; free space on that disk") as error:
        journal.write(large)
    one_line(error)
    assert journal.order("K1-000001") is None
    assert journal.counts() == (0, 0)

    journal._connection.execute("PRAGMA max_page_count = 100000")
    journal.write(large)
    assert [row.sequence for row in journal.pending(1000)] == list(range(1, 201))


def test_reading_works_beside_the_writer_and_without_it(tmp_path: Path, journal: Journal) -> None:
    with read(tmp_path) as reader:
        assert reader.order("K1-000001") is None
        journal.write(Entry(NOON, orders=(order(),)))
        assert reader.order("K1-000001") == order()
    journal.close()
    with read(tmp_path) as reader:
        assert reader.order("K1-000001") == order()


def test_a_reader_can_write_nothing(tmp_path: Path, journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(order(),)))
    with read(tmp_path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM orders")


def test_reading_where_there_is_no_journal_makes_none(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="check that it exists") as error:
        read(tmp_path)
    assert str(tmp_path / "journal.db") in one_line(error)
    assert list(tmp_path.iterdir()) == []


def test_a_row_that_makes_no_sense_is_named(journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(order(),)))
    journal._connection.execute("""UPDATE orders SET state = 'closing', phase = '{"why": "because"}'""")
    with pytest.raises(JournalError, match="order K1-000001 in the journal makes no sense") as error:
        journal.order("K1-000001")
    one_line(error)


def test_migrations_are_run_once_each_and_in_order() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    first, second = "CREATE TABLE a (x INTEGER);", "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2);"
    migrate(connection, [first])
    migrate(connection, [first, second])
    migrate(connection, [first, second])
    assert connection.execute("SELECT x FROM a").fetchall() == [(1,), (2,)]
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()


def test_a_migration_that_fails_leaves_the_version_before_it() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    first, broken = "CREATE TABLE a (x INTEGER);", "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2);"
    with pytest.raises(sqlite3.OperationalError, match="no such table: b"):
        migrate(connection, [first, broken])
    assert connection.execute("SELECT x FROM a").fetchall() == []
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
