"""When the state wants to be woken: the caller keeps one timer, and re-arms it after each step."""

from kiosk.sale import troubles as tales
from kiosk.sale.order import NEVER, Awaiting, Order, Releasing
from kiosk.sale.state import Idle, InHand, Kiosk, OutOfService, Session


def order_due(order: Order) -> float:
    """When an order wants to be woken: monotonic seconds. A request under way is waited for, save by the release.

    What was notified is believed when DETAIL has had its time, whatever is under way.
    """
    plan = order.plan
    if isinstance(order.phase, Releasing):
        return plan.until
    due = NEVER if plan.busy else plan.due
    if isinstance(order.phase, Awaiting):
        due = min(due, plan.until)
    return min(due, plan.hint.until) if plan.hint else due


def session_due(session: Session) -> float:
    """When the shopper's screen is over: monotonic seconds."""
    match session:
        case Idle() | OutOfService():
            return NEVER
        case InHand(_, leave_at):
            return leave_at
        case _:
            return session.until


def next_wake(kiosk: Kiosk) -> float:
    """When `Woken` is due: monotonic seconds. The caller keeps one timer and re-arms it after each step."""
    probe = NEVER if kiosk.probing else kiosk.probe_due
    told = tales.due(kiosk.told, kiosk.rules)
    return min(probe, told, session_due(kiosk.session), *(order_due(order) for order in kiosk.orders.values()), NEVER)
