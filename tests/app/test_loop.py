"""The consumer: in order, by one timer, each panel shown before anything is written."""

import asyncio
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from currents import current
from waits import PATIENCE

from kiosk.app.clock import Clock
from kiosk.app.inbox import Inbox
from kiosk.app.loop import Loop
from kiosk.app.recorder import Job
from kiosk.sale.commands import Pay, Probe
from kiosk.sale.events import InquiryWanted, Key, KeyPressed, Part, PartRecovered, ProbeAnswered, StopWanted, Woken
from kiosk.sale.money import Amount
from kiosk.sale.outcome import Absent
from kiosk.sale.panel import Light, Name, Panel

pytestmark = pytest.mark.anyio


class Scene:
    """A loop whose panels and jobs are noted down, in order."""

    def __init__(self) -> None:
        clock = Clock(ZoneInfo("Asia/Singapore"))
        self.noted: list[Panel | Job] = []
        self.inbox = Inbox(asyncio.get_running_loop())
        self.current = current()
        present = lambda panel, _: self.noted.append(panel)  # noqa: E731
        self.loop = Loop(self.current, clock, self.inbox, self, present, lambda: None)  # type: ignore[arg-type]

    def put(self, job: Job) -> None:
        self.noted.append(job)

    async def in_service(self) -> None:
        self.inbox.post(ProbeAnswered(Absent()), PartRecovered(Part.CLOCK))
        await self.until(Name.IDLE)

    async def until(self, name: Name) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.current.panel.name is not name:
                await asyncio.sleep(0)

    @property
    def commands(self) -> list[object]:
        return [command for one in self.noted if isinstance(one, Job) for command in one.commands]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    task = asyncio.create_task(scene.loop.run())
    yield scene
    task.cancel()


async def test_the_gateway_is_asked_for_a_sign_of_life_at_start_and_not_again_at_every_beat(scene: Scene) -> None:
    await scene.in_service()
    for _ in range(10):
        scene.inbox.post(Woken())
    scene.inbox.post(KeyPressed(Key.ONE))
    await scene.until(Name.ENTERING)
    assert [type(command) for command in scene.commands] == [Probe]


async def test_a_start_in_trouble_is_shown_before_anything_is_heard(scene: Scene) -> None:
    async with asyncio.timeout(PATIENCE):
        while not scene.noted:
            await asyncio.sleep(0)
    first = scene.noted[0]
    assert isinstance(first, Panel)
    assert first.name is Name.OUT_OF_SERVICE
    assert first.lights.fault is Light.ON


async def test_idle_keys_write_nothing(scene: Scene) -> None:
    await scene.in_service()
    scene.noted.clear()
    for key in "1234":
        scene.inbox.post(KeyPressed(Key(key)))
    await scene.until(Name.ENTERING)
    scene.inbox.post(KeyPressed(Key.STAR), KeyPressed(Key.STAR))
    await scene.until(Name.IDLE)
    assert all(isinstance(one, Panel) for one in scene.noted)


async def test_pay_and_its_order_go_to_the_recorder_together(scene: Scene) -> None:
    await scene.in_service()
    for key in "1500#":
        scene.inbox.post(KeyPressed(Key(key)))
    await scene.until(Name.REQUESTING)
    (job,) = (one for one in scene.noted if isinstance(one, Job) and one.entry.intents)
    (pay,) = job.commands
    assert isinstance(pay, Pay)
    assert job.entry.intents == (pay,)
    assert job.entry.orders == (pay.order,)


async def test_from_other_threads_too_what_is_posted_is_handled_in_order(scene: Scene) -> None:
    await scene.in_service()
    await asyncio.to_thread(lambda: [scene.inbox.post(KeyPressed(Key(key))) for key in "2468"])
    async with asyncio.timeout(PATIENCE):
        while scene.current.panel.amount != Amount(2468, "KRW"):
            await asyncio.sleep(0)


async def test_a_closed_loop_takes_no_letters_and_raises_nothing() -> None:
    other = asyncio.new_event_loop()
    inbox = Inbox(other)
    other.close()
    inbox.post(StopWanted())


async def test_whoever_waits_for_a_letter_hears_of_each_of_its_events_that_was_ignored(scene: Scene) -> None:
    await scene.in_service()
    asking = asyncio.create_task(scene.inbox.ask(InquiryWanted("K1-9"), Woken()))
    async with asyncio.timeout(PATIENCE):
        while not (jobs := [one for one in scene.noted if isinstance(one, Job) and one.handled]):
            await asyncio.sleep(0)
    assert jobs[0].notes == ("ignored InquiryWanted: no order K1-9 is open",)
    asking.cancel()
