"""The release is looked after while nobody buys: its fault is known before the next shopper pays."""

import asyncio

import pytest
from waits import PATIENCE

from kiosk.app.devices.upkeep import keep_release
from kiosk.app.inbox import Inbox
from kiosk.sale.events import Event, Part, PartFailed, PartRecovered

pytestmark = pytest.mark.anyio


class Relay:
    """A release whose findings are set by the test."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.asked = 0

    async def mend_release(self) -> str | None:
        self.asked += 1
        return self.trouble


async def test_each_change_is_told_once() -> None:
    relay, inbox = Relay(), Inbox(asyncio.get_running_loop())
    keeping = asyncio.ensure_future(keep_release(relay, inbox, every=0.001))

    async def some_turns() -> None:
        start = relay.asked
        while relay.asked < start + 3:
            await asyncio.sleep(0.001)

    async def told() -> tuple[Event, ...]:
        async with asyncio.timeout(PATIENCE):
            return (await inbox.next()).events

    await some_turns()
    relay.trouble = "GPIO26 is taken"
    assert await told() == (PartFailed(Part.RELEASE, "GPIO26 is taken"),)
    await some_turns()
    relay.trouble = None
    assert await told() == (PartRecovered(Part.RELEASE),)
    keeping.cancel()
