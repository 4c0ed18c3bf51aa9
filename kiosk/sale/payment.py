"""The order's side until it is paid or closed: PAY, the wait for the shopper, and CANCEL. Handlers only.

Every way through here ends, by the trade's schedule (gateway/README.md): PAY is sent once and asked after with
DETAIL; what stays in doubt is cancelled; and after CANCEL, DETAIL has the last word. The table is in `transitions`.
"""

from dataclasses import replace

from kiosk.sale import hints, moves
from kiosk.sale.commands import Cancel, Pay, SendResult, Topic
from kiosk.sale.events import CancelAnswered, CancelWanted, DetailAnswered, GaveUp, Notified, PayAnswered, Woken
from kiosk.sale.moves import Context, Next
from kiosk.sale.order import Awaiting, Cancelling, Closing, Confirming, Order, Product, Reason, Requested, Verdict
from kiosk.sale.outcome import (
    Absent,
    Accepted,
    Approved,
    Closed,
    Declined,
    DetailOutcome,
    NotSent,
    Pending,
    Refused,
    Unknown,
)

# --- Requested -------------------------------------------------------------------------------------------------------


def pay_answered(order: Order, phase: Requested, event: PayAnswered, ctx: Context) -> Next:
    """PAY was answered: money, a code to show, a refusal, or doubt."""
    match event.outcome:
        case Approved() | Declined() | Closed() as stated:
            return _stated(order, stated, phase.close or Reason.LATE, ctx)
        case Refused() if order.product is Product.PAYMENT_CODE:  # a code that is used up, too old or none at all
            return moves.not_charged(order, Verdict.DECLINED, None, ctx)
        case Refused(reason):
            ended = moves.not_charged(order, Verdict.NOT_SENT, None, ctx)
            fault = SendResult(Topic.FAULT, ctx.now.at, order, {"part": "gateway", "reason": f"PAY refused: {reason}"})
            return Next(ended.order, (*ended.commands, fault))
        case NotSent():
            if phase.close or order.plan.asked >= ctx.rules.pay_tries:
                return moves.not_charged(order, Verdict.NOT_SENT, phase.close, ctx)
            return Next(replace(order, plan=replace(order.plan, due=ctx.now.mono + ctx.rules.pay_retry)))
        case Pending(gateway_id, code):
            order = replace(order, gateway_id=order.gateway_id or gateway_id)
            if phase.close:
                return moves.close(order, phase.close, ctx)
            if code and order.product is not Product.PAYMENT_CODE:
                due = ctx.now.mono + (0.0 if order.plan.hint else ctx.rules.first_ask_shown)
                return Next(moves.enter(order, Awaiting(code), ctx, due=due, until=order.plan.until))
            return _doubt(order, phase, ctx)
        case Unknown():
            return _doubt(order, phase, ctx)


def _doubt(order: Order, phase: Requested, ctx: Context) -> Next:
    """The result is unknown.

    A scanned code may have been charged, so DETAIL is asked for a while. A code that was never shown can't have been
    paid, so that order is closed as soon as PAY can have arrived.
    """
    pause = 0.0 if order.plan.hint else ctx.rules.first_ask
    if phase.close or order.product is not Product.PAYMENT_CODE:
        return moves.close(order, phase.close or Reason.UNANSWERED, ctx, after=pause)
    due, until = ctx.now.mono + pause, ctx.now.mono + ctx.rules.ask_for
    return Next(moves.enter(order, Awaiting(), ctx, due=due, until=until))


def requested_notified(order: Order, phase: Requested, event: Notified, ctx: Context) -> Next:
    """A NOTIFICATION overtook PAY's own answer."""
    if not hints.believed(event, ctx):
        return hints.heard(order, event, ctx)
    return _stated(order, event.outcome, phase.close or Reason.LATE, ctx)


def requested_woken(order: Order, phase: Requested, _event: Woken, ctx: Context) -> Next:
    """PAY could not be sent: the same order once more. Or PAY is not answered, and a NOTIFICATION is believed."""
    if notified := hints.ripe(order, ctx):
        return requested_notified(order, phase, notified, ctx)
    return moves.begin(order, Pay(order, order.plan.code))


def requested_gave_up(order: Order, _phase: Requested, event: GaveUp | CancelWanted, ctx: Context) -> Next:
    """Closed before PAY was answered: as soon as it is, or at once if it never left."""
    why = event.why if isinstance(event, GaveUp) else Reason.OPERATOR
    if order.plan.busy:
        return Next(replace(order, phase=Requested(close=why)))
    return moves.not_charged(order, Verdict.NOT_SENT, why, ctx)


# --- Awaiting, Closing -----------------------------------------------------------------------------------------------


def _stated(order: Order, outcome: DetailOutcome, why: Reason, ctx: Context) -> Next:
    """What the gateway states about an order that it has not been asked to cancel."""
    match outcome:
        case Approved() as approved:
            return moves.paid(order, approved, why, ctx)
        case Declined():
            return moves.not_charged(order, Verdict.DECLINED, None, ctx)
        case Closed():
            verdict = Verdict.EXPIRED if why is Reason.LATE else moves.verdict_of(why)
            return moves.not_charged(order, verdict, None if why is Reason.LATE else why, ctx)
        case Pending() | Absent() | NotSent() | Unknown():
            return Next(order)


