"""The machine as the front panel sees it: the present, each change, and what a hand may do to a simulated board."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from app_scene import Scene, app_scene
from waits import until

from kiosk.app.panel_machine import PanelMachine
from kiosk.frontpanel.view import How, NotSimulated, Snapshot
from kiosk.journal import Entry, JournalError
from kiosk.sale.commands import SendResult, Topic
from kiosk.sale.events import Part, PartFailed
from kiosk.sale.order import Product
from kiosk.sale.panel import Name
from kiosk.screens.pages import Page

pytestmark = pytest.mark.anyio


class Board:
    """What the panel shows of a board, and the hand on it."""

    released = 3

    def __init__(self) -> None:
        self.did: list[object] = []

    def picture(self) -> bytes:
        return b"PNG"

    def press(self, keys: str, how: How) -> None:
        self.did.append((keys, how))

    def look(self, picture: bytes) -> None:
        self.did.append(picture)

    def seen(self) -> bytes:
        return b"seen"

    def confirm(self) -> bool:
        return True

    def jam(self) -> bool:
        return False


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with app_scene(tmp_path) as scene:
        yield scene


def _machine(scene: Scene, bench: Board | None) -> PanelMachine:
    return PanelMachine(scene.current, scene.recorder, Board(), bench, "en", scene.stopwatch)


async def test_the_present_is_what_the_sale_the_board_and_the_stopwatch_say(scene: Scene) -> None:
    machine = _machine(scene, None)
    scene.stopwatch.took("key to PAY", 0.5)
    seen = machine.snapshot()
    assert (seen.state, seen.kiosk_id, seen.released, seen.online) == (Name.IDLE, "kiosk-0001", 3, True)
    assert (seen.simulated, seen.latencies) == (False, {"key to PAY": 0.5})
    assert machine.picture() == b"PNG"
    scene.inbox.post(PartFailed(Part.GATEWAY, "no network"))
    await until(lambda: not machine.snapshot().online)


async def test_it_speaks_the_language_that_was_set_last(scene: Scene) -> None:
    machine = _machine(scene, None)
    english = machine.snapshot()
    machine.speak("ko")
    assert machine.snapshot().language == "ko"
    assert machine.snapshot().screen != english.screen


async def test_a_technicians_page_stands_instead_of_the_sale(scene: Scene) -> None:
    machine = _machine(scene, None)
    scene.current.page = Page("Service", ("1 status",), foot="* back", code="https://kiosk.example")
    seen = machine.snapshot()
    assert (seen.screen, seen.qr) == (("Service", "1 status", "* back"), "https://kiosk.example")


async def test_who_watches_hears_of_each_change_and_a_slow_one_skips_to_the_newest(scene: Scene) -> None:
    machine = _machine(scene, None)
    changes = machine.changes()
    assert (await anext(changes)).state is Name.IDLE
    following = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    scene.keys("15")
    await until(lambda: scene.current.panel.amount is not None and scene.current.panel.amount.minor == 15)
    machine.bump()
    machine.bump()
    seen: Snapshot = await following
    assert (seen.state, seen.amount) == (Name.ENTERING, scene.current.panel.amount)
    await changes.aclose()


async def test_it_counts_what_waits_for_the_operator_whenever_that_changes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = _machine(scene, None)
    counting = asyncio.create_task(machine.run())
    result = SendResult(Topic.FAULT, scene.clock.now().at)
    await scene.recorder.call(lambda journal: journal.write(Entry(result.at, results=(result, result))))
    await scene.recorder.call(lambda journal: journal.quarantine(1, "HTTP 400"))
    machine.outbox_changed()
    await until(lambda: (machine.snapshot().pending, machine.snapshot().quarantined) == (1, 1))

    async def unreadable(*_: object) -> None:
        raise JournalError("the disk is gone")

    monkeypatch.setattr(scene.recorder, "call", unreadable)
    machine.outbox_changed()
    await until(lambda: not machine._outbox.is_set())
    assert machine.snapshot().pending == 1, "as last counted"
    assert not counting.done()
    counting.cancel()


async def test_the_last_orders_are_listed_newest_first(scene: Scene) -> None:
    first, second = await scene.sold(901), await scene.sold(902)
    machine = _machine(scene, None)
    listed = await machine.orders(10)
    assert [(line.id, line.claim, line.state, line.product) for line in listed] == [
        (order.id, order.claim, "released", Product.ORDER_CODE) for order in (second, first)
    ]
    assert [line.id for line in await machine.orders(1)] == [second.id]


async def test_a_hand_may_do_to_a_simulated_board_what_it_likes(scene: Scene) -> None:
    board = Board()
    machine = _machine(scene, board)
    await machine.press("15#", How.PRESS)
    await machine.look(b"picture")
    assert board.did == [("15#", How.PRESS), b"picture"]
    assert await machine.seen() == b"seen"
    assert (await machine.confirm(), await machine.jam()) == (True, False)


async def test_and_nothing_to_a_real_one(scene: Scene) -> None:
    machine = _machine(scene, None)
    assert await machine.seen() is None
    for deed in (machine.press("1", How.PRESS), machine.look(b""), machine.confirm(), machine.jam()):
        with pytest.raises(NotSimulated):
            await deed
