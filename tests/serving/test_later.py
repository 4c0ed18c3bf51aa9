"""An app that is made when it is first asked something."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kiosk.serving.later import when_asked

pytestmark = pytest.mark.anyio


async def test_it_is_made_once_and_not_before_somebody_asks() -> None:
    made = 0

    def make() -> Starlette:
        nonlocal made
        made += 1

        async def greet(_: Request) -> Response:
            return PlainTextResponse("hello")

        return Starlette(routes=[Route("/", greet)])

    app = when_asked(make)
    assert made == 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kiosk") as person:
        said = [(await person.get("/")).text for _ in range(2)]
    assert said == ["hello", "hello"]
    assert made == 1
