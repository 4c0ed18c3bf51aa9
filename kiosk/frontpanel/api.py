"""The front panel's API and page (interfaces.md, "Front panel"). Knows HTTP and `view`; presses no key by itself.

It listens on loopback. Still, a page in a browser on the same machine could send to it, so requests must name a host
that is ours, and those that press keys must not come from another page.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from importlib.resources import files
from io import BytesIO
from urllib.parse import urlsplit

import segno
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kiosk.frontpanel.view import Machine, NotSimulated, Snapshot

MOST_KEYS = 64  # of one request
LARGEST_KEYS = 4096  # bytes of a request that presses keys
LARGEST_PICTURE = 10 * 1024 * 1024  # bytes
LONGEST_CODE = 512  # characters that are pasted as a code
LAST_ORDERS = 20
PING = 15  # seconds between two signs of life of an event stream
PAGE = {
    "/": ("panel.html", "text/html"),
    "/panel.js": ("panel.js", "text/javascript"),
    "/panel.css": ("panel.css", "text/css"),
}
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def front_panel(machine: Machine, *, host: str) -> Starlette:
    """The app. `host`: the address it listens on, without the port."""
    panel = _FrontPanel(machine)
    names = sorted({"127.0.0.1", "localhost", "[::1]", "::1", host})
    return Starlette(
        routes=panel.routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False)],
        exception_handlers={HTTPException: _refused, NotSimulated: _not_simulated, ValueError: _wrong},
    )


class _FrontPanel:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.routes = [
            *(Route(path, self._file(*page)) for path, page in PAGE.items()),
            Route("/api/state", self._state),
            Route("/api/display.png", self._display),
            Route("/api/events", self._events),
            Route("/api/orders", self._orders),
            Route("/api/camera.png", self._seen),
            Route("/api/keys", self._keys, methods=["POST"]),
            Route("/api/camera", self._look, methods=["POST"]),
            Route("/api/release/confirm", self._confirm, methods=["POST"]),
            Route("/api/release/jam", self._jam, methods=["POST"]),
        ]

    @staticmethod
    def _file(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
        content = files(__package__).joinpath(name).read_bytes()

        async def serve(_: Request) -> Response:
            return Response(content, media_type=media_type, headers=HEADERS)

        return serve

    async def _state(self, _: Request) -> Response:
        return JSONResponse(state_json(self._machine.snapshot()), headers=HEADERS)

    async def _display(self, _: Request) -> Response:
        return Response(self._machine.picture(), media_type="image/png", headers=HEADERS)

    async def _events(self, _: Request) -> Response:
        async def told() -> AsyncIterator[ServerSentEvent]:
            async for snapshot in self._machine.changes():
                yield ServerSentEvent(json.dumps(state_json(snapshot), ensure_ascii=False), event="state")

        return EventSourceResponse(told(), ping=PING, headers={**HEADERS, "cache-control": "no-store"})

    async def _orders(self, _: Request) -> Response:
        lines = [
            {
                "order_id": line.id,
                "claim": line.claim,
                "at": line.at.isoformat(),
                "product": line.product,
                "amount": {"value": str(line.amount.minor), "currency": line.amount.currency},
                "shown": str(line.amount),
                "state": line.state,
            }
            for line in await self._machine.orders(LAST_ORDERS)
        ]
        return JSONResponse(lines, headers=HEADERS)

    async def _seen(self, _: Request) -> Response:
        seen = await self._machine.seen()
        if seen is None:
            raise HTTPException(404, "nothing is held before the camera")
        return Response(seen, media_type="image/png", headers=HEADERS)

    async def _keys(self, request: Request) -> Response:
        _same_page(request)
        try:
            wanted = json.loads(await _body(request, LARGEST_KEYS))
            keys = wanted["keys"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise HTTPException(400, 'expected {"keys": "1500#"}') from None
        if not isinstance(keys, str) or not 1 <= len(keys) <= MOST_KEYS:
            raise HTTPException(400, f"expected 1 to {MOST_KEYS} keys")
        await self._machine.press(keys)
        return Response(status_code=204)

    async def _look(self, request: Request) -> Response:
        _same_page(request)
        body = await _body(request, LARGEST_PICTURE)
        if request.headers.get("content-type", "").startswith("text/plain"):
            body = _as_picture(body)
        await self._machine.look(body)
        return Response(status_code=204)

    async def _confirm(self, request: Request) -> Response:
        _same_page(request)
        return _acted(done=await self._machine.confirm())

    async def _jam(self, request: Request) -> Response:
        _same_page(request)
        return _acted(done=await self._machine.jam())


def state_json(snapshot: Snapshot) -> dict[str, object]:
    """The snapshot as interfaces.md has it."""
    amount = snapshot.amount
    return {
        "state": snapshot.state,
        "amount": {"value": str(amount.minor), "currency": amount.currency} if amount else None,
        "order_id": snapshot.order_id,
        "product": snapshot.product,
        "screen": list(snapshot.screen),
        "qr": snapshot.qr,
        "lights": asdict(snapshot.lights),
        "released": snapshot.released,
        "online": snapshot.online,
        "outbox": {"pending": snapshot.pending, "quarantined": snapshot.quarantined},
        "kiosk_id": snapshot.kiosk_id,
        "language": snapshot.language,
        "simulated": snapshot.simulated,
        "latencies": dict(snapshot.latencies),
    }


def _same_page(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "a page of another site may not work this kiosk")


async def _body(request: Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise HTTPException(413, f"larger than {most} bytes")
        parts.append(part)
    return b"".join(parts)


def _as_picture(text: bytes) -> bytes:
    """A pasted code, as a QR that the camera can be shown."""
    try:
        code = text.decode().strip()
    except UnicodeDecodeError:
        code = ""
    if not 1 <= len(code) <= LONGEST_CODE:
        raise HTTPException(400, f"expected a code of 1 to {LONGEST_CODE} characters")
    out = BytesIO()
    segno.make_qr(code, error="m").save(out, kind="png", scale=8, border=6)
    return out.getvalue()


def _acted(*, done: bool) -> Response:
    return Response(status_code=204) if done else JSONResponse({"error": "no release is under way"}, status_code=409)


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"error": error.detail if isinstance(error, HTTPException) else ""}, status_code=status)


async def _not_simulated(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"error": "only a simulated board can be worked from here"}, status_code=409)


async def _wrong(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)
