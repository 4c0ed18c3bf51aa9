"""What the operator reads and takes away: orders, results and takings, for people, programs and spreadsheets."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from configurations import PLAIN, written
from sample_orders import NOON, order, won

from kiosk.journal import Answer, Entry, Journal
from kiosk.sale.commands import Pay, SendResult, Topic
from kiosk.sale.order import GivenBack, NotCharged, Reason, Released, Verdict
from kiosk.sale.outcome import ConfirmedRefund

IDS = ("kiosk-0001-062VJ8TCA", "kiosk-0001-062VJ8TCB", "kiosk-0001-062VJ8TCC")
DAY = timedelta(days=1)
SOLD = order(IDS[0], Released(), paid_at=NOON, released=True, refunds=(ConfirmedRefund("R1", won(400)),))
BACK = order(IDS[1], GivenBack(Reason.JAM), paid_at=NOON + DAY, refunds=(ConfirmedRefund("R2", won(1500)),))
LOST = order(IDS[2], NotCharged(Verdict.NOT_SENT), gateway_id="=cmd()")
EVERY = (SOLD, replace(BACK, created_at=NOON + DAY), replace(LOST, created_at=NOON + 2 * DAY))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kiosk with three orders on three days, in Seoul; the journal's times are Singapore's."""
    directory = tmp_path_factory.mktemp("kiosk")
    (directory / "state").mkdir()
    with Journal.open(directory / "state", "bench-7") as journal:
        for one in EVERY:
            told = SendResult(Topic.PAID if one.paid_at else Topic.CANCELLED, one.created_at, one)
            journal.write(Entry(one.created_at, orders=(one,), intents=(Pay(one),), results=(told,)))
        journal.write(Entry(NOON, answers=(Answer(IDS[0], "pay", "Approved"),)))
    return written(directory, PLAIN.replace("/srv/state", str(directory / "state")))


def kiosk(config: Path, *words: str, columns: int | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"COLUMNS": str(columns)} if columns else {})}
    command = [sys.executable, "-m", "kiosk", "--config", str(config), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)


def said(config: Path, *words: str) -> str:
    done = kiosk(config, *words)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


ALL = ("--since", "2026-11-01")


def test_orders_of_a_span_of_time(config: Path) -> None:
    def found(*words: str) -> list[str]:
        return [one["claim"] for one in json.loads(said(config, "orders", "--json", *words))]

    assert found(*ALL) == ["VJ8TCC", "VJ8TCB", "VJ8TCA"]
    assert found("--since", "2026-11-24") == ["VJ8TCC", "VJ8TCB"]
    assert found(*ALL, "--until", "2026-11-24") == ["VJ8TCB", "VJ8TCA"]  # the whole day
    assert found("--since", "2026-11-23T13:00", "--until", "2026-11-23T13:01") == ["VJ8TCA"]  # noon in Singapore
    assert found("--since", "2026-11-23T13:01", "--until", "2026-11-23T14:00") == []


@pytest.mark.parametrize("command", ["orders", "report"])
def test_a_span_that_ends_before_it_begins_is_one_line(config: Path, command: str) -> None:
    done = kiosk(config, command, "--since", "2026-11-24", "--until", "2026-11-20")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("--until 2026-11-20")
    assert len(done.stderr.splitlines()) == 1


def test_times_are_the_kiosks_with_their_offset_in_json(config: Path) -> None:
    one = json.loads(said(config, "order", "VJ8TCA", "--json"))
    assert (one["created_at"], one["paid_at"]) == ("2026-11-23T13:00:00+09:00",) * 2
    assert one["history"][0]["at"] == "2026-11-23T13:00:00+09:00"
    assert one["results"][0]["timestamp"] == "2026-11-23T13:00:00+09:00"
    assert "2026-11-23 13:00:00" in said(config, "order", "VJ8TCA")


def test_the_history_of_an_order_has_amounts_dates_and_what_the_operator_was_told(config: Path) -> None:
    text = said(config, "order", "VJ8TCA")
    assert "2026-11-23 13:00:00  pay 1500 KRW: Approved" in text
    assert "2026-11-23 13:00:00  told: payment.paid, waits" in text
    assert "400 KRW as refund R1" in text


@pytest.mark.parametrize("typed", ["VJ8TCA", "vj8-tca", "VJ8 TCA", "kiosk-0001-062VJ8TCA"])
def test_an_order_is_found_by_whatever_was_typed_of_its_claim_code(config: Path, typed: str) -> None:
    assert IDS[0] in said(config, "order", typed)


def test_tables_fit_eighty_columns_and_no_id_is_cut_where_there_is_no_terminal(config: Path) -> None:
    listed = said(config, "orders", *ALL)
    assert all(one in listed for one in IDS)
    for words in (("orders", *ALL), ("order", "VJ8TCA"), ("report", *ALL), ("outbox",)):
        assert "…" not in said(config, *words)


