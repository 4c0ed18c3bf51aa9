"""When the state wants to be woken: the caller keeps one timer, and re-arms it after each step."""

from kiosk.sale import troubles as tales
from kiosk.sale.order import NEVER, Awaiting, Order, Releasing
from kiosk.sale.state import Idle, InHand, Kiosk, OutOfService, Session


def order_due(order: Order) -> float:
    """When an order wants to be woken: monotonic seconds. A request under way is waited for, save by the release."""
    if isinstance(order.phase, Releasing):
        return order.plan.until
    if isinstance(order.phase, Awaiting):
        return order.plan.until if order.plan.busy else min(order.plan.due, order.plan.until)
    return NEVER if order.plan.busy else order.plan.due


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
