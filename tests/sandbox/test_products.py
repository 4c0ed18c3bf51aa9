"""Every product from PAY to its end, and every call on it, as a merchant sees them."""

import io
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image
from sandbox_merchant import Clock, MerchantSide, Receiver

from kiosk.gateway.wire import Dialect, Paths
from kiosk.sandbox.merchants import ENTRY_CODE, Merchant
from kiosk.sandbox.server import Sandbox, SandboxSettings

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("product", ["ORDER_CODE", "CASHIER_PAYMENT"])
async def test_a_shown_code_waits_until_the_shopper_pays(merchant: MerchantSide, product: str, clock: Clock) -> None:
    asked = await merchant.pay(product=product)
    assert asked.data["status"] == "processing"
    assert asked.data["payAction"]["type"] == "QRCODE"
    assert (await merchant.detail()).data["status"] == "processing"
    clock.move(seconds=10)
    await merchant.control("POST", "/sandbox/scan", {"code": asked.data["payAction"]["redirectUrl"]})
    paid = await merchant.detail()
    assert paid.data == {
        "status": "success",
        "merchantOrderId": "A-1",
        "uqOrderId": asked.data["uqOrderId"],
        "amount": "1500",
        "currency": "KRW",
        "product": product,
        "terminalId": "kiosk-0001",
        "paidAt": "2026-11-23 12:00:10",
    }


async def test_a_shown_code_may_be_declined(merchant: MerchantSide) -> None:
    code = (await merchant.pay()).data["payAction"]["redirectUrl"]
    await merchant.control("POST", "/sandbox/scan", {"code": code, "action": "decline"})
    assert (await merchant.detail()).data["status"] == "fail"


async def test_a_shown_code_closes_at_its_time(merchant: MerchantSide, clock: Clock) -> None:
    await merchant.pay()
    clock.move(seconds=119)
    assert (await merchant.detail()).data["status"] == "processing"
    clock.move(seconds=1)
    assert (await merchant.detail()).data["status"] == "closed"


async def test_a_cashier_payment_may_name_a_page_to_open(clock: Clock) -> None:
    merchants = (Merchant(cashier_redirects=True),)
    async with Sandbox(SandboxSettings(merchants, now=clock)) as sandbox:
        side = MerchantSide(sandbox.url, clock)
        async with side.http:
            cashier = (await side.pay("A-1", "CASHIER_PAYMENT")).data["payAction"]
            order = (await side.pay("A-2", "ORDER_CODE")).data["payAction"]
    assert (cashier["type"], order["type"]) == ("REDIRECT", "QRCODE")
    assert cashier["Url"].startswith("https://")


async def test_a_shown_code_may_come_as_a_picture(clock: Clock) -> None:
    merchants = (Merchant(cashier_redirects=True),)
    settings = SandboxSettings(merchants, now=clock, dialect=replace(Dialect(), qr_value="image"))
    async with Sandbox(settings) as sandbox:
        side = MerchantSide(sandbox.url, clock)
        async with side.http:
            address = (await side.pay()).data["payAction"]["redirectUrl"]
            picture = await side.http.get(address)
            order = await side.control("GET", "/sandbox/orders/A-1")
            page = (await side.pay("A-2", "CASHIER_PAYMENT")).data["payAction"]["Url"]
            assert page == (await side.control("GET", "/sandbox/orders/A-2"))["code"]
    assert address.startswith(sandbox.url)
    assert picture.headers["content-type"] == "image/png"
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert found.text == order["code"]


async def test_the_paths_are_those_of_the_dialect(clock: Clock) -> None:
    dialect = replace(Dialect(), paths=Paths(pay="/acquiring/v2/pay"))
    async with Sandbox(SandboxSettings(now=clock, dialect=dialect)) as sandbox:
        side = MerchantSide(sandbox.url, clock)
        async with side.http:
            assert (await side.ask("acquiring/v2/pay", side.order())).code == "000000"
            assert (await side.detail()).data["status"] == "processing"


@pytest.mark.parametrize(("behaviour", "status"), [("pay", "success"), ("decline", "fail"), ("confirm", "processing")])
async def test_a_payment_code_is_answered_as_its_shopper_behaves(
    merchant: MerchantSide, behaviour: str, status: str
) -> None:
    answer = await merchant.pay(product="PAYMENT_CODE", payCodeValue=await merchant.code(behaviour))
    assert answer.data["status"] == status
    assert "payAction" not in answer.data
    assert (await merchant.detail()).data["status"] == status


@pytest.mark.parametrize(("verb", "status"), [("pay", "success"), ("decline", "fail"), ("expire", "closed")])
async def test_a_payment_code_that_asks_is_decided_in_the_app(merchant: MerchantSide, verb: str, status: str) -> None:
    await merchant.pay(product="PAYMENT_CODE", payCodeValue=await merchant.code("confirm"))
    await merchant.control("POST", f"/sandbox/orders/A-1/{verb}")
    assert (await merchant.detail()).data["status"] == status


