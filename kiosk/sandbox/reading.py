"""What a request says, read strictly: whatever is missing or cannot be is refused by its name (Refusal, field).

Knows the gateway's fields and their shapes; knows neither the books nor HTTP.
"""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

from kiosk.gateway.signing import JsonObject, Number, canonical
from kiosk.gateway.wire import PAYMENT_METHOD, TIME_FORMAT, Field
from kiosk.sale.money import Amount, MoneyError
from kiosk.sale.order import Product
from kiosk.sandbox.payments import Ask, Ground, Refusal

ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
PAYMENT_CODE = re.compile(r"[0-9]{16,32}")
CALLED = (Product.CASHIER_PAYMENT, Product.ORDER_CODE, Product.PAYMENT_CODE)  # a static code takes no PAY


def read_pay(body: JsonObject, merchant: str, zone: tzinfo) -> Ask:
    """A PAY of `merchant`; its expireAt is read in `zone`. Whether that time can be is the books' question."""
    if text(body, Field.PAYMENT_METHOD) != PAYMENT_METHOD:
        raise Refusal(Ground.FIELD, f"{Field.PAYMENT_METHOD}: expected {PAYMENT_METHOD}")
    product = next((known for known in CALLED if known == text(body, Field.PRODUCT)), None)
    if product is None:
        raise Refusal(Ground.FIELD, f"{Field.PRODUCT}: expected one of {', '.join(CALLED)}")
    text(_inner(body, Field.GOODS), Field.DESCRIPTION)
    text(_inner(_inner(body, Field.RISK_DATA), Field.DEVICE), Field.OS)
    notify_url = text(body, Field.NOTIFY_URL, required=False)
    if notify_url and not notify_url.startswith(("http://", "https://")):
        raise Refusal(Ground.FIELD, f"{Field.NOTIFY_URL}: expected an address that begins with https://")
    return Ask(
        merchant=merchant,
        order_id=_id(body, Field.ORDER_ID),
        product=product,
        amount=read_amount(body),
        expire_at=_time(text(body, Field.EXPIRE_AT), zone),
        content=canonical(body),
        payment_code=_payment_code(body, product),
        terminal_id=text(body, Field.TERMINAL_ID, required=False),
        notify_url=notify_url,
    )


def read_names(body: JsonObject) -> tuple[str, str]:
    """The merchant's and the gateway's id of the order that is meant; one of them may be ""."""
    order_id, uq_id = text(body, Field.ORDER_ID, required=False), text(body, Field.GATEWAY_ID, required=False)
    if not order_id and not uq_id:
        raise Refusal(Ground.FIELD, f"{Field.ORDER_ID}: missing")
    return order_id, uq_id


def read_refund(body: JsonObject) -> tuple[str, Amount]:
    """The merchant's id of a refund, and how much goes back."""
    return _id(body, Field.REFUND_ID), read_amount(body)


def read_amount(body: JsonObject) -> Amount:
    """Amount and currency: more than 0, as text with exactly the currency's digits."""
    written, currency = text(body, Field.AMOUNT), text(body, Field.CURRENCY)
    try:
        amount = Amount.parse(written, currency)
    except MoneyError as error:
        raise Refusal(Ground.FIELD, f"{Field.AMOUNT}: {error}") from error
    if amount.major != written or not amount.minor:
        raise Refusal(
            Ground.FIELD,
            f"{Field.AMOUNT}: expected more than 0, with exactly the digits of {Field.CURRENCY} {currency}",
        )
    return amount


def text(body: JsonObject, name: Field, *, required: bool = True) -> str:
    """A field that holds text; "" where it may be absent and is."""
    value = body.get(name)
    if value is None or value == "":
        if required:
            raise Refusal(Ground.FIELD, f"{name}: missing")
        return ""
    if not isinstance(value, str) or isinstance(value, Number):
        raise Refusal(Ground.FIELD, f"{name}: expected text")
    return value


def _inner(body: JsonObject, name: Field) -> JsonObject:
    value = body.get(name)
    if not isinstance(value, Mapping):
        raise Refusal(Ground.FIELD, f"{name}: missing")
    return value


def _id(body: JsonObject, name: Field) -> str:
    value = text(body, name)
    if not ORDER_ID.fullmatch(value):
        raise Refusal(Ground.FIELD, f"{name}: expected at most 32 letters, digits, _ or -")
    return value


def _payment_code(body: JsonObject, product: Product) -> str:
    wanted = product is Product.PAYMENT_CODE
    code = text(body, Field.PAY_CODE_VALUE, required=wanted)
    if code and not wanted:
        raise Refusal(Ground.FIELD, f"{Field.PAY_CODE_VALUE}: belongs to {Product.PAYMENT_CODE} only")
    if code and not PAYMENT_CODE.fullmatch(code):
        raise Refusal(Ground.FIELD, f"{Field.PAY_CODE_VALUE}: expected 16 to 32 digits")
    return code


def _time(written: str, zone: tzinfo) -> datetime:
    try:
        time = datetime.strptime(written, TIME_FORMAT).replace(tzinfo=zone)
    except ValueError:
        time = None
    if time is None or time.strftime(TIME_FORMAT) != written:
        raise Refusal(Ground.FIELD, f"{Field.EXPIRE_AT}: expected yyyy-MM-dd HH:mm:ss")
    return time
