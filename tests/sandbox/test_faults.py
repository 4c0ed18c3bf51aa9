"""Every fault switch, over real sockets: what the merchant sees, and whether the work was done."""

import asyncio
import json
from time import monotonic
from urllib.parse import urlsplit

import httpx
import pytest
from sandbox_merchant import MerchantSide
from waits import PATIENCE

from kiosk.sandbox.server import Sandbox

pytestmark = pytest.mark.anyio

CALLS = ("pay", "detail", "cancel", "refund")


async def raw(merchant: MerchantSide, call: str, body: dict[str, object]) -> bytes:
    """All the bytes that come back for one call, until the connection ends."""
    content = json.dumps(body).encode()
    headers = merchant.headers(body) | {"host": "x", "connection": "close", "content-length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    address = urlsplit(str(merchant.http.base_url))
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"POST /{call} HTTP/1.1\r\n{head}\r\n".encode() + content)
    async with asyncio.timeout(PATIENCE):
        came = await reader.read()
    writer.close()
    await writer.wait_closed()
    return came


def body_of(call: str, merchant: MerchantSide) -> dict[str, object]:
    if call == "pay":
        return merchant.order("A-2")
    refund = {"merchantRefundId": "R-1", "amount": "500", "currency": "KRW"} if call == "refund" else {}
    return {"merchantOrderId": "A-1", **refund}


async def done(merchant: MerchantSide) -> dict[str, bool]:
    """Which of the calls has done its work."""
    orders = {order["order_id"]: order for order in await merchant.control("GET", "/sandbox/orders")}
    return {
        "pay": "A-2" in orders,
        "cancel": orders["A-1"]["status"] == "closed",
        "refund": bool(orders["A-1"]["refunds"]),
    }


@pytest.mark.parametrize("call", CALLS)
async def test_drop_before_cuts_the_connection_with_nothing_said_and_nothing_done(
    merchant: MerchantSide, call: str
) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "drop_before", times=1)
    assert await raw(merchant, call, body_of(call, merchant)) == b""
    assert not any((await done(merchant)).values())
    assert (await raw(merchant, call, body_of(call, merchant))).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("call", ["pay", "cancel", "refund"])
async def test_drop_after_cuts_the_connection_with_the_work_done(merchant: MerchantSide, call: str) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "drop_after", times=1)
    assert await raw(merchant, call, body_of(call, merchant)) == b""
    assert (await done(merchant))[call]


async def test_a_client_sees_a_dropped_connection_as_no_answer(merchant: MerchantSide) -> None:
    await merchant.pay()
    await merchant.fault("detail", "drop_after", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await merchant.detail()
    assert (await merchant.detail()).code == "000000"


@pytest.mark.parametrize("call", CALLS)
async def test_status_500_says_so_and_does_nothing(merchant: MerchantSide, call: str) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "status_500")
    assert (await raw(merchant, call, body_of(call, merchant))).startswith(b"HTTP/1.1 500 ")
    assert not any((await done(merchant)).values())


@pytest.mark.parametrize("call", CALLS)
async def test_bad_signature_does_the_work_and_signs_it_wrongly(merchant: MerchantSide, call: str) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "bad_signature", times=1)
    spoilt = await merchant.ask(call, body_of(call, merchant))
    assert spoilt.code == "000000"
    assert not merchant.key.verify(spoilt.body, spoilt.response.headers["sign"])
    good = await merchant.ask(call, body_of(call, merchant))
    assert merchant.key.verify(good.body, good.response.headers["sign"])


@pytest.mark.parametrize("call", CALLS)
async def test_unsigned_answers_carry_no_signature(merchant: MerchantSide, call: str) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "unsigned", times=1)
    assert "sign" not in (await merchant.ask(call, body_of(call, merchant))).response.headers


@pytest.mark.parametrize("call", CALLS)
async def test_wrong_amount_is_well_signed_and_not_in_the_books(merchant: MerchantSide, call: str) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "wrong_amount", times=1)
    answer = await merchant.ask(call, body_of(call, merchant))
    assert answer.data["amount"] == ("501" if call == "refund" else "1501")
    assert merchant.key.verify(answer.body, answer.response.headers["sign"])
    assert (await merchant.books())["charged"] == {"KRW": "1500"}


@pytest.mark.parametrize("call", CALLS)
async def test_wrong_order_is_well_signed_and_about_somebody_elses(merchant: MerchantSide, call: str) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "wrong_order", times=1)
    answer = await merchant.ask(call, body_of(call, merchant))
    assert answer.data["merchantOrderId"] not in ("A-1", "A-2")
    assert merchant.key.verify(answer.body, answer.response.headers["sign"])


