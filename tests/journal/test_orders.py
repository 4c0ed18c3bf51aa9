import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from query_plans import plan_of
from sample_orders import NOON, order, orders_in, phases

from kiosk.journal import STATES, Entry, Journal
from kiosk.journal.rows import PHASES
from kiosk.sale.order import (
    Awaiting,
    GivenBack,
    NotCharged,
    Order,
    Phase,
    Plan,
    Reason,
    Released,
    Releasing,
    Requested,
    Settled,
    Settlement,
    Unresolved,
    Verdict,
)


def test_every_phase_has_a_name_of_its_own() -> None:
    assert set(PHASES.values()) == set(get_args(Phase)) == set(phases)


@pytest.mark.parametrize("phase", phases.values(), ids=[phase.__name__ for phase in phases])
def test_an_order_comes_back_as_it_was(journal: Journal, phase: st.SearchStrategy[Phase]) -> None:
    @given(orders_in(phase))
    def comes_back(written: Order) -> None:
        journal._connection.execute("DELETE FROM orders")
        journal.write(Entry(NOON, orders=(written,)))
        found = journal.order(written.id)
        assert found == written
        for name in ("created_at", "expire_at", "since", "paid_at"):
            before, after = getattr(written, name), getattr(found, name)
            assert (after and after.utcoffset()) == (before and before.utcoffset())

    comes_back()


def test_the_plan_is_no_part_of_the_record(journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(order(plan=Plan(due=7.0, asked=3, busy=True)),)))
    found = journal.order("K1-000001")
    assert found is not None
    assert found.plan == Plan()


def test_an_order_written_again_replaces_its_record(journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(order(),)))
    later = replace(order(), phase=Awaiting("upas://pay/1"), gateway_id="G1", since=NOON + timedelta(seconds=1))
    journal.write(Entry(NOON, orders=(later,)))
    assert journal.orders(None, None, 10) == (later,)


def test_two_orders_never_share_a_gateway_id(journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(order("A-000001", gateway_id="G1"),)))
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE constraint failed: orders\.gateway_id"):
        journal.write(Entry(NOON, orders=(order("A-000002", gateway_id="G1"),)))
    assert journal.order("A-000002") is None


def test_an_order_is_found_by_the_gateways_id(journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(order("A-000001", gateway_id="G1"), order("A-000002"))))
    assert journal.by_gateway_id("G1") == order("A-000001", gateway_id="G1")
    assert journal.by_gateway_id("G2") is None


@pytest.mark.parametrize("text", ["K1-00AB12", "00AB12", "00ab12", " 00ab12 ", "G1", "OOAB-I2", "ooab l2"])
def test_an_order_is_found_by_what_a_shopper_or_the_gateway_calls_it(journal: Journal, text: str) -> None:
    wanted = order("K1-00AB12", gateway_id="G1")
    journal.write(Entry(NOON, orders=(order("K1-000001"), wanted, order("K1-000002"))))
    assert journal.find(text) == wanted


@pytest.mark.parametrize("text", ["", "1", "K1-", "0AB12", "%", "______"])
def test_part_of_an_id_finds_nothing(journal: Journal, text: str) -> None:
    journal.write(Entry(NOON, orders=(order("K1-00AB12"),)))
    assert journal.find(text) is None


def test_of_two_orders_with_the_same_claim_code_the_newest_is_found(journal: Journal) -> None:
    for order_id in ("K1-AAAAAA", "K2-AAAAAA", "K3-BBBBBB"):
        journal.write(Entry(NOON, orders=(order(order_id),)))
    journal.write(Entry(NOON, orders=(order("K1-AAAAAA", Releasing()),)))
    assert journal.find("AAAAAA") == order("K2-AAAAAA")


def test_a_full_id_comes_before_another_orders_claim_code(journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(order("ABCDEF"), order("K1-ABCDEF"))))
    assert journal.find("ABCDEF") == order("ABCDEF")


