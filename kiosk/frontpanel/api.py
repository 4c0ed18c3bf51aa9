"""The front panel's API and page (kiosk/README.md, "Front panel"). Knows HTTP and `view`; presses no key by itself.

It listens on loopback. Still, a page in a browser on the same machine could send to it, so requests must name a host
that is ours (`gate`), and those that press keys must not come from another page.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from kiosk.frontpanel.admission import Admission
from kiosk.frontpanel.clinic import Clinic, ClinicRoutes
from kiosk.frontpanel.gate import Gate
from kiosk.frontpanel.origin import same_page
from kiosk.frontpanel.phone import Phone, PhoneRoutes
from kiosk.frontpanel.view import How, Machine, NotSimulated, Snapshot
from kiosk.serving.body import bounded_body
from kiosk.serving.routed import Routed

MOST_KEYS = 64  # of one request
LARGEST_KEYS = 4096  # bytes of a request that presses keys
LARGEST_PICTURE = 10 * 1024 * 1024  # bytes
LONGEST_CODE = 512  # characters that are pasted as a code
LAST_ORDERS = 20
LAST_RESULTS = 20
PING = 15  # seconds between two signs of life of an event stream
COME_BACK = 1000  # milliseconds after which a page that lost its event stream tries again
PAGE = {
    "/": ("panel.html", "text/html"),
    "/panel.js": ("panel.js", "text/javascript"),
    "/words.js": ("words.js", "text/javascript"),
    "/phone.js": ("phone.js", "text/javascript"),
    "/panel.css": ("panel.css", "text/css"),
}


def front_panel(
    machine: Machine,
    *,
    host: str,
    clinic: Clinic | None = None,
    admission: Admission | None = None,
    phone: Phone | None = None,
) -> ASGIApp:
    """The app. `host`: the address it listens on, without the port. `admission`: who may see it from elsewhere.

    `phone`: where somebody plays the shopper's.
    """
    names = frozenset({"localhost", host})
    others = (*PhoneRoutes(machine, phone).routes, *(ClinicRoutes(clinic).routes if clinic else ()))
    answers = {HTTPException: _refused, NotSimulated: _not_simulated}
    return Gate(Routed([*_FrontPanel(machine).routes, *others], answers), names, admission or Admission())


class _FrontPanel:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._one_picture = asyncio.Lock()  # in memory at a time: 10 MB, and 20 megapixels of it
        self.routes = [
            *(Route(path, self._file(*page)) for path, page in PAGE.items()),
            Route("/api/state", self._state),
            Route("/api/display.png", self._display),
            Route("/api/events", self._events),
            Route("/api/orders", self._orders),
            Route("/api/results", self._results),
            Route("/api/camera.png", self._seen),
            Route("/api/keys", self._keys, methods=["POST"]),
            Route("/api/camera", self._look, methods=["POST"]),
            Route("/api/release/confirm", self._confirm, methods=["POST"]),
            Route("/api/release/jam", self._jam, methods=["POST"]),
        ]

    @staticmethod
    def _file(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
        content = Path(__file__).with_name(name).read_bytes()

        async def serve(_: Request) -> Response:
            return Response(content, media_type=media_type)

        return serve

    async def _state(self, _: Request) -> Response:
        return JSONResponse(state_json(self._machine.snapshot()))

    async def _display(self, _: Request) -> Response:
        return Response(self._machine.picture(), media_type="image/png")

    async def _events(self, _: Request) -> Response:
        return StreamingResponse(_told(self._machine.changes()), media_type="text/event-stream")

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
        return JSONResponse(lines)

    async def _results(self, _: Request) -> Response:
        lines = [{**asdict(line), "at": line.at.isoformat()} for line in await self._machine.told(LAST_RESULTS)]
        return JSONResponse(lines)

    async def _seen(self, _: Request) -> Response:
        seen = await self._machine.seen()
        if seen is None:
            raise HTTPException(404, "nothing is held before the camera")
        return Response(seen, media_type="image/png")

    async def _keys(self, request: Request) -> Response:
        same_page(request)
        try:
            wanted = json.loads(await bounded_body(request, LARGEST_KEYS))
            keys, how = wanted["keys"], How(wanted.get("how", How.PRESS))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise HTTPException(400, 'expected {"keys": "1500#"}, with "how": press, hold or together') from None
        if not isinstance(keys, str) or not 1 <= len(keys) <= MOST_KEYS:
            raise HTTPException(400, f"expected 1 to {MOST_KEYS} keys")
        try:
            await self._machine.press(keys, how)
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
        return Response(status_code=204)

    async def _look(self, request: Request) -> Response:
        same_page(request)
        if not self._machine.snapshot().simulated:
            raise NotSimulated  # before so much is read
        async with self._one_picture:
            body = await bounded_body(request, LARGEST_PICTURE)
            if request.headers.get("content-type", "").startswith("text/plain"):
                body = _as_picture(body)
            try:
                await self._machine.look(body)
            except ValueError as error:
                raise HTTPException(400, str(error)) from None
        return Response(status_code=204)

    async def _confirm(self, request: Request) -> Response:
        same_page(request)
        return _acted(done=await self._machine.confirm())

    async def _jam(self, request: Request) -> Response:
        same_page(request)
        return _acted(done=await self._machine.jam())


def state_json(snapshot: Snapshot) -> dict[str, object]:
    """The snapshot as kiosk/README.md has it."""
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


async def _told(changes: AsyncIterator[Snapshot]) -> AsyncIterator[str]:
    """The events of a stream, with a comment now and then: only writing shows that a reader has gone."""
    yield f"retry: {COME_BACK}\n\n"
    while True:
        coming = asyncio.ensure_future(anext(changes))
        try:
            while not (await asyncio.wait({coming}, timeout=PING))[0]:
                yield ": still here\n\n"
            snapshot = coming.result()
        except StopAsyncIteration:
            return
        finally:
            coming.cancel()
        yield f"event: state\ndata: {json.dumps(state_json(snapshot), ensure_ascii=False)}\n\n"


def _as_picture(text: bytes) -> bytes:
    """A pasted code, as a QR that the camera can be shown."""
    try:
        code = text.decode().strip()
    except UnicodeDecodeError:
        code = ""
    if not 1 <= len(code) <= LONGEST_CODE:
        raise HTTPException(400, f"expected a code of 1 to {LONGEST_CODE} characters")
    import segno  # noqa: PLC0415 - only where a camera is simulated

    out = BytesIO()
    segno.make_qr(code, error="m", encoding="utf-8").save(out, kind="png", scale=8, border=6)
    return out.getvalue()


def _acted(*, done: bool) -> Response:
    return Response(status_code=204) if done else JSONResponse({"error": "no release is under way"}, status_code=409)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for mypy: it is called for nothing else
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)


async def _not_simulated(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"error": "only a simulated board can be worked from here"}, status_code=409)
