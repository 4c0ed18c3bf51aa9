"""The front panel's part for technicians: the status, a diagnosis, and the code that another kiosk's menu shows.

The words and values are whole JSON texts of somebody else's making (README of `kiosk/diagnostics`).
"""

import asyncio
import json
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kiosk.frontpanel.origin import same_page
from kiosk.serving.body import bounded_body

LONGEST = 512  # characters of a code's text


class Clinic(Protocol):
    """What the machine tells of its health."""

    async def status(self) -> str:
        """The status, JSON."""

    async def diagnose(self) -> str:
        """A whole diagnosis, JSON: takes up to 10 s, and the parts between sales."""

    def decode(self, text: str) -> tuple[tuple[str, ...], bool | None]:
        """What a code's text says, and whether this kiosk signed it. ValueError, one line, for what is none."""


class ClinicRoutes:
    """`GET /api/status`, `POST /api/diagnosis`, `POST /api/decode` (text/plain)."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._one = asyncio.Lock()
        self.routes = (
            Route("/api/status", self._status),
            Route("/api/diagnosis", self._diagnosis, methods=["POST"]),
            Route("/api/decode", self._decode, methods=["POST"]),
        )

    async def _status(self, _: Request) -> Response:
        return Response(await self._clinic.status(), media_type="application/json")

    async def _diagnosis(self, request: Request) -> Response:
        same_page(request)
        async with self._one:  # whoever asks meanwhile gets one of their own, afterwards
            return Response(await self._clinic.diagnose(), media_type="application/json")

    async def _decode(self, request: Request) -> Response:
        same_page(request)
        try:
            lines, genuine = self._clinic.decode((await bounded_body(request, LONGEST)).decode())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return Response(json.dumps({"lines": lines, "genuine": genuine}), media_type="application/json")
