"""NOTIFICATIONs that must not be believed: refused, logged without their contents, and no state changed."""

import asyncio
import contextlib
import json
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from crowd import crowd
from kiosk_process import World

from kiosk.gateway.signing import ShaKey
from kiosk.sandbox import merchants

pytestmark = pytest.mark.anyio

KEY = ShaKey(merchants.SIGN_ID, merchants.NOTIFICATION_KEY)


async def _send(
    kiosk: World, body: dict, *, key: ShaKey | None = KEY, client_id: str = merchants.CLIENT_ID
) -> httpx.Response:
    headers = {"clientId": client_id, "signType": "SHA", "signId": merchants.SIGN_ID, "requestId": "1"}
    if key is not None:
        headers["sign"] = key.sign(body)
    return await kiosk.client.post(
        f"{kiosk.daemon.listener}/notification",
        content=json.dumps(body),
        headers={**headers, "content-type": "application/json"},
    )


def _paid(order_id: str, gateway_id: str, amount: str = "1500") -> dict:
    return {
        "data": {
            "merchantOrderId": order_id,
            "uqOrderId": gateway_id,
            "product": "ORDER_CODE",
            "status": "success",
            "amount": amount,
            "currency": "KRW",
            "transactionType": "PAYMENT",
        }
    }


async def test_only_the_gateways_own_signature_is_believed(kiosk: World) -> None:
    shown = await kiosk.shown()
    order = await kiosk.gateway_order(shown["order_id"])
    body = _paid(shown["order_id"], order["gateway_order_id"])
    for answer in (
        await _send(kiosk, body, key=None),
        await _send(kiosk, body, key=ShaKey(merchants.SIGN_ID, "another key")),
        await _send(kiosk, body, key=ShaKey(merchants.SIGN_ID, merchants.TRANSACTION_KEY)),
        await _send(kiosk, body, client_id="M0002"),
    ):
        assert 400 <= answer.status_code < 500
    state = await kiosk.state()
    assert (state["state"], state["released"]) == ("showing_code", 0)
    assert "paid" not in " ".join(kiosk.daemon.log)


async def test_a_success_over_another_amount_releases_nothing(kiosk: World) -> None:
    shown = await kiosk.shown()
    order = await kiosk.gateway_order(shown["order_id"])
    await _send(kiosk, _paid(shown["order_id"], order["gateway_order_id"], amount="15"))
    state = await kiosk.state()
    assert (state["state"], state["released"]) == ("showing_code", 0)


async def test_a_replay_is_acknowledged_and_changes_nothing(kiosk: World) -> None:
    shown = await kiosk.shown()
    order = await kiosk.gateway_order(shown["order_id"])
    await kiosk.scan(order["code"])
    await kiosk.named("paid")
    body = _paid(shown["order_id"], order["gateway_order_id"])
    for _ in range(3):
        answer = await _send(kiosk, body)
        assert (answer.status_code, answer.json()) == (200, {"code": "000000"})
    assert (await kiosk.state())["released"] == 1
    await kiosk.told(shown["order_id"], "payment.paid", "release.done")


async def test_an_unknown_order_and_an_oversized_body_are_refused(kiosk: World) -> None:
    assert (await _send(kiosk, _paid("kiosk-0001-000000000", "UQ-NOBODY"))).status_code == 404
    assert (await _send(kiosk, {"data": {"padding": "x" * 70_000}})).status_code == 413
    assert (await kiosk.state())["state"] == "idle"
    assert "xxxx" not in "\n".join(kiosk.daemon.log)


async def test_every_notification_twice_and_out_of_order_is_one_sale(kiosk: World) -> None:
    await kiosk.faults({"notification": {"duplicate": {}, "out_of_order": {}}})
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    await kiosk.named("paid")
    await kiosk.told(shown["order_id"], "payment.paid", "release.done")
    assert (await kiosk.state())["released"] == 1


def _static(**fields: str | None) -> dict:
    """A payment of 2000 KRW on the static code of this kiosk, just now."""
    now = datetime.now(ZoneInfo("Asia/Singapore"))
    data = {
        "uqOrderId": "UQ-STATIC-1",
        "product": "ENTRY_CODE",
        "status": "success",
        "amount": "2000",
        "currency": "KRW",
        "terminalId": merchants.TERMINAL_ID,
        "paidAt": f"{now:%Y-%m-%d %H:%M:%S}",
        "transactionType": "PAYMENT",
        **fields,
    }
    return {"data": {name: value for name, value in data.items() if value is not None}}


async def test_a_static_payment_that_the_gateway_gave_an_order_id_of_its_own_counts(kiosk: World) -> None:
    await kiosk.shown("2000#4")
    assert (await _send(kiosk, _static(merchantOrderId="UQ-M-1"))).status_code == 200
    paid = await kiosk.named("paid")
    assert (paid["product"], paid["released"]) == ("ENTRY_CODE", 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"terminalId": None},
        {"paidAt": None},
        {"paidAt": "2026-01-01 00:00:00"},
        {"amount": "1999"},
    ],
    ids=str,
)
async def test_a_static_payment_that_nobody_here_was_to_make_goes_back_and_the_display_says_so(
    kiosk: World, fields: dict[str, str | None]
) -> None:
    await kiosk.shown("2000#4")
    assert (await _send(kiosk, _static(**fields))).status_code == 200
    told = await kiosk.named("cancelled")
    assert told["released"] == 0
    assert any(told["order_id"][-6:] in line for line in told["screen"]), "with the claim code"
    assert "giving back" in (await kiosk.run("order", told["order_id"])).stdout  # this gateway knows of no such payment


async def test_a_static_payment_at_another_terminal_is_another_kiosks_business(kiosk: World) -> None:
    await kiosk.shown("2000#4")
    assert (await _send(kiosk, _static(terminalId="kiosk-0002"))).status_code == 404
    assert (await kiosk.state())["state"] == "showing_code"


async def test_a_crowd_at_both_doors_keeps_nobody_from_paying(kiosk: World) -> None:
    async with contextlib.AsyncExitStack() as strangers:
        for door, address in ((kiosk.daemon.listener, "127.0.0.3"), (kiosk.daemon.panel, "127.0.0.4")):
            await asyncio.to_thread(strangers.enter_context, crowd(urlsplit(door).port or 0, address))
        shown = await kiosk.shown()
        order = await kiosk.gateway_order(shown["order_id"])
        answer = await _send(kiosk, _paid(shown["order_id"], order["gateway_order_id"]))
        assert answer.status_code == 200
        await kiosk.scan(order["code"])
        await kiosk.named("paid")
        await kiosk.told(shown["order_id"], "payment.paid", "release.done")
    lines = [line for line in kiosk.daemon.log if "connections closed" in line]
    assert 0 < len(lines) < 20, "a line a minute and door, however many they are"
