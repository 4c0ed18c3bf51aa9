"""What a NOTIFICATION leads to: over a real journal, against the sandbox. A hint alone releases nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from app_scene import ZONE, Scene, app_scene
from waits import until

from kiosk.app import notifications
from kiosk.app.notifications import Notifications
from kiosk.gateway.notices import NoticeReader
from kiosk.gateway.signing import ShaKey
from kiosk.listener import Answer
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product
from kiosk.sale.outcome import Approved, Closed, Declined, DetailOutcome, Pending, Unknown
from kiosk.sale.panel import Name
from kiosk.sandbox.merchants import CLIENT_ID, NOTIFICATION_KEY, SIGN_ID, TERMINAL_ID

pytestmark = pytest.mark.anyio
KEY = ShaKey(SIGN_ID, NOTIFICATION_KEY)
DOWN = {"detail": {"status_500": {}}}


class Doors(Scene):
    """A kiosk with its listener's side."""

    confirm = True
    door: Notifications

    async def send(self, **fields: str | None) -> Answer:
        """A signed NOTIFICATION."""
        told = {"status": "success", "currency": "KRW", "transactionType": "PAYMENT", **fields}
        body = {"data": {name: value for name, value in told.items() if value is not None}}
        headers = {"clientId": CLIENT_ID, "sign": KEY.sign(body)}
        return await self.door.accept(headers, json.dumps(body).encode())

    async def faults(self, setting: dict[str, Any]) -> None:
        (await self.http.put("/sandbox/faults", json=setting)).raise_for_status()

    async def entered(self, amount: str = "2000") -> dict[str, Any]:
        """A shopper pays on the static code; the gateway has it."""
        answer = await self.http.post("/sandbox/entry", json={"amount": amount})
        answer.raise_for_status()
        paid: dict[str, Any] = answer.json()
        return paid

    def orders(self) -> list[Order]:
        return list(self.journal.orders(None, None, 10))


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with app_scene(tmp_path, Doors) as scene:
        assert isinstance(scene, Doors)
        rules = replace(scene.current.state.rules, products=(Product.ORDER_CODE, Product.ENTRY_CODE))
        scene.current.state = replace(scene.current.state, rules=replace(rules, confirm_within=0.6))
        scene.door = Notifications(
            NoticeReader(CLIENT_ID, KEY, ZONE),
            scene.lookup,
            scene.inbox,
            scene.gateway,
            TERMINAL_ID,
            lambda: scene.confirm,
        )
        yield scene


async def shown(doors: Doors) -> dict[str, str]:
    """A code for 1500 KRW is shown; what names its payment."""
    doors.keys("1500#1")
    await doors.named(Name.SHOWING_CODE)
    (order,) = doors.current.state.orders.values()
    return {
        "merchantOrderId": order.id,
        "uqOrderId": order.gateway_id or "",
        "product": "ORDER_CODE",
        "amount": "1500",
    }


def static(**fields: str | None) -> dict[str, str | None]:
    """A payment on the static code, just now."""
    now = datetime.now(ZONE)
    return {
        "uqOrderId": "UQ-STATIC",
        "product": "ENTRY_CODE",
        "amount": "2000",
        "terminalId": TERMINAL_ID,
        "paidAt": f"{now:%Y-%m-%d %H:%M:%S}",
        **fields,
    }


# --- an order of ours ------------------------------------------------------------------------------------------------


async def test_a_signed_success_that_detail_denies_releases_nothing(doors: Doors) -> None:
    named = await shown(doors)
    assert await doors.send(**named) is Answer.ACCEPTED
    await asyncio.sleep(1.2)  # twice the time after which it would be believed
    assert doors.current.panel.name is Name.SHOWING_CODE
    assert not doors.chute.latest


async def test_a_signed_success_that_detail_confirms_releases_at_once(doors: Doors) -> None:
    named = await shown(doors)
    await doors.shopper(f"/sandbox/orders/{named['merchantOrderId']}/pay")
    assert await doors.send(**named) is Answer.ACCEPTED
    await doors.named(Name.PAID)
    assert len(doors.chute.latest) == 1


async def test_where_detail_can_not_be_had_it_is_believed(doors: Doors) -> None:
    named = await shown(doors)
    await doors.faults(DOWN)
    assert await doors.send(**named) is Answer.ACCEPTED
    await doors.named(Name.PAID)


async def test_but_not_where_the_signed_text_has_two_readings(doors: Doors) -> None:
    named = await shown(doors)
    await doors.faults(DOWN)
    assert await doors.send(**named, description="Parking&status=fail") is Answer.ACCEPTED
    await asyncio.sleep(1.2)
    assert doors.current.panel.name is not Name.PAID
    assert not doors.chute.latest


async def test_a_gateway_id_that_is_another_orders_is_doubt_and_ends_nothing(doors: Doors) -> None:
    sold = await doors.sold()
    named = await shown(doors)
    answer = await doors.send(**{**named, "uqOrderId": sold.gateway_id})
    assert answer is Answer.ACCEPTED
    await asyncio.sleep(0.7)
    assert doors.current.panel.name is Name.SHOWING_CODE


