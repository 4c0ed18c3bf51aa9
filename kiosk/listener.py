"""Where the gateway's NOTIFICATIONs come in: `POST /notification`. Whom to believe, and what is done, others say.

Acknowledged with HTTP 200 only when it was accepted, which means: it is on disk. Bodies are limited in size and time
(the gateway waits 5 s for its acknowledgement, then sends again), and nothing of them is logged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kiosk.serving.body import bounded_body
from kiosk.serving.routed import Routed
from kiosk.serving.tally import Tally

_log = logging.getLogger(__name__)
LARGEST = 16 * 1024  # bytes of a NOTIFICATION
ANSWER_WITHIN = 4.5  # seconds from its first byte to our answer


class Answer(Enum):
    """What became of a NOTIFICATION: the HTTP status, and a line for the sender."""

    ACCEPTED = (200, "")
    REFUSED = (401, "not a NOTIFICATION that can be believed")
    UNKNOWN_ORDER = (404, "no such order")
    FAILED = (503, "not recorded; send it again")


Accept = Callable[[Mapping[str, str], bytes], Awaitable[Answer]]


def listener(accept: Accept, acknowledgement: bytes, *, within: float = ANSWER_WITHIN) -> Routed:
    """The app. `accept` gets headers (names in lower case) and body; `acknowledgement` is the good answer's body.

    `within`: seconds for all of it; whoever sends too slowly gets 408, and 503 when `accept` takes too long.
    """
    refusals = Tally(_told)

    def refused(status: int, why: str) -> Response:
        refusals.add(f"with {status}, {why}")
        return JSONResponse({"error": why}, status_code=status)

    async def notification(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refused(415, "expected application/json")
        end = asyncio.get_running_loop().time() + within
        try:
            async with asyncio.timeout_at(end):
                body = await bounded_body(request, LARGEST)
        except TimeoutError:
            return refused(408, "too slow")
        except HTTPException as refusal:
            return refused(refusal.status_code, refusal.detail)
        try:
            async with asyncio.timeout_at(end):
                answer = await accept(dict(request.headers), body)
        except TimeoutError:
            answer = Answer.FAILED
        if answer is Answer.ACCEPTED:
            return Response(acknowledgement, media_type="application/json")
        return refused(*answer.value)

    return Routed([Route("/notification", notification, methods=["POST"])])


def _told(counted: str) -> None:
    _log.warning("NOTIFICATIONs refused: %s", counted, extra={"EVENT": "NotificationRefused"})
