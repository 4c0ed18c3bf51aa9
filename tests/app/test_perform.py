"""Carrying out: what is asked of the gateway and of the release, and that every command is answered."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from app_scene import Scene, app_scene
from waits import until

from kiosk.app.perform import BEGUN_WITHIN, Performer
from kiosk.app.tasks import running
from kiosk.journal import JournalError
from kiosk.sale.commands import Inquire, Probe, Refund, Release, SendResult, Topic
from kiosk.sale.events import DetailAnswered, Event, Part, PartFailed, PartRecovered, ProbeAnswered, ReleaseAnswered
from kiosk.sale.outcome import Absent, Approved, Pending, Unknown
from kiosk.sale.panel import Name

pytestmark = pytest.mark.anyio


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with app_scene(tmp_path) as scene:
        yield scene


async def _answers(scene: Scene, *commands: object) -> list[Event]:
    """What a performer that answers to nobody else says to these commands."""
    heard: list[Event] = []

    class Ear:
        def post(self, *events: Event) -> None:
            heard.extend(events)

    async with running() as tasks:
        performer = Performer(
            tasks,
            scene.gateway,
            scene.chute,
            Ear(),
            scene.clock,
            scene.stopwatch,
            scene.lookup,  # type: ignore[arg-type]
        )
        for command in commands:
            performer.begin(command, 100.0)
        assert performer.under_way == len(commands)
        await until(lambda: not performer.under_way and len(heard) >= len(commands))
        await asyncio.sleep(0)
    return heard


async def test_a_sale_goes_from_the_key_to_the_goods(scene: Scene) -> None:
    scene.keys("1500#")
    await scene.named(Name.SHOWING_CODE)
    (order,) = scene.current.state.orders.values()
    await scene.shopper(f"/sandbox/orders/{order.id}/pay")
    await scene.named(Name.PAID)
    assert len(scene.chute.latest) == 1
    assert scene.stopwatch.medians()["key to PAY"] > 0
    await until(lambda: not scene.performer.under_way)


async def test_a_release_may_begin_within_four_seconds_of_its_cause_and_its_trouble_is_told(scene: Scene) -> None:
    order = await scene.sold()
    scene.chute.trouble = "release: stuck"
    assert await _answers(scene, Release(order)) == [ReleaseAnswered(order.id, "release: stuck")]
    assert scene.chute.latest == [100.0 + BEGUN_WITHIN]


async def test_an_answer_of_the_gateway_brings_the_news_of_the_clock_with_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _answers(scene, Probe()) == [PartRecovered(Part.CLOCK), ProbeAnswered(Absent())]
    monkeypatch.setattr(scene.gateway, "clock_news", lambda: timedelta(minutes=5))
    clock, answer = await _answers(scene, Probe())
    assert (type(clock), answer) == (PartFailed, ProbeAnswered(Absent()))


async def test_who_waits_for_detail_gets_the_next_answer_and_all_who_wait_the_same(scene: Scene) -> None:
    order = await scene.sold()
    waiting = scene.performer.next_detail(order.id)
    assert scene.performer.next_detail(order.id) is waiting
    scene.performer.begin(Inquire(order), 0.0)
    assert isinstance(await asyncio.wait_for(waiting, 10), Approved)
    assert scene.performer.next_detail(order.id) is not waiting


async def test_an_id_that_another_order_has_is_not_believed(scene: Scene) -> None:
    first, second = await scene.sold(901), await scene.sold(902)
    mistaken = replace(second, gateway_id=None)

    async def shared(*_: object) -> Pending:
        return Pending(first.gateway_id)

    scene.gateway.detail = shared  # type: ignore[method-assign, assignment]
    _, answer = await _answers(scene, Inquire(mistaken))
    assert isinstance(answer, DetailAnswered)
    assert isinstance(answer.outcome, Unknown)
    assert answer.outcome.contradicts


async def test_whose_an_id_is_can_not_be_said_while_the_journal_can_not_be_read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = replace(await scene.sold(), gateway_id=None)

    async def unreadable(*_: object) -> None:
        raise JournalError("the disk is gone")

    monkeypatch.setattr(scene.recorder, "look_up", unreadable)
    _, answer = await _answers(scene, Inquire(order))
    assert isinstance(answer, DetailAnswered)
    assert answer.outcome == Unknown("it can't be said whose answer that is: the disk is gone")


@pytest.mark.parametrize("command", ["refund of what is not given back", "a result"])
async def test_what_nobody_may_ask_for_ends_the_daemon(scene: Scene, command: str) -> None:
    order = await scene.sold()
    wrong = SendResult(Topic.FAULT, order.since) if command == "a result" else Refund(order)
    with pytest.raises(ExceptionGroup) as mistake:
        await _answers(scene, wrong)
    assert isinstance(mistake.value.exceptions[0], TypeError)
