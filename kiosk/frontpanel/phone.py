"""The shopper's phone on the page, where somebody plays it: the demo does, a kiosk in the field never."""

import asyncio
import json
from enum import StrEnum
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kiosk.frontpanel.origin import same_page
from kiosk.frontpanel.view import Machine, Snapshot
from kiosk.serving.body import bounded_body

LARGEST = 256  # bytes of a request


class Deed(StrEnum):
    """What a shopper does with the phone."""

    PAY = "pay"  # scan what the display shows and pay, or agree to what the wallet asks
    DECLINE = "decline"  # scan it with a wallet that has no money, or refuse
    LAPSE = "lapse"  # do nothing until the code is too old
    HOLD = "hold"  # hold a payment code before the camera,
    HOLD_EMPTY = "hold_empty"  # one of a wallet without money,
    HOLD_ASKING = "hold_asking"  # one that asks its owner first


class Phone(Protocol):
    """A phone with a wallet."""

    async def does(self, deed: Deed, now: Snapshot) -> bytes | None:
        """Do it; a picture for the camera, PNG, where the phone is held up. ValueError, one line: it can't be done."""


class PhoneRoutes:
    """`GET /api/phone` -> `{"there": whether somebody plays it}`; `POST /api/phone` `{"does": a Deed}`."""

    def __init__(self, machine: Machine, phone: Phone | None) -> None:
        self._machine = machine
        self._phone = phone
        self._one = asyncio.Lock()
        self.routes = (
            Route("/api/phone", self._there),
            Route("/api/phone", self._does, methods=["POST"]),
        )

    async def _there(self, _: Request) -> Response:
        return JSONResponse({"there": self._phone is not None})

    async def _does(self, request: Request) -> Response:
        same_page(request)
        if self._phone is None:
            raise HTTPException(409, "nobody plays the phone here")
        try:
            deed = Deed(json.loads(await bounded_body(request, LARGEST))["does"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise HTTPException(400, f'expected {{"does": one of {", ".join(Deed)}}}') from None
        async with self._one:
            try:
                picture = await self._phone.does(deed, self._machine.snapshot())
            except ValueError as error:
                raise HTTPException(409, str(error)) from None
        if picture is not None:
            await self._machine.look(picture)
        return Response(status_code=204)
