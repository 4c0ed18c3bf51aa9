import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO

import httpx
import pytest
import zxingcpp
from fake_machine import IDLE, ORDER, SIZE, FakeMachine, png
from PIL import Image
from waits import PATIENCE, until

from kiosk.frontpanel.api import LARGEST_PICTURE, LONGEST_CODE, MOST_KEYS, front_panel
from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Light, Lights, Name
from kiosk.serving.server import serving

pytestmark = pytest.mark.anyio
CODE = "281010897274821897274821"
PAGES = ["/", "/panel.js", "/panel.css"]
READS = ["/api/state", "/api/display.png", "/api/orders", "/api/events"]
WRITES = ["/api/keys", "/api/camera", "/api/release/confirm", "/api/release/jam"]


@pytest.fixture
async def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
async def panel(machine: FakeMachine) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(front_panel(machine, host="127.0.0.1", clinic=machine), host="127.0.0.1", port=0) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client,
    ):
        yield client


async def events(answer: httpx.Response) -> AsyncIterator[dict]:
    """The states of an event stream."""
    name = ""
    async for line in answer.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            assert name == "state"
            yield json.loads(value)


# --- reading ---


@pytest.mark.parametrize(("path", "kind"), [*zip(PAGES, ["text/html", "text/javascript", "text/css"], strict=True)])
async def test_the_page_and_its_parts_are_served(panel: httpx.AsyncClient, path: str, kind: str) -> None:
    answer = await panel.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.content


async def test_the_state_is_as_the_interface_says(panel: httpx.AsyncClient) -> None:
    assert (await panel.get("/api/state")).json() == {
        "state": "idle",
        "amount": None,
        "order_id": None,
        "product": None,
        "screen": ["Welcome", "Key in an amount"],
        "qr": None,
        "lights": {"ready": "on", "busy": "off", "paid": "off", "fault": "off"},
        "released": 0,
        "online": True,
        "outbox": {"pending": 0, "quarantined": 0},
        "kiosk_id": "bench-7",
        "language": "en",
        "simulated": True,
        "latencies": {"press": 0.004},
    }


async def test_the_state_of_a_sale_has_its_amount_in_smallest_units(
    panel: httpx.AsyncClient, machine: FakeMachine
) -> None:
    machine.becomes(
        state=Name.SHOWING_CODE,
        amount=Amount(1550, "SGD"),
        order_id="bench-7-1",
        product=Product.ORDER_CODE,
        qr="https://pay.example/1",
        lights=Lights(busy=Light.SLOW, fault=Light.FAST),
        released=3,
        online=False,
        pending=2,
        quarantined=1,
    )
    state = (await panel.get("/api/state")).json()
    assert state["state"] == "showing_code"
    assert state["amount"] == {"value": "1550", "currency": "SGD"}
    assert (state["order_id"], state["product"], state["qr"]) == ("bench-7-1", "ORDER_CODE", "https://pay.example/1")
    assert state["lights"] == {"ready": "off", "busy": "slow", "paid": "off", "fault": "fast"}
    assert (state["released"], state["online"], state["outbox"]) == (3, False, {"pending": 2, "quarantined": 1})


async def test_the_display_is_a_picture_of_its_own_size(panel: httpx.AsyncClient) -> None:
    answer = await panel.get("/api/display.png")
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).size == SIZE


