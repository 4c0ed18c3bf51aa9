"""A merchant before the sandbox: signs requests, and keeps the answers as they came. And one that is notified."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from waits import PATIENCE

from kiosk.gateway.signing import Key, ShaKey
from kiosk.sandbox.merchants import CLIENT_ID, SIGN_ID, TRANSACTION_KEY
from kiosk.sandbox.serving import serving

SINGAPORE = ZoneInfo("Asia/Singapore")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 12, 0, tzinfo=SINGAPORE)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Answer:
    response: httpx.Response
    body: dict[str, Any]

    @property
    def code(self) -> str:
        return self.body["respCode"]

    @property
    def message(self) -> str:
        return self.body["respMsg"]

    @property
    def data(self) -> dict[str, Any]:
        return self.body["data"]


class MerchantSide:
    """Speaks to the gateway's four calls (`pay`, `detail`, `cancel`, `refund`) and to the sandbox's control API."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime],
        key: Key | None = None,
        client_id: str = CLIENT_ID,
    ) -> None:
        self.key = key or ShaKey(SIGN_ID, TRANSACTION_KEY)
        self.client_id = client_id
        self.clock = clock
        self.http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=10)

    def order(self, order_id: str = "A-1", product: str = "ORDER_CODE", **fields: object) -> dict[str, Any]:
        """A PAY that is in order; a field given as None is left out."""
        body = {
            "paymentMethod": "KAKAOPAY",
            "product": product,
            "merchantOrderId": order_id,
            "amount": "1500",
            "currency": "KRW",
            "expireAt": f"{self.clock() + timedelta(seconds=120):%Y-%m-%d %H:%M:%S}",
            "goods": {"description": "Parking"},
            "riskData": {"Device": {"os": "LINUX"}},
            "terminalId": "kiosk-0001",
            **fields,
        }
        return {name: value for name, value in body.items() if value is not None}

    def headers(self, body: dict[str, Any], **changed: str | None) -> dict[str, str]:
        headers = {
            "clientId": self.client_id,
            "signType": str(self.key.sign_type),
            "signId": self.key.sign_id,
            str(self.key.header): self.key.sign(body),
            "requestId": uuid4().hex,
            **changed,
        }
        return {name: value for name, value in headers.items() if value is not None}

    async def ask(self, call: str, body: dict[str, Any], **changed: str | None) -> Answer:
        response = await self.http.post(f"/{call}", json=body, headers=self.headers(body, **changed))
        assert response.status_code == 200
        return Answer(response, response.json())

    async def pay(self, order_id: str = "A-1", product: str = "ORDER_CODE", **fields: object) -> Answer:
        return await self.ask("pay", self.order(order_id, product, **fields))

    async def detail(self, order_id: str = "A-1") -> Answer:
        return await self.ask("detail", {"merchantOrderId": order_id})

    async def cancel(self, order_id: str = "A-1") -> Answer:
        return await self.ask("cancel", {"merchantOrderId": order_id})

    async def refund(self, amount: str, refund_id: str = "R-1", order_id: str = "A-1", **fields: object) -> Answer:
        body = {"merchantRefundId": refund_id, "merchantOrderId": order_id, "amount": amount, "currency": "KRW"}
        return await self.ask("refund", {**body, "reason": "jam", **fields})

    async def shown_and_paid(self, order_id: str = "A-1", **fields: Any) -> None:
        await self.pay(order_id, **fields)
        await self.control("POST", f"/sandbox/orders/{order_id}/pay")

    async def code(self, behaviour: str = "pay") -> str:
        return (await self.control("POST", "/sandbox/codes", {"behaviour": behaviour}))["code"]

    async def fault(self, call: str, trouble: str, **how: float) -> None:
        await self.control("PUT", "/sandbox/faults", {call: {trouble: how}})

    async def control(self, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        response = await self.http.request(method, path, json=body)
        assert response.status_code == status, response.text
        return response.json()

    async def books(self) -> dict[str, Any]:
        return await self.control("GET", "/sandbox/books")


@dataclass
class Notified:
    """What one NOTIFICATION brought."""

    headers: dict[str, str]
    content: bytes

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.content)["data"]

    @property
    def told(self) -> tuple[str, str]:
        return self.data["transactionType"], self.data["status"]


@dataclass
class Receiver:
    """A merchant's listener. `replies` are given one after the other, then each is acknowledged."""

    url: str = ""
    received: list[Notified] = field(default_factory=list)
    replies: list[Response] = field(default_factory=list)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> Response:
        async with self._arrived:
            self.received.append(Notified(dict(request.headers), await request.body()))
            self._arrived.notify_all()
        return self.replies.pop(0) if self.replies else Response(b'{"code":"000000"}')

    async def wait_for(self, count: int) -> list[Notified]:
        """All that came, once there are `count` of them."""
        async with asyncio.timeout(PATIENCE), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)
        return self.received


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A listener on a free port."""
    listening = Receiver()
    app = Starlette(routes=[Route("/notification", listening.take, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0) as url:
        listening.url = f"{url}/notification"
        yield listening
