"""How an order moves: the few things that can be done with it, each as the next order and its commands.

An order has at most one request under way (`plan.busy`), so an answer that counts is to the last thing asked.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kiosk.sale.commands import Cancel, Command, Inquire, Pay, Refund, Release, SendResult, Topic
from kiosk.sale.events import Moment, Notified
from kiosk.sale.money import Amount
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
    Unconfirmed,
    Unresolved,
    Verdict,
    Way,
)
from kiosk.sale.outcome import Approved, ConfirmedRefund
from kiosk.sale.rules import Rules

_REQUESTS = {Pay: Request.PAY, Inquire: Request.DETAIL, Cancel: Request.CANCEL, Refund: Request.REFUND}


@dataclass(frozen=True, slots=True)
class Context:
    """What an order needs to know: the time, the rules, and whether its shopper still stands before the machine.

    `dated`: `now.at` can be trusted. A machine that woke in the past or the future calls no order old.
    """

    now: Moment
    rules: Rules
    attended: bool
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Next:
    """The order as it is now, and what is to be done. `note` says why something asked for is not done."""

    order: Order
    commands: tuple[Command, ...] = ()
    note: str = ""


def enter(
    order: Order, phase: Phase, ctx: Context, *, due: float = NEVER, until: float = NEVER, owed: bool = False
) -> Order:
    """Begin a phase: its record says since when, its plan begins anew; a request under way stays under way."""
    before = order.plan
    hint = before.hint if isinstance(phase, Awaiting | Closing) else None
    plan = Plan(due=due, until=until, last=before.last, busy=before.busy, doubted=before.doubted, hint=hint)
    return replace(order, phase=phase, since=ctx.now.at, owed=owed, plan=plan)


def retry_later(order: Order, ctx: Context) -> Order:
    """Plan the next request after a growing pause: 3 s, 6 s, 12 s ... at most `longest_pause`."""
    pause = min(ctx.rules.ask_every * 2 ** min(order.plan.asked, 16), ctx.rules.longest_pause)
    return replace(order, plan=replace(order.plan, due=ctx.now.mono + pause))


def begin(order: Order, command: Pay | Inquire | Cancel | Refund) -> Next:
    """Send a request: nothing else goes out for this order before it is answered."""
    plan = replace(order.plan, busy=_REQUESTS[type(command)], due=NEVER, asked=order.plan.asked + 1)
    return Next(replace(order, plan=plan), (command,))


def ask(order: Order, ctx: Context) -> Next:
    """Ask DETAIL now, or as soon as the request under way and the pause between two DETAILs allow."""
    soonest = order.plan.last + ctx.rules.ask_every
    if order.plan.busy or ctx.now.mono < soonest:
        return Next(replace(order, plan=replace(order.plan, due=max(soonest, ctx.now.mono))))
    return begin(replace(order, plan=replace(order.plan, last=ctx.now.mono)), Inquire(order))


def look(order: Order, ctx: Context) -> Next:
    """Ask DETAIL about an order that has ended. The debt is in its record before anybody is told that it was taken."""
    return ask(replace(order, owed=True), ctx)


def look_again(order: Order, ctx: Context) -> Order:
    """A look brought nothing to be seen: once more after a growing pause, 3 s, 6 s, 12 s ... at most a day."""
    unseen = order.plan.unseen + 1
    pause = min(ctx.rules.ask_every * 2 ** min(unseen, 20), ctx.rules.look_every)
    return replace(order, plan=replace(order.plan, unseen=unseen, due=ctx.now.mono + pause))


def chargeable(order: Order, ctx: Context) -> bool:
    """Whether the code's own life is not over: until then, "does not exist" is no proof that nothing will be charged.

    A code that was never shown can be paid by nobody. By a clock that is behind the order's nothing can be said.
    """
    life = timedelta(seconds=ctx.rules.scanned_life)
    if not -life < ctx.now.at - order.created_at:
        return False
    if order.product is Product.PAYMENT_CODE:
        return ctx.now.at < order.created_at + life
    return order.gateway_id is not None and ctx.now.at < order.expire_at


def overdue(order: Order, since: datetime, ctx: Context) -> bool:
    """Whether the machine has tried for so long, and often enough, that a person has to look."""
    return order.plan.asked >= ctx.rules.tries_enough and expired(since, ctx)


def expired(since: datetime, ctx: Context) -> bool:
    """Whether `since` is longer ago than the machine may try, by a clock that can be trusted."""
    return ctx.dated and ctx.now.at - since > timedelta(seconds=ctx.rules.give_up)


def learn(order: Order, approved: Approved, ctx: Context) -> Order:
    """Note down what a verified success tells of an order. It may be old: a refund once confirmed stays."""
    known = {refund.id for refund in order.refunds}
    return replace(
        order,
        gateway_id=order.gateway_id or approved.gateway_id,
        paid_at=order.paid_at or approved.paid_at or ctx.now.at,
        refunds=order.refunds + tuple(refund for refund in approved.refunds if refund.id not in known),
    )


def old_news(order: Order, event: Notified) -> bool:
    """Whether a NOTIFICATION says of a paid order what is known: that it was paid, and which refunds there are."""
    known = {refund.id for refund in order.refunds}
    match event.outcome:
        case Approved(refunds=refunds, open=under_way):
            return not under_way and all(refund.id in known for refund in refunds)
        case _:
            return False


def paid(order: Order, approved: Approved, why: Reason, ctx: Context) -> Next:
    """A verified success. The goods are for a shopper who still waits; otherwise the money goes back."""
    told = () if order.paid_at else (SendResult(Topic.PAID, ctx.now.at, learn(order, approved, ctx)),)
    order = learn(order, approved, ctx)
    if not order.left.minor:
        back = given_back(order, why, ctx)
        return Next(back.order, (*told, *back.commands))
    if ctx.attended:
        order = enter(order, Releasing(), ctx, until=ctx.now.mono + ctx.rules.release)
        return Next(order, (*told, Release(order)))
    back = give_back(order, why, order.left, ctx, approved)
    return Next(back.order, (*told, *back.commands))


def not_charged(order: Order, verdict: Verdict, why: Reason | None, ctx: Context) -> Next:
    """The end without money. It is looked at a few times more, unless PAY never left; at once, if a NOTIFICATION came.

    One that ends so again, after a look found it open (`Reason.LATE`), was reported the first time.
    """
    sent = verdict is not Verdict.NOT_SENT or order.plan.hint is not None
    pause = 0.0 if order.plan.hint else ctx.rules.watch[0]
    due = ctx.now.mono + pause if sent else NEVER
    order = enter(order, NotCharged(verdict, why), ctx, due=due, owed=sent)
    if why is Reason.LATE:
        return Next(order)
    topic = {Verdict.DECLINED: Topic.DECLINED, Verdict.EXPIRED: Topic.EXPIRED}.get(verdict, Topic.CANCELLED)
    details = {"reason": str(why or verdict)}
    return Next(order, (SendResult(topic, ctx.now.at, order, details),))


def close(order: Order, why: Reason, ctx: Context, *, after: float = 0.0) -> Next:
    """Begin to close: ask DETAIL for the last time, now or `after` seconds."""
    order = enter(order, Closing(why), ctx, due=ctx.now.mono + after)
    return Next(order) if after else ask(order, ctx)


def call_off(order: Order, why: Reason, ctx: Context) -> Next:
    """Send CANCEL."""
    order = enter(order, Cancelling(why), ctx, due=ctx.now.mono)
    return Next(order) if order.plan.busy else begin(order, Cancel(order))


def confirm(order: Order, why: Reason, ctx: Context) -> Next:
    """CANCEL was answered: ask DETAIL where the money is."""
    return ask(enter(order, Confirming(why), ctx), ctx)


def give_back(order: Order, why: Reason, amount: Amount, ctx: Context, said: Approved | None = None) -> Next:
    """CANCEL on the day of payment if all of it goes back, REFUND otherwise (gateway/README.md has the cut-off).

    A refund that was asked for, and of which DETAIL (`said`) does not say that it failed, is still that refund: it
    keeps its id, and while it is under way nothing is asked for again. Of sold goods each refund is a new one.
    """
    same_day = (order.paid_at or order.created_at).astimezone(ctx.now.at.tzinfo).date() == ctx.now.at.date()
    listed = said.refunds + said.open if said else order.refunds
    way = Way.CANCEL if same_day and amount == order.amount and not listed else Way.REFUND
    number = order.refunds_asked
    known = refund_id(order, number)
    over = any(refund.id == known for refund in order.refunds) or (said is not None and known in said.failed)
    if not number or order.released or over:
        number += 1
    open_now, doubt = bool(said and said.open), unsure(order)
    phase = GivingBack(why, amount, way, refund_id(order, number), open=open_now, unsure=doubt)
    order = replace(enter(order, phase, ctx, due=ctx.now.mono), refunds_asked=number)
    if phase.open:
        return Next(retry_later(order, ctx))
    return Next(order) if order.plan.busy else send_back(order, phase)


def refund_id(order: Order, number: int) -> str:
    """The id of an order's refund, counted from 1: known to the gateway, which does no refund twice."""
    return f"{order.id}R{number}"


