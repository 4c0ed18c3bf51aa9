"""NOTIFICATIONs as a real listener gets them: signed, repeated until acknowledged, and with every fault."""

import asyncio
from typing import Any

import pytest
from sandbox_merchant import MerchantSide, Receiver
from starlette.responses import Response
from waits import PATIENCE

from kiosk.gateway.signing import ShaKey, read_json
from kiosk.sandbox.merchants import NOTIFICATION_KEY, SIGN_ID
from kiosk.sandbox.server import Sandbox, SandboxSettings

pytestmark = pytest.mark.anyio

PAID, CANCELLED = ("PAYMENT", "success"), ("CANCEL", "closed")


async def settled(merchant: MerchantSide) -> list[dict[str, Any]]:
    """The deliveries, once none is under way."""
    async with asyncio.timeout(PATIENCE):
        while True:
            deliveries = await merchant.control("GET", "/sandbox/notifications")
            if all(delivery["state"] != "open" for delivery in deliveries):
                return deliveries
            await asyncio.sleep(0.005)


async def test_success_is_told_to_the_orders_own_address_as_detail_would_tell_it(
    merchant: MerchantSide, listener: Receiver
) -> None:
    await merchant.shown_and_paid(notifyUrl=listener.url)
    [notified] = await listener.wait_for(1)
    assert notified.data == {**(await merchant.detail()).data, "transactionType": "PAYMENT"}
    assert ShaKey(SIGN_ID, NOTIFICATION_KEY).verify(read_json(notified.content), notified.headers["sign"])
    assert notified.headers["clientid"] == "M0001"
    [delivery] = await settled(merchant)
    assert (delivery["state"], delivery["tries"]) == ("delivered", ["acknowledged"])


