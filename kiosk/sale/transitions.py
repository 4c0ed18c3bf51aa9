"""The transitions: every (state, event) pair there is, in two tables. The only file that has any.

`SESSION` is the shopper's side, `ORDERS` the money's. A row says which handler a pair has and to which states it may
lead; a pair that means nothing stands in `IGNORED` with the reason. A pair in neither is a bug, and a handler that
leads where its row does not say is one too. `python -m kiosk.sale.diagram` draws the README's diagrams from these rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from kiosk.sale import attendance, ends, entry, fulfilment, payment
from kiosk.sale import session as shopper
from kiosk.sale.events import (
    CancelAnswered,
    CancelWanted,
    Checked,
    CodeNotShowable,
    CodeScanned,
    DetailAnswered,
    EntryPaid,
    GaveUp,
    InquiryWanted,
    KeyPressed,
    Moment,
    Notified,
    OrderMoved,
    PayAnswered,
    RefundAnswered,
    RefundWanted,
    ReleaseAnswered,
    ServiceOver,
    ServiceWanted,
    SettleWanted,
    StopWanted,
    Woken,
)
from kiosk.sale.moves import Context, Next
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
    Released,
    Releasing,
    Requested,
    Settled,
    Unconfirmed,
    Unresolved,
)
from kiosk.sale.state import (
    Choosing,
    Entering,
    EntryShown,
    Idle,
    InHand,
    Kiosk,
    OutOfService,
    Result,
    Scanning,
    Serviced,
    Session,
)

S = TypeVar("S")
E = TypeVar("E")
OrderHandler = Callable[[Order, S, E, Context], Next]
SessionHandler = Callable[[Kiosk, S, E, Moment], shopper.Turn]
H = TypeVar("H")


@dataclass(frozen=True, slots=True)
class Row(Generic[H]):
    """A transition: in `state`, `event` is for `handler`, and may lead to one of `to` (the state itself included)."""

    state: type
    event: type
    handler: H
    to: frozenset[type]


OrderRow = Row[Callable[[Order, Any, Any, Context], Next]]
SessionRow = Row[Callable[[Kiosk, Any, Any, Moment], shopper.Turn]]


def _order(state: type[S], event: type[E], handler: OrderHandler[S, E], *to: type[Phase]) -> OrderRow:
    return Row(state, event, handler, frozenset(to))


def _session(state: type[S], event: type[E], handler: SessionHandler[S, E], *to: type[Session]) -> SessionRow:
    return Row(state, event, handler, frozenset(to))


SOLD = (Released, Unconfirmed)  # whose goods are out, or are taken as out until a person says
PAID = (Releasing, GivingBack, GivenBack)  # where a verified success leads

ORDER_ROWS = (
    _order(Requested, PayAnswered, payment.pay_answered, Requested, Awaiting, Closing, NotCharged, *PAID),
    _order(Requested, Notified, payment.requested_notified, Requested, NotCharged, *PAID),
    _order(Requested, Woken, payment.requested_woken, Requested, NotCharged, *PAID),
    _order(Requested, GaveUp, payment.requested_gave_up, Requested, NotCharged),
    _order(Requested, CancelWanted, payment.requested_gave_up, Requested, NotCharged),
    _order(Awaiting, DetailAnswered, payment.awaiting_stated, Awaiting, Cancelling, NotCharged, *PAID),
    _order(Awaiting, Notified, payment.awaiting_stated, Awaiting, NotCharged, *PAID),
    _order(Awaiting, Woken, payment.awaiting_woken, Awaiting, Closing, NotCharged, *PAID),
    _order(Awaiting, GaveUp, payment.awaiting_gave_up, Closing),
    _order(Awaiting, CancelWanted, payment.awaiting_gave_up, Closing),
    _order(Awaiting, InquiryWanted, ends.inquire, Awaiting),
    _order(Closing, DetailAnswered, payment.closing_stated, Closing, Cancelling, NotCharged, *PAID),
    _order(Closing, Notified, payment.closing_stated, Closing, NotCharged, *PAID),
    _order(Closing, Woken, payment.closing_woken, Closing, Unresolved, NotCharged, *PAID),
    _order(Closing, InquiryWanted, ends.inquire, Closing),
    _order(Cancelling, CancelAnswered, payment.cancel_answered, Cancelling, Confirming),
    _order(Cancelling, Woken, payment.cancelling_woken, Cancelling, Unresolved),
    _order(
        Confirming,
        DetailAnswered,
        payment.confirming_stated,
        *(Confirming, Cancelling, NotCharged, GivingBack, GivenBack),
    ),
    _order(Confirming, Notified, payment.confirming_stated, Confirming),
    _order(Confirming, Woken, payment.confirming_woken, Confirming, Unresolved),
    _order(Confirming, InquiryWanted, ends.inquire, Confirming),
    _order(Releasing, ReleaseAnswered, fulfilment.release_answered, Released, GivingBack),
    _order(Releasing, Woken, fulfilment.releasing_woken, GivingBack),
    _order(Releasing, PayAnswered, fulfilment.known, Releasing),
    _order(Releasing, DetailAnswered, fulfilment.known, Releasing),
    _order(Releasing, Notified, fulfilment.releasing_notified, Releasing),
    _order(GivingBack, CancelAnswered, fulfilment.giving_back_answered, GivingBack),
    _order(GivingBack, RefundAnswered, fulfilment.giving_back_answered, GivingBack),
    _order(GivingBack, DetailAnswered, fulfilment.giving_back_stated, GivingBack, GivenBack, *SOLD, Unresolved),
    _order(GivingBack, Notified, fulfilment.giving_back_notified, GivingBack),
    _order(GivingBack, PayAnswered, fulfilment.known, GivingBack),
    _order(GivingBack, Woken, fulfilment.giving_back_woken, GivingBack, Unresolved),
    _order(GivingBack, InquiryWanted, ends.inquire, GivingBack),
    _order(Released, PayAnswered, fulfilment.known, Released),
    _order(Released, DetailAnswered, ends.ended_stated, Released),
    _order(Released, Notified, ends.ended_notified, Released),
    _order(Released, Woken, ends.inquire, Released),
    _order(Released, InquiryWanted, ends.inquire, Released),
    _order(Released, RefundWanted, ends.refund, Released, GivingBack),
    _order(Released, CancelWanted, ends.cancel, Released, GivingBack),
    _order(Unconfirmed, DetailAnswered, ends.ended_stated, Unconfirmed),
    _order(Unconfirmed, Notified, ends.ended_notified, Unconfirmed),
    _order(Unconfirmed, Woken, ends.inquire, Unconfirmed),
    _order(Unconfirmed, InquiryWanted, ends.inquire, Unconfirmed),
    _order(Unconfirmed, RefundWanted, ends.refund, GivingBack, Unconfirmed),
    _order(Unconfirmed, CancelWanted, ends.cancel, GivingBack, Unconfirmed),
    _order(Unconfirmed, SettleWanted, ends.settle, Unconfirmed, Settled),
    _order(GivenBack, PayAnswered, fulfilment.known, GivenBack),
    _order(GivenBack, DetailAnswered, ends.ended_stated, GivenBack),
    _order(GivenBack, Notified, ends.ended_notified, GivenBack),
    _order(GivenBack, Woken, ends.inquire, GivenBack),
    _order(GivenBack, InquiryWanted, ends.inquire, GivenBack),
    _order(NotCharged, PayAnswered, ends.not_charged_stated, NotCharged),
    _order(
        NotCharged,
        DetailAnswered,
        ends.not_charged_stated,
        *(NotCharged, Cancelling, GivingBack, GivenBack),
    ),
    _order(NotCharged, Notified, ends.not_charged_stated, NotCharged),
    _order(NotCharged, Woken, ends.not_charged_woken, NotCharged),
    _order(NotCharged, InquiryWanted, ends.inquire, NotCharged),
    _order(
        Unresolved,
        DetailAnswered,
        ends.unresolved_stated,
        *(Unresolved, Cancelling, NotCharged, GivingBack, GivenBack, *SOLD),
    ),
    _order(Unresolved, Notified, ends.unresolved_stated, Unresolved),
    _order(Unresolved, Woken, ends.inquire, Unresolved),
    _order(Unresolved, InquiryWanted, ends.inquire, Unresolved),
    _order(Unresolved, RefundWanted, ends.refund, Unresolved, GivingBack),
    _order(Unresolved, CancelWanted, ends.cancel, Unresolved, Cancelling, GivingBack),
    _order(Unresolved, SettleWanted, ends.settle, Unresolved, Settled),
    _order(Settled, DetailAnswered, ends.ended_stated, Settled, GivingBack, GivenBack),
    _order(Settled, Notified, ends.ended_notified, Settled),
    _order(Settled, Woken, ends.inquire, Settled),
    _order(Settled, InquiryWanted, ends.inquire, Settled),
    _order(Settled, RefundWanted, ends.refund, Settled, GivingBack),
)

SESSION_ROWS = (
    _session(Idle, KeyPressed, shopper.idle_key, Idle, Entering),
    _session(Idle, EntryPaid, entry.entry_paid, InHand, Result),
    _session(Idle, Checked, shopper.checked, Idle, OutOfService),
    _session(Idle, ServiceWanted, attendance.begin, Serviced),
    _session(Idle, StopWanted, shopper.stop, OutOfService),
    _session(OutOfService, EntryPaid, entry.entry_paid, OutOfService),
    _session(OutOfService, Checked, shopper.checked, Idle, OutOfService),
    _session(OutOfService, ServiceWanted, attendance.begin, Serviced),
    _session(OutOfService, StopWanted, shopper.stop, OutOfService),
    _session(
        Entering,
        KeyPressed,
        shopper.entering_key,
        *(Idle, Entering, Choosing, Scanning, EntryShown, InHand, OutOfService),
    ),
    _session(Entering, EntryPaid, entry.entry_paid, Entering),
    _session(Entering, Woken, shopper.over, Idle),
    _session(Entering, StopWanted, shopper.stop, OutOfService),
    _session(
        Choosing,
        KeyPressed,
        shopper.choosing_key,
        *(Choosing, Idle, Scanning, EntryShown, InHand, OutOfService),
    ),
    _session(Choosing, EntryPaid, entry.entry_paid, Choosing),
    _session(Choosing, Woken, shopper.over, Idle),
    _session(Choosing, StopWanted, shopper.stop, OutOfService),
    _session(Scanning, KeyPressed, shopper.shown_key, Scanning, Choosing, Idle, OutOfService),
    _session(Scanning, CodeScanned, shopper.scanned, Scanning, InHand, OutOfService),
    _session(Scanning, EntryPaid, entry.entry_paid, Scanning),
    _session(Scanning, Woken, shopper.scan_over, Choosing, Idle, OutOfService),
    _session(Scanning, StopWanted, shopper.stop, OutOfService),
    _session(EntryShown, KeyPressed, shopper.shown_key, EntryShown, Choosing, Idle, OutOfService),
    _session(EntryShown, EntryPaid, entry.entry_paid, InHand, Result),
    _session(EntryShown, Woken, shopper.over, Idle),
    _session(EntryShown, StopWanted, shopper.stop, OutOfService),
    _session(InHand, KeyPressed, shopper.in_hand_key, InHand),
    _session(InHand, OrderMoved, shopper.moved, InHand, Result),
    _session(InHand, CodeNotShowable, shopper.code_not_showable, InHand),
    _session(InHand, EntryPaid, entry.entry_paid, InHand),
    _session(InHand, Woken, shopper.patience_over, Result),
    _session(InHand, StopWanted, shopper.stop_in_hand, InHand),
    _session(
        Result,
        KeyPressed,
        shopper.result_key,
        *(Result, Idle, Entering, Choosing, Scanning, EntryShown, InHand, OutOfService),
    ),
    _session(Result, OrderMoved, shopper.result_moved, Result),
    _session(Result, EntryPaid, entry.entry_paid, Result),
    _session(Result, Woken, shopper.over, Idle),
    _session(Result, StopWanted, shopper.stop, OutOfService),
    _session(Serviced, KeyPressed, attendance.key, Serviced),
    _session(Serviced, EntryPaid, entry.entry_paid, Serviced),
    _session(Serviced, ServiceOver, attendance.over, Idle),
    _session(Serviced, Woken, attendance.over, Idle),
    _session(Serviced, StopWanted, shopper.stop, OutOfService),
)

ORDERS = {(row.state, row.event): row for row in ORDER_ROWS}
SESSION = {(row.state, row.event): row for row in SESSION_ROWS}

_NOT_ASKED = "this order has asked no such thing"
_ENDED = "the order has ended"
_ONE_AT_A_TIME = "its request is under way; the answer decides"
IGNORED: dict[tuple[type, type], str] = {
    **{(state, DetailAnswered): _NOT_ASKED for state in (Requested, Cancelling)},
    **{
        (state, PayAnswered): _NOT_ASKED
        for state in get_args(Phase)
        if state not in (Requested, Releasing, GivingBack, Released, GivenBack, NotCharged)
    },
    **{(state, CancelAnswered): _NOT_ASKED for state in get_args(Phase) if state not in (Cancelling, GivingBack)},
    **{(state, RefundAnswered): _NOT_ASKED for state in get_args(Phase) if state is not GivingBack},
    **{
        (state, ReleaseAnswered): "no release is under way for this order; what it says came too late"
        for state in get_args(Phase)
        if state is not Releasing
    },
    **{(state, GaveUp): "it is being closed already" for state in (Closing, Cancelling, Confirming)},
    **{(state, GaveUp): "it is paid" for state in (Releasing, GivingBack)},
    **{(state, GaveUp): _ENDED for state in (Released, Unconfirmed, GivenBack, NotCharged, Unresolved, Settled)},
    **{(state, CancelWanted): "it is being closed already" for state in (Closing, Cancelling, Confirming)},
    (Releasing, CancelWanted): "the goods are being released; cancel it in a moment",
    (GivingBack, CancelWanted): "the money is on its way back already",
    (GivenBack, CancelWanted): "all of the money is back already",
    (NotCharged, CancelWanted): "nothing was charged",
    (Settled, CancelWanted): "a person has settled it",
    **{
        (state, RefundWanted): "it is not paid, as far as we know; cancel it, or inquire first"
        for state in (Requested, Awaiting, Closing, Cancelling, Confirming)
    },
    (Releasing, RefundWanted): "the goods are being released; refund it in a moment",
    (GivingBack, RefundWanted): "a refund of it is under way",
    (GivenBack, RefundWanted): "all of the money is back already",
    (NotCharged, RefundWanted): "nothing was charged",
    **{
        (state, SettleWanted): "it is not unresolved: there is nothing to settle"
        for state in get_args(Phase)
        if state not in (Unresolved, Unconfirmed)
    },
    (Cancelling, Notified): "CANCEL is under way: DETAIL is asked after it, whatever is notified meanwhile",
    (Requested, InquiryWanted): _ONE_AT_A_TIME,
    (Cancelling, InquiryWanted): _ONE_AT_A_TIME,
    (Releasing, InquiryWanted): "it is paid, and the goods are being released",
    (OutOfService, KeyPressed): "out of service",
    **{(state, CodeScanned): "the camera was not asked" for state in get_args(Session) if state is not Scanning},
    **{(state, CodeNotShowable): "no order's code is shown" for state in get_args(Session) if state is not InHand},
    **{
        (state, OrderMoved): "nobody waits for an order" for state in get_args(Session) if state not in (InHand, Result)
    },
    **{(state, Checked): "a sale has begun" for state in get_args(Session) if state not in (Idle, OutOfService)},
    **{(state, Woken): "it waits for nothing" for state in (Idle, OutOfService)},
    **{
        (state, ServiceWanted): "a shopper is there; try again in a moment"
        for state in get_args(Session)
        if state not in (Idle, OutOfService, InHand, Serviced)
    },
    (InHand, ServiceWanted): "a payment is under way; try again in a moment",
    (Serviced, ServiceWanted): "a technician has the machine already",
    **{(state, ServiceOver): "no technician has it" for state in get_args(Session) if state is not Serviced},
}
