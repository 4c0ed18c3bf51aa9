"""What the gateway says of a payment, and how it signs: the data of answers and NOTIFICATIONs, and their headers.

Knows the fields and the keys; knows nothing of HTTP servers or clients. Wrong and unsigned messages are made here too.
"""

import json
from collections.abc import Collection
from datetime import tzinfo

from kiosk.gateway.signing import JsonObject, JsonValue, Key, TokenKey
from kiosk.gateway.wire import (
    CODE_FIELDS,
    TIME_FORMAT,
    ActionType,
    Field,
    Header,
    RespCode,
    Status,
    TransactionType,
)
from kiosk.sale.money import Amount
from kiosk.sandbox.faults import Trouble
from kiosk.sandbox.payments import Payment, Repayment

SOMEBODY_ELSES = "SOMEBODY-ELSES-ORDER"
GARBAGE = b"<html><body>Bad gateway, or so it seems"


def payment_data(payment: Payment, zone: tzinfo) -> dict[str, JsonValue]:
    """A payment as DETAIL tells it; times are written in `zone`. Empty values are left out."""
    told: dict[str, JsonValue] = {
        Field.STATUS: payment.status.value,
        **names(payment),
        Field.AMOUNT: payment.amount.major,
        Field.CURRENCY: payment.amount.currency,
        Field.PRODUCT: payment.product.value,
        Field.TERMINAL_ID: payment.terminal_id,
        Field.PAID_AT: payment.paid_at.astimezone(zone).strftime(TIME_FORMAT) if payment.paid_at else "",
        Field.REFUNDS: [repayment_data(repayment) for repayment in payment.repayments],
    }
    return {name: value for name, value in told.items() if value}


def names(payment: Payment) -> dict[str, JsonValue]:
    """How a payment is named: by the merchant's id, if it has one, and by the gateway's."""
    named: dict[str, JsonValue] = {Field.GATEWAY_ID: payment.uq_id}
    return {Field.ORDER_ID: payment.order_id, **named} if payment.order_id else named


def repayment_data(repayment: Repayment) -> dict[str, JsonValue]:
    """A refund, as DETAIL lists it and REFUND answers it."""
    return {
        Field.REFUND_ID: repayment.id,
        Field.GATEWAY_REFUND_ID: repayment.uq_id,
        Field.AMOUNT: repayment.amount.major,
        Field.CURRENCY: repayment.amount.currency,
        Field.STATUS: repayment.status.value,
    }


def action_data(payment: Payment, value: str, *, redirect: bool) -> dict[str, JsonValue]:
    """PAY's payAction for an open code: `value` is its text, or the address of its picture. None for other payments."""
    if payment.status is not Status.PROCESSING or not payment.code:
        return {}
    if redirect:
        return {Field.PAY_ACTION: {Field.ACTION_TYPE: ActionType.REDIRECT, CODE_FIELDS[-1]: value}}
    return {Field.PAY_ACTION: {Field.ACTION_TYPE: ActionType.QRCODE, CODE_FIELDS[0]: value}}


def notification(payment: Payment, transaction: TransactionType, zone: tzinfo) -> dict[str, JsonValue]:
    """The data of a NOTIFICATION."""
    return {**payment_data(payment, zone), Field.TRANSACTION_TYPE: transaction.value}


def answer(code: RespCode, message: str, data: JsonObject | None = None) -> JsonObject:
    """The envelope of every answer."""
    envelope: dict[str, JsonValue] = {Field.RESP_CODE: code.value, Field.RESP_MSG: message}
    return envelope if data is None else {**envelope, Field.DATA: data}


def spoilt(data: JsonObject, troubles: Collection[Trouble]) -> JsonObject:
    """The data as a confused gateway would tell it: another amount, a status of its own, or another order's names."""
    changed = dict(data)
    if Trouble.WRONG_AMOUNT in troubles:
        amount = Amount.parse(str(data[Field.AMOUNT]), str(data[Field.CURRENCY]))
        changed[Field.AMOUNT] = Amount(amount.minor + 1, amount.currency).major
    if Trouble.STRANGE_STATUS in troubles:
        changed[Field.STATUS] = "peculiar"
    if Trouble.WRONG_ORDER in troubles:
        changed |= dict.fromkeys({Field.ORDER_ID, Field.GATEWAY_ID} & data.keys(), SOMEBODY_ELSES)
    return changed


def headers(
    body: JsonObject, client_id: str, key: Key, request_id: str, troubles: Collection[Trouble]
) -> dict[str, str]:
    """The headers that say who speaks, with the signature of `body` unless a trouble spoils or drops it.

    A token signs nothing, and is never sent back.
    """
    unsigned = Trouble.UNSIGNED in troubles or isinstance(key, TokenKey)
    signature = "" if unsigned else key.sign(body)
    if Trouble.BAD_SIGNATURE in troubles:
        signature = signature[::-1]
    said = {
        Header.CLIENT_ID: client_id,
        Header.SIGN_TYPE: key.sign_type,
        Header.SIGN_ID: key.sign_id,
        Header.SIGN: signature,
        Header.REQUEST_ID: request_id,
    }
    return {name.value: value for name, value in said.items() if value}


def encoded(body: JsonObject, troubles: Collection[Trouble]) -> bytes:
    """The body as it goes out."""
    return GARBAGE if Trouble.GARBAGE in troubles else json.dumps(body, ensure_ascii=False).encode()