def send_back(order: Order, phase: GivingBack) -> Next:
    """Ask the gateway to give the money back, the way the phase says."""
    return begin(order, Cancel(order) if phase.way is Way.CANCEL else Refund(order))


def given_back(order: Order, why: Reason, ctx: Context) -> Next:
    """The money is back, says DETAIL. What is left of an order that never brought goods stays open."""
    end = sold(order) if order.released else Unresolved(why, paid=True) if order.left.minor else GivenBack(why)
    order = enter(order, end, ctx)
    return Next(order, (refunded(order, order.refunds[-1] if order.refunds else None, why, ctx),))


def unsure(order: Order) -> bool:
    """Whether its goods came out is not known, and nobody has said so yet."""
    phase = order.phase
    return isinstance(phase, Unconfirmed) or (isinstance(phase, GivingBack | Unresolved) and phase.unsure)


def sold(order: Order) -> Released | Unconfirmed:
    """The end of an order whose goods are out, or taken as out; while money of that is kept, a person has to say."""
    return Unconfirmed() if unsure(order) and order.left.minor else Released()


def refunded(order: Order, refund: ConfirmedRefund | None, why: Reason, ctx: Context) -> SendResult:
    """Tell that money is back with the shopper, in all so much of this order by now."""
    details = {"reason": str(why), "refunded": str(order.refunded.minor)}
    return SendResult(Topic.REFUNDED, ctx.now.at, order, details | ({"refund_id": refund.id} if refund else {}))


def unresolved(order: Order, why: Reason, ctx: Context, way: Way | None = None) -> Next:
    """The end for the machine, which goes on asking now and then: a person has to look."""
    phase = Unresolved(why, paid=order.paid_at is not None, way=way, unsure=unsure(order))
    order = enter(order, phase, ctx, due=ctx.now.mono + ctx.rules.look_every)
    return Next(order, (SendResult(Topic.UNRESOLVED, ctx.now.at, order, {"reason": str(why)}),))


def verdict_of(why: Reason) -> Verdict:
    """How an order that was closed because of `why` ended."""
    return Verdict.EXPIRED if why is Reason.EXPIRED else Verdict.CANCELLED