async def test_a_static_code_is_paid_without_a_call_and_known_by_the_gateways_id(
    merchant: MerchantSide, listener: Receiver
) -> None:
    await merchant.control("PUT", "/sandbox/notify-url", {"url": listener.url})
    await merchant.control("POST", "/sandbox/entry", {"amount": "1500", "entry_code": ENTRY_CODE})
    [notified] = await listener.wait_for(1)
    assert "merchantOrderId" not in notified.data
    assert notified.data["terminalId"] == "kiosk-0001"
    assert (notified.data["amount"], notified.data["currency"]) == ("1500", "KRW")
    name = {"uqOrderId": notified.data["uqOrderId"]}
    assert (await merchant.ask("detail", name)).data["status"] == "success"
    refund = {**name, "merchantRefundId": "R-1", "amount": "100", "currency": "KRW"}
    assert (await merchant.ask("refund", refund)).data["status"] == "success"
    refunds = (await merchant.ask("detail", name)).data["refunds"]
    assert [(refund["merchantRefundId"], refund["amount"]) for refund in refunds] == [("R-1", "100")]


async def test_a_static_code_payment_can_be_cancelled(merchant: MerchantSide) -> None:
    order = await merchant.control("POST", "/sandbox/entry", {"amount": "1500"})
    assert (await merchant.ask("cancel", {"uqOrderId": order["gateway_order_id"]})).data["status"] == "closed"
    assert (await merchant.books())["given_back"] == {"KRW": "1500"}


async def test_any_order_may_be_named_by_the_gateways_id(merchant: MerchantSide) -> None:
    uq_id = (await merchant.pay()).data["uqOrderId"]
    assert (await merchant.ask("detail", {"uqOrderId": uq_id})).data["merchantOrderId"] == "A-1"
    both = {"uqOrderId": uq_id, "merchantOrderId": "A-2"}
    assert (await merchant.ask("detail", both)).code == "100004"


async def test_pay_again_with_the_same_content_charges_once_and_answers_the_same(merchant: MerchantSide) -> None:
    order = merchant.order(product="PAYMENT_CODE", payCodeValue=await merchant.code())
    first, again = await merchant.ask("pay", order), await merchant.ask("pay", order)
    assert first.body == again.body
    books = await merchant.books()
    assert (books["charged"], books["pay_calls"]) == ({"KRW": "1500"}, {"A-1": 2})


async def test_refunds_add_up_to_what_was_paid(merchant: MerchantSide) -> None:
    await merchant.shown_and_paid()
    first = await merchant.refund("500", "R-1")
    assert first.data["status"] == "success"
    assert first.data["uqRefundId"]
    assert (await merchant.refund("500", "R-1")).body == first.body
    await merchant.refund("1000", "R-2")
    detail = await merchant.detail()
    assert detail.data["status"] == "success"
    assert [(refund["merchantRefundId"], refund["amount"], refund["status"]) for refund in detail.data["refunds"]] == [
        ("R-1", "500", "success"),
        ("R-2", "1000", "success"),
    ]
    assert (await merchant.books())["shoppers"]["minji"] == {"KRW": "1000000"}


async def test_cancel_gives_all_of_a_payment_back_and_may_be_repeated(merchant: MerchantSide, clock: Clock) -> None:
    await merchant.shown_and_paid()
    assert (await merchant.cancel()).data["status"] == "closed"
    clock.move(days=2)
    assert (await merchant.cancel()).data["status"] == "closed"
    assert (await merchant.detail()).data["status"] == "closed"
    books = await merchant.books()
    assert (books["charged"], books["given_back"]) == ({"KRW": "1500"}, {"KRW": "1500"})
    assert books["shoppers"]["minji"] == {"KRW": "1000000"}


async def test_cancel_closes_an_unpaid_code(merchant: MerchantSide) -> None:
    code = (await merchant.pay()).data["payAction"]["redirectUrl"]
    assert (await merchant.cancel()).data["status"] == "closed"
    said = await merchant.control("POST", "/sandbox/scan", {"code": code}, status=409)
    assert "closed" in said["error"]
    assert (await merchant.books())["charged"] == {"KRW": "0"}


async def test_the_cut_off_is_that_of_the_gateways_zone(merchant: MerchantSide, clock: Clock) -> None:
    clock.at = clock.at.replace(hour=23, minute=59, second=50)
    await merchant.shown_and_paid("A-1")
    await merchant.shown_and_paid("A-2")
    assert (await merchant.cancel("A-1")).code == "000000"
    clock.move(seconds=9)
    assert (await merchant.cancel("A-2")).code == "100005"
