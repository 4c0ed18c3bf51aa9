"""NOTIFICATIONs: signed, sent until they are acknowledged, tried again at the gateway's times, then given up.

Knows where and how they go out; the books say when. Each delivery is a task of its own and ends with the notifier.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from uuid import uuid4

import httpx

from kiosk.gateway.signing import JsonObject, read_json
from kiosk.gateway.wire import Field, RespCode, Status
from kiosk.sandbox import writing
from kiosk.sandbox.faults import Call, Faults, Trouble
from kiosk.sandbox.merchants import Merchant
from kiosk.sandbox.payments import News

ANSWER_WITHIN = 5.0  # seconds that a merchant has to acknowledge


@dataclass(slots=True)
class Delivery:
    """A NOTIFICATION on its way: what it tells, to whom, and how each try ended. `state`: open, delivered or failed."""

    news: News
    url: str
    state: str = "open"
    tries: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """As the control API shows it."""
        return {
            "order_id": self.news.payment.order_id or None,
            "gateway_order_id": self.news.payment.uq_id,
            "transaction": self.news.transaction,
            "status": self.news.payment.status,
            "url": self.url,
            "state": self.state,
            "tries": self.tries,
        }


class Notifier:
    """Sends the news. `again`: seconds between the tries, after the first."""

    def __init__(
        self,
        merchants: Sequence[Merchant],
        faults: Faults,
        zone: tzinfo,
        again: Sequence[float],
    ) -> None:
        self._merchants = {merchant.client_id: merchant for merchant in merchants}
        self._faults = faults
        self._zone = zone
        self._again = again
        self._client = httpx.AsyncClient(timeout=ANSWER_WITHIN, trust_env=False)
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked_for: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.deliveries: list[Delivery] = []

    def announce(self, news: News) -> None:
        """Begin to deliver; nobody to tell is no error. To be called within the event loop."""
        merchant = self._merchants[news.payment.merchant]
        url = news.payment.notify_url or merchant.notify_url
        if not url:
            return
        delivery = Delivery(news, url)
        self.deliveries.append(delivery)
        task = asyncio.create_task(self._deliver(delivery, merchant))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def detail_was_asked(self, uq_id: str) -> None:
        """DETAIL was answered for this payment: what was held back for that goes out."""
        self._asked_for[uq_id].set()

    def redirect(self, url: str) -> None:
        """From now on, what no order's notifyUrl claims goes to `url`, for all merchants ("": nowhere)."""
        self._merchants = {name: replace(merchant, notify_url=url) for name, merchant in self._merchants.items()}

    async def aclose(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, delivery: Delivery, merchant: Merchant) -> None:
        troubles = self._faults.take(Call.NOTIFICATION)
        payment = delivery.news.payment
        if Trouble.LOST in troubles:
            delivery.state = "failed"
            delivery.tries.append("lost")
            return
        if Trouble.OUT_OF_ORDER in troubles and payment.order_id:
            await self._asked_for[payment.uq_id].wait()
        await asyncio.sleep(troubles.get(Trouble.DELAY, 0))
        delivered = await self._try(delivery, delivery.news, merchant, troubles)
        if Trouble.DUPLICATE in troubles:
            await self._try(delivery, delivery.news, merchant, troubles)
        if Trouble.OUT_OF_ORDER in troubles:
            stale = replace(delivery.news, payment=replace(payment, status=Status.PROCESSING, paid_at=None))
            await self._try(delivery, stale, merchant, troubles)
        for pause in self._again:
            if delivered:
                break
            await asyncio.sleep(pause)
            delivered = await self._try(delivery, delivery.news, merchant, self._faults.take(Call.NOTIFICATION))
        delivery.state = "delivered" if delivered else "failed"

    async def _try(self, delivery: Delivery, news: News, merchant: Merchant, troubles: Collection[Trouble]) -> bool:
        data = writing.notification(news.payment, news.transaction, self._zone)
        body: JsonObject = {Field.DATA: writing.spoilt(data, troubles)}
        headers = writing.headers(body, merchant.client_id, merchant.notification_key, uuid4().hex, troubles)
        headers["content-type"] = "application/json"
        try:
            answer = await self._client.post(delivery.url, content=writing.encoded(body, troubles), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            delivery.tries.append(type(error).__name__)
            return False
        acknowledged = answer.status_code == 200 and _code(answer.content) == RespCode.OK
        delivery.tries.append("acknowledged" if acknowledged else f"HTTP {answer.status_code}, not acknowledged")
        return acknowledged


def _code(content: bytes) -> object:
    with contextlib.suppress(ValueError):
        return read_json(content).get(Field.CODE)
    return None
