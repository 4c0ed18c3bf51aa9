"""The shopper's phone on the page: over HTTP with a machine that the test works, and at the sandbox with a real one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fake_machine import IDLE, FakeMachine

from kiosk.demo.stage import Look, set_up
from kiosk.frontpanel.api import front_panel
from kiosk.frontpanel.phone import Deed
from kiosk.sale.panel import Name

pytestmark = pytest.mark.anyio


def client(machine: FakeMachine, *, there: bool) -> httpx.AsyncClient:
    app = front_panel(machine, host="127.0.0.1", phone=machine if there else None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


@pytest.mark.parametrize("there", [True, False])
async def test_whether_somebody_plays_it_is_told(*, there: bool) -> None:
    async with client(FakeMachine(), there=there) as browser:
        assert (await browser.get("/api/phone")).json() == {"there": there}
        done = await browser.post("/api/phone", json={"does": "pay"})
        assert done.status_code == (204 if there else 409)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"does": "steal"}', b"\xff", b'{"does": ' + b"[" * 99])
async def test_what_is_no_deed_is_refused(body: bytes) -> None:
    async with client(FakeMachine(), there=True) as browser:
        done = await browser.post("/api/phone", content=body)
        assert (done.status_code, "one of pay, decline" in done.json()["error"]) == (400, True)


async def test_another_page_can_not_work_it() -> None:
    machine = FakeMachine()
    async with client(machine, there=True) as browser:
        done = await browser.post("/api/phone", json={"does": "pay"}, headers={"origin": "https://evil.example"})
        assert (done.status_code, machine.phoned) == (403, [])


async def test_a_phone_that_is_held_up_is_seen_by_the_camera() -> None:
    machine = FakeMachine(replace(IDLE, state=Name.SCANNING))
    async with client(machine, there=True) as browser:
        assert (await browser.post("/api/phone", json={"does": "hold"})).status_code == 204
    assert machine.phoned == [(Deed.HOLD, Name.SCANNING)]
    assert machine.held is not None


# --- at the sandbox ---


class Played:
    """A whole kiosk with its phone, as the demo sets it up."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self._browser = browser

    async def keys(self, keys: str) -> None:
        (await self._browser.post("/api/keys", json={"keys": keys})).raise_for_status()

    async def does(self, deed: Deed) -> int:
        return (await self._browser.post("/api/phone", json={"does": deed.value})).status_code

    async def becomes(self, *names: str) -> None:
        for _ in range(400):
            if (await self._browser.get("/api/state")).json()["state"] in names:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"it did not become {names}")


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    async with set_up(0, look=Look("ko")) as stage, httpx.AsyncClient(base_url=stage.panel, trust_env=False) as browser:
        kiosk = Played(browser)
        await kiosk.becomes("idle")
        yield kiosk


@pytest.mark.parametrize(
    ("way", "state", "deed", "end"),
    [
        ("1", "showing_code", Deed.PAY, "paid"),
        ("1", "showing_code", Deed.DECLINE, "declined"),
        ("1", "showing_code", Deed.LAPSE, "expired"),
        ("2", "scanning", Deed.HOLD, "paid"),
        ("2", "scanning", Deed.HOLD_EMPTY, "declined"),
        ("3", "showing_code", Deed.PAY, "paid"),
        ("4", "showing_code", Deed.PAY, "paid"),
    ],
)
async def test_a_purchase_is_played_from_the_page_alone(
    played: Played, way: str, state: str, deed: Deed, end: str
) -> None:
    await played.keys(f"1500#{way}")
    await played.becomes(state)
    assert await played.does(deed) == 204
    await played.becomes(end)


async def test_a_wallet_that_asks_is_answered_from_the_page(played: Played) -> None:
    await played.keys("1500#2")
    await played.becomes("scanning")
    assert await played.does(Deed.HOLD_ASKING) == 204
    await played.becomes("paying")
    for _ in range(100):  # until PAY was answered, the gateway knows of no order to agree to
        if await played.does(Deed.PAY) == 204:
            break
        await asyncio.sleep(0.05)
    await played.becomes("releasing", "paid")


async def test_with_nothing_to_pay_for_the_phone_says_so(played: Played) -> None:
    assert await played.does(Deed.PAY) == 409