async def test_fail_refunds_and_cancel_are_told_too(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.control("PUT", "/sandbox/notify-url", {"url": listener.url})
    await merchant.pay("A-1")
    await merchant.control("POST", "/sandbox/orders/A-1/decline")
    await listener.wait_for(1)
    await merchant.shown_and_paid("A-2")
    await listener.wait_for(2)
    await merchant.refund("500", "R-1", "A-2")
    await listener.wait_for(3)
    await merchant.shown_and_paid("A-3")
    await listener.wait_for(4)
    await merchant.refund("1500", "R-2", "A-3")
    await listener.wait_for(5)
    await merchant.shown_and_paid("A-4")
    await listener.wait_for(6)
    await merchant.cancel("A-4")
    told = [(notified.data["merchantOrderId"], *notified.told) for notified in await listener.wait_for(7)]
    assert told == [
        ("A-1", "PAYMENT", "fail"),
        ("A-2", *PAID),
        ("A-2", "PARTIAL_REFUND", "success"),
        ("A-3", *PAID),
        ("A-3", "REFUND", "success"),
        ("A-4", *PAID),
        ("A-4", *CANCELLED),
    ]


async def test_a_payment_code_is_told_of_too(merchant: MerchantSide, listener: Receiver) -> None:
    code = await merchant.code()
    await merchant.pay(product="PAYMENT_CODE", payCodeValue=code, notifyUrl=listener.url)
    [notified] = await listener.wait_for(1)
    assert notified.told == PAID
    assert code.encode() not in notified.content


async def test_what_expires_is_not_told(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.pay(notifyUrl=listener.url)
    await merchant.control("POST", "/sandbox/orders/A-1/expire")
    assert await settled(merchant) == []


async def test_without_an_address_nobody_is_told(merchant: MerchantSide) -> None:
    await merchant.shown_and_paid()
    assert await settled(merchant) == []


@pytest.mark.parametrize(
    "refusal",
    [
        Response(status_code=500),
        Response(b'{"code":"000000"}', status_code=202),
        Response(b'{"code":"999999"}'),
        Response(b"OK"),
    ],
)
async def test_what_is_not_acknowledged_comes_again_with_a_new_request_id(
    merchant: MerchantSide, listener: Receiver, refusal: Response
) -> None:
    listener.replies = [refusal, refusal]
    await merchant.shown_and_paid(notifyUrl=listener.url)
    received = await listener.wait_for(3)
    [delivery] = await settled(merchant)
    assert (delivery["state"], len(delivery["tries"])) == ("delivered", 3)
    assert len({notified.content for notified in received}) == 1
    assert len({notified.headers["requestid"] for notified in received}) == 3


async def test_after_four_tries_it_needs_a_person(merchant: MerchantSide, listener: Receiver) -> None:
    listener.replies = [Response(status_code=500)] * 9
    await merchant.shown_and_paid(notifyUrl=listener.url)
    [delivery] = await settled(merchant)
    assert (delivery["state"], len(delivery["tries"]), len(listener.received)) == ("failed", 4, 4)


async def test_a_listener_that_is_away_is_tried_again(merchant: MerchantSide) -> None:
    await merchant.shown_and_paid(notifyUrl="http://127.0.0.1:9/notification")
    [delivery] = await settled(merchant)
    assert (delivery["state"], delivery["tries"]) == ("failed", ["ConnectError"] * 4)


def test_the_gateway_tries_again_after_5_10_and_15_minutes() -> None:
    assert SandboxSettings().notify_again == (300, 600, 900)


async def test_lost_never_goes_out(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.fault("notification", "lost", times=1)
    await merchant.shown_and_paid(notifyUrl=listener.url)
    [delivery] = await settled(merchant)
    assert (delivery["state"], delivery["tries"], listener.received) == ("failed", ["lost"], [])
    assert (await merchant.detail()).data["status"] == "success"


async def test_duplicate_comes_twice(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.fault("notification", "duplicate", times=1)
    await merchant.shown_and_paid(notifyUrl=listener.url)
    first, second = await listener.wait_for(2)
    assert first.content == second.content
    [delivery] = await settled(merchant)
    assert delivery["tries"] == ["acknowledged"] * 2


async def test_out_of_order_waits_for_detail_and_then_takes_it_back(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.fault("notification", "out_of_order", times=1)
    await merchant.shown_and_paid("A-1", notifyUrl=listener.url)
    await merchant.shown_and_paid("A-2", notifyUrl=listener.url)
    [other] = await listener.wait_for(1)
    assert other.data["merchantOrderId"] == "A-2"
    assert (await merchant.detail("A-1")).data["status"] == "success"
    _, success, stale = await listener.wait_for(3)
    assert (success.told, stale.told) == (PAID, ("PAYMENT", "processing"))
    assert success.data["merchantOrderId"] == stale.data["merchantOrderId"] == "A-1"


async def test_out_of_order_for_a_static_code_waits_for_nobody(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.control("PUT", "/sandbox/notify-url", {"url": listener.url})
    await merchant.fault("notification", "out_of_order", times=1)
    await merchant.control("POST", "/sandbox/entry", {"amount": "1500"})
    assert [notified.told for notified in await listener.wait_for(2)] == [PAID, ("PAYMENT", "processing")]


@pytest.mark.parametrize("trouble", ["bad_signature", "unsigned"])
async def test_a_notification_may_be_signed_wrongly_or_not_at_all(
    merchant: MerchantSide, listener: Receiver, trouble: str
) -> None:
    await merchant.fault("notification", trouble, times=1)
    await merchant.shown_and_paid(notifyUrl=listener.url)
    [notified] = await listener.wait_for(1)
    key = ShaKey(SIGN_ID, NOTIFICATION_KEY)
    assert not key.verify(read_json(notified.content), notified.headers.get("sign", ""))
    assert ("sign" in notified.headers) == (trouble == "bad_signature")


@pytest.mark.parametrize(
    ("trouble", "field", "good"), [("wrong_amount", "amount", "1500"), ("wrong_order", "merchantOrderId", "A-1")]
)
async def test_a_notification_may_be_well_signed_and_wrong(
    merchant: MerchantSide, listener: Receiver, trouble: str, field: str, good: str
) -> None:
    await merchant.fault("notification", trouble, times=1)
    await merchant.shown_and_paid(notifyUrl=listener.url)
    [notified] = await listener.wait_for(1)
    assert notified.data[field] != good
    assert ShaKey(SIGN_ID, NOTIFICATION_KEY).verify(read_json(notified.content), notified.headers["sign"])


async def test_garbage_that_is_refused_is_followed_by_the_truth(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.fault("notification", "garbage", times=1)
    listener.replies = [Response(status_code=400)]
    await merchant.shown_and_paid(notifyUrl=listener.url)
    garbage, good = await listener.wait_for(2)
    with pytest.raises(ValueError, match="JSON"):
        read_json(garbage.content)
    assert good.told == PAID


async def test_a_notification_may_come_before_pays_own_answer(
    merchant: MerchantSide, listener: Receiver, sandbox: Sandbox
) -> None:
    await merchant.fault("pay", "delay", seconds=600)
    order = merchant.order(product="PAYMENT_CODE", payCodeValue=await merchant.code(), notifyUrl=listener.url)
    asked = asyncio.create_task(merchant.ask("pay", order))
    [notified] = await listener.wait_for(1)
    assert (notified.told, asked.done()) == (PAID, False)
    await sandbox.stop()
    assert (await asked).data["status"] == "success"


async def test_a_notification_may_be_late(merchant: MerchantSide, listener: Receiver) -> None:
    await merchant.control("PUT", "/sandbox/notify-url", {"url": listener.url})
    await merchant.fault("notification", "delay", seconds=600, times=1)
    await merchant.shown_and_paid("A-1")
    await merchant.shown_and_paid("A-2")
    [second] = await listener.wait_for(1)
    assert second.data["merchantOrderId"] == "A-2"
