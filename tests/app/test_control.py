"""What the command line asks of the daemon, and what it is told: by the gateway's word, not by our asking."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from app_scene import Scene, app_scene

from kiosk.app import control
from kiosk.app.control import Result, Unusable, ask, socket_path
from kiosk.journal import Entry, JournalError, OutboxState
from kiosk.sale.commands import SendResult, Topic
from kiosk.sale.panel import Name
from kiosk.serving.server import serving_unix

pytestmark = pytest.mark.anyio


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with app_scene(tmp_path) as scene:
        yield scene


async def _posted(scene: Scene, path: str, **params: str) -> tuple[int, str, str]:
    """Status, result and line."""
    transport = httpx.ASGITransport(scene.control.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://daemon") as client:
        response = await client.post(path, params=params)
    answer = response.json()
    return response.status_code, answer["result"], answer["line"]


async def test_all_of_a_sale_is_given_back_and_then_there_is_nothing_left(scene: Scene) -> None:
    order = await scene.sold()
    status, result, line = await _posted(scene, f"/orders/{order.claim}/refund")
    assert (status, result) == (200, Result.DONE)
    assert line == f"{order.id}: 1500 KRW given back, 1500 KRW of 1500 KRW in all"
    status, result, line = await _posted(scene, f"/orders/{order.id}/refund")
    assert (status, result) == (409, Result.FAILED)
    assert "\n" not in line


async def test_a_part_is_given_back_by_the_gateways_id(scene: Scene) -> None:
    order = await scene.sold()
    status, _, line = await _posted(scene, f"/orders/{order.gateway_id}/refund", amount="500")
    assert (status, line) == (200, f"{order.id}: 500 KRW given back, 500 KRW of 1500 KRW in all")


@pytest.mark.parametrize("amount", ["0", "12.5", "much", "-1"])
async def test_an_amount_that_can_not_be_meant_moves_nothing(scene: Scene, amount: str) -> None:
    order = await scene.sold()
    status, result, line = await _posted(scene, f"/orders/{order.id}/refund", amount=amount)
    assert (status, result, len(line.splitlines())) == (400, Result.FAILED, 1)
    assert order.id not in scene.current.state.orders


async def test_more_than_was_paid_is_refused(scene: Scene) -> None:
    order = await scene.sold()
    status, result, line = await _posted(scene, f"/orders/{order.id}/refund", amount="1501")
    assert (status, result) == (409, Result.FAILED)
    assert "1500 KRW" in line


async def test_what_the_gateway_refuses_is_told_in_its_words(scene: Scene) -> None:
    order = await scene.sold()
    await scene.shopper("/sandbox/faults", "PUT", refund={"refused": {}})
    status, result, line = await _posted(scene, f"/orders/{order.id}/refund", amount="500")
    assert (status, result) == (409, Result.FAILED)
    assert "nothing was given back; it is released. The gateway: refused: 100005" in line


async def test_an_order_that_is_cancelled_before_it_was_paid_has_cost_nothing(scene: Scene) -> None:
    scene.keys("1500#")
    await scene.named(Name.SHOWING_CODE)
    (order,) = scene.current.state.orders.values()
    status, result, line = await _posted(scene, f"/orders/{order.id}/cancel")
    assert (status, result, line) == (200, Result.DONE, f"{order.id}: cancelled")


async def test_asked_about_it_is_told_as_it_is_now(scene: Scene) -> None:
    order = await scene.sold()
    assert await _posted(scene, f"/orders/{order.id}/inquire") == (200, Result.DONE, f"{order.id}: released")


async def test_a_gateway_that_can_not_be_asked_is_told(scene: Scene) -> None:
    order = await scene.sold()
    await scene.shopper("/sandbox/faults", "PUT", detail={"status_500": {}})
    status, result, line = await _posted(scene, f"/orders/{order.id}/inquire")
    assert (status, result) == (409, Result.FAILED)
    assert line.startswith("the gateway could not be asked: ")


async def test_what_takes_longer_than_a_person_waits_is_not_yet_known(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await scene.sold()
    await scene.shopper("/sandbox/faults", "PUT", refund={"slow": {"seconds": 600}})
    monkeypatch.setattr(control, "PATIENCE", 0.5)
    status, result, line = await _posted(scene, f"/orders/{order.id}/refund", amount="500")
    assert (status, result) == (202, Result.UNKNOWN)
    assert f"See: kiosk order {order.claim}" in line


async def test_an_order_is_settled_by_a_person_only_where_it_waits_for_one(scene: Scene) -> None:
    order = await scene.sold()
    status, result, _ = await _posted(scene, f"/orders/{order.id}/settle", **{"as": "released"})
    assert (status, result) == (409, Result.FAILED)
    status, result, _ = await _posted(scene, f"/orders/{order.id}/settle", **{"as": "forgotten"})
    assert (status, result) == (400, Result.FAILED)


async def test_what_is_not_there_is_not_found(scene: Scene) -> None:
    order = await scene.sold()
    status, result, line = await _posted(scene, "/orders/ZZZZZZ/refund")
    assert (status, result) == (404, Result.FAILED)
    assert "'ZZZZZZ'" in line
    status, _, line = await _posted(scene, f"/orders/{order.id}/donate")
    assert (status, line) == (404, "'donate' is none of refund, cancel, inquire, settle")


async def test_a_journal_that_can_not_be_read_moves_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await scene.sold()

    async def unreadable(*_: object) -> None:
        raise JournalError("the disk is gone")

    monkeypatch.setattr(scene.recorder, "look_up", unreadable)
    assert await _posted(scene, f"/orders/{order.id}/refund") == (503, Result.FAILED, "the disk is gone")


async def test_what_was_set_aside_is_put_back_all_of_it_or_one(scene: Scene) -> None:
    result = SendResult(Topic.FAULT, scene.clock.now().at)
    await scene.recorder.call(lambda journal: journal.write(Entry(result.at, results=(result, result))))
    for sequence in (1, 2):
        await scene.recorder.call(lambda journal, sequence=sequence: journal.quarantine(sequence, "HTTP 400"))
    assert await _posted(scene, "/outbox/retry", sequence="2") == (200, Result.DONE, "1 put back to be delivered")
    assert await _posted(scene, "/outbox/retry", sequence="7") == (409, Result.FAILED, "0 put back to be delivered")
    assert await _posted(scene, "/outbox/retry") == (200, Result.DONE, "1 put back to be delivered")
    assert await _posted(scene, "/outbox/retry") == (200, Result.DONE, "0 put back to be delivered")
    assert scene.couriers_woken == 4
    states = await scene.recorder.call(lambda journal: [row.state for row in journal.rows(None, 10)])
    assert states == [OutboxState.PENDING, OutboxState.PENDING]


# --- from the command line's side, over the socket ---


async def test_the_command_line_hears_what_the_daemon_says(scene: Scene, tmp_path: Path) -> None:
    order = await scene.sold()
    async with serving_unix(scene.control.app(), socket_path(tmp_path)):
        result, line = await asyncio.to_thread(ask, tmp_path, f"/orders/{order.id}/inquire", {})
        assert (result, line) == (Result.DONE, f"{order.id}: released")
        with pytest.raises(Unusable, match="nothing to give back"):
            await asyncio.to_thread(ask, tmp_path, f"/orders/{order.id}/refund", {"amount": "0"})
