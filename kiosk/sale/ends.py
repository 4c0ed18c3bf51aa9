"""The order's side once it has ended: looks back, news from the gateway, and what a person wants done. Handlers only.

An end is the end for the shopper. The gateway may know better: a success that comes late, a refund made elsewhere, an
order that is open once more. What DETAIL says of it counts; a NOTIFICATION makes the machine owe a look. The table is
in `transitions`.
"""

from dataclasses import replace
from typing import TypeAlias

from kiosk.sale import moves
from kiosk.sale.commands import SendResult, Topic
from kiosk.sale.events import (
    CancelWanted,
    DetailAnswered,
    InquiryWanted,
    Notified,
    PayAnswered,
    RefundWanted,
    SettleWanted,
    Woken,
)
from kiosk.sale.fulfilment import all_back
from kiosk.sale.moves import Context, Next
from kiosk.sale.order import (
    NEVER,
    GivenBack,
    NotCharged,
    Order,
    Phase,
    Reason,
    Released,
    Settled,
    Settlement,
    Unconfirmed,
    Unresolved,
    Verdict,
    Way,
)
from kiosk.sale.outcome import Absent, Approved, Closed, Declined, NotSent, Pending, Unknown

Ended: TypeAlias = Released | Unconfirmed | GivenBack | Settled
UNSETTLED = "nobody knows yet what became of its last refund: inquire first, or settle it"
LEFT_TO_A_PERSON = (Reason.REFUND_FAILED, Reason.UNCONFIRMED)  # the machine gives none of these back by itself


def not_charged_stated(
    order: Order, _phase: NotCharged, event: DetailAnswered | Notified | PayAnswered, ctx: Context
) -> Next:
    """A success that comes late is given back, once DETAIL has confirmed it. What is open once more is closed."""
    match event.outcome:
        case Approved() | Pending() if not isinstance(event, DetailAnswered):
            return moves.look(order, ctx)
        case _ if not isinstance(event, DetailAnswered):
            return Next(order)
        case Approved() as approved:
            return moves.paid(order, approved, Reason.LATE, replace(ctx, attended=False))
        case Pending():  # PAY arrived late, or CANCEL took no effect: it could still be paid
            return moves.call_off(order, Reason.LATE, ctx)
        case NotSent() | Unknown():  # nothing was seen: this look does not count
            order = replace(order, plan=replace(order.plan, looks=max(0, order.plan.looks - 1)))
            return Next(moves.look_again(order, ctx))
        case _:
            looks = order.plan.looks
            watched = looks < len(ctx.rules.watch)
            due = ctx.now.mono + ctx.rules.watch[looks] if watched else NEVER
            return Next(replace(order, owed=watched, plan=replace(order.plan, unseen=0, due=due)))


def not_charged_woken(order: Order, _phase: NotCharged, _event: Woken, ctx: Context) -> Next:
    """Time for a look back."""
    return moves.ask(replace(order, plan=replace(order.plan, looks=order.plan.looks + 1)), ctx)


def unresolved_stated(order: Order, phase: Unresolved, event: DetailAnswered | Notified, ctx: Context) -> Next:
    """A person, the gateway, or a look now and then brought news of an order that was given up."""
    if isinstance(event, Notified):  # it may be old, and there may be more to it
        return moves.look(order, ctx)
    if not isinstance(event.outcome, NotSent | Unknown):
        order = replace(order, owed=False)
    match event.outcome:
        case Approved() as approved if order.released:
            return _unresolved_refund(order, phase, approved, ctx)
        case Approved() as approved if phase.why in LEFT_TO_A_PERSON:
            order = moves.learn(order, approved, ctx)
            if not order.left.minor:
                return moves.given_back(order, phase.why, ctx)
            return Next(_later(order, ctx), note="it is paid; a person has to settle it, or refund it")
        case Approved() as approved:
            return moves.paid(order, approved, phase.why, replace(ctx, attended=False))
        case Closed() if phase.paid:
            return moves.given_back(all_back(order, _last_refund(order)), phase.why, ctx)
        case Closed():
            return moves.not_charged(order, moves.verdict_of(phase.why), phase.why, ctx)
        case Declined() if not phase.paid:
            return moves.not_charged(order, Verdict.DECLINED, phase.why, ctx)
        case Pending() | Absent() if not phase.paid:  # the gateway answers again: close it, as it should have been
            return moves.call_off(order, phase.why, ctx)
        case _:
            return Next(_later(order, ctx), note="the gateway can't say yet")


def _unresolved_refund(order: Order, phase: Unresolved, approved: Approved, ctx: Context) -> Next:
    """It was the operator's refund of sold goods that could not be settled."""
    order, last = moves.learn(order, approved, ctx), _last_refund(order)
    if any(refund.id == last for refund in order.refunds):
        return moves.given_back(order, phase.why, ctx)
    if any(refund.id == last for refund in approved.open):
        return Next(_later(order, ctx), note="the gateway has the refund under way")
    if phase.way is Way.CANCEL:
        return Next(_later(order, ctx), note="the gateway has not said yet whether it was cancelled")
    return Next(moves.enter(order, moves.sold(order), ctx), note="the last refund of it was not done")


