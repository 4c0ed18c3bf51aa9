"""What the bodies of answers mean. Pure; knows no HTTP and no signatures.

Everything read here was verified before. What is malformed, or about another order, amount or currency, is `Unknown`:
never success and never failure. A status nobody knows is `Pending`: never paid.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from kiosk.gateway.bodies import order_body
from kiosk.gateway.wire import (
    ABSENT_WORDS,
    CODE_FIELDS,
    ID,
    IDS,
    NOTHING_DONE,
    PLAUSIBLE,
    TIME_FORMAT,
    ActionType,
    Field,
    JsonObject,
    RespCode,
    Status,
    loggable,
)
from kiosk.sale.answers import about
from kiosk.sale.money import Amount, MoneyError
from kiosk.sale.order import Order, Product
from kiosk.sale.outcome import (
    Absent,
    Accepted,
    Approved,
    CancelOutcome,
    Closed,
    ConfirmedRefund,
    Declined,
    DetailOutcome,
    PayOutcome,
    Pending,
    RefundOutcome,
    Refused,
    Unknown,
)

_log = logging.getLogger(__name__)

LONGEST_CODE = 2048  # characters of a code to show; no display of ours holds more
Stated: TypeAlias = Approved | Pending | Declined | Closed | Unknown


def read_pay(answer: JsonObject, order: Order, zone: ZoneInfo) -> PayOutcome:
    """What PAY's answer means. A `Pending` may have the code to show (or its picture's address: `shows_picture`)."""
    if text(answer, Field.RESP_CODE) in NOTHING_DONE:
        return Refused(_words(answer))
    outcome = _stated_about(answer, order, zone)
    return replace(outcome, code=_code(data_of(answer))) if isinstance(outcome, Pending) else outcome


def read_detail(answer: JsonObject, order: Order, zone: ZoneInfo) -> DetailOutcome:
    """What DETAIL's answer means."""
    return Absent() if is_absent(answer) else _stated_about(answer, order, zone)


def read_entry(answer: JsonObject, gateway_id: str, zone: ZoneInfo) -> DetailOutcome:
    """What DETAIL's answer means for a payment on the static code, of which its gateway id alone is known."""
    if is_absent(answer):
        return Absent()
    if text(answer, Field.RESP_CODE) != RespCode.OK:
        return unknown(answer)
    data = data_of(answer)
    if text(data, Field.GATEWAY_ID) != gateway_id or text(data, Field.PRODUCT) != Product.ENTRY_CODE:
        return Unknown("an answer about another payment", contradicts=True)
    return stated(data, zone, reason=_words(answer))


def read_cancel(answer: JsonObject, order: Order) -> CancelOutcome:
    """What CANCEL's answer means."""
    return _read_request(answer, order, refund_id=None)


def read_refund(answer: JsonObject, order: Order, refund_id: str) -> RefundOutcome:
    """What REFUND's answer means."""
    return _read_request(answer, order, refund_id)


def is_absent(answer: JsonObject) -> bool:
    """Whether the gateway says that there is no such transaction: by its code and in its words."""
    return text(answer, Field.RESP_CODE) == RespCode.ABSENT and ABSENT_WORDS in text(answer, Field.RESP_MSG)


def shows_picture(answer: JsonObject) -> bool:
    """Whether PAY's code is of the type that may be the address of a picture, and no page to open."""
    action = _action(data_of(answer))
    return action is not None and text(action, Field.ACTION_TYPE) != ActionType.REDIRECT


def unknown(answer: JsonObject) -> Unknown:
    """An answer whose respCode leaves the result open."""
    return Unknown(f"the gateway said {_words(answer)}")