def test_orders_for_a_spreadsheet(config: Path) -> None:
    rows = list(csv.DictReader(StringIO(said(config, "orders", *ALL, "--csv"))))
    assert [row["order_id"] for row in rows] == list(reversed(IDS))
    assert (rows[2]["amount"], rows[2]["currency"], rows[2]["refunded"], rows[2]["released"]) == (
        "1500",
        "KRW",
        "400",
        "yes",
    )
    assert rows[2]["created_at"] == "2026-11-23T13:00:00+09:00"
    assert rows[0]["gateway_order_id"] == "'=cmd()"  # what others wrote is no formula


def test_the_takings_of_a_day_and_of_a_span_with_what_stays(config: Path) -> None:
    day = json.loads(said(config, "report", "--date", "2026-11-23", "--json"))
    assert (day["date"], day["until"], day["net"]) == (
        "2026-11-23",
        "2026-11-23",
        [{"value": "1100", "currency": "KRW"}],
    )
    whole = json.loads(said(config, "report", "--since", "2026-11-23", "--until", "2026-11-24", "--json"))
    assert (whole["date"], whole["until"], whole["net"][0]["value"]) == ("2026-11-23", "2026-11-24", "1100")
    text = said(config, "report", "--since", "2026-11-23", "--until", "2026-11-24")
    assert text.startswith("2026-11-23 to 2026-11-24\n")
    assert "paid 3000 KRW = released 1500 KRW + given back 1500 KRW + open 0 KRW" in text
    assert "net 1100 KRW" in text
    (row,) = csv.DictReader(StringIO(said(config, "report", "--date", "2026-11-23", "--csv")))
    assert (row["product"], row["paid_count"], row["paid_amount"], row["refunded_amount"]) == (
        "ORDER_CODE",
        "1",
        "1500",
        "400",
    )


def test_a_report_says_whether_the_journal_is_the_daemons_own(config: Path) -> None:
    assert "the journal is as the daemon wrote it" in said(config, "report", "--date", "2026-11-23", "--verify")
    assert json.loads(said(config, "report", "--verify", "--json"))["altered"] == []


def test_a_day_and_a_span_at_once_is_one_line(config: Path) -> None:
    done = kiosk(config, "report", "--date", "2026-11-23", "--since", "2026-11-20")
    assert (done.returncode, done.stderr) == (2, "report: give --date, or --since and --until\n")


def test_one_result_with_all_that_is_known_of_it(config: Path) -> None:
    shown = json.loads(said(config, "outbox", "show", "1", "--json"))
    assert (shown["type"], shown["order_id"], shown["state"]) == ("payment.paid", IDS[0], "pending")
    assert json.loads(shown["body"])["data"]["order_id"] == IDS[0]
    assert "kiosk outbox show NUMBER" in said(config, "outbox")
    text = said(config, "outbox", "show", "1")
    assert ("payment.paid" in text, "waits" in text, IDS[0] in text) == (True, True, True)
    missing = kiosk(config, "outbox", "show", "99")
    assert (missing.returncode, len(missing.stderr.splitlines())) == (1, 1)


def test_before_the_first_start_there_is_one_line(tmp_path: Path) -> None:
    config = written(tmp_path, PLAIN.replace("/srv/state", str(tmp_path / "nothing")))
    for words in (("orders",), ("order", "X"), ("report",), ("outbox",), ("outbox", "show", "1"), ("backup",)):
        done = kiosk(config, *words)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), words


@pytest.mark.parametrize(
    "words",
    [
        ("demo", "--port", "99999"),
        ("demo", "--port", "x"),
        ("demo", "--display", "12x8"),
        ("demo", "--currency", "EUR"),
        ("sandbox", "--port", "-1"),
        ("ordres",),
        ("order",),
        ("refund", "X", "-100"),
        ("outbox", "show", "0"),
        ("orders", "--since", "yesterday"),
        ("report", "--date", "23.11.2026"),
        ("config", "check", "--nonsense"),
    ],
    ids=" ".join,
)
def test_a_mistake_in_the_words_of_a_command_is_one_line(config: Path, words: tuple[str, ...]) -> None:
    done = kiosk(config, *words)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "--help" in done.stderr


def test_a_state_directory_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    config = written(tmp_path, PLAIN.replace("/srv/state", str(tmp_path / "file" / "state")))
    for words in (("orders",), ("backup",), ("drain",)):
        done = kiosk(config, *words)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str) -> None:
    environment = {**os.environ, "_KIOSK_COMPLETE": f"complete_{shell}", "COMP_WORDS": "kiosk or", "COMP_CWORD": "1"}
    environment |= {"_TYPER_COMPLETE_ARGS": "kiosk or", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    command = [sys.executable, "-m", "kiosk"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert ("orders" in done.stdout, "report" in done.stdout) == (True, False)


def test_help_names_how_completion_is_installed(config: Path) -> None:
    assert "--install-completion" in said(config, "--help")
