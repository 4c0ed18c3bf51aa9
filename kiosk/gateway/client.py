"""The gateway's client: PAY, DETAIL, CANCEL and REFUND, and what each came to. No answer is believed before it is
verified.

Without a connection nothing left (`NotSent`); whatever goes wrong after that may have been done (`Unknown`). Reasons
and log lines hold no secret, and no content unredacted.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx

from kiosk.gateway import bodies, messages
from kiosk.gateway.exchange import Account, Answered, Exchange, date_offset
from kiosk.gateway.picture import LARGEST_PICTURE, read_code
from kiosk.gateway.signing import TokenKey, read_json
from kiosk.gateway.wire import PROBE_ORDER_ID, Api, Field, Header, JsonObject, redact
from kiosk.sale.money import Amount
from kiosk.sale.order import Order
from kiosk.sale.outcome import (
    Absent,
    CancelOutcome,
    Declined,
    DetailOutcome,
    NotSent,
    Outcome,
    PayOutcome,
    Pending,
    RefundOutcome,
    Refused,
    Unknown,
)
from kiosk.sale.payment_code import PaymentCode

_log = logging.getLogger(__name__)
for _library in ("httpx", "httpcore"):  # they would log the addresses of codes, and headers
    logging.getLogger(_library).setLevel(logging.WARNING)

_SomeOutcome = TypeVar("_SomeOutcome", bound=Outcome)

QUESTIONS = 8  # orders that are asked about at a time


@dataclass(frozen=True, slots=True)
class Heard:
    """When the gateway last gave an answer that is its own, and the newest trouble with it, also when that is over."""

    answered_at: datetime | None = None
    trouble: str | None = None
    trouble_at: datetime | None = None


class Gateway:
    """PAY, DETAIL, CANCEL, REFUND over one client with keep-alive. What network or gateway do is never an exception."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._exchange = Exchange(account)
        self.heard = Heard()
        self._clock_offset: timedelta | None = None
        self._questions = asyncio.Semaphore(QUESTIONS)

    def describe(self, goods: str) -> None:
        """Say this of the goods from now on: the wallet shows it."""
        self._account = replace(self._account, description=goods)

    @property
    def base_url(self) -> str:
        """Where it is, as a person is shown it: the scheme and the host, for the rest of an address may be a secret."""
        return f"{self._exchange.base.scheme}://{self._exchange.base.netloc.decode()}"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()

    async def pay(self, order: Order, code: PaymentCode | None) -> PayOutcome:
        """PAY for the order; `code` is the scanned one, for PAYMENT_CODE."""
        account = self._account
        body = dict(bodies.pay_body(order, code, account.zone, account.description, account.dialect.device_os))
        body[Field.TERMINAL_ID] = account.terminal_id
        if account.notify_url:
            body[Field.NOTIFY_URL] = account.notify_url
        answer = await self._ask(Api.PAY, body)
        if isinstance(answer, NotSent | Unknown):
            return _logged(Api.PAY, order.id, answer)
        outcome = messages.read_pay(answer, order, account.zone)
        if isinstance(outcome, Pending) and outcome.code and self._is_picture(answer):
            outcome = replace(outcome, code=await self._read_picture(outcome.code, order.id))
        return _logged(Api.PAY, order.id, outcome)

    def clock_news(self) -> timedelta | None:
        """The gateway's clock minus this machine's, at the last verified answer (TOKEN: at the last answer).

        Told once: by the next call this machine's clock may have been set, and then the difference is another.
        """
        news, self._clock_offset = self._clock_offset, None
        return news

    async def detail(self, order: Order) -> DetailOutcome:
        """DETAIL of the order. A start may ask about a thousand: only so many are asked about at a time."""
        async with self._questions:
            answer = await self._ask(Api.DETAIL, bodies.order_body(order))
        if not isinstance(answer, NotSent | Unknown):
            return _logged(Api.DETAIL, order.id, messages.read_detail(answer, order, self._account.zone))
        return _logged(Api.DETAIL, order.id, answer)

    async def entry(self, gateway_id: str) -> tuple[DetailOutcome, str]:
        """DETAIL of a payment on the static code, which the gateway alone has named; and the terminal it was made at.

        An `Approved` is over whatever amount was paid; "": the answer names no terminal.
        """
        async with self._questions:
            answer = await self._ask(Api.DETAIL, {Field.GATEWAY_ID: gateway_id})
        if isinstance(answer, NotSent | Unknown):
            return _logged(Api.DETAIL, gateway_id, answer), ""
        outcome = messages.read_entry(answer, gateway_id, self._account.zone)
        return _logged(Api.DETAIL, gateway_id, outcome), messages.text(messages.data_of(answer), Field.TERMINAL_ID)

    async def cancel(self, order: Order) -> CancelOutcome:
        """CANCEL the order: close it, or give all of it back."""
        answer = await self._ask(Api.CANCEL, bodies.order_body(order))
        if not isinstance(answer, NotSent | Unknown):
            return _logged(Api.CANCEL, order.id, messages.read_cancel(answer, order))
        return _logged(Api.CANCEL, order.id, answer)

    async def refund(self, order: Order, refund_id: str, amount: Amount, reason: str) -> RefundOutcome:
        """REFUND `amount` of the order. The same `refund_id` again is the same refund."""
        answer = await self._ask(Api.REFUND, bodies.refund_body(order, refund_id, amount, reason))
        if not isinstance(answer, NotSent | Unknown):
            return _logged(Api.REFUND, order.id, messages.read_refund(answer, order, refund_id))
        return _logged(Api.REFUND, order.id, answer)

    async def probe(self) -> DetailOutcome:
        """A sign of life: DETAIL of an order that can't exist. `Absent` is health: it was reached, and keys match."""
        answer = await self._ask(Api.DETAIL, {Field.ORDER_ID: PROBE_ORDER_ID})
        if isinstance(answer, NotSent | Unknown):
            return answer
        return Absent() if messages.is_absent(answer) else messages.unknown(answer)

    async def _ask(self, api: Api, body: JsonObject) -> JsonObject | NotSent | Unknown:
        """One request and its verified answer."""
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s: sends %s", api, redact(body))
        answered = await self._exchange.ask(api, body)
        believed = self._believe(api, answered) if isinstance(answered, Answered) else answered
        now = datetime.now(UTC)
        if isinstance(believed, NotSent | Unknown):
            self.heard = replace(self.heard, trouble=believed.reason, trouble_at=now)
        else:
            self.heard = replace(self.heard, answered_at=now)
        return believed

    def _believe(self, api: Api, answered: Answered) -> JsonObject | Unknown:
        """The answer, if it is vouched for."""
        key, headers = self._account.key, answered.headers
        if answered.status != httpx.codes.OK:
            return Unknown(f"HTTP status {answered.status}")
        try:
            answer = read_json(answered.content)
        except ValueError as error:
            return Unknown(f"an answer that is {error}")
        if not isinstance(key, TokenKey):  # TLS alone vouches for answers to a token
            signature = headers.get(Header.SIGN, "")
            if not signature:
                return Unknown("an answer that is not signed")
            if not key.verify(answer, signature):
                return Unknown("an answer whose signature is wrong")
        told = (headers.get(Header.REQUEST_ID, ""), messages.text(answer, Header.REQUEST_ID))  # the latter is signed
        if any(other not in ("", answered.request_id) for other in told):
            return Unknown("an answer to another request")
        self._clock_offset = date_offset(headers) or self._clock_offset
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s: was answered %s", api, redact(answer))
        return answer

    def _is_picture(self, answer: JsonObject) -> bool:
        return self._account.dialect.qr_value == "image" and messages.shows_picture(answer)

    async def _read_picture(self, address: str, order_id: str) -> str | None:
        """The text of the code whose picture is at `address`; None, which leaves the result in doubt, if it fails."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            url = httpx.URL()
        why = "it has no address that is fit for it"
        if url.host and url.scheme in {"https", self._exchange.base.scheme}:
            answered = await self._exchange.fetch(url, "image/*", LARGEST_PICTURE)
            if isinstance(answered, NotSent | Unknown):
                why = answered.reason
            elif answered.status != httpx.codes.OK:
                why = f"HTTP status {answered.status}"
            else:
                code = await asyncio.to_thread(read_code, answered.content)
                if code:
                    return code
                why = "there is no code in it"
        _log.warning("PAY: the picture of the code: %s", why, extra={"EVENT": "NoPicture", "ORDER_ID": order_id})
        return None


def _logged(api: Api, order_id: str, outcome: _SomeOutcome) -> _SomeOutcome:
    """Log what it came to. That nothing new was heard of an order is no news: such lines would wear the card out."""
    match outcome:
        case NotSent(reason) | Unknown(reason):
            level = logging.WARNING
        case Pending() | Absent() if api is Api.DETAIL:
            level, reason = logging.DEBUG, ""
        case Declined(reason) | Refused(reason):
            level = logging.INFO
        case _:
            level, reason = logging.INFO, ""
    what = type(outcome).__name__
    _log.log(level, "%s: %s%s", api, what, f": {reason}" if reason else "", extra={"EVENT": what, "ORDER_ID": order_id})
    return outcome
