"""The page and the control API: what people, the demo and other tests use to play the shopper."""

import binascii
import io
import re

import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar
from sandbox_merchant import Clock, MerchantSide

from kiosk.sandbox.merchants import ENTRY_CODE
from kiosk.sandbox.server import Sandbox, SandboxSettings

pytestmark = pytest.mark.anyio


async def test_the_page_is_whole_in_itself(merchant: MerchantSide) -> None:
    response = await merchant.http.get("/")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert 'name="viewport"' in response.text
    for words in ("Codes shown to you", "Show a payment code", "Pay the static code", "What shall go wrong"):
        assert words in response.text
    assert not re.search(r"(src|href)=\"?(https?:)?//", response.text)


async def test_every_address_the_page_asks_is_there(merchant: MerchantSide) -> None:
    page = (await merchant.http.get("/")).text
    for name in ("orders", "books", "faults"):
        assert f'"{name}"' in page
        await merchant.control("GET", f"/sandbox/{name}")
    assert {"/sandbox/codes", "/sandbox/entry", "/sandbox/faults"} <= set(re.findall(r'"(/sandbox/\w+)"', page))


async def test_every_trouble_the_page_offers_can_be_set(merchant: MerchantSide) -> None:
    page = (await merchant.http.get("/")).text

    def offered(name: str) -> list[str]:
        return re.findall(r'"(\w+)"', re.search(rf"const {name} = \[(.*?)\];", page, re.DOTALL)[1])

    def how(trouble: str) -> dict[str, int]:
        return {"seconds": 20} if trouble.startswith("delay") else {}

    setting = {call: {trouble: how(trouble) for trouble in offered("TROUBLES")} for call in offered("CALLS")}
    setting["notification"] = {trouble: how(trouble) for trouble in offered("OF_NOTIFICATION")}
    assert set(setting) == {"pay", "detail", "cancel", "refund", "notification"}
    assert await merchant.control("PUT", "/sandbox/faults", setting) == setting


async def test_a_handed_out_code_is_24_digits_that_begin_with_28(merchant: MerchantSide) -> None:
    code = await merchant.control("POST", "/sandbox/codes", {"shopper": "soyeon"})
    assert re.fullmatch("28[0-9]{22}", code["code"])
    assert (code["shopper"], code["behaviour"]) == ("soyeon", "pay")
    assert code["expires_at"] == "2026-11-23T12:01:00+08:00"


async def test_a_code_needs_no_body_and_a_declined_one_is_of_a_shopper_without_money(merchant: MerchantSide) -> None:
    assert (await merchant.control("POST", "/sandbox/codes"))["shopper"] == "minji"
    declined = await merchant.control("POST", "/sandbox/codes", {"behaviour": "decline"})
    assert (await merchant.books())["shoppers"][declined["shopper"]] == {"KRW": "0"}


@pytest.mark.parametrize(
    ("symbols", "expected"), [("both", {"QRCODE", "CODE128"}), ("qr", {"QRCODE"}), ("code128", {"CODE128"})]
)
async def test_the_picture_of_a_phone_is_read_by_both_decoders(
    merchant: MerchantSide, symbols: str, expected: set[str]
) -> None:
    code = await merchant.control("POST", "/sandbox/codes")
    picture = await merchant.http.get(code["picture"], params={"symbols": symbols})
    phone = Image.open(io.BytesIO(picture.content))
    assert phone.size == (480, 800)
    assert {(found.type, found.data.decode()) for found in pyzbar.decode(phone)} == {
        (symbol, code["code"]) for symbol in expected
    }
    assert [found.text for found in zxingcpp.read_barcodes(phone)] == [code["code"]] * len(expected)


async def test_a_picture_shows_what_was_handed_out_only(merchant: MerchantSide) -> None:
    await merchant.control("GET", "/sandbox/codes/281234567890123456789012.png", status=404)
    code = await merchant.control("POST", "/sandbox/codes")
    said = await merchant.control("GET", f"{code['picture']}?symbols=aztec", status=400)
    assert said["error"] == "symbols is one of both, qr, code128"


async def test_a_shown_code_can_be_had_as_a_picture(merchant: MerchantSide) -> None:
    asked = (await merchant.pay()).data
    picture = await merchant.http.get(f"/sandbox/qr/{asked['uqOrderId']}.png")
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert found.text == asked["payAction"]["redirectUrl"]
    await merchant.pay("A-2", "PAYMENT_CODE", payCodeValue=await merchant.code())
    await merchant.control("GET", "/sandbox/qr/A-2.png", status=404)


