"""One exchange with the gateway over HTTP: a signed request goes out, the whole answer or why there is none comes back.

The only module that speaks HTTP with it. Whether an answer is believed is the caller's question. Trouble is told by
phase, for that is the question of money: without a connection nothing left (`NotSent`); whatever goes wrong after that
may have been done (`Unknown`). Reasons hold no secret, and nothing that was answered.
"""

import asyncio
import json
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from kiosk.gateway.signing import Key, TokenKey
from kiosk.gateway.wire import MAX_BODY, PLAUSIBLE, Api, Dialect, Header, JsonObject, SignType, loggable
from kiosk.sale.outcome import NotSent, Unknown
from kiosk.transport import Transport

NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)  # TLS's among them
_ABOUT_US = {"accept-encoding": "identity", "user-agent": "kiosk"}
IDLE = 4.0  # seconds a connection is kept: longer than between two DETAILs, shorter than servers keep it (mostly 5)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds (gateway/README.md, "Rules of the trade"): to connect, and to wait for DETAIL's answer or another's."""

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


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, whoever sent it: nothing of it is verified. `content` is at most as long as was allowed.

    `request_id`: of the request that it should be the answer to.
    """

    status: int
    headers: httpx.Headers
    content: bytes
    request_id: str = ""


class Exchange:
    """Connections that are kept, for one account.

    Of httpx its transport is used and not its client: no redirect is followed, no cookie kept, no proxy or .netrc of
    the environment asked, and each request stands for itself.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self.base = httpx.URL(account.base_url)
        path = self.base.path.rstrip("/")
        self._urls = {api: self.base.copy_with(path=path + account.dialect.paths.of(api)) for api in Api}
        self._transport = Transport(IDLE)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def ask(self, api: Api, body: JsonObject) -> Answered | NotSent | Unknown:
        """Sign the body, send it, and read what comes back."""
        account = self._account
        wait = account.timeouts.detail if api is Api.DETAIL else account.timeouts.act
        request_id = uuid4().hex
        request = httpx.Request(
            "POST",
            self._urls[api],
            content=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
            headers={
                **_ABOUT_US,
                "accept": "application/json",
                "content-type": "application/json; charset=utf-8",
                Header.CLIENT_ID: account.client_id,
                Header.SIGN_TYPE: account.sign_type,
                Header.SIGN_ID: account.key.sign_id,
                account.key.header: account.key.sign(body),
                Header.REQUEST_ID: request_id,
            },
            extensions=self._times(wait),
        )
        answered = await self._send(request, wait, MAX_BODY)
        return replace(answered, request_id=request_id) if isinstance(answered, Answered) else answered

    async def fetch(self, url: httpx.URL, accept: str, limit: int) -> Answered | NotSent | Unknown:
        """GET an address that the gateway named; at most `limit` bytes of it."""
        wait = self._account.timeouts.detail
        request = httpx.Request("GET", url, headers={**_ABOUT_US, "accept": accept}, extensions=self._times(wait))
        return await self._send(request, wait, limit)

    def _times(self, wait: float) -> dict[str, dict[str, float | None]]:
        connect = self._account.timeouts.connect
        return {"timeout": httpx.Timeout(wait, connect=connect, pool=connect).as_dict()}

    async def _send(self, request: httpx.Request, wait: float, limit: int) -> Answered | NotSent | Unknown:
        """Send it and read the whole answer. A trickle of bytes does not hold it open."""
        try:
            async with asyncio.timeout(wait + 3 * self._account.timeouts.connect):  # pool, TCP and TLS
                response = await self._transport.handle_async_request(request)
                try:
                    content = bytearray()
                    async for part in response.aiter_raw():
                        content += part
                        if len(content) > limit:
                            return Unknown(f"an answer of more than {limit} bytes")
                finally:
                    if not response.is_closed:  # it is, once it was read to its end
                        await response.aclose()
        except NO_CONNECTION as error:
            return NotSent(f"no connection to the gateway: {str(error) or type(error).__name__}")
        except (httpx.HTTPError, OSError) as error:  # whose words may quote the answer; broken TLS is an OSError
            return Unknown(f"no answer to be had: {type(error).__name__}")
        plain = _plain(bytes(content), response.headers.get("content-encoding", "identity"), limit)
        return Answered(response.status_code, response.headers, plain) if isinstance(plain, bytes) else plain


def _plain(content: bytes, encoding: str, limit: int) -> bytes | Unknown:
    """The content without its encoding, which we ask for none of, and proxies add: gzip, or named in the reason."""
    match encoding.strip().lower():
        case "identity" | "":
            return content
        case "gzip" | "x-gzip":
            reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                plain = reader.decompress(content, limit + 1)
            except zlib.error:
                return Unknown("an answer that says it is gzip, and is none")
            if len(plain) > limit:
                return Unknown(f"an answer of more than {limit} bytes")
            return plain if reader.eof else Unknown("an answer in gzip that is broken off")
        case other:
            return Unknown(f"an answer in an encoding that was not asked for: {loggable(other)}")


def date_offset(headers: httpx.Headers) -> timedelta | None:
    """The time of a Date header minus this machine's; None without one that can be."""
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return None
    return told - datetime.now(UTC) if told.tzinfo and told.year in PLAUSIBLE else None
