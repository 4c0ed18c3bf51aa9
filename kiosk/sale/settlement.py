"""The order's side once money has moved, or has not: release, giving back, and the ends. Handlers only.

Paid money ends in goods, or back with the shopper as DETAIL says, or after a day in `Unresolved`, for a person. The
table is in `transitions`.
"""

from dataclasses import replace

from kiosk.sale import moves
from kiosk.sale.commands import Report, Topic
from kiosk.sale.events import (
    CancelAnswered,
    CancelWanted,
    DetailAnswered,
    InquiryWanted,
    Notified,
    PayAnswered,
    RefundAnswered,
    RefundWanted,
    ReleaseAnswered,
    Woken,
)
from kiosk.sale.moves import Context, Next
from kiosk.sale.order import (
    NEVER,
    GivingBack,
    NotCharged,
    Order,
    Phase,
    Refund,
    Released,
    Releasing,
    Unresolved,
    Verdict,
    Way,
    Why,
)
from kiosk.sale.outcome import (
    Absent,
    Accepted,
    Approved,
    Closed,
    Declined,
    NotSent,
    Refused,
    Unknown,
)

# --- Releasing, GivingBack -------------------------------------------------------------------------------------------


def release_answered(order: Order, _phase: Releasing, event: ReleaseAnswered, ctx: Context) -> Next:
    """The goods are out, or the money goes back."""
    if event.trouble is None:
        order = replace(moves.enter(order, Released(), ctx), released=True)
        return Next(order, (Report(Topic.RELEASE_DONE, ctx.now.at, order),))
    back = moves.give_back(order, Why.JAM, order.amount, ctx)
    failed = Report(Topic.RELEASE_FAILED, ctx.now.at, order, {"reason": event.trouble})
    return Next(back.order, (failed, *back.commands))


def releasing_woken(order: Order, phase: Releasing, _event: Woken, ctx: Context) -> Next:
    """The release never answered: we can't say that the goods came out, so the money goes back."""
    return release_answered(order, phase, ReleaseAnswered(order.id, "the release did not answer in time"), ctx)


def giving_back_answered(order: Order, phase: GivingBack, event: CancelAnswered | RefundAnswered, ctx: Context) -> Next:
    """CANCEL or REFUND was answered. A CANCEL refused means REFUND; for all else DETAIL is asked."""
    match event.outcome:
        case Accepted():
            return moves.ask(replace(order, phase=replace(phase, refused=False)), ctx)
        case Refused() if phase.way is Way.CANCEL:
            phase = replace(phase, way=Way.REFUND)
            return moves.send_back(replace(order, phase=phase), phase)
        case Refused():
            return moves.ask(replace(order, phase=replace(phase, refused=True)), ctx)
        case Absent() | NotSent() | Unknown():
            return Next(moves.later(order, ctx))


def giving_back_stated(order: Order, phase: GivingBack, event: DetailAnswered, ctx: Context) -> Next:
    """DETAIL says whether the money is back; if it is not, the same refund is asked for again."""
    match event.outcome:
        case Closed():
            return moves.given_back(_all_back(order, phase.refund_id), phase.why, ctx)
        case Approved() as approved:
            order = moves.learn(order, approved, ctx)
            done = any(refund.id == phase.refund_id for refund in order.refunds)
            if done or not order.left.minor:
                return moves.given_back(order, phase.why, ctx)
            if phase.refused and order.released:
                return Next(moves.enter(order, Released(), ctx), note="the gateway refused the refund")
            if order.left.minor < phase.amount.minor:  # someone gave a part back elsewhere: the rest is to go back
                order = replace(order, phase=replace(phase, amount=order.left))
        case _:
            pass
    return Next(moves.later(order, ctx))


def _all_back(order: Order, refund_id: str) -> Order:
    """The gateway says `closed`: what was left is back as well."""
    refund = Refund(refund_id, order.left)
    return replace(order, refunds=(*order.refunds, refund)) if order.left.minor else order


def giving_back_notified(order: Order, _phase: GivingBack, _event: Notified, ctx: Context) -> Next:
    """Something happened at the gateway; DETAIL says what."""
    return moves.ask(order, ctx)