def awaiting_stated(order: Order, _phase: Awaiting, event: DetailAnswered | Notified, ctx: Context) -> Next:
    """DETAIL or a NOTIFICATION: the end, or the next question."""
    if hinted := hints.unheard(order, event, ctx):
        return hinted
    order = hints.without(order)
    moved = _stated(order, event.outcome, Reason.LATE, ctx)
    if not isinstance(moved.order.phase, Awaiting):
        return moved
    if isinstance(event, Notified):  # something happened at the gateway; DETAIL says what
        return moves.ask(order, ctx)
    absent = order.plan.absent + 1 if isinstance(event.outcome, Absent) else 0
    if absent >= ctx.rules.absent_enough:
        return moves.call_off(order, Reason.UNANSWERED, ctx)
    plan = replace(order.plan, absent=absent, due=ctx.now.mono + ctx.rules.ask_every)
    return Next(replace(order, plan=plan), note=moved.note)


def awaiting_woken(order: Order, phase: Awaiting, _event: Woken, ctx: Context) -> Next:
    """Time to ask, or time is over."""
    if notified := hints.ripe(order, ctx):
        return awaiting_stated(order, phase, notified, ctx)
    if ctx.now.mono >= order.plan.until:
        return moves.close(order, Reason.EXPIRED if phase.code else Reason.UNANSWERED, ctx)
    return moves.ask(order, ctx)


def awaiting_gave_up(order: Order, _phase: Awaiting, event: GaveUp | CancelWanted, ctx: Context) -> Next:
    """Close it; if it was paid in this very moment, DETAIL will say so."""
    return moves.close(order, event.why if isinstance(event, GaveUp) else Reason.OPERATOR, ctx)


def closing_stated(order: Order, phase: Closing, event: DetailAnswered | Notified, ctx: Context) -> Next:
    """The last DETAIL before CANCEL. Without a connection it is asked again: CANCEL would not get through either."""
    if hinted := hints.unheard(order, event, ctx):
        return hinted
    order = hints.without(order)
    moved = _stated(order, event.outcome, phase.why, ctx)
    if not isinstance(moved.order.phase, Closing) or isinstance(event, Notified):
        return moved
    if isinstance(event.outcome, NotSent):
        return Next(moves.retry_later(order, ctx))
    return moves.call_off(order, phase.why, ctx)


def closing_woken(order: Order, phase: Closing, _event: Woken, ctx: Context) -> Next:
    """Ask, unless a day has passed."""
    if notified := hints.ripe(order, ctx):
        return closing_stated(order, phase, notified, ctx)
    if moves.overdue(order, order.created_at, ctx):
        return moves.unresolved(order, phase.why, ctx)
    return moves.ask(order, ctx)


# --- Cancelling, Confirming ------------------------------------------------------------------------------------------


def cancel_answered(order: Order, phase: Cancelling, event: CancelAnswered, ctx: Context) -> Next:
    """Whatever CANCEL says, DETAIL has the last word; also where what it says is about another order."""
    match event.outcome:
        case Accepted() | Refused() | Absent() | Unknown(contradicts=True):
            return moves.confirm(order, phase.why, ctx)
        case NotSent() | Unknown():
            return Next(moves.retry_later(order, ctx))


def cancelling_woken(order: Order, phase: Cancelling, _event: Woken, ctx: Context) -> Next:
    """CANCEL again."""
    if moves.overdue(order, order.created_at, ctx):
        return moves.unresolved(order, phase.why, ctx)
    return moves.begin(order, Cancel(order))


def confirming_stated(order: Order, phase: Confirming, event: DetailAnswered | Notified, ctx: Context) -> Next:
    """Where the money is after CANCEL. A success is given back, never honoured: the CANCEL may yet take effect."""
    if isinstance(event, Notified):  # DETAIL is to say so too
        return moves.ask(order, ctx)
    match event.outcome:
        case Approved() as approved:
            return moves.paid(order, approved, phase.why, replace(ctx, attended=False))
        case Declined():
            return moves.not_charged(order, Verdict.DECLINED, phase.why, ctx)
        case Closed():
            return moves.not_charged(order, moves.verdict_of(phase.why), phase.why, ctx)
        case Absent():
            absent = order.plan.absent + 1
            if absent >= ctx.rules.absent_enough and not moves.chargeable(order, ctx):
                return moves.not_charged(order, moves.verdict_of(phase.why), phase.why, ctx)
            plan = replace(order.plan, absent=absent, due=ctx.now.mono + ctx.rules.ask_every)
            return Next(replace(order, plan=plan))
        case Pending():
            again = order.plan.asked >= ctx.rules.absent_enough and not moves.expired(order.created_at, ctx)
            if again:  # CANCEL was refused, or overtook PAY
                return moves.call_off(order, phase.why, ctx)
            return Next(moves.retry_later(order, ctx))
        case NotSent() | Unknown():
            return Next(moves.retry_later(order, ctx))


def confirming_woken(order: Order, phase: Confirming, _event: Woken, ctx: Context) -> Next:
    """Ask again, for a day."""
    if moves.overdue(order, order.created_at, ctx):
        return moves.unresolved(order, phase.why, ctx)
    return moves.ask(order, ctx)