def _read_request(answer: JsonObject, order: Order, refund_id: str | None) -> CancelOutcome | RefundOutcome:
    code = text(answer, Field.RESP_CODE)
    if is_absent(answer):
        return Absent()
    if code in NOTHING_DONE or code == RespCode.NOT_ALLOWED:
        return Refused(_words(answer))
    if code != RespCode.OK:
        return unknown(answer)
    data = data_of(answer)
    named = any(text(data, name) == value for name, value in order_body(order).items())
    if not named or _names_another(data, order) or text(data, Field.REFUND_ID) not in ("", refund_id or ""):
        return Unknown("an answer about another order or refund, or about none", contradicts=True)
    if not plain_ids(data):
        return Unknown("an answer with an id that can be none", contradicts=True)
    match text(data, Field.STATUS):
        case Status.SUCCESS | Status.PROCESSING | Status.CLOSED:
            return Accepted(text(data, Field.GATEWAY_REFUND_ID))
        case Status.FAIL:
            return Refused(_words(answer))
        case _:
            return Unknown("an answer without a status that is known")


def _stated_about(answer: JsonObject, order: Order, zone: ZoneInfo) -> Stated:
    """What is stated of exactly this order."""
    if text(answer, Field.RESP_CODE) != RespCode.OK:
        return unknown(answer)
    data = data_of(answer)
    named = order_body(order)
    if any(text(data, name) != value for name, value in named.items()) or _names_another(data, order):
        return Unknown("an answer about another order", contradicts=True)
    if text(data, Field.PRODUCT) not in ("", order.product.value):
        return Unknown("an answer about another product", contradicts=True)
    if text(data, Field.CURRENCY) not in ("", order.amount.currency) or not _is_amount(data, order.amount):
        return Unknown("an answer about another amount or currency", contradicts=True)
    outcome = stated(data, zone, reason=_words(answer))
    return about(outcome, order) if isinstance(outcome, Approved) else outcome


def _names_another(data: JsonObject, order: Order) -> bool:
    """Whether an id is there and is not this order's."""
    if order.product is Product.ENTRY_CODE:  # which the gateway knows by its own id; it may have given it another name
        return text(data, Field.GATEWAY_ID) not in ("", order.gateway_id or "")
    return text(data, Field.ORDER_ID) not in ("", order.id)


def _is_amount(data: JsonObject, amount: Amount) -> bool:
    """Whether the amount, if it is told, is this one."""
    told = text(data, Field.AMOUNT)
    try:
        return not told or Amount.parse(told, amount.currency) == amount
    except MoneyError:
        return False


# --- data ------------------------------------------------------------------------------------------------------------


def stated(data: JsonObject, zone: ZoneInfo, *, reason: str = "") -> Stated:
    """What `data` states of the payment it names, whichever that is; `reason` explains a `fail`."""
    if not plain_ids(data):
        return Unknown("an answer with an id that can be none", contradicts=True)
    match text(data, Field.STATUS):
        case Status.SUCCESS:
            return _approved(data, zone)
        case Status.FAIL:
            return Declined(reason)
        case Status.CLOSED:
            return Closed()
        case status:
            odd = ""
            if status != Status.PROCESSING:
                odd = f"the status {loggable(status)!r} is not known; it counts as processing"
                _log.warning("%s", odd)
            return Pending(text(data, Field.GATEWAY_ID) or None, odd=odd)


def plain_ids(data: JsonObject) -> bool:
    """Whether the ids that are told are ids: `[A-Za-z0-9_-]`, 64 at most. Those of refunds: `_refund_lines`."""
    return all(not (told := text(data, name)) or ID.fullmatch(told) for name in IDS)


def data_of(answer: JsonObject) -> JsonObject:
    """`data`, or an empty object."""
    data = answer.get(Field.DATA)
    return data if isinstance(data, Mapping) else {}