def _later(order: Order, ctx: Context) -> Order:
    """The next look at what is left to a person: tomorrow, and after thirty days in a week."""
    old = ctx.dated and (ctx.now.at - order.since).total_seconds() > ctx.rules.look_daily_for
    due = ctx.now.mono + (ctx.rules.look_seldom if old else ctx.rules.look_every)
    return replace(order, plan=replace(order.plan, due=due))


def _last_refund(order: Order) -> str:
    return moves.refund_id(order, order.refunds_asked)


def ended_notified(order: Order, _phase: Ended, event: Notified, ctx: Context) -> Next:
    """That it was paid is known. Other news, of a refund made elsewhere perhaps, are for DETAIL to confirm."""
    return Next(order) if moves.old_news(order, event) else moves.look(order, ctx)


def ended_stated(order: Order, phase: Ended, event: DetailAnswered, ctx: Context) -> Next:
    """DETAIL on what has ended: a refund made elsewhere is noted down and told, and what can't be is a fault."""
    match event.outcome:
        case NotSent() | Unknown() if order.owed:
            return Next(moves.look_again(order, ctx))
        case Approved() as approved if isinstance(phase, Settled) and phase.how is Settlement.NOTHING:
            return moves.paid(order, approved, Reason.LATE, replace(ctx, attended=False))
        case Approved() as approved:
            before = len(order.refunds)
            order = moves.learn(order, approved, ctx)
            told = tuple(moves.refunded(order, refund, Reason.ELSEWHERE, ctx) for refund in order.refunds[before:])
            if order.owed and approved.open:  # the news was of a refund that is under way yet
                return Next(moves.look_again(order, ctx), told)
            return Next(replace(order, owed=False), told)
        case Closed() if order.released and order.left.minor:
            order = all_back(replace(order, owed=False), f"{order.id}-closed")
            reason = "the gateway says closed: all of the money is back, and the goods are out"
            fault = SendResult(Topic.FAULT, ctx.now.at, order, {"part": "gateway", "reason": reason})
            return Next(order, (moves.refunded(order, order.refunds[-1], Reason.ELSEWHERE, ctx), fault))
        case _:
            return Next(replace(order, owed=False))


def inquire(order: Order, _phase: Phase, _event: InquiryWanted | Woken, ctx: Context) -> Next:
    """Ask the gateway: the operator wants it, or it is time for a look back."""
    return moves.ask(order, ctx)


def refund(
    order: Order, phase: Released | Unconfirmed | Unresolved | Settled, event: RefundWanted, ctx: Context
) -> Next:
    """The operator gives money back, all that is left or a part of it."""
    if isinstance(phase, Settled) and not order.released:
        return Next(order, note=f"a person has settled it as {phase.how}")
    if isinstance(phase, Unresolved) and order.released:
        return Next(order, note=UNSETTLED)
    if not order.paid_at:
        return Next(order, note="the gateway has not said that it was paid; inquire first")
    amount = event.amount or order.left
    if amount.currency != order.amount.currency or not 0 < amount.minor <= order.left.minor:
        return Next(order, note=f"between 0 and {order.left} can be refunded, not {amount}")
    if not order.released and amount != order.left:
        return Next(order, note=f"its goods never came out: refund all of it, {order.left}")
    return moves.give_back(order, Reason.OPERATOR, amount, ctx)


def cancel(order: Order, phase: Released | Unconfirmed | Unresolved, _event: CancelWanted, ctx: Context) -> Next:
    """The operator gives all of it back, on the day of payment by CANCEL, later by REFUND."""
    if isinstance(phase, Unresolved) and order.released:
        return Next(order, note=UNSETTLED)
    if order.refunds:
        return Next(order, note="partly refunded: a cancellation is for the whole; use refund")
    if isinstance(phase, Unresolved) and not phase.paid:
        return moves.call_off(order, Reason.OPERATOR, ctx)
    return moves.give_back(order, Reason.OPERATOR, order.amount, ctx)


def settle(order: Order, _phase: Unresolved | Unconfirmed, event: SettleWanted, ctx: Context) -> Next:
    """A person says what became of it. That nothing was paid is not believed of what the gateway says is paid."""
    if event.how is Settlement.NOTHING and order.paid_at:
        return Next(order, note="the gateway says that it was paid: settle it as released or as refunded")
    out = order.released and not moves.unsure(order)
    if event.how is Settlement.REFUNDED and out:
        return Next(order, note="its goods are out: settle it as released")
    order = moves.enter(order, Settled(event.how, event.reason), ctx)
    order = replace(order, released=out or event.how is Settlement.RELEASED)
    return Next(order, (SendResult(Topic.SETTLED, ctx.now.at, order, {"as": str(event.how), "reason": event.reason}),))
