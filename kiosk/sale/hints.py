"""NOTIFICATIONs as hints, for an order that is not known to be paid: DETAIL is asked at once, and what it says is done.

A signed text does not always have one reading, so a NOTIFICATION alone releases nothing. One that can be read in one
way only is kept, and believed where DETAIL can't be had within `Rules.confirm_within`. Handlers only.
"""

from dataclasses import replace

from kiosk.sale import moves
from kiosk.sale.events import DetailAnswered, Notified
from kiosk.sale.moves import Context, Next
from kiosk.sale.order import Order, Requested
from kiosk.sale.outcome import Approved, Closed, Declined, Hint, NotSent, Trust, Unknown


def believed(event: Notified, ctx: Context) -> bool:
    """Whether its word counts as DETAIL's does."""
    return event.trust is Trust.CONFIRMED or (event.trust is Trust.SIGNED and not ctx.rules.confirm_notifications)


def heard(order: Order, event: Notified, ctx: Context) -> Next:
    """Ask DETAIL, now or as soon as the request under way is answered, and remember what it is asked about.

    Of an order whose PAY was not answered, nothing can be asked yet.
    """
    if isinstance(event.outcome, Unknown):
        return Next(order)
    if event.trust is Trust.SIGNED and isinstance(event.outcome, Approved | Declined | Closed):
        hint = Hint(event.outcome, ctx.now.mono, ctx.now.mono + ctx.rules.confirm_within)
        order = replace(order, plan=replace(order.plan, hint=hint))
    return Next(order) if isinstance(order.phase, Requested) else moves.ask(order, ctx)


def ripe(order: Order, ctx: Context) -> Notified | None:
    """The hint as something to be believed, once DETAIL has had its time."""
    hint = order.plan.hint
    return Notified(order.id, hint.outcome, Trust.CONFIRMED) if hint and ctx.now.mono >= hint.until else None


def unheard(order: Order, event: DetailAnswered | Notified, ctx: Context) -> Next | None:
    """Ask DETAIL (again) where this is a hint, no answer, or one from before the NOTIFICATION. None: its word counts.

    A DETAIL that was had and says something else settles the hint: only DETAIL is believed from then on.
    """
    if isinstance(event, Notified):
        return None if believed(event, ctx) else heard(order, event, ctx)
    hint = order.plan.hint
    if hint is None:
        return None
    if isinstance(event.outcome, Approved | Declined | Closed):
        return None
    silent = isinstance(event.outcome, NotSent) or (
        isinstance(event.outcome, Unknown) and not event.outcome.contradicts
    )
    return moves.ask(order, ctx) if silent or order.plan.last < hint.at else None


def without(order: Order) -> Order:
    """The order, with nothing notified of it left to be heard."""
    return replace(order, plan=replace(order.plan, hint=None))
