"""The order's side once money has moved, or has not: release, giving back, and the ends. Handlers only.

Paid money ends in goods, or back with the shopper as DETAIL says, or after a day in `Unresolved`, for a person. The
table is in `transitions`.
"""

from dataclasses import replace

from kiosk.sale import moves
from kiosk.sale.commands import SendResult, Topic
from kiosk.sale.events import (
    CancelAnswered,
    DetailAnswered,
    Notified,
    PayAnswered,
    RefundAnswered,
    ReleaseAnswered,
    Woken,
)
from kiosk.sale.moves import Context, Next
from kiosk.sale.order import NEVER, AfterCrash, GivingBack, Order, Phase, Reason, Released, Releasing, Unconfirmed, Way
from kiosk.sale.outcome import Absent, Accepted, Approved, Closed, ConfirmedRefund, NotSent, Refused, Unknown

# --- Releasing, GivingBack -------------------------------------------------------------------------------------------


def release_answered(order: Order, _phase: Releasing, event: ReleaseAnswered, ctx: Context) -> Next:
    """The goods are out, or the money goes back."""
    if event.trouble is None:
        due = ctx.now.mono if order.owed else NEVER
        order = replace(moves.enter(order, Released(), ctx, due=due, owed=order.owed), released=True)
        return Next(order, (SendResult(Topic.RELEASE_DONE, ctx.now.at, order),))
    back = moves.give_back(order, Reason.JAM, order.amount, ctx)
    failed = SendResult(Topic.RELEASE_FAILED, ctx.now.at, order, {"reason": event.trouble})
    return Next(back.order, (failed, *back.commands))


def release_interrupted(order: Order, ctx: Context) -> Next:
    """The power went after the release was begun and before it answered: nobody knows whether the goods came out."""
    details = {"reason": "the power went during the release", "after_crash": str(ctx.rules.after_crash)}
    told = SendResult(Topic.RELEASE_UNCONFIRMED, ctx.now.at, order, details)
    match ctx.rules.after_crash:
        case AfterCrash.ASSUME_RELEASED:
            due = ctx.now.mono if order.owed else NEVER
            order = replace(moves.enter(order, Unconfirmed(), ctx, due=due, owed=order.owed), released=True)
            return Next(order, (replace(told, order=order),))
        case AfterCrash.ASK:
            then = moves.unresolved(order, Reason.UNCONFIRMED, ctx)
        case AfterCrash.REFUND:
            then = moves.give_back(order, Reason.UNCONFIRMED, order.amount, ctx)
    return Next(then.order, (told, *then.commands))


def releasing_woken(order: Order, phase: Releasing, _event: Woken, ctx: Context) -> Next:
    """The release never answered: we can't say that the goods came out, so the money goes back."""
    return release_answered(order, phase, ReleaseAnswered(order.id, "the release did not answer in time"), ctx)


def releasing_notified(order: Order, _phase: Releasing, event: Notified, _ctx: Context) -> Next:
    """Other news than that it is paid: DETAIL is asked once the goods are out."""
    return Next(order if moves.old_news(order, event) else replace(order, owed=True))


def giving_back_answered(order: Order, phase: GivingBack, event: CancelAnswered | RefundAnswered, ctx: Context) -> Next:
    """CANCEL or REFUND was answered. A CANCEL refused means REFUND; for all else DETAIL is asked."""
    match event.outcome:
        case Accepted(gateway_id):
            phase = replace(phase, refused=False, gateway_id=gateway_id or phase.gateway_id)
            return moves.ask(replace(order, phase=phase), ctx)
        case Refused() if phase.way is Way.CANCEL:
            phase = replace(phase, way=Way.REFUND)
            return moves.send_back(replace(order, phase=phase), phase)
        case Refused():
            return moves.ask(replace(order, phase=replace(phase, refused=True)), ctx)
        case Absent() | NotSent() | Unknown():
            return Next(moves.retry_later(order, ctx))


