"""The bodies of requests. Pure; knows no HTTP and no signatures."""

from zoneinfo import ZoneInfo

from kiosk.gateway.wire import PAYMENT_METHOD, TIME_FORMAT, Field, JsonObject, JsonValue
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product
from kiosk.sale.payment_code import PaymentCode


def pay_body(order: Order, code: PaymentCode | None, zone: ZoneInfo, description: str, device_os: str) -> JsonObject:
    """PAY, without who we are (terminalId, notifyUrl). `zone` is the gateway's; expireAt is written in it."""
    body: dict[str, JsonValue] = {
        Field.PAYMENT_METHOD: PAYMENT_METHOD,
        Field.PRODUCT: order.product.value,
        Field.ORDER_ID: order.id,
        Field.AMOUNT: order.amount.major,
        Field.CURRENCY: order.amount.currency,
        Field.EXPIRE_AT: order.expire_at.astimezone(zone).strftime(TIME_FORMAT),
        Field.GOODS: {Field.DESCRIPTION: description},
        Field.RISK_DATA: {Field.DEVICE: {Field.OS: device_os}},
    }
    return body if code is None else {**body, Field.PAY_CODE_VALUE: code.value}


def order_body(order: Order) -> JsonObject:
    """DETAIL and CANCEL: the order, by our id, or by the gateway's where it was never told ours (wire.py, A14)."""
    if order.product is Product.ENTRY_CODE and order.gateway_id:
        return {Field.GATEWAY_ID: order.gateway_id}
    return {Field.ORDER_ID: order.id}


def refund_body(order: Order, refund_id: str, amount: Amount, reason: str) -> JsonObject:
    """REFUND of `amount`, as `refund_id`."""
    return {
        **order_body(order),
        Field.REFUND_ID: refund_id,
        Field.AMOUNT: amount.major,
        Field.CURRENCY: amount.currency,
        Field.REASON: reason,
    }
