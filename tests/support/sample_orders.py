"""Orders for the tests of the journal and the outbox: one by hand, and any at all."""

import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from kiosk.sale.money import LARGEST, MINOR_DIGITS, Amount
from kiosk.sale.order import (
    Awaiting,
    Cancelling,
    Closing,
    Confirming,
    GivenBack,
    GivingBack,
    NotCharged,
    Order,
    Phase,
    Product,
    Reason,
    Released,
    Releasing,
    Requested,
    Settled,
    Settlement,
    Unconfirmed,
    Unresolved,
    Verdict,
    Way,
)
from kiosk.sale.outcome import ConfirmedRefund

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=8)))
WON = "KRW"


def won(minor: int) -> Amount:
    return Amount(minor, WON)


def order(order_id: str = "K1-000001", phase: Phase | None = None, **fields: Any) -> Order:
    """An order over 1500 KRW, made at noon and just requested, unless told otherwise."""
    values: dict[str, Any] = {
        "product": Product.ORDER_CODE,
        "amount": won(1500),
        "created_at": NOON,
        "expire_at": NOON + timedelta(minutes=2),
        "since": NOON,
    }
    return Order(id=order_id, phase=phase or Requested(), **(values | fields))


amounts = st.builds(Amount, st.integers(0, LARGEST), st.sampled_from(sorted(MINOR_DIGITS)))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))) | st.just(UTC)
times = st.datetimes(datetime(1970, 1, 2), datetime(2262, 1, 1), timezones=offsets)  # noqa: DTZ001 - zones come above
texts = st.text(st.characters(codec="utf-8"), max_size=80)
ids = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=28)
whys = st.sampled_from(Reason)
phases: dict[type[Phase], st.SearchStrategy[Phase]] = {
    Requested: st.builds(Requested, st.none() | whys),
    Awaiting: st.builds(Awaiting, st.none() | texts),
    Closing: st.builds(Closing, whys),
    Cancelling: st.builds(Cancelling, whys),
    Confirming: st.builds(Confirming, whys),
    Releasing: st.builds(Releasing),
    GivingBack: st.builds(GivingBack, whys, amounts, st.sampled_from(Way), ids),
    Released: st.builds(Released),
    Unconfirmed: st.builds(Unconfirmed),
    GivenBack: st.builds(GivenBack, whys),
    NotCharged: st.builds(NotCharged, st.sampled_from(Verdict), st.none() | whys),
    Unresolved: st.builds(Unresolved, whys, st.booleans(), st.none() | st.sampled_from(Way)),
    Settled: st.builds(Settled, st.sampled_from(Settlement), texts),
}


def orders_in(phase: st.SearchStrategy[Phase]) -> st.SearchStrategy[Order]:
    return st.builds(
        Order,
        id=ids,
        product=st.sampled_from(Product),
        amount=amounts,
        created_at=times,
        expire_at=times,
        since=times,
        phase=phase,
        gateway_id=st.none() | ids,
        paid_at=st.none() | times,
        released=st.booleans(),
        refunds=st.lists(st.builds(ConfirmedRefund, ids, amounts), max_size=3).map(tuple),
        refunds_asked=st.integers(0, 1000),
    )
