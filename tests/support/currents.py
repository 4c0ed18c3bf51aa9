"""What is so now, for those that show it, of a kiosk in any state."""

from dataclasses import replace
from datetime import UTC, datetime

from kiosk.app.current import Current, at_start
from kiosk.sale import machine
from kiosk.sale.events import Moment
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product
from kiosk.sale.rules import Rules

RULES = Rules("kiosk-0001", (Product.ORDER_CODE,), Amount(100, "KRW"), Amount(200_000, "KRW"))


def current(*orders: Order) -> Current:
    """A kiosk at its start, with these orders in hand."""
    state = replace(machine.start(RULES), orders={order.id: order for order in orders})
    return at_start(state, Moment(0.0, datetime.now(UTC)))
