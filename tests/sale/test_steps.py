"""What holds for any events at all: a step never fails, the timer never spins, every poll ends."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sale_examples import EXAMPLES, NOON, SHOWN, Till, approved, order, rules, won

from kiosk.sale.commands import Cancel, Command, Inquire, Pay, Probe, Refund
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import (
    CancelAnswered,
    CancelWanted,
    CodeNotShowable,
    CodeScanned,
    DetailAnswered,
    EntryPaid,
    Event,
    GaveUp,
    InquiryWanted,
    Key,
    KeyPressed,
    Notified,
    Part,
    PartFailed,
    PartRecovered,
    PayAnswered,
    ProbeAnswered,
    RefundAnswered,
    RefundWanted,
    ReleaseAnswered,
    Reloaded,
    SettleWanted,
    StopWanted,
    Woken,
)
from kiosk.sale.money import Amount
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
    Settlement,
    Unresolved,
    Verdict,
    Way,
)
from kiosk.sale.outcome import (
    Absent,
    Accepted,
    Approved,
    Closed,
    ConfirmedRefund,
    Declined,
    NotSent,
    Pending,
    Refused,
    Unknown,
)
from kiosk.sale.payment_code import PaymentCode
from kiosk.sale.recovery import recover
from kiosk.sale.show import next_tick

# Orders named by number: the first that the kiosk opens is K1-..., whose id is not known before, so those here are
# taken up from a journal.
IDS = tuple(f"K1-00000000{number}" for number in range(3))
ids = st.sampled_from((*IDS, "K1-unknown"))
whys = st.sampled_from(Reason)
amounts = st.builds(won, st.sampled_from((0, 1, 500, 1500, 300_000))) | st.just(Amount(1500, "SGD"))
refunds = st.lists(
    st.builds(ConfirmedRefund, st.sampled_from([f"{key}R{n}" for key in IDS for n in (1, 2)]), amounts), max_size=3
)
successes = st.builds(
    Approved, ids | st.none(), st.sampled_from(("UQ-1", "UQ-2")), amounts, st.just(NOON) | st.none(), refunds.map(tuple)
)
details = st.one_of(
    successes,
    st.sampled_from((Pending(), Pending("UQ-1", SHOWN), Declined(), Closed(), Absent(), NotSent(), Unknown())),
)
pays = st.one_of(
    successes,
    st.sampled_from((Pending(), Pending("UQ-1", SHOWN), Declined(), Closed(), Refused(), NotSent(), Unknown())),
)
yes_or_no = st.sampled_from((Accepted(), Refused(), Absent(), NotSent(), Unknown()))
phases: st.SearchStrategy[Phase] = st.one_of(
    st.builds(Requested, whys | st.none()),
    st.builds(Awaiting, st.sampled_from((None, SHOWN))),
    st.builds(Closing, whys),
    st.builds(Cancelling, whys),
    st.builds(Confirming, whys),
    st.just(Releasing()),
    st.builds(GivingBack, whys, st.just(won(1500)), st.sampled_from(Way), st.just(f"{IDS[0]}R1"), st.booleans()),
    st.just(Released()),
    st.builds(GivenBack, whys),
    st.builds(NotCharged, st.sampled_from(Verdict), whys | st.none()),
    st.builds(Unresolved, whys, st.booleans()),
)


def recorded(key: str, phase: Phase, sold: bool) -> Order:  # noqa: FBT001 - drawn
    """An order as a journal may hold it: what was released was paid, and only what was paid is given back."""
    paid = isinstance(phase, Releasing | GivingBack | Released | GivenBack) or getattr(phase, "paid", False)
    released = isinstance(phase, Released) or (sold and paid and isinstance(phase, GivingBack | Unresolved))
    return order(phase, id=key, paid_at=NOON if paid else None, released=released)


orders = st.builds(recorded, st.sampled_from(IDS), phases, st.booleans())
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(KeyPressed, st.sampled_from(Key)),
    st.builds(KeyPressed, st.sampled_from((Key.ONE, Key.FIVE, Key.ZERO, Key.HASH, Key.TWO))),
    st.builds(
        CodeScanned, st.sampled_from((PaymentCode("281010897274821897274821"), PaymentCode("x"), PaymentCode("")))
    ),
    st.builds(PayAnswered, ids, pays),
    st.builds(DetailAnswered, ids, details),
    st.builds(CancelAnswered, ids, yes_or_no),
    st.builds(RefundAnswered, ids, st.just(f"{IDS[0]}R1"), yes_or_no),
    st.builds(Notified, ids, details),
    st.builds(EntryPaid, successes),
    st.just(Woken()),
    st.builds(ReleaseAnswered, ids, st.sampled_from((None, "jam"))),
    st.builds(PartFailed, st.sampled_from(Part), st.just("broken")),
    st.builds(PartRecovered, st.sampled_from(Part)),
    st.builds(Reloaded, orders),
    st.builds(RefundWanted, ids, amounts | st.none()),
    st.builds(CancelWanted, ids),
    st.builds(InquiryWanted, ids),
    st.builds(SettleWanted, ids, st.sampled_from(Settlement), st.just("seen")),
    st.builds(GaveUp, ids, whys),
    st.just(CodeNotShowable("too small")),
    st.builds(ProbeAnswered, details),
    st.just(StopWanted()),
)
happenings = st.lists(st.tuples(events, st.sampled_from((0.0, 0.0, 0.7, 3.0, 31.0, 400.0, 90_000.0))), max_size=40)
products = st.sampled_from((tuple(Product), (Product.ORDER_CODE,), (Product.PAYMENT_CODE,), (Product.ENTRY_CODE,)))


def taken_up(terms: tuple[Product, ...], found: list[Order]) -> Till:
    till = Till(rules(*terms))
    unique = {one.id: one for one in found}
    till.state = recover(till.state, tuple(unique.values()), till.now).state
    return till


@settings(max_examples=2 * EXAMPLES)
@given(products, st.lists(orders, max_size=3), happenings)
def test_a_step_never_fails_and_the_timer_never_spins(
    terms: tuple[Product, ...], found: list[Order], happened: list[tuple[Event, float]]
) -> None:
    till = taken_up(terms, found)
    for event, pause in happened:
        till.tell(event)
        assert next_wake(till.state) > till.mono, f"woken again at once after {event}"
        assert next_tick(till.state, till.now) > till.mono
        assert till.panel.name
        till.wait(pause)


@settings(max_examples=2 * EXAMPLES)
@given(products, st.lists(orders, max_size=3), happenings)
def test_whatever_happens_an_order_has_one_request_under_way_at_most(
    terms: tuple[Product, ...], found: list[Order], happened: list[tuple[Event, float]]
) -> None:
    till = taken_up(terms, found)
    for event, pause in happened:
        before = {key: one.plan.busy for key, one in till.state.orders.items()}
        commands = till.tell(event)
        asked = [one.order.id for one in commands if isinstance(one, Pay | Inquire | Cancel | Refund)]
        assert len(asked) == len(set(asked))
        answered = getattr(event, "order_id", None)
        assert all(key == answered or not before.get(key) for key in asked)
        till.wait(pause)


def answers(command: Command, policy: dict[type, object]) -> Event | None:
    """A gateway that answers the same for ever."""
    match command:
        case Pay(of):
            return PayAnswered(of.id, policy[Pay])
        case Inquire(of):
            said = policy[Inquire]
            return DetailAnswered(of.id, approved(of) if isinstance(said, Approved) else said)
        case Cancel(of):
            return CancelAnswered(of.id, policy[Cancel])
        case Refund(of):
            return RefundAnswered(of.id, of.phase.refund_id, policy[Refund])
        case Probe():
            return ProbeAnswered(policy[Inquire])
        case _:
            return None


policies = st.fixed_dictionaries({Pay: pays, Inquire: details, Cancel: yes_or_no, Refund: yes_or_no})


@pytest.mark.timeout(3600)  # one that is cut off looks like a poll that never ends
@settings(max_examples=EXAMPLES)
@given(orders, policies)
def test_every_poll_ends_however_stubborn_the_gateway(found: Order, policy: dict[type, object]) -> None:
    calm = replace(rules(Product.ORDER_CODE), probe_every=1e9, probe_offline=1e9)
    till = Till(calm)
    stepped = recover(till.state, (found,), till.now)
    till.state, waiting, heard = stepped.state, list(stepped.commands), 0
    while till.state.orders and till.mono < 100 * 3600:
        waiting += till.wait(min(next_wake(till.state), 1e6) - till.mono) if not waiting else []
        while waiting:
            heard += 1
            event = answers(waiting.pop(), policy)
            waiting += till.tell(event) if event else []
            assert heard < 30_000, "it never stops asking"
        if till.mono > 29 * 3600:  # a look back waits for the gateway to be heard
            policy = {**policy, Inquire: Absent(), Cancel: Accepted()}
    assert all(isinstance(one.phase, Unresolved) for one in till.state.orders.values()), "those are asked about daily"
