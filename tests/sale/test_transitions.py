"""Every transition by name, one row a transition: in this state, this happens, and it leads there, asking for that."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import product as pairs
from typing import get_args

import pytest
from sale_examples import SCANNED, SHOWN, approved, at, kinds, order, rules, won

from kiosk.sale.commands import Cancel, Inquire, Pay, Refund, Release, SendResult, ServiceKey, Topic
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
    Key,
    KeyPressed,
    Notified,
    OrderEvent,
    OrderMoved,
    Part,
    PayAnswered,
    RefundAnswered,
    RefundWanted,
    ReleaseAnswered,
    ServiceOver,
    ServiceWanted,
    SessionEvent,
    SettleWanted,
    StopWanted,
    Woken,
)
from kiosk.sale.machine import _allowed, start, step
from kiosk.sale.order import (
    NEVER,
    Awaiting,
    Cancelling,
    Closing,
    Confirming,
    GivenBack,
    GivingBack,
    NotCharged,
    Order,
    Phase,
    Plan,
    Product,
    Reason,
    Released,
    Releasing,
    Request,
    Requested,
    Settled,
    Settlement,
    Unconfirmed,
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
    Hint,
    NotSent,
    Outcome,
    Pending,
    Refused,
    Trust,
    Unknown,
)
from kiosk.sale.panel import Name, Text
from kiosk.sale.payment_code import PaymentCode
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
from kiosk.sale.transitions import IGNORED, ORDERS, SESSION

HERE = at(10.0)
LATER = HERE.at + timedelta(days=2)
ORDER = order(created_at=HERE.at, since=HERE.at)
KEY = ORDER.id
PART = ConfirmedRefund(f"{KEY}R1", won(500))
ALL = ConfirmedRefund(f"{KEY}R1", won(1500))
SUCCESS, REFUNDED = approved(ORDER), approved(ORDER, ALL)
LOST, OFFLINE = Unknown("no answer"), NotSent("no connection")
ANSWERS = {
    PayAnswered: Request.PAY,
    DetailAnswered: Request.DETAIL,
    CancelAnswered: Request.CANCEL,
    RefundAnswered: Request.REFUND,
}

PAID, BACK, OVER, OPEN = Topic.PAID, Topic.REFUNDED, Topic.CANCELLED, Topic.UNRESOLVED


def pay(outcome: Outcome) -> PayAnswered:
    return PayAnswered(KEY, outcome)


def detail(outcome: Outcome) -> DetailAnswered:
    return DetailAnswered(KEY, outcome)


def cancelled(outcome: Outcome) -> CancelAnswered:
    return CancelAnswered(KEY, outcome)


def refunded(outcome: Outcome) -> RefundAnswered:
    return RefundAnswered(KEY, f"{KEY}R1", outcome)


def notified(outcome: Outcome) -> Notified:
    return Notified(KEY, outcome, Trust.CONFIRMED)


def hinted(outcome: Outcome, trust: Trust = Trust.SIGNED) -> Notified:
    return Notified(KEY, outcome, trust)


def settled(how: str) -> SettleWanted:
    return SettleWanted(KEY, Settlement(how), "seen on the camera")


WAKE, GIVE_UP, CANCEL, INQUIRE = Woken(), GaveUp(KEY, Reason.GAVE_UP), CancelWanted(KEY), InquiryWanted(KEY)
OUT, JAM = ReleaseAnswered(KEY), ReleaseAnswered(KEY, "nothing fell")

SHOWING, DOUBT = Awaiting(SHOWN), Awaiting()
CLOSING, CANCELLING, CONFIRMING = Closing(Reason.GAVE_UP), Cancelling(Reason.GAVE_UP), Confirming(Reason.GAVE_UP)
GONE_BACK = GivenBack(Reason.LATE)
NOTHING, FAILED = NotCharged(Verdict.CANCELLED, Reason.GAVE_UP), NotCharged(Verdict.DECLINED)
RELEASED_BY_HAND, REFUNDED_BY_HAND, NOTHING_BY_HAND = (Settled(how, "seen on the camera") for how in Settlement)
STUCK, LEFT = Unresolved(Reason.UNANSWERED, paid=False), Unresolved(Reason.JAM, paid=True)


def giving(why: Reason = Reason.LATE, way: Way = Way.CANCEL, minor: int = 1500, **more: bool) -> GivingBack:
    return GivingBack(why, won(minor), way, f"{KEY}R1", **more)


BY_REFUND, OPERATORS = giving(way=Way.REFUND), giving(Reason.OPERATOR, Way.REFUND, 500)
UNSURE, UNSURE_LEFT = (
    replace(OPERATORS, unsure=True),
    Unresolved(Reason.OPERATOR, paid=True, way=Way.REFUND, unsure=True),
)
SOLD: dict[str, object] = {"paid_at": HERE.at, "released": True}
TAKEN: dict[str, object] = {"paid_at": HERE.at}
ONCE: dict[str, object] = {**SOLD, "refunds": (PART,), "refunds_asked": 1}
PART_ASKED: dict[str, object] = {**SOLD, "refunds_asked": 1}
ASKED_BACK: dict[str, object] = {**TAKEN, "refunds_asked": 1}
OLD: dict[str, object] = {"created_at": HERE.at - timedelta(days=2), "since": HERE.at - timedelta(days=2)}
TRIED = Plan(due=10.0, asked=10)
SCAN: dict[str, object] = {"product": Product.PAYMENT_CODE}
ABSENT_OFTEN, ASKED_OFTEN = Plan(absent=3), Plan(asked=4)
THIRD = Plan(asked=3, busy=Request.PAY)
UNHEARD = Plan(until=20.0, hint=Hint(SUCCESS, 8.0, 13.0))  # it is 10.0
ASKED_BEFORE, ASKED_SINCE = replace(UNHEARD, last=6.0), replace(UNHEARD, last=9.0)
RIPE, RIPE_BACK, RIPE_FAIL = (
    Plan(until=20.0, hint=Hint(outcome, 5.0, 10.0)) for outcome in (SUCCESS, REFUNDED, Declined())
)
UNSENT = NotCharged(Verdict.NOT_SENT)
WAITS = Plan()  # for its next try, with no request under way

# What happens to an order: where it stands, what happens, where that leads and what it asks for. `here`: the shopper
# still waits for it.
Row = tuple[str, Phase, OrderEvent, Phase, list[object], dict[str, object]]


def on(name: str, phase: Phase, event: OrderEvent, to: Phase, *asks: object, **more: object) -> Row:
    return name, phase, event, to, list(asks), more


ORDER_CASES = [
    # --- PAY is under way --------------------------------------------------------------------------------------------
    on("PAY gives a code", Requested(), pay(Pending("UQ", SHOWN)), SHOWING),
    on("PAY is processing a scanned code", Requested(), pay(Pending("UQ")), DOUBT, **SCAN),
    on("PAY gives no code to show", Requested(), pay(Pending("UQ")), Closing(Reason.UNANSWERED)),
    on("PAY of a shown code is lost", Requested(), pay(LOST), Closing(Reason.UNANSWERED)),
    on("PAY of a scanned code is lost", Requested(), pay(LOST), DOUBT, **SCAN),
    on("PAY succeeds", Requested(), pay(SUCCESS), Releasing(), PAID, Release, here=True, **SCAN),
    on("PAY succeeds, nobody is there", Requested(), pay(SUCCESS), giving(), PAID, Cancel, **SCAN),
    on("PAY succeeds, and all is back", Requested(), pay(REFUNDED), GONE_BACK, PAID, BACK, **SCAN),
    on(
        "PAY succeeds over another amount",
        Requested(),
        pay(replace(SUCCESS, amount=won(1))),
        DOUBT,
        Topic.FAULT,
        **SCAN,
    ),
    on("PAY is declined", Requested(), pay(Declined("no funds")), FAILED, Topic.DECLINED),
    on("PAY is closed", Requested(), pay(Closed()), NotCharged(Verdict.EXPIRED), Topic.EXPIRED),
    on("PAY is refused", Requested(), pay(Refused("bad field")), NotCharged(Verdict.NOT_SENT), OVER, Topic.FAULT),
    on("PAY can't be sent", Requested(), pay(OFFLINE), Requested()),
    on("PAY can't be sent thrice", Requested(), pay(OFFLINE), NotCharged(Verdict.NOT_SENT), OVER, plan=THIRD),
    on("PAY is answered, given up", Requested(Reason.GAVE_UP), pay(Pending("UQ", SHOWN)), CLOSING, Inquire),
    on("PAY is lost, given up", Requested(Reason.GAVE_UP), pay(LOST), CLOSING, **SCAN),
    on("PAY is notified as paid", Requested(), notified(SUCCESS), Releasing(), PAID, Release, here=True),
    on("PAY is notified, nobody is there", Requested(), notified(SUCCESS), giving(), PAID, Cancel),
    on("PAY is notified, and all is back", Requested(), notified(REFUNDED), GONE_BACK, PAID, BACK),
    on("PAY is notified as declined", Requested(), notified(Declined()), FAILED, Topic.DECLINED),
    on("PAY is notified as processing", Requested(), notified(Pending()), Requested()),
    on("PAY is hinted to be paid", Requested(), hinted(SUCCESS), Requested(), here=True),
    on("PAY is hinted, in doubt", Requested(), hinted(SUCCESS, Trust.AMBIGUOUS), Requested(), here=True),
    on("PAY is silent, the hint ripe", Requested(), WAKE, Releasing(), PAID, Release, plan=RIPE, here=True),
    on("PAY's code comes after a hint", Requested(), pay(Pending("UQ", SHOWN)), SHOWING, Inquire, plan=UNHEARD),
    on("PAY is refused after a hint", Requested(), pay(Refused()), UNSENT, OVER, Topic.FAULT, Inquire, plan=UNHEARD),
    on("PAY is silent, nobody is there", Requested(), WAKE, giving(), PAID, Cancel, plan=RIPE),
    on("PAY is silent, all is back", Requested(), WAKE, GONE_BACK, PAID, BACK, plan=RIPE_BACK),
    on("PAY is silent, a fail was hinted", Requested(), WAKE, FAILED, Topic.DECLINED, plan=RIPE_FAIL),
    on("PAY is tried again", Requested(), WAKE, Requested(), Pay),
    on("given up before PAY's answer", Requested(), GIVE_UP, Requested(Reason.GAVE_UP), plan=Plan(busy=Request.PAY)),
    on("given up between tries", Requested(), GIVE_UP, NotCharged(Verdict.NOT_SENT, Reason.GAVE_UP), OVER, plan=WAITS),
    on("cancelled before PAY's answer", Requested(), CANCEL, Requested(Reason.OPERATOR), plan=Plan(busy=Request.PAY)),
    on("cancelled between tries", Requested(), CANCEL, NotCharged(Verdict.NOT_SENT, Reason.OPERATOR), OVER, plan=WAITS),
    # --- waiting for the shopper -------------------------------------------------------------------------------------
    on("not paid yet", SHOWING, detail(Pending("UQ")), SHOWING),
    on("DETAIL is lost", SHOWING, detail(LOST), SHOWING),
    on("paid, says DETAIL", SHOWING, detail(SUCCESS), Releasing(), PAID, Release, here=True),
    on("paid, nobody is there", DOUBT, detail(SUCCESS), giving(), PAID, Cancel),
    on("paid, and all is back", DOUBT, detail(REFUNDED), GONE_BACK, PAID, BACK),
    on("declined, says DETAIL", SHOWING, detail(Declined()), FAILED, Topic.DECLINED),
    on("closed, says DETAIL", SHOWING, detail(Closed()), NotCharged(Verdict.EXPIRED), Topic.EXPIRED),
    on("unknown too often", DOUBT, detail(Absent()), Cancelling(Reason.UNANSWERED), Cancel, plan=ABSENT_OFTEN),
    on("unknown once more", DOUBT, detail(Absent()), DOUBT),
    on("paid, says a NOTIFICATION", SHOWING, notified(SUCCESS), Releasing(), PAID, Release, here=True),
    on("notified, nobody is there", SHOWING, notified(SUCCESS), giving(), PAID, Cancel),
    on("notified, and all is back", SHOWING, notified(REFUNDED), GONE_BACK, PAID, BACK),
    on("declined, says a NOTIFICATION", SHOWING, notified(Declined()), FAILED, Topic.DECLINED),
    on("notified as processing", SHOWING, notified(Pending()), SHOWING, Inquire),
    on("a hint that it is paid", SHOWING, hinted(SUCCESS), SHOWING, Inquire, here=True),
    on("a hint in two readings", SHOWING, hinted(SUCCESS, Trust.AMBIGUOUS), SHOWING, Inquire, here=True),
    on("a hint that it is declined", SHOWING, hinted(Declined()), SHOWING, Inquire),
    on("a hint is ripe", SHOWING, WAKE, Releasing(), PAID, Release, plan=RIPE, here=True),
    on("a hint is ripe, nobody is there", SHOWING, WAKE, giving(), PAID, Cancel, plan=RIPE),
    on("a hint is ripe, all is back", SHOWING, WAKE, GONE_BACK, PAID, BACK, plan=RIPE_BACK),
    on("a hint of a fail is ripe", SHOWING, WAKE, FAILED, Topic.DECLINED, plan=RIPE_FAIL),
    on("a hint, and DETAIL is silent", SHOWING, detail(LOST), SHOWING, plan=ASKED_SINCE),
    on("a hint, DETAIL was asked before it", SHOWING, detail(Pending()), SHOWING, Inquire, plan=ASKED_BEFORE),
    on("time to ask", SHOWING, WAKE, SHOWING, Inquire),
    on("the code has expired", SHOWING, WAKE, Closing(Reason.EXPIRED), Inquire, plan=Plan(due=12.0, until=10.0)),
    on("asked long enough", DOUBT, WAKE, Closing(Reason.UNANSWERED), Inquire, plan=Plan(due=12.0, until=10.0)),
    on("given up", SHOWING, GIVE_UP, CLOSING, Inquire),
    on("cancelled", SHOWING, CANCEL, Closing(Reason.OPERATOR), Inquire),
    on("inquired while waiting", SHOWING, INQUIRE, SHOWING, Inquire),
    # --- closing -----------------------------------------------------------------------------------------------------
    on("the last DETAIL: unpaid", CLOSING, detail(Pending("UQ")), CANCELLING, Cancel),
    on("the last DETAIL: unknown", CLOSING, detail(Absent()), CANCELLING, Cancel),
    on("the last DETAIL is lost", CLOSING, detail(LOST), CANCELLING, Cancel),
    on("the last DETAIL can't be sent", CLOSING, detail(OFFLINE), CLOSING),
    on("the last DETAIL: paid", CLOSING, detail(SUCCESS), Releasing(), PAID, Release, here=True),
    on("the last DETAIL: paid, nobody there", CLOSING, detail(SUCCESS), giving(Reason.GAVE_UP), PAID, Cancel),
    on("the last DETAIL: all back", CLOSING, detail(REFUNDED), GivenBack(Reason.GAVE_UP), PAID, BACK),
    on("the last DETAIL: closed", CLOSING, detail(Closed()), NOTHING, OVER),
    on("closing, notified as paid", CLOSING, notified(SUCCESS), Releasing(), PAID, Release, here=True),
    on("closing, notified, nobody there", CLOSING, notified(SUCCESS), giving(Reason.GAVE_UP), PAID, Cancel),
    on("closing, notified, all back", CLOSING, notified(REFUNDED), GivenBack(Reason.GAVE_UP), PAID, BACK),
    on("closing, notified as closed", CLOSING, notified(Closed()), NOTHING, OVER),
    on("closing, notified as processing", CLOSING, notified(Pending()), CLOSING),
    on("closing, a hint", CLOSING, hinted(SUCCESS), CLOSING, Inquire, here=True),
    on("closing, a hint is ripe", CLOSING, WAKE, giving(Reason.GAVE_UP), PAID, Cancel, plan=RIPE),
    on("closing, a hint is ripe, shopper there", CLOSING, WAKE, Releasing(), PAID, Release, plan=RIPE, here=True),
    on("closing, a hint is ripe, all back", CLOSING, WAKE, GivenBack(Reason.GAVE_UP), PAID, BACK, plan=RIPE_BACK),
    on("closing, a hint of a fail is ripe", CLOSING, WAKE, FAILED, Topic.DECLINED, plan=RIPE_FAIL),
    on("closing, a hint, DETAIL is silent", CLOSING, detail(LOST), CLOSING, plan=ASKED_SINCE),
    on("closing, DETAIL denies the hint", CLOSING, detail(Pending()), CANCELLING, Cancel, plan=ASKED_SINCE),
    on("closing, time to ask", CLOSING, WAKE, CLOSING, Inquire),
    on("closing for a day", CLOSING, WAKE, Unresolved(Reason.GAVE_UP, paid=False), OPEN, plan=TRIED, **OLD),
    on("closing for a day, off all day", CLOSING, WAKE, CLOSING, Inquire, **OLD),
    on("inquired while closing", CLOSING, INQUIRE, CLOSING, Inquire),
    # --- CANCEL ------------------------------------------------------------------------------------------------------
    on("CANCEL is accepted", CANCELLING, cancelled(Accepted()), CONFIRMING, Inquire),
    on("CANCEL is refused", CANCELLING, cancelled(Refused("paid")), CONFIRMING, Inquire),
    on("CANCEL finds nothing", CANCELLING, cancelled(Absent()), CONFIRMING, Inquire),
    on("CANCEL is lost", CANCELLING, cancelled(LOST), CANCELLING),
    on("CANCEL again", CANCELLING, WAKE, CANCELLING, Cancel),
    on("CANCEL for a day", CANCELLING, WAKE, Unresolved(Reason.GAVE_UP, paid=False), OPEN, plan=TRIED, **OLD),
    on("after CANCEL: processing", CONFIRMING, detail(Pending("UQ")), CONFIRMING),
    on("after CANCEL: unknown", CONFIRMING, detail(Absent()), CONFIRMING),
    on("after CANCEL: lost", CONFIRMING, detail(LOST), CONFIRMING),
    on("after CANCEL: still processing", CONFIRMING, detail(Pending()), CANCELLING, Cancel, plan=ASKED_OFTEN),
    on("after CANCEL: closed", CONFIRMING, detail(Closed()), NOTHING, OVER),
    on(
        "after CANCEL: failed",
        CONFIRMING,
        detail(Declined()),
        NotCharged(Verdict.DECLINED, Reason.GAVE_UP),
        Topic.DECLINED,
    ),
    on("after CANCEL: unknown too often", CONFIRMING, detail(Absent()), NOTHING, OVER, plan=ABSENT_OFTEN),
    on("after CANCEL: paid", CONFIRMING, detail(SUCCESS), giving(Reason.GAVE_UP), PAID, Cancel, here=True),
    on("after CANCEL: all back", CONFIRMING, detail(REFUNDED), GivenBack(Reason.GAVE_UP), PAID, BACK),
    on("after CANCEL, notified as paid", CONFIRMING, notified(SUCCESS), CONFIRMING, Inquire),
    on("after CANCEL, notified as closed", CONFIRMING, notified(Closed()), CONFIRMING, Inquire),
    on("after CANCEL, still notified", CONFIRMING, notified(Pending()), CONFIRMING, Inquire, plan=ASKED_OFTEN),
    on("after CANCEL, time to ask", CONFIRMING, WAKE, CONFIRMING, Inquire),
    on("after CANCEL for a day", CONFIRMING, WAKE, Unresolved(Reason.GAVE_UP, paid=False), OPEN, plan=TRIED, **OLD),
    on("inquired after CANCEL", CONFIRMING, INQUIRE, CONFIRMING, Inquire),
    # --- the release -------------------------------------------------------------------------------------------------
    on("the goods are out", Releasing(), OUT, Released(), Topic.RELEASE_DONE, **TAKEN),
    on("the release jams", Releasing(), JAM, giving(Reason.JAM), Topic.RELEASE_FAILED, Cancel, **TAKEN),
    on("no word of the release", Releasing(), WAKE, giving(Reason.JAM), Topic.RELEASE_FAILED, Cancel, **TAKEN),
    on("PAY's answer comes late", Releasing(), pay(SUCCESS), Releasing(), **TAKEN),
    on("DETAIL's answer comes late", Releasing(), detail(SUCCESS), Releasing(), **TAKEN),
    on("notified again", Releasing(), notified(SUCCESS), Releasing(), **TAKEN),
    on("notified of a refund meanwhile", Releasing(), notified(Pending()), Releasing(), **TAKEN),
    on("out, and a look is owed", Releasing(), OUT, Released(), Topic.RELEASE_DONE, Inquire, owed=True, **TAKEN),
    # --- giving back -------------------------------------------------------------------------------------------------
    on("its CANCEL is accepted", giving(), cancelled(Accepted()), giving(), Inquire, **ASKED_BACK),
    on("its CANCEL is refused", giving(), cancelled(Refused("too late")), BY_REFUND, Refund, **ASKED_BACK),
    on("its CANCEL is lost", giving(), cancelled(LOST), giving(), **ASKED_BACK),
    on("its REFUND is accepted", BY_REFUND, refunded(Accepted()), BY_REFUND, Inquire, **ASKED_BACK),
    on("its REFUND is lost", BY_REFUND, refunded(LOST), BY_REFUND, **ASKED_BACK),
    on(
        "its REFUND is refused",
        BY_REFUND,
        refunded(Refused("no")),
        giving(way=Way.REFUND, refused=True),
        Inquire,
        **ASKED_BACK,
    ),
    on("its money is back by CANCEL", giving(), detail(Closed()), GONE_BACK, BACK, **ASKED_BACK),
    on("its money is back by REFUND", BY_REFUND, detail(REFUNDED), GONE_BACK, BACK, **ASKED_BACK),
    on("its money is not back yet", giving(), detail(SUCCESS), giving(), **ASKED_BACK),
    on(
        "a part of sold goods is back",
        OPERATORS,
        detail(approved(ORDER, PART)),
        Released(),
        BACK,
        **PART_ASKED,
    ),
    on(
        "a refund of sold goods is refused",
        replace(OPERATORS, refused=True),
        detail(SUCCESS),
        Released(),
        **PART_ASKED,
    ),
    on(
        "a part of unsold goods is back",
        OPERATORS,
        detail(approved(ORDER, PART)),
        *(Unresolved(Reason.OPERATOR, paid=True), BACK),
        **ASKED_BACK,
    ),
    on("its refund is notified", giving(), notified(Closed()), giving(), Inquire, **ASKED_BACK),
    on("PAY's answer comes meanwhile", giving(), pay(SUCCESS), giving(), **ASKED_BACK),
    on("it is asked for once more", giving(), WAKE, giving(), Cancel, plan=Plan(due=10.0, asked=2), **ASKED_BACK),
    on("whether it is back is asked", giving(), WAKE, giving(), Inquire, plan=Plan(due=10.0, asked=1), **ASKED_BACK),
    on(
        "it is not back for a day",
        giving(),
        WAKE,
        Unresolved(Reason.LATE, paid=True, way=Way.CANCEL),
        OPEN,
        plan=TRIED,
        **(OLD | ASKED_BACK),
    ),
    on("inquired while it goes back", giving(), INQUIRE, giving(), Inquire, **ASKED_BACK),
    # --- the ends ----------------------------------------------------------------------------------------------------
    on("sold: PAY's answer", Released(), pay(SUCCESS), Released(), **SOLD),
    on("sold: DETAIL's answer", Released(), detail(SUCCESS), Released(), **SOLD),
    on("sold: a NOTIFICATION", Released(), notified(SUCCESS), Released(), **SOLD),
    on("sold: notified of a refund", Released(), notified(Pending()), Released(), Inquire, **SOLD),
    on("sold: refunded elsewhere", Released(), detail(approved(ORDER, PART)), Released(), BACK, **SOLD),
    on("sold, and all the money back", Released(), detail(Closed()), Released(), BACK, Topic.FAULT, **SOLD),
    on("sold: time to ask", Released(), WAKE, Released(), Inquire, **SOLD),
    on("sold: inquired", Released(), INQUIRE, Released(), Inquire, **SOLD),
    on("sold: a part is refunded", Released(), RefundWanted(KEY, won(500)), OPERATORS, Refund, **SOLD),
    on("sold: all is refunded", Released(), RefundWanted(KEY, None), giving(Reason.OPERATOR), Cancel, **SOLD),
    on("sold: too much is refunded", Released(), RefundWanted(KEY, won(1501)), Released(), **SOLD),
    on("sold: nothing is refunded", Released(), RefundWanted(KEY, won(0)), Released(), **SOLD),
    on("sold: cancelled that day", Released(), CANCEL, giving(Reason.OPERATOR), Cancel, **SOLD),
    on(
        "sold: cancelled another day",
        Released(),
        CANCEL,
        giving(Reason.OPERATOR, Way.REFUND),
        Refund,
        **(SOLD | {"paid_at": HERE.at - timedelta(days=1)}),
    ),
    on("sold: cancelled, partly refunded", Released(), CANCEL, Released(), **ONCE),
    on("given back: PAY's answer", GONE_BACK, pay(SUCCESS), GONE_BACK, **TAKEN),
    on("given back: DETAIL's answer", GONE_BACK, detail(SUCCESS), GONE_BACK, **TAKEN),
    on("given back: a NOTIFICATION", GONE_BACK, notified(SUCCESS), GONE_BACK, **TAKEN),
    on("given back: time to ask", GONE_BACK, WAKE, GONE_BACK, Inquire, **TAKEN),
    on("given back: inquired", GONE_BACK, INQUIRE, GONE_BACK, Inquire, **TAKEN),
    on("not charged: PAY's answer", NOTHING, pay(Closed()), NOTHING),
    on("not charged: PAY is processing", NOTHING, pay(Pending("UQ")), NOTHING, Inquire),
    on("not charged: PAY succeeds late", NOTHING, pay(SUCCESS), NOTHING, Inquire),
    on("not charged, says DETAIL", NOTHING, detail(Closed()), NOTHING),
    on("not charged: open once more", NOTHING, detail(Pending("UQ")), Cancelling(Reason.LATE), Cancel),
    on("not charged: paid late", NOTHING, detail(SUCCESS), giving(), PAID, Cancel, here=True),
    on("not charged: paid and all back", NOTHING, detail(REFUNDED), GONE_BACK, PAID, BACK),
    on("not charged: notified as paid", NOTHING, notified(SUCCESS), NOTHING, Inquire),
    on("not charged: notified as closed", NOTHING, notified(Closed()), NOTHING),
    on("not charged: a look back", NOTHING, WAKE, NOTHING, Inquire),
    on("not charged: inquired", NOTHING, INQUIRE, NOTHING, Inquire),
    on("unresolved: paid after all", STUCK, detail(SUCCESS), giving(Reason.UNANSWERED), PAID, Cancel),
    on("unresolved: back by CANCEL", LEFT, detail(Closed()), GivenBack(Reason.JAM), BACK, **ASKED_BACK),
    on("unresolved: back by REFUND", LEFT, detail(REFUNDED), GivenBack(Reason.JAM), BACK, **ASKED_BACK),
    on(
        "unresolved: what is left goes back",
        LEFT,
        detail(approved(ORDER, PART)),
        GivingBack(Reason.JAM, won(1000), Way.REFUND, f"{KEY}R2"),
        Refund,
        **ASKED_BACK,
    ),
    on("unresolved: closed unpaid", STUCK, detail(Closed()), NotCharged(Verdict.CANCELLED, Reason.UNANSWERED), OVER),
    on(
        "unresolved: declined",
        STUCK,
        detail(Declined()),
        NotCharged(Verdict.DECLINED, Reason.UNANSWERED),
        Topic.DECLINED,
    ),
    on("unresolved: still processing", STUCK, detail(Pending()), Cancelling(Reason.UNANSWERED), Cancel),
    on("unresolved: not known to the gateway", STUCK, detail(Absent()), Cancelling(Reason.UNANSWERED), Cancel),
    on("unresolved: no answer", STUCK, detail(LOST), STUCK),
    on(
        "unresolved refund: done",
        LEFT,
        detail(approved(ORDER, PART)),
        Released(),
        BACK,
        **PART_ASKED,
    ),
    on("unresolved refund: not done", LEFT, detail(SUCCESS), Released(), **PART_ASKED),
    on("unresolved: notified as paid", STUCK, notified(SUCCESS), STUCK, Inquire),
    on("unresolved: notified as closed", STUCK, notified(Closed()), STUCK, Inquire),
    on("unresolved: notified of a refund", LEFT, notified(Pending()), LEFT, Inquire, **ASKED_BACK),
    on("unresolved: time to ask", STUCK, WAKE, STUCK, Inquire),
    on("unresolved: inquired", STUCK, INQUIRE, STUCK, Inquire),
    on("unresolved: refunded", LEFT, RefundWanted(KEY, None), giving(Reason.OPERATOR), Cancel, **TAKEN),
    on("unresolved: refunded unpaid", STUCK, RefundWanted(KEY, None), STUCK),
    on("unresolved: cancelled unpaid", STUCK, CANCEL, Cancelling(Reason.OPERATOR), Cancel),
    on("unresolved: cancelled paid", LEFT, CANCEL, giving(Reason.OPERATOR), Cancel, **TAKEN),
    on("unresolved: cancelled, partly refunded", LEFT, CANCEL, LEFT, **(ONCE | {"released": False})),
    on("unresolved: settled as released", STUCK, settled("released"), RELEASED_BY_HAND, Topic.SETTLED),
    on("unresolved: settled as refunded", LEFT, settled("refunded"), REFUNDED_BY_HAND, Topic.SETTLED, **TAKEN),
    on("unresolved: settled as nothing", STUCK, settled("nothing"), NOTHING_BY_HAND, Topic.SETTLED),
    on("unresolved: paid is not settled as nothing", LEFT, settled("nothing"), LEFT, **TAKEN),
    on("unresolved: sold is not settled as refunded", LEFT, settled("refunded"), LEFT, **SOLD),
    # --- begun before the power went ---------------------------------------------------------------------------------
    on("unconfirmed: says DETAIL", Unconfirmed(), detail(SUCCESS), Unconfirmed(), **SOLD),
    on("unconfirmed: notified of a refund", Unconfirmed(), notified(Pending()), Unconfirmed(), Inquire, **SOLD),
    on("unconfirmed: time to ask", Unconfirmed(), WAKE, Unconfirmed(), Inquire, **SOLD),
    on("unconfirmed: inquired", Unconfirmed(), INQUIRE, Unconfirmed(), Inquire, **SOLD),
    on("unconfirmed: refunded", Unconfirmed(), RefundWanted(KEY, won(500)), UNSURE, Refund, **SOLD),
    on("unconfirmed: a part is back", UNSURE, detail(approved(ORDER, PART)), Unconfirmed(), BACK, **PART_ASKED),
    on("unconfirmed: refund refused", replace(UNSURE, refused=True), detail(SUCCESS), Unconfirmed(), **PART_ASKED),
    on("unconfirmed: refund not done", UNSURE_LEFT, detail(SUCCESS), Unconfirmed(), **PART_ASKED),
    on(
        "unconfirmed: a refund that failed, settled as refunded",
        UNSURE_LEFT,
        settled("refunded"),
        *(REFUNDED_BY_HAND, Topic.SETTLED),
        **SOLD,
    ),
    on("unconfirmed: too much is refunded", Unconfirmed(), RefundWanted(KEY, won(1501)), Unconfirmed(), **SOLD),
    on("unconfirmed: cancelled", Unconfirmed(), CANCEL, giving(Reason.OPERATOR, unsure=True), Cancel, **SOLD),
    on("unconfirmed: cancelled, partly refunded", Unconfirmed(), CANCEL, Unconfirmed(), **ONCE),
    on("unconfirmed: the goods were out", Unconfirmed(), settled("released"), RELEASED_BY_HAND, Topic.SETTLED, **SOLD),
    on("unconfirmed: it was paid", Unconfirmed(), settled("nothing"), Unconfirmed(), **SOLD),
    # --- settled by a person -----------------------------------------------------------------------------------------
    on("settled: notified as paid", RELEASED_BY_HAND, notified(SUCCESS), RELEASED_BY_HAND),
    on("settled: notified of a refund", RELEASED_BY_HAND, notified(Pending()), RELEASED_BY_HAND, Inquire),
    on("settled: time to ask", NOTHING_BY_HAND, WAKE, NOTHING_BY_HAND, Inquire),
    on("settled: inquired", NOTHING_BY_HAND, INQUIRE, NOTHING_BY_HAND, Inquire),
    on("settled as nothing, and paid", NOTHING_BY_HAND, detail(SUCCESS), giving(), PAID, Cancel),
    on("settled as nothing, paid and back", NOTHING_BY_HAND, detail(REFUNDED), GONE_BACK, PAID, BACK),
    on("settled as released, says DETAIL", RELEASED_BY_HAND, detail(SUCCESS), RELEASED_BY_HAND, **SOLD),
    on("settled as released: refunded", RELEASED_BY_HAND, RefundWanted(KEY, won(500)), OPERATORS, Refund, **SOLD),
    on("settled as refunded: refunded", REFUNDED_BY_HAND, RefundWanted(KEY, None), REFUNDED_BY_HAND, **TAKEN),
]


def kiosk(session: Session, *orders: Order, troubles: Mapping[Part, str] | None = None, **terms: object) -> Kiosk:
    """A kiosk in service, with nothing else to do."""
    products = terms.pop("products", (Product.ORDER_CODE, Product.PAYMENT_CODE, Product.ENTRY_CODE))
    return replace(
        start(rules(*products, **terms)),
        session=session,
        orders={one.id: one for one in orders},
        troubles=troubles or {},
        probing=True,  # the rows are about orders
    )


@pytest.mark.parametrize(
    ("phase", "event", "to", "asks", "more"), [pytest.param(*row[1:], id=row[0]) for row in ORDER_CASES]
)
def test_order(phase: Phase, event: OrderEvent, to: Phase, asks: list[object], more: dict[str, object]) -> None:
    fields = {"plan": Plan(due=10.0 if isinstance(event, Woken) else NEVER, until=20.0), **more}
    here = fields.pop("here", False)
    before = replace(ORDER, phase=phase, **fields)
    if type(event) in ANSWERS:
        before = replace(before, plan=replace(before.plan, busy=ANSWERS[type(event)], due=NEVER))
    if isinstance(phase, Releasing) and isinstance(event, Woken):
        before = replace(before, plan=Plan(until=10.0))
    stepped = step(kiosk(InHand(KEY) if here else Idle(), before), event, HERE)
    after = stepped.changed[-1] if stepped.changed else before
    assert after.phase == to
    ours = [command for command in stepped.commands if not isinstance(command, SendResult) or command.order]
    assert kinds(ours) == asks
    if type(to) is type(phase) and to == phase and not asks:
        assert stepped.state.orders.get(KEY, after) == after


# --- the shopper's side ----------------------------------------------------------------------------------------------

AMOUNT = won(1500)
ENTERED, CHOICE, SCANS, STATIC = (
    Entering("1500", 30.0),
    Choosing(AMOUNT, 30.0),
    Scanning(AMOUNT, 30.0),
    EntryShown(AMOUNT, 30.0),
)
HAND = InHand(KEY)
SHOWN_ORDER = replace(ORDER, phase=SHOWING, plan=Plan(due=15.0, until=130.0))
DECLINED = Result(Name.DECLINED, Text.DECLINED, replace(ORDER, phase=FAILED), 16.0)
THANKS = Result(Name.PAID, Text.PAID, replace(ORDER, phase=Released()), 16.0)
STATIC_PAID = EntryPaid(Approved(None, "UQ-static", AMOUNT, HERE.at))
STATIC_LITTLE = EntryPaid(Approved(None, "UQ-static", won(1), HERE.at))
BROKEN: dict[str, object] = {"troubles": {Part.RELEASE: "jammed"}}
BY_CODE, BY_SCAN, BY_STATIC = (
    {"products": (one,)} for one in (Product.ORDER_CODE, Product.PAYMENT_CODE, Product.ENTRY_CODE)
)
STOP = StopWanted()
MENU = Serviced(70.0, keys=True)
GIVEN_AWAY = (PAID, Cancel)  # a payment that nobody gets goods for

SessionRow = tuple[str, Session, SessionEvent, type[Session], list[object], dict[str, object]]


def key(name: str) -> KeyPressed:
    return KeyPressed(Key(name))


def moved(phase: Phase) -> OrderMoved:
    return OrderMoved(replace(ORDER, phase=phase))


def at_screen(
    name: str, session: Session, event: SessionEvent, to: type[Session], *asks: object, **more: object
) -> SessionRow:
    return name, session, event, to, list(asks), more


SESSION_CASES = [
    at_screen("idle: a digit", Idle(), key("1"), Entering),
    at_screen("idle: another key", Idle(), key("#"), Idle),
    at_screen("idle: the static code is paid", Idle(), STATIC_PAID, InHand, PAID, Release),
    at_screen("idle: too little is paid", Idle(), STATIC_LITTLE, Result, *GIVEN_AWAY),
    at_screen("idle: all is well", Idle(), Checked(None), Idle),
    at_screen("idle: a part fails", Idle(), Checked(Text.NO_RELEASE), OutOfService, **BROKEN),
    at_screen("idle: stop", Idle(), STOP, OutOfService),
    at_screen(
        "out of service: the static code is paid",
        OutOfService(Text.NO_RELEASE),
        STATIC_PAID,
        OutOfService,
        *GIVEN_AWAY,
        **BROKEN,
    ),
    at_screen("out of service: all is well again", OutOfService(Text.NO_RELEASE), Checked(None), Idle),
    at_screen(
        "out of service: not yet", OutOfService(Text.NO_RELEASE), Checked(Text.NO_RELEASE), OutOfService, **BROKEN
    ),
    at_screen("out of service: stop", OutOfService(Text.NO_RELEASE), STOP, OutOfService, **BROKEN),
    at_screen("amount: a digit", ENTERED, key("0"), Entering),
    at_screen("amount: cleared", ENTERED, key("*"), Entering),
    at_screen("amount: cleared twice", Entering("", 30.0), key("*"), Idle),
    at_screen("amount: too little", Entering("99", 30.0), key("#"), Entering),
    at_screen("amount: too much", Entering("200001", 30.0), key("#"), Entering),
    at_screen("amount: a letter", ENTERED, key("A"), Entering),
    at_screen("amount: confirmed", ENTERED, key("#"), Choosing),
    at_screen("amount: confirmed, by shown code only", ENTERED, key("#"), InHand, Pay, **BY_CODE),
    at_screen("amount: confirmed, by scanned code only", ENTERED, key("#"), Scanning, **BY_SCAN),
    at_screen("amount: confirmed, by static code only", ENTERED, key("#"), EntryShown, **BY_STATIC),
    at_screen("amount: confirmed, a part failed", ENTERED, key("#"), OutOfService, **BROKEN),
    at_screen("amount: the static code is paid", ENTERED, STATIC_PAID, Entering, *GIVEN_AWAY),
    at_screen("amount: too little is paid", ENTERED, STATIC_LITTLE, Entering, *GIVEN_AWAY),
    at_screen("amount: nobody finishes it", Entering("15", 10.0), WAKE, Idle),
    at_screen("amount: stop", ENTERED, STOP, OutOfService),
    at_screen("choice: no such way", CHOICE, key("4"), Choosing),
    at_screen("choice: given up", CHOICE, key("*"), Idle),
    at_screen("choice: shown code", CHOICE, key("1"), InHand, Pay),
    at_screen("choice: scanned code", CHOICE, key("2"), Scanning),
    at_screen("choice: static code", CHOICE, key("3"), EntryShown),
    at_screen("choice: a part failed", CHOICE, key("1"), OutOfService, **BROKEN),
    at_screen("choice: the static code is paid", CHOICE, STATIC_PAID, Choosing, *GIVEN_AWAY),
    at_screen("choice: too little is paid", CHOICE, STATIC_LITTLE, Choosing, *GIVEN_AWAY),
    at_screen("choice: nobody chooses", replace(CHOICE, until=10.0), WAKE, Idle),
    at_screen("choice: stop", CHOICE, STOP, OutOfService),
    at_screen("scan: another key", SCANS, key("1"), Scanning),
    at_screen("scan: back to the choice", SCANS, key("*"), Choosing),
    at_screen("scan: no choice to go back to", SCANS, key("*"), Idle, **BY_SCAN),
    at_screen("scan: back, a part failed", SCANS, key("*"), OutOfService, **BROKEN),
    at_screen("scan: a payment code", SCANS, CodeScanned(SCANNED), InHand, Pay),
    at_screen("scan: no payment code", SCANS, CodeScanned(PaymentCode("https://example.com")), Scanning),
    at_screen("scan: a part failed", SCANS, CodeScanned(SCANNED), OutOfService, **BROKEN),
    at_screen("scan: the static code is paid", SCANS, STATIC_PAID, Scanning, *GIVEN_AWAY),
    at_screen("scan: no code comes", replace(SCANS, until=10.0), WAKE, Choosing),
    at_screen("scan: no code comes, no choice", replace(SCANS, until=10.0), WAKE, Idle, **BY_SCAN),
    at_screen("scan: no code comes, a part failed", replace(SCANS, until=10.0), WAKE, OutOfService, **BROKEN),
    at_screen("scan: stop", SCANS, STOP, OutOfService),
    at_screen("static: another key", STATIC, key("1"), EntryShown),
    at_screen("static: back to the choice", STATIC, key("*"), Choosing),
    at_screen("static: no choice to go back to", STATIC, key("*"), Idle, **BY_STATIC),
    at_screen("static: back, a part failed", STATIC, key("*"), OutOfService, **BROKEN),
    at_screen("static: paid", STATIC, STATIC_PAID, InHand, PAID, Release),
    at_screen("static: another amount is paid", STATIC, STATIC_LITTLE, Result, *GIVEN_AWAY),
    at_screen("static: nobody pays", replace(STATIC, until=10.0), WAKE, Idle),
    at_screen("static: stop", STATIC, STOP, OutOfService),
    at_screen("in hand: another key", HAND, key("1"), InHand),
    at_screen("in hand: given up", HAND, key("*"), InHand, Inquire),
    at_screen("in hand: a code to show", HAND, moved(SHOWING), InHand),
    at_screen("in hand: in doubt", HAND, moved(DOUBT), InHand),
    at_screen("in hand: released", HAND, moved(Released()), Result),
    at_screen("in hand: another order", HAND, OrderMoved(order(Released(), id="K1-another")), InHand),
    at_screen("in hand: its code can't be shown", HAND, CodeNotShowable("too small"), InHand, Topic.FAULT, Inquire),
    at_screen("in hand: the static code is paid", HAND, STATIC_PAID, InHand, *GIVEN_AWAY),
    at_screen("in hand: patience is over", replace(HAND, leave_at=10.0), WAKE, Result),
    at_screen("in hand: stop", HAND, STOP, InHand, Inquire),
    at_screen("result: a digit", DECLINED, key("5"), Entering),
    at_screen("result: nothing charged is in doubt", DECLINED, moved(Cancelling(Reason.LATE)), Result),
    at_screen("result: put away", DECLINED, key("*"), Idle),
    at_screen("result: a letter", DECLINED, key("A"), Result),
    at_screen("result: tried again", DECLINED, key("#"), Choosing),
    at_screen("result: tried again, by shown code only", DECLINED, key("#"), InHand, Pay, **BY_CODE),
    at_screen("result: tried again, by scanned code only", DECLINED, key("#"), Scanning, **BY_SCAN),
    at_screen("result: tried again, by static code only", DECLINED, key("#"), EntryShown, **BY_STATIC),
    at_screen("result: tried again, a part failed", DECLINED, key("#"), OutOfService, **BROKEN),
    at_screen("result: paid is not tried again", THANKS, key("#"), Result),
    at_screen("result: the static code is paid", THANKS, STATIC_PAID, Result, *GIVEN_AWAY),
    at_screen("result: too little is paid", THANKS, STATIC_LITTLE, Result, *GIVEN_AWAY),
    at_screen("result: shown long enough", replace(THANKS, until=10.0), WAKE, Idle),
    at_screen("result: stop", THANKS, STOP, OutOfService),
    at_screen("idle: a technician comes", Idle(), ServiceWanted(60.0, keys=True), Serviced),
    at_screen("out of service: a technician", OutOfService(Text.NO_CLOCK), ServiceWanted(60.0, keys=True), Serviced),
    at_screen("serviced: a key is the menu's", MENU, key("5"), Serviced, ServiceKey),
    at_screen("serviced: a key while the parts are lent", replace(MENU, keys=False), key("5"), Serviced),
    at_screen("serviced: the static code is paid", MENU, STATIC_PAID, Serviced, *GIVEN_AWAY),
    at_screen("serviced: done", MENU, ServiceOver(), Idle),
    at_screen("serviced: nobody works it any more", replace(MENU, until=10.0), WAKE, Idle),
    at_screen("serviced: stop", MENU, STOP, OutOfService),
]


@pytest.mark.parametrize(
    ("session", "event", "to", "asks", "more"), [pytest.param(*row[1:], id=row[0]) for row in SESSION_CASES]
)
def test_session(
    session: Session, event: SessionEvent, to: type[Session], asks: list[object], more: dict[str, object]
) -> None:
    orders = (SHOWN_ORDER,) if isinstance(session, InHand) else ()
    stepped = step(kiosk(session, *orders, **more), event, HERE)
    assert type(stepped.state.session) is to
    assert kinds(stepped.commands) == asks


# --- the tables are whole, and true ----------------------------------------------------------------------------------


def test_every_pair_of_an_order_and_an_event_stands_in_exactly_one_table() -> None:
    everything = set(pairs(get_args(Phase), get_args(OrderEvent)))
    ignored = {pair for pair in IGNORED if pair[0] in get_args(Phase)}
    assert ORDERS.keys() | ignored == everything
    assert not ORDERS.keys() & ignored


def test_every_pair_of_a_screen_and_an_event_stands_in_exactly_one_table() -> None:
    everything = set(pairs(get_args(Session), get_args(SessionEvent)))
    ignored = {pair for pair in IGNORED if pair[0] in get_args(Session)}
    assert SESSION.keys() | ignored == everything
    assert not SESSION.keys() & ignored
    assert all(IGNORED.values())


def test_every_place_an_order_may_go_to_is_reached_by_a_row_above() -> None:
    reached = {(type(phase), type(event), type(to)) for _, phase, event, to, _, _ in ORDER_CASES}
    assert reached == {(*pair, to) for pair, row in ORDERS.items() for to in row.to}


def test_every_screen_that_may_follow_is_reached_by_a_row_above() -> None:
    reached = {(type(session), type(event), to) for _, session, event, to, _, _ in SESSION_CASES}
    assert reached == {(*pair, to) for pair, row in SESSION.items() for to in row.to}


def test_a_handler_that_leads_where_its_row_does_not_say_is_a_bug_that_ends_the_process() -> None:
    row = replace(ORDERS[Awaiting, GaveUp], to=frozenset({Released}))
    with pytest.raises(AssertionError, match="led to Closing: not in its row"):
        _allowed(row, Closing)


def test_whoever_speaks_to_an_order_that_does_not_listen_is_told_why() -> None:
    stepped = step(kiosk(Idle(), replace(ORDER, phase=CANCELLING)), CANCEL, HERE)
    assert stepped.notes == ("ignored CancelWanted in Cancelling: it is being closed already",)


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        (Part.CAMERA, {Product.PAYMENT_CODE}),
        (Part.DISPLAY, {Product.ORDER_CODE, Product.CASHIER_PAYMENT, Product.ENTRY_CODE}),
        (Part.SCREEN, {Product.ENTRY_CODE}),
        (Part.BUZZER, set()),
    ],
)
def test_each_part_takes_its_ways_to_pay_along(part: Part, lost: set[Product]) -> None:
    broken = kiosk(Idle(), troubles={part: "broken"}, products=tuple(Product))
    assert set(Product) - set(broken.offered) == lost