def giving_back_woken(order: Order, phase: GivingBack, _event: Woken, ctx: Context) -> Next:
    """Alternate: ask whether it is back, and if not ask for it again."""
    if moves.overdue(order, order.since, ctx):
        return moves.unresolved(order, phase.why, ctx)
    return moves.ask(order, ctx) if order.plan.asked % 2 else moves.send_back(order, phase)


# --- the ends --------------------------------------------------------------------------------------------------------


def not_charged_stated(
    order: Order, _phase: NotCharged, event: DetailAnswered | Notified | PayAnswered, ctx: Context
) -> Next:
    """A success that comes late is given back, once DETAIL has confirmed it."""
    match event.outcome:
        case Approved() as approved if isinstance(event, DetailAnswered):
            return moves.paid(order, approved, Why.LATE, replace(ctx, attended=False))
        case Approved():
            return moves.ask(order, ctx)
        case NotSent() | Unknown() if isinstance(event, DetailAnswered):  # nothing was seen: this look does not count
            plan = replace(order.plan, asked=max(0, order.plan.asked - 1), due=ctx.now.mono + ctx.rules.longest_pause)
            return Next(replace(order, plan=plan))
        case _ if isinstance(event, DetailAnswered):
            looks = order.plan.asked
            due = ctx.now.mono + ctx.rules.watch[looks] if looks < len(ctx.rules.watch) else NEVER
            return Next(replace(order, plan=replace(order.plan, due=due)))
        case _:
            return Next(order)


def unresolved_stated(order: Order, phase: Unresolved, event: DetailAnswered | Notified, ctx: Context) -> Next:
    """A person, or the gateway, brought news of an order that was given up. A NOTIFICATION of a success may be old."""
    match event.outcome:
        case Approved() if isinstance(event, Notified):
            return moves.ask(order, ctx)
        case Approved() as approved if order.released:  # it was the operator's refund that could not be settled
            order = moves.learn(order, approved, ctx)
            if any(refund.id == _last_refund(order) for refund in order.refunds):
                return moves.given_back(order, phase.why, ctx)
            return Next(moves.enter(order, Released(), ctx), note="the last refund of it was not done")
        case Approved() as approved:
            return moves.paid(order, approved, phase.why, replace(ctx, attended=False))
        case Closed() if phase.paid:
            return moves.given_back(_all_back(order, _last_refund(order)), phase.why, ctx)
        case Closed():
            return moves.not_charged(order, moves.verdict_of(phase.why), phase.why, ctx)
        case Declined() if not phase.paid:
            return moves.not_charged(order, Verdict.DECLINED, phase.why, ctx)
        case _:
            return Next(order, note="the gateway can't say yet")


def _last_refund(order: Order) -> str:
    return moves.refund_id(order, order.refunds_asked)


def known(order: Order, _phase: Phase, event: PayAnswered | DetailAnswered | Notified, ctx: Context) -> Next:
    """News of an order whose course is set: what a success adds to it is noted down."""
    return Next(moves.learn(order, event.outcome, ctx) if isinstance(event.outcome, Approved) else order)


def inquire(order: Order, _phase: Phase, _event: InquiryWanted | Woken, ctx: Context) -> Next:
    """Ask the gateway: the operator wants it, or it is time for a look back."""
    return moves.ask(order, ctx)


def refund(order: Order, _phase: Released | Unresolved, event: RefundWanted, ctx: Context) -> Next:
    """The operator gives money back, all that is left or a part of it."""
    if not order.paid_at:
        return Next(order, note="the gateway has not said that it was paid; inquire first")
    amount = event.amount or order.left
    if amount.currency != order.amount.currency or not 0 < amount.minor <= order.left.minor:
        return Next(order, note=f"between 0 and {order.left} can be refunded, not {amount}")
    if not order.released and amount != order.left:
        return Next(order, note=f"its goods never came out: refund all of it, {order.left}")
    return moves.give_back(order, Why.OPERATOR, amount, ctx)


def cancel(order: Order, phase: Released | Unresolved, _event: CancelWanted, ctx: Context) -> Next:
    """The operator gives all of it back, on the day of payment by CANCEL, later by REFUND."""
    if order.refunds:
        return Next(order, note="partly refunded: a cancellation is for the whole; use refund")
    if isinstance(phase, Unresolved) and not phase.paid:
        return moves.call_off(order, Why.OPERATOR, ctx)
    return moves.give_back(order, Why.OPERATOR, order.amount, ctx)