async def test_an_order_is_shown_by_either_id(merchant: MerchantSide) -> None:
    asked = (await merchant.pay()).data
    order = await merchant.control("GET", "/sandbox/orders/A-1")
    assert order == await merchant.control("GET", f"/sandbox/orders/{asked['uqOrderId']}")
    assert order == {
        "order_id": "A-1",
        "gateway_order_id": asked["uqOrderId"],
        "merchant": "M0001",
        "product": "ORDER_CODE",
        "status": "processing",
        "amount": "1500",
        "currency": "KRW",
        "code": asked["payAction"]["redirectUrl"],
        "shopper": None,
        "terminal_id": "kiosk-0001",
        "expire_at": "2026-11-23T12:02:00+08:00",
        "paid_at": None,
        "charged": "0",
        "given_back": "0",
        "refunds": [],
        "pay_calls": 1,
    }
    await merchant.control("GET", "/sandbox/orders/A-404", status=404)


async def test_orders_are_listed_oldest_first_and_hold_no_payment_code(merchant: MerchantSide) -> None:
    code = await merchant.code()
    await merchant.pay("A-1")
    await merchant.pay("A-2", "PAYMENT_CODE", payCodeValue=code)
    response = await merchant.http.get("/sandbox/orders")
    assert [order["order_id"] for order in response.json()] == ["A-1", "A-2"]
    assert code not in response.text


async def test_a_scan_of_what_is_no_open_code_is_told_in_one_line(merchant: MerchantSide, clock: Clock) -> None:
    assert (await merchant.control("POST", "/sandbox/scan", {"code": "https://else"}, status=404))["error"]
    paid = (await merchant.pay("A-1")).data["payAction"]["redirectUrl"]
    late = (await merchant.pay("A-2")).data["payAction"]["redirectUrl"]
    assert (await merchant.control("POST", "/sandbox/scan", {"code": paid}))["status"] == "success"
    assert "success" in (await merchant.control("POST", "/sandbox/scan", {"code": paid}, status=409))["error"]
    clock.move(seconds=120)
    assert "closed" in (await merchant.control("POST", "/sandbox/scan", {"code": late}, status=409))["error"]


@pytest.mark.parametrize("verb", ["pay", "decline", "expire"])
async def test_what_has_ended_is_not_decided_again(merchant: MerchantSide, verb: str) -> None:
    await merchant.shown_and_paid()
    await merchant.control("POST", f"/sandbox/orders/A-1/{verb}", status=409)
    await merchant.control("POST", "/sandbox/orders/A-1/forget", status=404)
    assert (await merchant.books())["charged"] == {"KRW": "1500"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sandbox/codes", {"behaviour": "steal"}),
        ("/sandbox/codes", {"who": "minji"}),
        ("/sandbox/scan", {"action": "pay"}),
        ("/sandbox/scan", {"code": "x", "action": "ignore"}),
        ("/sandbox/entry", {"amount": "15.50"}),
        ("/sandbox/entry", {"amount": "1500", "currency": "XXX"}),
        ("/sandbox/entry", {"amount": 1500}),
    ],
)
async def test_a_body_that_is_wrong_is_told_in_one_line(
    merchant: MerchantSide, path: str, body: dict[str, object]
) -> None:
    said = await merchant.control("POST", path, body, status=400)
    assert said["error"]
    assert "\n" not in said["error"]


async def test_a_static_code_nobody_has_is_not_paid(merchant: MerchantSide) -> None:
    await merchant.control("POST", "/sandbox/entry", {"amount": "1500", "entry_code": "000201"}, status=404)
    assert (await merchant.books())["charged"] == {}


def test_the_demos_static_code_has_a_good_check_sum() -> None:
    body, given = ENTRY_CODE[:-4], ENTRY_CODE[-4:]
    assert body.endswith("6304")
    assert given == f"{binascii.crc_hqx(body.encode(), 0xFFFF):04X}"


async def test_the_books_add_up(merchant: MerchantSide) -> None:
    await merchant.shown_and_paid("A-1")
    await merchant.refund("500")
    await merchant.shown_and_paid("A-2")
    await merchant.cancel("A-2")
    await merchant.shown_and_paid("A-3", amount="15.00", currency="SGD")
    await merchant.pay("A-4")
    assert await merchant.books() == {
        "charged": {"KRW": "3000", "SGD": "15.00"},
        "given_back": {"KRW": "2000", "SGD": "0.00"},
        "shoppers": {
            "junho": {"KRW": "0", "SGD": "0.00"},
            "minji": {"KRW": "999000", "SGD": "999985.00"},
        },
        "pay_calls": {"A-1": 1, "A-2": 1, "A-3": 1, "A-4": 1},
    }


async def test_a_taken_port_is_an_error_of_the_system(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await Sandbox(SandboxSettings(port=port)).start()


async def test_it_starts_and_stops_without_a_block(clock: Clock) -> None:
    sandbox = Sandbox(SandboxSettings(now=clock))
    assert sandbox.url == ""
    await sandbox.start()
    side = MerchantSide(sandbox.url, clock)
    async with side.http:
        assert (await side.pay()).code == "000000"
    await sandbox.stop()
    await sandbox.stop()
