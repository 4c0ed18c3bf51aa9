"""An answer of the gateway before it counts: whether it is waited for, and what of it is believed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from kiosk.sale.events import CancelAnswered, DetailAnswered, Notified, OrderEvent, PayAnswered, RefundAnswered
from kiosk.sale.order import Order, Product, Request
from kiosk.sale.outcome import Approved, Outcome, Pending, Unknown

_ANSWERS: dict[type, Request] = {
    PayAnswered: Request.PAY,
    DetailAnswered: Request.DETAIL,
    CancelAnswered: Request.CANCEL,
    RefundAnswered: Request.REFUND,
}
T = TypeVar("T", bound=Outcome)


def awaited(order: Order, event: OrderEvent) -> bool:
    """An answer counts once, and only to the request under way."""
    request = _ANSWERS.get(type(event))
    return request is None or order.plan.busy is request


def arrived(order: Order, event: OrderEvent, orders: Mapping[str, Order]) -> tuple[Order, OrderEvent]:
    """An answer frees the order for the next request; what is believed of it is about this very order and amount."""
    if type(event) in _ANSWERS:
        order = replace(order, plan=replace(order.plan, busy=None))
    match event:
        case PayAnswered():
            event = replace(event, outcome=_believed(event.outcome, order, orders))
        case DetailAnswered() | Notified():
            event = replace(event, outcome=_believed(event.outcome, order, orders))
        case _:
            pass
    return order, event


def contradiction(event: OrderEvent) -> str:
    """In one line, what the gateway says in an answer or a NOTIFICATION and can't be; otherwise nothing."""
    match event:
        case PayAnswered(outcome=Unknown(reason, contradicts=True) | Pending(odd=reason)):
            return reason
        case DetailAnswered(outcome=Unknown(reason, contradicts=True) | Pending(odd=reason)):
            return reason
        case Notified(outcome=Unknown(reason, contradicts=True) | Pending(odd=reason)):
            return reason
        case CancelAnswered(outcome=Unknown(reason, contradicts=True)):
            return reason
        case RefundAnswered(outcome=Unknown(reason, contradicts=True)):
            return reason
        case _:
            return ""


def _believed(outcome: T, order: Order, orders: Mapping[str, Order]) -> T | Unknown | Approved:
    believed = about(outcome, order) if isinstance(outcome, Approved) else outcome
    if isinstance(believed, Approved | Pending) and believed.gateway_id is not None:
        for one in orders.values():
            if one.gateway_id == believed.gateway_id and one.id != order.id:
                return Unknown(f"the gateway gave {order.id} the id of {one.id}", contradicts=True)
    return believed


def about(approved: Approved, order: Order) -> Approved | Unknown:
    """Believe a success only if it is for this order with this amount and currency (rule of money 1).

    A payment of the static code is known by the gateway's id; the gateway may have given it an order id of its own. Nor
    is a success believed that says that more was given back than was paid.
    """
    static = order.product is Product.ENTRY_CODE
    if approved.gateway_id != order.gateway_id if static else approved.order_id not in (order.id, None):
        return Unknown(f"a success for another order than {order.id}", contradicts=True)
    if approved.amount != order.amount:
        return Unknown(f"a success over {approved.amount} instead of {order.amount} for {order.id}", contradicts=True)
    back = sum(refund.amount.minor for refund in approved.refunds)
    listed = approved.refunds + approved.open
    if back > order.amount.minor or any(one.amount.currency != order.amount.currency for one in listed):
        return Unknown(f"refunds of more than {order.amount}, or in another currency, for {order.id}", contradicts=True)
    return replace(approved, order_id=order.id)
