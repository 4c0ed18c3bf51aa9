"""One result to the operator's server: a signed POST (standardwebhooks.com), and what its answer means.

An answer is its status, and perhaps a Retry-After. No redirect is followed, no cookie kept, little of a body read and
none of it looked at, and one limit of time covers all of it; so nothing that a server sends is too long, too slow or
too strange. That is why httpx's transport is used and not its client, which would do all of these, and log the address
besides: an operator's address may have a token in it.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Self, TypeAlias

import httpx
import standardwebhooks

from kiosk.outbox.backoff import LONGEST
from kiosk.settings.values import webhook_key
from kiosk.transport import Transport

IDLE = 4.0  # seconds that a connection is kept: shorter than servers keep it (mostly 5)
LARGEST = 16 * 1024  # bytes of an answer's body that are read, and thrown away
READ_OFF = 1.0  # seconds for that
_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The operator has it."""


@dataclass(frozen=True, slots=True)
class Later:
    """No answer, or one that asks for another try: not before `wait` seconds (0..300). `why` is fit to be logged."""

    why: str
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will not have it: not as it is set up now, or (`gone`, 410) never. `why` is fit to be logged."""

    why: str
    gone: bool = False


Answer: TypeAlias = Delivered | Later | Refused


class Webhook:
    """The operator's address. `secret` is "whsec_" and Base64; `limit` is how many seconds one POST may take in all.

    Raises ValueError for a secret that can't be one (without repeating it), httpx.InvalidURL for such an address.
    """

    def __init__(self, url: str, secret: str, *, limit: float = 30.0) -> None:
        self._url = httpx.URL(url)
        self._signer = standardwebhooks.Webhook(webhook_key(secret))
        self._limit = limit
        self._transport = Transport(IDLE)

    def move(self, url: str) -> None:
        """Post there from now on."""
        self._url = httpx.URL(url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def post(self, webhook_id: str, body: str, at: datetime) -> Answer:
        """Send a result once. `at` is now, aware: receivers refuse what is minutes off, so the clock must be trusted.

        Raises nothing for whatever a server, or the way to it, does.
        """
        request = httpx.Request(
            "POST",
            self._url,
            content=body.encode(),
            headers={
                "content-type": "application/json",
                "user-agent": "kiosk",
                "webhook-id": webhook_id,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": self._signer.sign(webhook_id, at.astimezone(UTC), body),
            },
        )
        answer: Answer | None = None
        try:
            async with asyncio.timeout(self._limit):
                response = await self._transport.handle_async_request(request)
                answer = _meaning(response.status_code, response.headers.get("retry-after", ""), at)
                await _read_off(response)
        except TimeoutError:
            return answer or Later(f"no answer within {self._limit:g} s")
        except (httpx.HTTPError, OSError) as error:  # broken TLS is an OSError
            # its text may hold what the server sent, or the address: its name will do
            return answer or Later(f"no answer ({type(error).__name__})")
        return answer


async def _read_off(response: httpx.Response) -> None:
    """Take what a well-behaved server says besides, so that the connection can be kept for the next result."""
    size = 0
    try:
        async with asyncio.timeout(READ_OFF):
            async for part in response.aiter_raw():
                size += len(part)
                if size > LARGEST:
                    break
    except TimeoutError:
        pass  # one that trickles is closed, and the next result goes over another
    finally:
        if not response.is_closed:  # it is, once it was read to its end
            await response.aclose()


def _meaning(status: int, retry_after: str, at: datetime) -> Answer:
    if 200 <= status <= 299:
        return Delivered()
    if status in _AGAIN or 500 <= status <= 599:
        return Later(f"answered {status}", _seconds(retry_after, at))
    return Refused(f"answered {status}", gone=status == HTTPStatus.GONE)


def _seconds(retry_after: str, at: datetime) -> float:
    """How long a Retry-After, in seconds or as a date, asks to wait; 0 where it says nothing that can be understood."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    if until.tzinfo is None:  # "-0000": the time is UTC, the place unknown
        until = until.replace(tzinfo=UTC)
    return min(max((until - at).total_seconds(), 0.0), LONGEST)
