"""Whose a gateway's id is: asked of the orders in hand and of the journal, before an answer counts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from currents import current
from sample_orders import order as an_order

from kiosk.app.inbox import Inbox
from kiosk.app.lookup import Lookup
from kiosk.app.recorder import Recorder
from kiosk.journal import Entry, Journal
from kiosk.sale.money import Amount
from kiosk.sale.order import Released
from kiosk.sale.outcome import Approved, Unknown

pytestmark = pytest.mark.anyio
PAID = Approved("K1-000002", "UQ-1", Amount(1500, "KRW"))


@pytest.fixture
async def lookup(tmp_path: Path) -> AsyncIterator[Lookup]:
    """One order in hand, K1-000003 with UQ-3; one in the journal only, K1-000001 with UQ-1."""
    journal = Journal.open(tmp_path, "K1")
    recorder = Recorder(journal, Inbox(asyncio.get_running_loop()))
    writing = asyncio.create_task(recorder.run(lambda *_: None, lambda: None))
    sold = an_order("K1-000001", Released(), released=True, gateway_id="UQ-1")
    journal.write(Entry(datetime.now(UTC), orders=(sold,)))
    yield Lookup(current(an_order("K1-000003", gateway_id="UQ-3")), recorder)
    writing.cancel()
    await recorder.close()


@pytest.mark.parametrize(("gateway_id", "other"), [("UQ-1", "K1-000001"), ("UQ-3", "K1-000003")])
async def test_an_id_that_another_order_has_makes_the_answer_one_that_can_not_be_believed(
    lookup: Lookup, gateway_id: str, other: str
) -> None:
    said = await lookup.own(an_order("K1-000002"), PAID, gateway_id)
    assert isinstance(said, Unknown)
    assert said.contradicts
    assert other in said.reason


@pytest.mark.parametrize("gateway_id", ["UQ-2", None])
async def test_a_new_id_or_none_changes_nothing(lookup: Lookup, gateway_id: str | None) -> None:
    assert await lookup.own(an_order("K1-000002"), PAID, gateway_id) is PAID


async def test_an_orders_own_id_is_its_own(lookup: Lookup) -> None:
    assert await lookup.own(an_order("K1-000001"), PAID, "UQ-1") is PAID