def giving_back_stated(order: Order, phase: GivingBack, event: DetailAnswered, ctx: Context) -> Next:
    """DETAIL says whether the money is back, under way, or whether the refund failed and another is to be made."""
    match event.outcome:
        case Closed():
            return moves.given_back(all_back(order, phase.refund_id), phase.why, ctx)
        case Approved() as approved:
            approved = named(approved, phase)
            order = moves.learn(order, approved, ctx)
            done = any(refund.id == phase.refund_id for refund in order.refunds)
            if done or not order.left.minor:
                return moves.given_back(order, phase.why, ctx)
            if phase.refund_id in approved.failed:
                return _once_more(order, phase, ctx)
            phase = replace(phase, open=_open(order, phase, approved))
            if phase.refused and not phase.open and order.released:
                return Next(moves.enter(order, moves.sold(order), ctx), note="the gateway refused the refund")
            if order.left.minor < phase.amount.minor:  # someone gave a part back elsewhere: the rest is to go back
                phase = replace(phase, amount=order.left)
            order = replace(order, phase=phase)
        case _:
            pass
    return Next(moves.retry_later(order, ctx))


def named(approved: Approved, phase: GivingBack) -> Approved:
    """A refund that DETAIL lists by the gateway's id alone is ours if that is the id it answered ours with."""

    def ours(refund: ConfirmedRefund) -> ConfirmedRefund:
        return replace(refund, id=phase.refund_id) if refund.gateway_id == phase.gateway_id else refund

    if not phase.gateway_id:
        return approved
    failed = tuple(phase.refund_id if one == phase.gateway_id else one for one in approved.failed)
    refunds, under_way = (tuple(ours(one) for one in listed) for listed in (approved.refunds, approved.open))
    return replace(approved, refunds=refunds, open=under_way, failed=failed)


def _open(order: Order, phase: GivingBack, approved: Approved) -> bool:
    """Whether it is under way, or what others have under way leaves too little for it."""
    under_way = sum(refund.amount.minor for refund in approved.open)
    ours = any(refund.id == phase.refund_id for refund in approved.open)
    return ours or (under_way > 0 and under_way + phase.amount.minor > order.left.minor)


def _once_more(order: Order, phase: GivingBack, ctx: Context) -> Next:
    """The refund failed: another one with a new id, three in all; then it is for a person."""
    failed = phase.failed + 1
    reason = f"refund {phase.refund_id} failed at the gateway"
    if failed < ctx.rules.refund_tries:
        number = order.refunds_asked + 1
        fresh = GivingBack(phase.why, phase.amount, Way.REFUND, moves.refund_id(order, number), failed=failed)
        again = replace(fresh, unsure=phase.unsure)
        order = replace(moves.enter(order, again, ctx, due=ctx.now.mono), refunds_asked=number)
        return moves.send_back(order, again)
    fault = SendResult(Topic.FAULT, ctx.now.at, order, {"part": "gateway", "reason": f"{reason}, the third one"})
    if order.released:
        return Next(moves.enter(order, moves.sold(order), ctx), (fault,), note=reason)
    left = moves.unresolved(order, Reason.REFUND_FAILED, ctx)
    return Next(left.order, (*left.commands, fault))


def all_back(order: Order, refund_id: str) -> Order:
    """The gateway says `closed`: what was left is back as well."""
    refund = ConfirmedRefund(refund_id, order.left)
    return replace(order, refunds=(*order.refunds, refund)) if order.left.minor else order


def giving_back_notified(order: Order, _phase: GivingBack, _event: Notified, ctx: Context) -> Next:
    """Something happened at the gateway; DETAIL says what."""
    return moves.ask(order, ctx)


def giving_back_woken(order: Order, phase: GivingBack, _event: Woken, ctx: Context) -> Next:
    """Alternate: ask whether it is back, and if not ask for it again, unless it is under way."""
    if moves.overdue(order, order.since, ctx):
        return moves.unresolved(order, phase.why, ctx, phase.way)
    return moves.ask(order, ctx) if phase.open or order.plan.asked % 2 else moves.send_back(order, phase)


def known(order: Order, _phase: Phase, event: PayAnswered | DetailAnswered | Notified, ctx: Context) -> Next:
    """News of an order whose course is set: what a success adds to it is noted down."""
    return Next(moves.learn(order, event.outcome, ctx) if isinstance(event.outcome, Approved) else order)
