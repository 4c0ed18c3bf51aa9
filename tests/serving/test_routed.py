"""Routes as an app, served: what is answered where no route is, and where one fails."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kiosk.serving.routed import Routed
from kiosk.serving.server import serving

pytestmark = pytest.mark.anyio


class Sold(Exception):  # noqa: N818 - no error, an answer
    pass


async def greet(_: Request) -> Response:
    return PlainTextResponse("hello")


async def sell(_: Request) -> Response:
    raise Sold


async def fail(_: Request) -> Response:
    raise ZeroDivisionError("a secret of ours")


async def out(_: Request, error: Exception) -> Response:
    return PlainTextResponse(type(error).__name__, 409)


ROUTES = [Route("/", greet), Route("/sell", sell), Route("/fail", fail)]


@pytest.fixture
async def person() -> AsyncIterator[httpx.AsyncClient]:
    app = Routed(ROUTES, {Sold: out, HTTPException: out})
    async with (
        serving(app, host="127.0.0.1", port=0) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        yield client


async def test_an_error_that_has_an_answer_is_answered_so(person: httpx.AsyncClient) -> None:
    assert (await person.get("/")).text == "hello"
    assert (await person.get("/sell")).text == "Sold"


@pytest.mark.parametrize(("method", "path"), [("GET", "/elsewhere"), ("POST", "/")])
async def test_a_route_that_is_not_there_is_an_error_that_can_have_an_answer(
    person: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await person.request(method, path)
    assert (answer.status_code, answer.text) == (409, "HTTPException")


async def test_without_an_answer_it_is_starlettes() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Routed(ROUTES)), base_url="http://kiosk") as person:
        assert (await person.get("/elsewhere")).status_code == 404
        assert (await person.post("/")).status_code == 405


async def test_an_error_that_nobody_foresaw_is_500_and_says_nothing(
    person: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await person.get("/fail")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in caplog.text  # for us
    assert (await person.get("/")).text == "hello"
