"""The gateway's client: the only module that speaks HTTP to it. No answer is believed before it is verified.

Trouble is told by phase, for that is the question of money: without a connection nothing left (`NotSent`); whatever
goes wrong after that may have been done (`Unknown`). Reasons and log lines hold no secret, and no content unredacted.
"""

import asyncio
import json
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from kiosk.gateway import messages
from kiosk.gateway.picture import LARGEST_PICTURE, read_code
from kiosk.gateway.signing import Key, TokenKey, read_json
from kiosk.gateway.wire import (
    MAX_BODY,
    PLAUSIBLE,
    PROBE_ORDER_ID,
    Api,
    Dialect,
    Field,
    Header,
    JsonObject,
    SignType,
    redact,
)
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Secret
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

_log = logging.getLogger(__name__)
for _library in ("httpx", "httpcore"):  # they would log the addresses of codes, and headers
    logging.getLogger(_library).setLevel(logging.WARNING)

_SomeOutcome = TypeVar("_SomeOutcome", bound=Outcome)

NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)  # TLS's among them
QUESTIONS = 8  # orders that are asked about at a time
IDLE = 4.0  # seconds a connection is kept: longer than between two DETAILs, shorter than servers keep it (mostly 5)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds (gateway.md, "Rules of the trade"): to connect, and to wait for DETAIL's answer or another's."""

    connect: float = 3.0
    act: float = 15.0
    detail: float = 8.0


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to the gateway, and how it is spoken to.

    `zone` is the gateway's, for expireAt and paidAt; `description` is goods.description. Raises ValueError for a
    key of another sign type, and for what can't stand in a header.
    """

    base_url: str
    client_id: str
    terminal_id: str
    sign_type: SignType
    key: Key
    zone: ZoneInfo
    description: str
    notify_url: str = ""
    dialect: Dialect = field(default_factory=Dialect)
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        if self.sign_type is not self.key.sign_type:
            raise ValueError(f"the sign type is {self.sign_type}, but the key is for {self.key.sign_type}")
        token = self.key.token if isinstance(self.key, TokenKey) else ""
        for name, value in (("client id", self.client_id), ("sign id", self.key.sign_id), ("token", token)):
            if not (value.isascii() and value.isprintable()):
                raise ValueError(f"the {name} has characters that no header can hold")


class Gateway:
    """PAY, DETAIL, CANCEL, REFUND over one client with keep-alive. What network or gateway do is never an exception."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._base = httpx.URL(account.base_url)
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,  # neither a proxy nor a .netrc of the environment decides where money goes
            limits=httpx.Limits(keepalive_expiry=IDLE),
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "kiosk"},
        )
        self._clock_offset: timedelta | None = None
        self._questions = asyncio.Semaphore(QUESTIONS)

    def describe(self, goods: str) -> None:
        """Say this of the goods from now on: the wallet shows it."""
        self._account = replace(self._account, description=goods)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def pay(self, order: Order, code: Secret | None) -> PayOutcome:
        """PAY for the order; `code` is the scanned one, for PAYMENT_CODE."""
        account = self._account
        body = dict(messages.pay_body(order, code, account.zone, account.description, account.dialect.device_os))
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
            answer = await self._ask(Api.DETAIL, messages.order_body(order))
        if not isinstance(answer, NotSent | Unknown):
            return _logged(Api.DETAIL, order.id, messages.read_detail(answer, order, self._account.zone))
        return _logged(Api.DETAIL, order.id, answer)

    async def cancel(self, order: Order) -> CancelOutcome:
        """CANCEL the order: close it, or give all of it back."""
        answer = await self._ask(Api.CANCEL, messages.order_body(order))
        if not isinstance(answer, NotSent | Unknown):
            return _logged(Api.CANCEL, order.id, messages.read_cancel(answer, order))
        return _logged(Api.CANCEL, order.id, answer)

    async def refund(self, order: Order, refund_id: str, amount: Amount, reason: str) -> RefundOutcome:
        """REFUND `amount` of the order. The same `refund_id` again is the same refund."""
        answer = await self._ask(Api.REFUND, messages.refund_body(order, refund_id, amount, reason))
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
        account = self._account
        wait = account.timeouts.detail if api is Api.DETAIL else account.timeouts.act
        request = self._client.build_request(
            "POST",
            self._base.copy_with(path=self._base.path.rstrip("/") + account.dialect.paths.of(api)),
            content=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
            headers={
                "content-type": "application/json; charset=utf-8",
                Header.CLIENT_ID: account.client_id,
                Header.SIGN_TYPE: account.sign_type,
                Header.SIGN_ID: account.key.sign_id,
                account.key.header: account.key.sign(body),
                Header.REQUEST_ID: uuid4().hex,
            },
            timeout=httpx.Timeout(wait, connect=account.timeouts.connect, pool=account.timeouts.connect),
        )
        _log.debug("%s: sends %s", api, redact(body))
        answered = await self._exchange(request, wait, MAX_BODY)
        if isinstance(answered, NotSent | Unknown):
            return answered
        return self._believe(api, *answered)

    async def _exchange(
        self, request: httpx.Request, wait: float, limit: int
    ) -> tuple[httpx.Headers, bytes] | NotSent | Unknown:
        """Send it and read the whole answer, at most `limit` bytes of it. A trickle of bytes does not hold it open."""
        try:
            async with asyncio.timeout(wait + 3 * self._account.timeouts.connect):  # pool, TCP and TLS
                response = await self._client.send(request, stream=True)
                try:
                    if response.status_code != httpx.codes.OK:
                        return Unknown(f"HTTP status {response.status_code}")
                    content = bytearray()
                    async for part in response.aiter_raw():
                        content += part
                        if len(content) > limit:
                            return Unknown(f"an answer of more than {limit} bytes")
                finally:
                    await response.aclose()
        except NO_CONNECTION as error:
            return NotSent(f"no connection to the gateway: {str(error) or type(error).__name__}")
        except (httpx.HTTPError, OSError) as error:  # whose words may quote the answer; broken TLS is an OSError
            return Unknown(f"no answer to be had: {type(error).__name__}")
        return response.headers, bytes(content)

    def _believe(self, api: Api, headers: httpx.Headers, content: bytes) -> JsonObject | Unknown:
        """The answer, if it is vouched for."""
        key = self._account.key
        try:
            answer = read_json(content)
        except ValueError as error:
            return Unknown(f"an answer that is {error}")
        if not isinstance(key, TokenKey):  # TLS alone vouches for answers to a token
            signature = headers.get(Header.SIGN, "")
            if not signature:
                return Unknown("an answer that is not signed")
            if not key.verify(answer, signature):
                return Unknown("an answer whose signature is wrong")
        self._clock_offset = _offset(headers.get("date", "")) or self._clock_offset
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
        if url.host and url.scheme in {"https", self._base.scheme}:
            wait = self._account.timeouts.detail
            times = httpx.Timeout(wait, connect=self._account.timeouts.connect, pool=self._account.timeouts.connect)
            request = self._client.build_request("GET", url, timeout=times, headers={"accept": "image/*"})
            answered = await self._exchange(request, wait, LARGEST_PICTURE)
            if not isinstance(answered, NotSent | Unknown):
                code = await asyncio.to_thread(read_code, answered[1])
                if code:
                    return code
                why = "there is no code in it"
            else:
                why = answered.reason
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


def _offset(date: str) -> timedelta | None:
    """The time of a Date header minus this machine's."""
    try:
        told = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return told - datetime.now(UTC) if told.tzinfo and told.year in PLAUSIBLE else None