def text(body: JsonObject, name: str) -> str:
    """A field's text (a number as it was written), or "" where it is absent or no text."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _approved(data: JsonObject, zone: ZoneInfo) -> Approved | Unknown:
    gateway_id, product = text(data, Field.GATEWAY_ID), text(data, Field.PRODUCT)
    if not gateway_id or product not in tuple(Product):
        return Unknown("a success without the gateway's id or the product", contradicts=True)
    try:
        amount = _amount(data)
        lines = _refund_lines(data)
        done, under_way = _refunds(lines, _DONE), _refunds(lines, _UNDER_WAY)
    except MoneyError:
        return Unknown("a success with amounts or refunds that can't be read", contradicts=True)
    if sum(refund.amount.minor for refund in done) > amount.minor:
        return Unknown("a success with more refunded than was paid", contradicts=True)
    if any(refund.amount.currency != amount.currency for refund in done + under_way):
        return Unknown("a success with a refund in another currency", contradicts=True)
    failed = tuple(_refund_id(line) for line in lines if text(line, Field.STATUS) == Status.FAIL)
    order_id, paid_at = text(data, Field.ORDER_ID) or None, _time(text(data, Field.PAID_AT), zone)
    return Approved(order_id, gateway_id, amount, paid_at, done, under_way, failed)


_DONE = frozenset({Status.SUCCESS})
_UNDER_WAY = frozenset({Status.PROCESSING})


def _refund_lines(data: JsonObject) -> list[JsonObject]:
    """The refunds that are listed. Raises MoneyError for what is no list of them, or for one that nothing names."""
    listed = data.get(Field.REFUNDS) or ()
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        raise MoneyError("they are not a list")
    lines = [line for line in listed if isinstance(line, Mapping)]
    if len(lines) != len(listed) or not all(_refund_id(line) and plain_ids(line) for line in lines):
        raise MoneyError("one has no id, or none that can be one")
    return lines


def _refund_id(line: JsonObject) -> str:
    """Our id of a refund; the gateway's, for one that was made elsewhere."""
    return text(line, Field.REFUND_ID) or text(line, Field.GATEWAY_REFUND_ID)


def _refunds(lines: Sequence[JsonObject], statuses: frozenset[Status]) -> tuple[ConfirmedRefund, ...]:
    """Those of a status; one that nobody knows counts as under way. Raises MoneyError if one can't be read."""
    final = {Status.SUCCESS, Status.FAIL, Status.CLOSED}
    return tuple(
        ConfirmedRefund(_refund_id(line), _amount(line), text(line, Field.GATEWAY_REFUND_ID))
        for line in lines
        if (status := text(line, Field.STATUS)) in statuses or (statuses is _UNDER_WAY and status not in final)
    )


def _amount(data: JsonObject) -> Amount:
    return Amount.parse(text(data, Field.AMOUNT), text(data, Field.CURRENCY))


def _time(written: str, zone: ZoneInfo) -> datetime | None:
    """A time in the gateway's zone; None for what is none, such as the zero dates of some databases."""
    try:
        time = datetime.strptime(written, TIME_FORMAT).replace(tzinfo=zone)
    except ValueError:
        return None
    return time if time.year in PLAUSIBLE else None


def _code(data: JsonObject) -> str | None:
    """The text of the code to show: one line of at most 2,048 characters."""
    action = _action(data) or {}
    code = next(filter(None, (text(action, name) for name in CODE_FIELDS)), "")
    return code if code and len(code) <= LONGEST_CODE and code.isprintable() else None


def _action(data: JsonObject) -> JsonObject | None:
    """The payAction to follow: of several, the one to show rather than the one to open."""
    told = data.get(Field.PAY_ACTION)
    several = [told] if isinstance(told, Mapping) else told if isinstance(told, Sequence) else []
    actions = [action for action in several if isinstance(action, Mapping)]
    shown = [action for action in actions if text(action, Field.ACTION_TYPE) == ActionType.QRCODE]
    return next(iter(shown or actions), None)


def _words(answer: JsonObject) -> str:
    """What the gateway says of its answer, fit to be logged."""
    return loggable(f"{text(answer, Field.RESP_CODE) or 'no respCode'} {text(answer, Field.RESP_MSG)}")