async def test_the_last_twenty_orders_are_listed(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    machine.past = [ORDER] * 25
    lines = (await panel.get("/api/orders")).json()
    assert len(lines) == 20
    assert lines[0] == {
        "order_id": "bench-7-1",
        "claim": "P6HZMH",
        "at": "2026-11-23T09:30:00+00:00",
        "product": "ORDER_CODE",
        "amount": {"value": "1500", "currency": "KRW"},
        "shown": "1500 KRW",
        "state": "released",
    }


async def test_without_a_picture_held_up_the_camera_has_none(panel: httpx.AsyncClient) -> None:
    answer = await panel.get("/api/camera.png")
    assert (answer.status_code, answer.json()) == (404, {"error": "nothing is held before the camera"})


async def test_what_is_not_there_is_404_and_a_wrong_method_is_405(panel: httpx.AsyncClient) -> None:
    assert (await panel.get("/api/nothing")).status_code == 404
    assert (await panel.get("/../settings.py")).status_code == 404
    refused = await panel.get("/api/keys")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert (await panel.post("/api/state")).status_code == 405


# --- doing ---


async def test_keys_are_pressed(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    answer = await panel.post("/api/keys", json={"keys": "1500#1"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert machine.keys == "1500#1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1500",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b'{"keys": 1500}',
        b'{"keys": ""}',
        b'{"keys": "1',
        b"[" * 4000,
        json.dumps({"keys": "1" * (MOST_KEYS + 1)}).encode(),
        b'{"keys": "15X"}',
    ],
)
async def test_what_are_no_keys_is_refused(panel: httpx.AsyncClient, machine: FakeMachine, body: bytes) -> None:
    answer = await panel.post("/api/keys", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert machine.keys == ""


async def test_the_machines_word_on_a_wrong_key_is_passed_on(panel: httpx.AsyncClient) -> None:
    assert (await panel.post("/api/keys", json={"keys": "1X"})).json() == {"error": "'X' is no key"}


async def test_too_long_a_request_for_keys_is_413(panel: httpx.AsyncClient) -> None:
    assert (await panel.post("/api/keys", content=b"1" * 5000)).status_code == 413


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
async def test_a_picture_is_held_up_and_then_seen(panel: httpx.AsyncClient, machine: FakeMachine, kind: str) -> None:
    picture = png((40, 30), grey=120, kind=kind)
    sent = await panel.post("/api/camera", content=picture, headers={"content-type": f"image/{kind.lower()}"})
    assert sent.status_code == 204
    assert machine.looked == [picture]
    seen = await panel.get("/api/camera.png")
    assert seen.headers["content-type"] == "image/png"
    with Image.open(BytesIO(seen.content)) as image:
        assert (image.size, image.getpixel((5, 5))) == ((40, 30), 120)


async def test_what_is_no_picture_is_refused(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    answer = await panel.post("/api/camera", content=b"GIF89a nonsense")
    assert (answer.status_code, answer.json()) == (400, {"error": "that is no picture"})
    assert machine.looked == []


@pytest.mark.parametrize("text", [CODE, f"  {CODE}\n", "https://pay.example/한글", "x" * LONGEST_CODE])
async def test_a_pasted_code_is_held_up_as_a_qr_code(panel: httpx.AsyncClient, machine: FakeMachine, text: str) -> None:
    answer = await panel.post(
        "/api/camera", content=text.encode(), headers={"content-type": "text/plain;charset=UTF-8"}
    )
    assert answer.status_code == 204
    with Image.open(BytesIO(machine.looked[0])) as image:
        assert [code.text for code in zxingcpp.read_barcodes(image.convert("L"))] == [text.strip()]


@pytest.mark.parametrize("text", [b"", b"  \n", b"\xff\xfe", b"1" * (LONGEST_CODE + 1)])
async def test_a_pasted_code_has_1_to_512_characters(panel: httpx.AsyncClient, text: bytes) -> None:
    answer = await panel.post("/api/camera", content=text, headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()) == (400, {"error": "expected a code of 1 to 512 characters"})


async def test_a_picture_of_more_than_ten_megabytes_is_413(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    answer = await panel.post("/api/camera", content=bytes(LARGEST_PICTURE + 1))
    assert answer.status_code == 413
    assert machine.looked == []


async def test_pictures_that_come_together_are_read_one_at_a_time(
    panel: httpx.AsyncClient, machine: FakeMachine
) -> None:
    picture = png((400, 300))
    answers = await asyncio.gather(*(panel.post("/api/camera", content=picture) for _ in range(12)))
    assert [answer.status_code for answer in answers] == [204] * 12
    assert (len(machine.looked), machine.most_looking) == (12, 1)


async def test_a_real_board_does_not_even_read_a_picture(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    machine.becomes(simulated=False)
    answer = await panel.post("/api/camera", content=bytes(LARGEST_PICTURE + 1))
    assert answer.status_code == 409


@pytest.mark.parametrize("what", ["confirm", "jam"])
async def test_a_release_under_way_is_confirmed_or_jammed(
    panel: httpx.AsyncClient, machine: FakeMachine, what: str
) -> None:
    machine.under_way = True
    assert (await panel.post(f"/api/release/{what}")).status_code == 204
    assert machine.did == [what]


@pytest.mark.parametrize("what", ["confirm", "jam"])
async def test_without_a_release_under_way_it_is_409(panel: httpx.AsyncClient, what: str) -> None:
    answer = await panel.post(f"/api/release/{what}")
    assert (answer.status_code, answer.json()) == (409, {"error": "no release is under way"})


async def test_a_real_board_is_not_worked_from_here(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    machine.now = replace(IDLE, simulated=False)
    bodies = [b'{"keys": "1"}', png(), b"", b""]
    for path, body in zip(WRITES, bodies, strict=True):
        answer = await panel.post(path, content=body)
        assert (answer.status_code, answer.json()["error"]) == (409, "only a simulated board can be worked from here")


# --- whom it serves ---


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "https://"]
)
async def test_a_page_from_elsewhere_works_nothing(panel: httpx.AsyncClient, machine: FakeMachine, origin: str) -> None:
    machine.under_way = True
    for path in WRITES:
        answer = await panel.post(path, content=b'{"keys": "1"}', headers={"origin": origin})
        assert answer.status_code == 403
    assert (machine.keys, machine.looked, machine.did) == ("", [], [])


async def test_its_own_page_works_it(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    own = str(panel.base_url).rstrip("/")
    assert (await panel.post("/api/keys", json={"keys": "7"}, headers={"origin": own})).status_code == 204
    assert machine.keys == "7"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[::1", "a:b:c"])
async def test_a_name_that_is_not_ours_is_refused(panel: httpx.AsyncClient, machine: FakeMachine, host: str) -> None:
    for path in (*PAGES, *READS, *WRITES):
        answer = await panel.request("POST" if path in WRITES else "GET", path, headers={"host": host})
        assert (answer.status_code, answer.json()) == (400, {"error": "that is no name of this machine"})
    assert machine.keys == ""


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:80", "[::1]:8080", "10.1.2.3:8080"]
)
async def test_an_address_and_localhost_are_ours(panel: httpx.AsyncClient, host: str) -> None:
    assert (await panel.get("/api/state", headers={"host": host})).status_code == 200


async def test_the_name_it_was_told_to_listen_on_is_ours(machine: FakeMachine) -> None:
    app = front_panel(machine, host="Kiosk.local")
    async with serving(app, host="127.0.0.1", port=0) as url, httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{url}/api/state", headers={"host": "kiosk.local:8080"})).status_code == 200


async def test_it_serves_ipv6(machine: FakeMachine) -> None:
    async with serving(front_panel(machine, host="::1"), host="::1", port=0) as url:
        assert url.startswith("http://[::1]:")
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{url}/api/keys", json={"keys": "5"}, headers={"origin": url})
        assert (answer.status_code, machine.keys) == (204, "5")


async def test_every_answer_carries_the_headers_that_shut_a_browser_in(panel: httpx.AsyncClient) -> None:
    async with panel.stream("GET", "/api/events") as stream:
        answers = [
            stream,
            *[await panel.get(path) for path in (*PAGES, *READS[:3], "/api/camera.png", "/nothing", "/api/keys")],
            *[await panel.post(path) for path in WRITES],
            await panel.post("/api/keys", json={"keys": "1"}),
            await panel.post("/api/keys", json={"keys": "1"}, headers={"origin": "http://evil.example"}),
            await panel.get("/", headers={"host": "evil.example"}),
        ]
    assert {answer.status_code for answer in answers} == {200, 204, 400, 403, 404, 405, 409}
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'self'; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


# --- events ---


async def test_the_stream_tells_the_present_and_then_each_change(
    panel: httpx.AsyncClient, machine: FakeMachine
) -> None:
    async with asyncio.timeout(PATIENCE), panel.stream("GET", "/api/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = events(stream)
        assert (await anext(told))["state"] == "idle"
        machine.becomes(state=Name.ENTERING, screen=("결제", "1,500"))
        second = await anext(told)
        assert (second["state"], second["screen"]) == ("entering", ["결제", "1,500"])
        machine.becomes(state=Name.IDLE)
        assert await anext(told) == (await panel.get("/api/state")).json()


async def test_a_slow_reader_skips_to_the_newest(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    machine.becomes(screen=("x" * 100_000,))
    changes = 400
    async with asyncio.timeout(PATIENCE), panel.stream("GET", "/api/events") as stream:
        for number in range(1, changes + 1):
            machine.becomes(released=number)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        read = []
        async for state in events(stream):
            read.append(state["released"])
            if read[-1] == changes:
                break
    assert len(read) < changes / 2
    assert read == sorted(set(read))


async def test_a_reader_that_leaves_is_forgotten(panel: httpx.AsyncClient, machine: FakeMachine) -> None:
    async with panel.stream("GET", "/api/events") as stream:
        await anext(events(stream))
        assert machine.watchers == 1
    await until(lambda: machine.watchers == 0)


async def test_it_stops_at_once_with_an_open_stream_and_leaves_no_task(
    machine: FakeMachine, caplog: pytest.LogCaptureFixture
) -> None:
    before = asyncio.all_tasks()
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serving(front_panel(machine, host="127.0.0.1", clinic=machine), host="127.0.0.1", port=0) as url:
            stream = await client.send(client.build_request("GET", f"{url}/api/events"), stream=True)
            told = events(stream)
            assert (await anext(told))["state"] == "idle"
        assert [state async for state in told] == []  # closed in good order, not broken off
    assert machine.watchers == 0
    assert asyncio.all_tasks() == before
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []
