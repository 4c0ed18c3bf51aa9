"""The main job, with the daemon as a process and the sandbox as its gateway, through what people have."""

import asyncio

import pytest
import zxingcpp
from kiosk_process import World

pytestmark = pytest.mark.anyio


async def test_the_code_on_the_display_is_the_gateways_and_paying_it_releases_the_goods(kiosk: World) -> None:
    before = await kiosk.state()
    shown = await kiosk.shown("1500#1")
    at_gateway = await kiosk.gateway_order(shown["order_id"])
    picture = await kiosk.display(at_gateway["code"])
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [at_gateway["code"]]
    assert shown["qr"] == at_gateway["code"]

    await kiosk.scan(at_gateway["code"])
    paid = await kiosk.named("paid")
    assert paid["lights"]["paid"] == "on"
    assert paid["released"] == before["released"] + 1
    await kiosk.told(shown["order_id"], "payment.paid", "release.done")
    assert kiosk.operator.refused == 0
    assert (await kiosk.gateway_order(shown["order_id"]))["given_back"] == "0"


@pytest.mark.parametrize("symbols", ["qr", "code128", "both"])
async def test_a_phone_held_before_the_camera_is_charged_once(kiosk: World, symbols: str) -> None:
    await kiosk.keys("1500#2")
    await kiosk.named("scanning")
    code = (await kiosk.client.post(f"{kiosk.sandbox}/sandbox/codes", json={})).json()
    phone = await kiosk.client.get(f"{kiosk.sandbox}{code['picture']}", params={"symbols": symbols})
    await kiosk.client.post(f"{kiosk.daemon.panel}/api/camera", content=phone.content)
    paid = await kiosk.named("paid")
    (order,) = await kiosk.gateway_orders()
    assert (order["order_id"], order["charged"], order["pay_calls"]) == (paid["order_id"], "1500", 1)
    log = "\n".join(kiosk.daemon.log)
    assert code["code"] not in log


async def test_a_declined_code_is_told_and_a_second_try_is_another_order(kiosk: World) -> None:
    for expected, behaviour in (("declined", "decline"), ("paid", "pay")):
        await kiosk.keys("1500#2" if expected == "declined" else "#2")
        await kiosk.named("scanning")
        code = (await kiosk.client.post(f"{kiosk.sandbox}/sandbox/codes", json={"behaviour": behaviour})).json()
        await kiosk.client.post(
            f"{kiosk.daemon.panel}/api/camera", content=code["code"], headers={"content-type": "text/plain"}
        )
        await kiosk.named(expected)
    first, second = await kiosk.gateway_orders()  # the first phone was still before the camera: a code is used once
    assert first["order_id"] != second["order_id"]
    assert (first["charged"], second["charged"]) == ("0", "1500")


async def test_a_code_that_was_used_is_told_as_declined_and_not_as_a_fault(kiosk: World) -> None:
    code = (await kiosk.client.post(f"{kiosk.sandbox}/sandbox/codes", json={})).json()["code"]
    used_up = code[:-4] + "0000"
    await kiosk.keys("1500#2")
    await kiosk.named("scanning")
    await kiosk.client.post(f"{kiosk.daemon.panel}/api/camera", content=used_up, headers={"content-type": "text/plain"})
    declined = await kiosk.named("declined")
    await kiosk.told(declined["order_id"], "payment.declined")


async def test_a_payment_that_has_to_be_confirmed_in_the_wallet_is_waited_for(kiosk: World) -> None:
    await kiosk.keys("1500#2")
    await kiosk.named("scanning")
    code = (await kiosk.client.post(f"{kiosk.sandbox}/sandbox/codes", json={"behaviour": "confirm"})).json()
    await kiosk.client.post(
        f"{kiosk.daemon.panel}/api/camera", content=code["code"], headers={"content-type": "text/plain"}
    )
    order = await kiosk.one_at_gateway(lambda order: order["status"] == "processing")
    assert (await kiosk.state())["state"] == "paying"
    (await kiosk.client.post(f"{kiosk.sandbox}/sandbox/orders/{order['order_id']}/pay")).raise_for_status()
    await kiosk.named("paid")


async def test_the_static_code_is_credited_by_its_notification_alone(kiosk: World) -> None:
    shown = await kiosk.shown("2000#4")
    picture = await kiosk.display(shown["qr"])
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [shown["qr"]]
    await kiosk.client.post(f"{kiosk.sandbox}/sandbox/entry", json={"amount": "2000", "entry_code": shown["qr"]})
    paid = await kiosk.named("paid")
    assert paid["product"] == "ENTRY_CODE"
    await kiosk.told(paid["order_id"], "payment.paid", "release.done")


async def test_a_static_code_paid_with_another_amount_is_given_back(kiosk: World) -> None:
    shown = await kiosk.shown("2000#4")
    await kiosk.client.post(f"{kiosk.sandbox}/sandbox/entry", json={"amount": "1999", "entry_code": shown["qr"]})
    await kiosk.one_at_gateway(lambda order: order["given_back"] == "1999")
    assert (await kiosk.state())["released"] == 0


async def test_giving_up_closes_the_code_at_the_gateway(kiosk: World) -> None:
    shown = await kiosk.shown()
    await kiosk.keys("*")
    await kiosk.named("cancelled")
    assert (await kiosk.gateway_order(shown["order_id"]))["status"] == "closed"
    await kiosk.told(shown["order_id"], "payment.cancelled")


async def test_a_lost_notification_is_made_up_for_by_detail(kiosk: World) -> None:
    await kiosk.client.put(f"{kiosk.sandbox}/sandbox/notify-url", json={"url": ""})
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    await kiosk.named("paid")


async def test_goods_that_jam_are_paid_back(kiosk: World) -> None:
    shown = await kiosk.shown()
    (await kiosk.client.post(f"{kiosk.daemon.panel}/api/release/jam")).raise_for_status()
    await kiosk.scan(shown["qr"])
    told = await kiosk.until(lambda state: state["state"] == "cancelled")
    assert told["released"] == 0
    await kiosk.told(shown["order_id"], "payment.paid", "release.failed", "payment.refunded")
    assert (await kiosk.gateway_order(shown["order_id"]))["given_back"] == "1500"


async def test_an_answer_that_never_came_is_asked_for_and_nothing_is_charged_twice(kiosk: World) -> None:
    await kiosk.faults({"pay": {"drop_after": {"times": 1}}})
    await kiosk.keys("1500#2")
    await kiosk.named("scanning")
    code = (await kiosk.client.post(f"{kiosk.sandbox}/sandbox/codes", json={})).json()
    await kiosk.client.post(
        f"{kiosk.daemon.panel}/api/camera", content=code["code"], headers={"content-type": "text/plain"}
    )
    await kiosk.named("paid")
    (order,) = await kiosk.gateway_orders()
    assert (order["charged"], order["pay_calls"], order["given_back"]) == ("1500", 1, "0")


@pytest.mark.parametrize(
    ("keys", "said"),
    [("0#", "min"), ("99#", "min"), ("200001#", "max"), ("99999999999999999999#", "max")],
)
async def test_an_amount_out_of_limits_is_told_in_one_line_and_nothing_is_sent(
    kiosk: World, keys: str, said: str
) -> None:
    await kiosk.keys(keys)
    state = await kiosk.until(lambda state: said in state["screen"][0])
    assert state["state"] == "entering"
    assert await kiosk.gateway_orders() == []


@pytest.mark.parametrize("text", ["https://example.com/", "WIFI:S:home;T:WPA;P:secret;;", "12345"])
async def test_what_is_no_payment_code_is_told_in_one_line_and_nothing_is_sent(kiosk: World, text: str) -> None:
    await kiosk.keys("1500#2")
    await kiosk.named("scanning")

    async def told() -> bool:
        """Held up for 3 s. On a busy machine it may have been there when the camera began to look: so once more."""
        camera = f"{kiosk.daemon.panel}/api/camera"
        await kiosk.client.post(camera, content=text, headers={"content-type": "text/plain"})
        for _ in range(60):
            state = await kiosk.state()
            if state["state"] != "scanning":
                await kiosk.keys("2")  # nobody came in time, and the way to pay is offered again
            elif state["screen"][0] == "Not a pay code":
                return True
            await asyncio.sleep(0.1)
        return False

    await asyncio.sleep(0.5)
    tries = 0
    while not await told():
        tries += 1
        assert tries < 6
    assert await kiosk.gateway_orders() == []
