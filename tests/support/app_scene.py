"""The daemon's middle without its process: the loop, the recorder and the performer, over a real journal, against the
sandbox. Only what drops the goods is a test's own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from currents import RULES, current
from waits import until

from kiosk.app.clock import Clock
from kiosk.app.control import Control
from kiosk.app.inbox import Inbox
from kiosk.app.lookup import Lookup
from kiosk.app.loop import Loop
from kiosk.app.perform import Performer
from kiosk.app.recorder import Recorder
from kiosk.app.stopwatch import Stopwatch
from kiosk.app.tasks import Tasks, running
from kiosk.gateway.client import Gateway
from kiosk.gateway.exchange import Account
from kiosk.gateway.signing import ShaKey
from kiosk.gateway.wire import SignType
from kiosk.journal import Entry, Journal
from kiosk.sale.events import Key, KeyPressed
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product, Released, Requested
from kiosk.sale.outcome import Approved
from kiosk.sale.panel import Name
from kiosk.sandbox.merchants import CLIENT_ID, SIGN_ID, TRANSACTION_KEY
from kiosk.sandbox.server import Sandbox

ZONE = ZoneInfo("Asia/Singapore")
HASTE = replace(current().state.rules, first_ask=0.05, first_ask_shown=0.05, ask_every=0.05, calm=0.0)


class Chute:
    """What drops the goods. `trouble`: what it says; `latest`: until when each release might begin."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.latest: list[float] = []

    async def release(self, latest: float) -> str | None:
        self.latest.append(latest)
        return self.trouble


class Scene:
    """What a test may look at and do."""

    def __init__(self, tasks: Tasks, journal: Journal, sandbox: Sandbox, http: httpx.AsyncClient) -> None:
        self.journal = journal
        self.http = http
        self.chute, self.stopwatch, self.clock = Chute(), Stopwatch(), Clock(ZONE)
        self.current = current()
        self.current.state = replace(self.current.state, rules=HASTE)
        self.inbox = Inbox(asyncio.get_running_loop())
        self.recorder = Recorder(journal, self.inbox, 0.05)
        self.lookup = Lookup(self.current, self.recorder)
        key = ShaKey(SIGN_ID, TRANSACTION_KEY)
        account = Account(sandbox.url, CLIENT_ID, RULES.kiosk_id, SignType.SHA, key, ZONE, "Parking")
        self.gateway = Gateway(account)
        self.performer = Performer(tasks, self.gateway, self.chute, self.inbox, self.clock, self.stopwatch, self.lookup)
        self.couriers_woken = 0
        self.control = Control(
            self.lookup, self.inbox, self.recorder, self._wake_courier, self.performer.next_detail, tuple
        )
        loop = Loop(self.current, self.clock, self.inbox, self.recorder, lambda *_: None, lambda: None)
        tasks.begin(loop.run())
        tasks.begin(self.recorder.run(self.performer.begin, lambda: None))

    def _wake_courier(self) -> None:
        self.couriers_woken += 1

    def keys(self, keys: str) -> None:
        for key in keys:
            self.inbox.post(KeyPressed(Key(key)))

    async def named(self, name: Name) -> None:
        await until(lambda: self.current.panel.name is name)

    async def shopper(self, path: str, method: str = "POST", **json: object) -> None:
        (await self.http.request(method, path, json=json or None)).raise_for_status()

    async def sold(self, number: int = 900) -> Order:
        """An order that was paid and released before this start: the gateway and the journal have it."""
        now = datetime.now(UTC)
        order = Order(
            id=f"kiosk-0001-{number:09}",
            product=Product.ORDER_CODE,
            amount=Amount(1500, "KRW"),
            created_at=now,
            expire_at=now + timedelta(minutes=2),
            since=now,
            phase=Requested(),
        )
        await self.gateway.pay(order, None)
        await self.shopper(f"/sandbox/orders/{order.id}/pay")
        paid = await self.gateway.detail(order)
        assert isinstance(paid, Approved)
        order = replace(order, gateway_id=paid.gateway_id, paid_at=now, phase=Released(), released=True)
        await self.recorder.call(lambda journal: journal.write(Entry(now, orders=(order,))))
        return order


@asynccontextmanager
async def app_scene(folder: Path, kind: type[Scene] = Scene) -> AsyncIterator[Scene]:
    """A kiosk that is ready to sell."""
    async with (
        Sandbox() as sandbox,
        httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http,
        running() as tasks,
    ):
        scene = kind(tasks, Journal.open(folder, RULES.kiosk_id), sandbox, http)
        try:
            await scene.named(Name.IDLE)
            yield scene
        finally:
            tasks.cancel()
            await scene.recorder.close()
            await scene.gateway.aclose()
