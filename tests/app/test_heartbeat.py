"""A beat means that everything has given a sign of life since the one before; the status says how the kiosk is."""

import asyncio
import logging
import sqlite3
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from currents import current
from waits import PATIENCE, until

from kiosk.app import heartbeat
from kiosk.app.heartbeat import Heartbeat
from kiosk.app.inbox import Inbox
from kiosk.app.recorder import Recorder
from kiosk.app.run import _heartbeat
from kiosk.app.tasks import running
from kiosk.diagnostics.status import headline
from kiosk.journal import Journal, JournalError
from kiosk.sale.events import Part
from kiosk.sale.panel import Name

pytestmark = pytest.mark.anyio


class Signs:
    """What gives signs of life, each of which may stop."""

    def __init__(self) -> None:
        self.consumer = self.journal = 0.0
        self.dead: set[str] = set()

    def knock(self) -> None:
        now = time.monotonic()
        self.consumer = self.consumer if "consumer" in self.dead else now
        self.journal = self.journal if "journal" in self.dead else now

    def keys(self) -> bool:
        return "keypad" not in self.dead


async def beats(signs: Signs, said: list[str]) -> int:
    """How many beats are heard, in a while."""
    beat = Heartbeat(signs.knock, (lambda: signs.consumer, lambda: signs.journal), signs.keys, lambda: (Name.IDLE, {}))
    running = asyncio.ensure_future(beat.run())
    if signs.dead:
        await asyncio.sleep(0.275)  # five times the watchdog's half
    else:
        await until(lambda: said.count("WATCHDOG=1") >= 2)
    running.cancel()
    return said.count("WATCHDOG=1")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(heartbeat, "tell", heard.append)
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    return heard


async def test_it_beats_while_all_live(said: list[str]) -> None:
    assert await beats(Signs(), said) >= 2


@pytest.mark.parametrize("part", ["consumer", "journal", "keypad"])
async def test_it_stops_when_one_of_them_does(said: list[str], part: str) -> None:
    signs = Signs()
    signs.dead.add(part)
    assert await beats(signs, said) == 0


async def test_without_a_watchdog_it_is_done_at_once(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_USEC")
    signs = Signs()
    await asyncio.wait_for(Heartbeat(signs.knock, (), signs.keys, lambda: (Name.IDLE, {})).run(), 5)
    assert said == []


def test_the_status_is_one_line_in_words_told_when_it_changes(said: list[str]) -> None:
    troubles: dict[Part, str] = {}
    beat = Heartbeat(lambda: None, (), lambda: True, lambda: (Name.IDLE, troubles))
    for _ in range(2):
        beat.say()
    troubles[Part.CAMERA] = "it is unplugged"
    beat.say()
    assert said == ["STATUS=idle", "STATUS=idle; camera: it is unplugged"]
    assert headline(Name.SHOWING_CODE, {}) == "showing code"


async def test_a_journal_that_answers_gives_a_sign_and_one_that_hangs_gives_none(tmp_path: Path) -> None:
    recorder = Recorder(Journal.open(tmp_path, "kiosk-1"), Inbox(asyncio.get_running_loop()))
    await recorder.answer()
    before = recorder.beat
    assert before > 0
    held = threading.Event()
    hanging = asyncio.ensure_future(recorder.call(lambda _journal: held.wait(20)))
    asked = asyncio.ensure_future(recorder.answer())
    await asyncio.sleep(0.05)
    assert recorder.beat == before
    held.set()
    await asyncio.gather(hanging, asked)
    assert recorder.beat > before
    await recorder.close()


async def test_a_journal_that_says_why_it_can_not_is_alive(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, "kiosk-1")
    recorder = Recorder(journal, Inbox(asyncio.get_running_loop()))

    def refused(_journal: Journal) -> None:
        raise JournalError("the disk is full")

    with pytest.raises(JournalError):
        await recorder.call(refused)
    assert recorder.beat > 0
    await recorder.close()
    with pytest.raises((JournalError, sqlite3.Error)):
        journal.newest_id()


def test_going_out_of_service_and_back_is_one_line_each_in_the_log(
    said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    now: list[tuple[Name, dict[Part, str]]] = []
    beat = Heartbeat(lambda: None, (), lambda: True, lambda: now[-1])
    for name, troubles in (
        (Name.OUT_OF_SERVICE, {Part.GATEWAY: "no answer"}),
        (Name.IDLE, {}),
        (Name.ENTERING, {}),
        (Name.SHOWING_CODE, {}),
        (Name.SHOWING_CODE, {Part.CAMERA: "unplugged"}),
        (Name.PAID, {Part.CAMERA: "unplugged"}),
        (Name.SERVICE, {Part.CAMERA: "unplugged"}),
        (Name.OUT_OF_SERVICE, {Part.CAMERA: "unplugged", Part.RELEASE: "jammed"}),
    ):
        now.append((name, troubles))
        beat.say()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "out of service; gateway: no answer"),
        ("INFO", "in service"),
        ("WARNING", "in service; camera: unplugged"),
        ("WARNING", "out of service; camera: unplugged; release: jammed"),
    ]
    assert len(said) == 8


@pytest.mark.parametrize("hangs", [None, "consumer", "journal", "keypad"])
async def test_the_daemons_beat_is_of_consumer_journal_and_keypad(
    said: list[str], tmp_path: Path, hangs: str | None
) -> None:
    recorder = Recorder(Journal.open(tmp_path, "kiosk-1"), Inbox(asyncio.get_running_loop()))
    held = threading.Event()
    hanging = [asyncio.ensure_future(recorder.call(lambda _journal: held.wait(20)))] if hangs == "journal" else []
    now = current()
    now.beat = 0.0
    inbox = Inbox(asyncio.get_running_loop())

    async def consume() -> None:
        while hangs != "consumer":
            await inbox.next()
            now.beat = time.monotonic()

    async with running() as tasks:
        tasks.begin(consume())
        devices = SimpleNamespace(keypad_lives=lambda: hangs != "keypad")
        standing = SimpleNamespace(notice=lambda: (Name.IDLE, {}))
        tasks.begin(_heartbeat(inbox, tasks, now, recorder, devices, standing).run())
        end = time.monotonic() + (PATIENCE if hangs is None else 0.4)
        while "WATCHDOG=1" not in said and time.monotonic() < end:
            await asyncio.sleep(0.01)
        held.set()
    await asyncio.gather(*hanging)
    await recorder.close()
    assert ("WATCHDOG=1" in said) is (hangs is None)


def test_what_systemd_can_not_be_told_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody-listens"))
    heartbeat.tell("STATUS=idle")
