"""The front panel from beyond this machine: one device, ten minutes, by a token that is good once; and only to read."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fake_machine import FakeMachine

from kiosk.frontpanel.admission import COOKIE, LIFE, Admission
from kiosk.frontpanel.api import front_panel

pytestmark = pytest.mark.anyio
PHONE, ANOTHER, HERE, HERE_6 = "192.0.2.5", "192.0.2.6", "127.0.0.1", "::1"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def admission(clock: Clock) -> Admission:
    return Admission(clock)


@pytest.fixture
async def device(admission: Admission) -> AsyncIterator[Callable[[str], httpx.AsyncClient]]:
    machine = FakeMachine()
    app = front_panel(machine, host="0.0.0.0", clinic=machine, admission=admission)  # noqa: S104 - nothing is bound
    clients = []

    def at(address: str) -> httpx.AsyncClient:
        clients.append(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app, client=(address, 40000)), base_url="http://192.0.2.1:8080"
            )
        )
        return clients[-1]

    yield at
    for client in clients:
        await client.aclose()


@pytest.mark.parametrize("address", [HERE, HERE_6])
async def test_this_machine_and_an_ssh_tunnel_need_no_token(
    device: Callable[[str], httpx.AsyncClient], address: str
) -> None:
    assert (await device(address).get("/api/state")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/panel.js", "/api/state", "/api/status", "/api/orders", "/api/display.png"])
async def test_from_elsewhere_nothing_is_seen_without_one(
    device: Callable[[str], httpx.AsyncClient], path: str
) -> None:
    answer = await device(PHONE).get(path)
    assert answer.status_code == 403
    assert "service menu" in answer.json()["error"]


async def test_a_header_does_not_make_a_stranger_one_of_this_machine(
    device: Callable[[str], httpx.AsyncClient],
) -> None:
    answer = await device(PHONE).get("/api/state", headers={"x-forwarded-for": HERE, "forwarded": f"for={HERE}"})
    assert answer.status_code == 403


async def test_a_token_lets_one_device_in_once_and_its_address_does_not_keep_it(
    device: Callable[[str], httpx.AsyncClient], admission: Admission
) -> None:
    token, phone = admission.issue(), device(PHONE)
    entered = await phone.get("/", params={"token": token})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert token not in entered.headers["set-cookie"]
    assert (await phone.get("/")).status_code == 200
    assert (await phone.get("/api/status")).status_code == 200
    assert (await device(ANOTHER).get("/", params={"token": token})).status_code == 403


@pytest.mark.parametrize("path", ["/api/keys", "/api/camera", "/api/release/confirm", "/api/release/jam"])
async def test_whoever_is_let_in_may_look_and_not_touch(
    device: Callable[[str], httpx.AsyncClient], admission: Admission, path: str
) -> None:
    phone = device(PHONE)
    await phone.get("/", params={"token": admission.issue()})
    assert (await phone.post(path, json={"keys": "1"})).status_code == 403
    assert (await phone.post("/api/diagnosis")).status_code == 200
    assert (await phone.post("/api/decode", content="KS1:GOOD")).json()["genuine"] is True


async def test_ten_minutes_and_it_is_over(
    device: Callable[[str], httpx.AsyncClient], admission: Admission, clock: Clock
) -> None:
    token, phone = admission.issue(), device(PHONE)
    clock.now += LIFE
    assert (await phone.get("/", params={"token": token})).status_code == 403
    await phone.get("/", params={"token": admission.issue()})
    clock.now += LIFE - 1
    assert (await phone.get("/api/state")).status_code == 200
    clock.now += 1
    assert (await phone.get("/api/state")).status_code == 403


async def test_a_new_token_ends_the_visit_before_it(
    device: Callable[[str], httpx.AsyncClient], admission: Admission
) -> None:
    phone = device(PHONE)
    await phone.get("/", params={"token": admission.issue()})
    admission.issue()
    assert (await phone.get("/api/state")).status_code == 403


@pytest.mark.parametrize("guess", ["", "x", "a" * 22])
async def test_guesses_and_empty_words_open_nothing(
    device: Callable[[str], httpx.AsyncClient], admission: Admission, guess: str
) -> None:
    phone = device(PHONE)
    assert (await phone.get("/", params={"token": guess})).status_code == 403
    admission.issue()
    phone.cookies.set(COOKIE, guess)
    assert (await phone.get("/", params={"token": guess})).status_code == 403
    assert (await phone.get("/api/state")).status_code == 403