# --- a payment on the static code ------------------------------------------------------------------------------------


async def test_a_payment_that_detail_knows_is_an_order_over_what_detail_says(doors: Doors) -> None:
    paid = await doors.entered("2500")
    assert await doors.send(**static(uqOrderId=paid["gateway_order_id"], amount="2")) is Answer.ACCEPTED
    await doors.named(Name.PAID)
    (order,) = doors.orders()
    assert (order.product, order.amount.minor) == (Product.ENTRY_CODE, 2500)


async def test_one_that_detail_does_not_know_counts_by_its_signature(doors: Doors) -> None:
    assert await doors.send(**static()) is Answer.ACCEPTED
    await doors.named(Name.PAID)


@pytest.mark.parametrize("setting", [DOWN, {"detail": {"delay": {"seconds": 30}}}], ids=["500", "silence"])
async def test_so_does_one_where_detail_can_not_be_had(
    doors: Doors, setting: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "DETAIL_WITHIN", 0.5)
    await doors.faults(setting)
    assert await doors.send(**static()) is Answer.ACCEPTED
    await doors.named(Name.PAID)


@pytest.mark.parametrize("setting", [{}, DOWN], ids=["unknown to DETAIL", "no DETAIL"])
async def test_one_with_two_readings_that_nobody_confirms_is_sent_again(doors: Doors, setting: dict[str, Any]) -> None:
    await doors.faults(setting)
    assert await doors.send(**static(note="a&b")) is Answer.FAILED
    assert doors.orders() == []


async def test_one_with_two_readings_that_detail_confirms_counts(doors: Doors) -> None:
    paid = await doors.entered("2000")
    assert await doors.send(**static(uqOrderId=paid["gateway_order_id"], note="a&b")) is Answer.ACCEPTED
    await doors.named(Name.PAID)


async def test_signatures_are_believed_at_once_where_the_operator_says_so(doors: Doors) -> None:
    doors.confirm = False
    await doors.faults(DOWN)
    assert await doors.send(**static()) is Answer.ACCEPTED
    await doors.named(Name.PAID)


@pytest.mark.parametrize(
    "fields",
    [
        {"paidAt": None},
        {"paidAt": "0000-00-00 00:00:00"},
        {"paidAt": timedelta(hours=1)},
        {"paidAt": timedelta(minutes=-61)},
        {"terminalId": None},
    ],
    ids=["no time", "the zero date", "the future", "over an hour ago", "no terminal"],
)
async def test_one_of_no_time_or_no_terminal_goes_back_and_is_told(
    doors: Doors, fields: dict[str, str | timedelta | None]
) -> None:
    told = {
        name: f"{datetime.now(ZONE) + value:%Y-%m-%d %H:%M:%S}" if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    assert await doors.send(**static(**told)) is Answer.ACCEPTED
    await until(lambda: [order.state for order in doors.orders()] == ["giving_back"])
    assert not doors.chute.latest


class Books:
    """A gateway whose books say these one after the other, and the last one for ever."""

    def __init__(self, *says: DetailOutcome) -> None:
        self.says = list(says)

    async def entry(self, gateway_id: str) -> tuple[DetailOutcome, str]:  # noqa: ARG002 - there is one payment
        return (self.says.pop(0) if len(self.says) > 1 else self.says[0]), TERMINAL_ID


async def test_a_notification_that_is_quicker_than_the_gateways_books_is_asked_about_twice(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "PACE", 0.05)
    paid = Approved(None, "UQ-STATIC", Amount(2000, "KRW"), datetime.now(ZONE))
    monkeypatch.setattr(doors.door, "_entries", Books(Pending("UQ-STATIC"), paid))
    assert await doors.send(**static()) is Answer.ACCEPTED
    await doors.named(Name.PAID)


@pytest.mark.parametrize(
    "said",
    [Pending("UQ-STATIC"), Declined(), Closed(), Unknown("an answer about another payment", contradicts=True)],
    ids=lambda said: type(said).__name__,
)
async def test_one_that_the_books_deny_is_not_acknowledged(
    doors: Doors, said: DetailOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "PACE", 0.05)
    monkeypatch.setattr(doors.door, "_entries", Books(said))
    assert await doors.send(**static()) is Answer.FAILED
    assert doors.orders() == []


async def test_one_at_another_terminal_is_another_kiosks(doors: Doors) -> None:
    assert await doors.send(**static(terminalId="kiosk-0002")) is Answer.UNKNOWN_ORDER


async def test_two_alike_at_once_are_one_order(doors: Doors) -> None:
    paid = await doors.entered()
    told = static(uqOrderId=paid["gateway_order_id"])
    assert await asyncio.gather(*(doors.send(**told) for _ in range(4))) == [Answer.ACCEPTED] * 4
    await doors.named(Name.PAID)
    assert len(doors.orders()) == 1
    assert len(doors.chute.latest) == 1


@pytest.mark.parametrize("uq", ["UQ 1", "UQ-1&status=success", "UQ=1", "한"])
async def test_an_id_that_can_be_none_is_refused(doors: Doors, uq: str) -> None:
    assert await doors.send(**static(uqOrderId=uq)) is Answer.REFUSED