@pytest.mark.parametrize("call", CALLS)
async def test_garbage_is_no_json(merchant: MerchantSide, call: str) -> None:
    await merchant.shown_and_paid()
    await merchant.fault(call, "garbage", times=1)
    with pytest.raises(json.JSONDecodeError):
        await merchant.ask(call, body_of(call, merchant))


async def until_known(merchant: MerchantSide, order_id: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            known = {order["order_id"] for order in await merchant.control("GET", "/sandbox/orders")}
            if order_id in known:
                return
            await asyncio.sleep(0.005)


async def test_delay_does_the_work_at_once_and_answers_late(merchant: MerchantSide) -> None:
    await merchant.fault("pay", "delay", seconds=0.4)
    began = monotonic()
    asked = asyncio.create_task(merchant.pay())
    await until_known(merchant, "A-1")
    assert not asked.done()
    assert (await asked).code == "000000"
    assert monotonic() - began >= 0.4


async def test_delay_before_takes_effect_late(merchant: MerchantSide) -> None:
    await merchant.fault("pay", "delay_before", seconds=0.3, times=1)
    asked = asyncio.create_task(merchant.pay())
    async with asyncio.timeout(PATIENCE):
        while True:
            if not await merchant.control("GET", "/sandbox/faults"):
                break  # PAY has arrived, and waits
            await asyncio.sleep(0.005)
    assert (await merchant.detail()).message == "Transaction does not exist"
    assert (await asked).code == "000000"
    assert (await merchant.detail()).data["status"] == "processing"


async def test_a_delay_ends_when_the_sandbox_stops(merchant: MerchantSide, sandbox: Sandbox) -> None:
    await merchant.fault("pay", "delay", seconds=600)
    asked = asyncio.create_task(merchant.pay())
    await until_known(merchant, "A-1")
    await sandbox.stop()
    assert (await asked).code == "000000"


async def test_a_switch_hits_as_often_as_it_says_and_only_its_call(merchant: MerchantSide) -> None:
    await merchant.pay()
    await merchant.fault("detail", "unsigned", times=2)
    assert (await merchant.pay("A-2")).response.headers["sign"]
    assert await merchant.control("GET", "/sandbox/faults") == {"detail": {"unsigned": {"times": 2}}}
    assert ["sign" in (await merchant.detail()).response.headers for _ in range(3)] == [False, False, True]
    assert await merchant.control("GET", "/sandbox/faults") == {}


async def test_a_switch_without_times_stays_until_it_is_cleared(merchant: MerchantSide) -> None:
    await merchant.pay()
    await merchant.fault("detail", "unsigned")
    assert ["sign" in (await merchant.detail()).response.headers for _ in range(3)] == [False] * 3
    assert await merchant.control("DELETE", "/sandbox/faults") == {}
    assert "sign" in (await merchant.detail()).response.headers


async def test_several_troubles_may_come_together(merchant: MerchantSide) -> None:
    await merchant.control("PUT", "/sandbox/faults", {"pay": {"wrong_amount": {"times": 1}, "unsigned": {"times": 1}}})
    answer = await merchant.pay()
    assert answer.data["amount"] == "1501"
    assert "sign" not in answer.response.headers


@pytest.mark.parametrize(
    ("setting", "about"),
    [
        ({"inquire": {"delay": {"seconds": 1}}}, "inquire"),
        ({"pay": {"vanish": {}}}, "vanish"),
        ({"pay": {"lost": {}}}, "lost does not happen to pay"),
        ({"notification": {"drop_after": {}}}, "drop_after does not happen to notification"),
        ({"pay": {"delay": {}}}, "seconds"),
        ({"pay": {"garbage": {"seconds": 1}}}, "seconds"),
        ({"pay": {"delay": {"seconds": 601}}}, "seconds"),
        ({"pay": {"garbage": {"times": 0}}}, "times"),
        ({"pay": {"garbage": {"time": 1}}}, "time"),
    ],
)
async def test_a_switch_that_makes_no_sense_is_refused_in_one_line(
    merchant: MerchantSide, setting: dict[str, object], about: str
) -> None:
    said = await merchant.control("PUT", "/sandbox/faults", setting, status=400)
    assert about in said["error"]
    assert "\n" not in said["error"]
    assert await merchant.control("GET", "/sandbox/faults") == {}