def test_open_orders_are_those_not_ended_those_a_look_is_owed_to_and_those_left_to_a_person(journal: Journal) -> None:
    a_year_ago = NOON - timedelta(days=365)  # no clock is asked
    not_charged = NotCharged(Verdict.EXPIRED, Reason.EXPIRED)
    orders = (
        order("requested"),
        order("looked-at", not_charged),
        order("owed", not_charged, since=a_year_ago, owed=True),
        order("sold-and-owed", Released(), released=True, owed=True),
        order("released", Released(), released=True),
        order("given-back", GivenBack(Reason.JAM)),
        order("unresolved", Unresolved(Reason.UNANSWERED, paid=False)),
        order("settled", Settled(Settlement.NOTHING, "seen")),
        order("old", Releasing(), since=a_year_ago),
    )
    journal.write(Entry(NOON, orders=orders))
    taken_up = ["requested", "owed", "sold-and-owed", "unresolved", "old"]
    assert [one.id for one in journal.open_orders()] == taken_up


def test_orders_come_newest_first_and_no_more_than_asked_for(journal: Journal) -> None:
    orders = tuple(order(f"K1-{n:06}", created_at=NOON - timedelta(hours=n)) for n in range(5))  # a clock going back
    for one in orders:
        journal.write(Entry(NOON, orders=(one,)))
    assert journal.orders(None, None, 3) == orders[:1:-1]


def test_orders_are_asked_for_by_time_whatever_its_offset(journal: Journal) -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    orders = (order("before", created_at=NOON), order("after", created_at=NOON + timedelta(hours=8)))
    journal.write(Entry(NOON, orders=orders))
    assert [one.id for one in journal.orders(noon, None, 10)] == ["after"]


def test_orders_are_asked_for_by_phase_or_verdict(journal: Journal) -> None:
    orders = (
        order("requested", Requested()),
        *(order(verdict.value, NotCharged(verdict)) for verdict in Verdict),
        order("given_back", GivenBack(Reason.LATE)),
    )
    journal.write(Entry(NOON, orders=orders))
    for one in orders:
        assert journal.orders(None, one.id, 10) == (one,)
    assert {one.id for one in journal.orders(None, "not_charged", 10)} == set(Verdict)
    assert journal.orders(None, "releasing", 10) == ()


def test_a_state_that_there_is_not_is_refused_by_naming_those_there_are(journal: Journal) -> None:
    with pytest.raises(ValueError, match="'paid' is no state of an order") as error:
        journal.orders(None, "paid", 10)
    assert all(state in str(error.value) for state in STATES)


@pytest.mark.parametrize(
    ("ask", "indices"),
    [
        (lambda journal: journal.by_gateway_id("G1"), ["orders_gateway_id"]),
        (lambda journal: journal.find("000001"), ["orders_gateway_id", "orders_claim"]),
        (lambda journal: journal.open_orders(), ["orders_open", "orders_owed", "orders_unresolved"]),
        (lambda journal: journal.takings(NOON, NOON), ["orders_paid", "orders_unresolved", "orders_unconfirmed"]),
        (lambda journal: journal.history("K1-000001"), ["intents_order"]),
        (lambda journal: journal.unanswered(), ["intents_unanswered"]),
        (lambda journal: journal.orders(NOON, None, 10), ["orders_created"]),
        (lambda journal: journal.orders(NOON, None, 10, NOON), ["orders_created"]),
        (lambda journal: journal.orders(None, "releasing", 10), ["orders_open"]),
        (lambda journal: journal.orders(None, "unresolved", 10), ["orders_unresolved"]),
        (lambda journal: journal.orders(None, "unconfirmed", 10), ["orders_unconfirmed"]),
        (lambda journal: journal.orders(None, "given_back", 10), ["orders_rare"]),
        (lambda journal: journal.orders(None, "settled", 10), ["orders_rare"]),
    ],
)
def test_years_of_orders_do_not_make_a_question_slower(
    journal: Journal, ask: Callable[[Journal], object], indices: list[str]
) -> None:
    plan = plan_of(journal, lambda: ask(journal))
    assert all(f"INDEX {index}" in plan for index in indices)
    assert "SCAN orders\n" not in f"{plan}\n"
    assert "SCAN intents\n" not in f"{plan}\n"
