"""Where the gateway's NOTIFICATIONs come in: `POST /notification`. Whom to believe, and what is done, others say.

Acknowledged with HTTP 200 only when it was accepted, which means: it is on disk. Bodies are limited in size and time
(the gateway waits 5 s for its acknowledgement, then sends again), and nothing of them is logged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kiosk.serving import bounded_body

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


def listener(accept: Accept, acknowledgement: bytes, *, within: float = ANSWER_WITHIN) -> Starlette:
    """The app. `accept` gets headers (names in lower case) and body; `acknowledgement` is the good answer's body.

    `within`: seconds for all of it; whoever sends too slowly gets 408, and 503 when `accept` takes too long.
    """

    async def notification(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refused(415, "expected application/json")
        end = asyncio.get_running_loop().time() + within
        try:
            async with asyncio.timeout_at(end):
                body = await bounded_body(request, LARGEST)
        except TimeoutError:
            return _refused(408, "too slow")
        except HTTPException as refusal:
            return _refused(refusal.status_code, refusal.detail)
        try:
            async with asyncio.timeout_at(end):
                answer = await accept(dict(request.headers), body)
        except TimeoutError:
            answer = Answer.FAILED
        if answer is Answer.ACCEPTED:
            return Response(acknowledgement, media_type="application/json")
        return _refused(*answer.value)

    return Starlette(routes=[Route("/notification", notification, methods=["POST"])])


def _refused(status: int, why: str) -> Response:
    _log.warning("a NOTIFICATION was refused: %d %s", status, why, extra={"EVENT": "NotificationRefused"})
    return JSONResponse({"error": why}, status_code=status)
