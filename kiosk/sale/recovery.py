"""Recovery: what a kiosk does about the orders it finds in its journal when it starts."""

from dataclasses import replace

from kiosk.sale.events import Moment
from kiosk.sale.fulfilment import release_interrupted
from kiosk.sale.machine import Step
from kiosk.sale.moves import Context, Next
from kiosk.sale.numbering import number_of
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
    Plan,
    Reason,
    Released,
    Releasing,
    Requested,
    Settled,
    Unconfirmed,
    Unresolved,
)
from kiosk.sale.state import Kiosk


def recover(kiosk: Kiosk, orders: tuple[Order, ...], now: Moment, newest: str | None = None) -> Step:
    """Take up the orders that the journal holds: nobody stands before the machine for them any more.

    What was being asked is asked again; what was shown or scanned is closed; a release that was begun and has no answer
    is settled as the operator chose (`Rules.after_crash`). The plan of each is made anew, for monotonic time begins
    with the process. The next order's id is greater than `newest`, the id of the order that was made last, whatever the
    clock has done since.
    """
    context = Context(now, kiosk.rules, attended=False)
    taken = [_take_up(order, context) for order in orders]
    kept = {moved.order.id: moved.order for moved in taken if moved.order.plan.due != NEVER or moved.order.plan.busy}
    commands = tuple(command for moved in taken for command in moved.commands)
    changed = tuple(moved.order for before, moved in zip(orders, taken, strict=True) if before != moved.order)
    last_id = number_of(newest) if newest else kiosk.last_id
    return Step(replace(kiosk, orders={**kiosk.orders, **kept}, last_id=last_id), commands, changed=changed)


def _take_up(order: Order, context: Context) -> Next:
    now = context.now
    at_once = Plan(due=now.mono)
    match order.phase:
        case Requested() | Awaiting():
            return Next(replace(order, phase=Closing(Reason.RESTARTED), since=now.at, plan=at_once))
        case Closing() | Cancelling() | Confirming():
            return Next(replace(order, plan=at_once))
        case GivingBack():  # DETAIL first: the refund may be done, and the gateway may have forgotten its id
            return Next(replace(order, plan=Plan(due=now.mono, asked=1)))
        case Releasing():
            return release_interrupted(replace(order, plan=Plan()), context)
        case Released() | Unconfirmed() | GivenBack() | NotCharged() | Settled():  # a look at it may be owed
            return Next(replace(order, plan=at_once if order.owed else Plan()))
        case Unresolved():
            return Next(replace(order, plan=at_once))
