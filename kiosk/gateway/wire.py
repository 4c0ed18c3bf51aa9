"""The gateway's wire, as data: every header, path, field, word and code of it, and what of a message may be logged.

Knows words, and nothing of HTTP, signatures or orders. Two marks: D, documented by the gateway's public pages; A, our
assumption, to be confirmed with UQPAY before go-live and changed here (or by a switch of `Dialect`) if it is wrong.
The assumptions are numbered; README.md beside this file lists each by its number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from kiosk.sale.payment_code import masked

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""JSON without binary fractions: a number that was read is a `signing.Number`, the text as it was written."""
JsonObject: TypeAlias = Mapping[str, JsonValue]

DigestName: TypeAlias = Literal["sha1", "sha256", "sha384", "sha512"]
SaltSeparator: TypeAlias = Literal["&", ""]
QrValue: TypeAlias = Literal["text", "image"]


class Header(StrEnum):
    """Headers of a request (D), of its answer and of a NOTIFICATION (A1: the same names, `sign` over the body)."""

    CLIENT_ID = "clientId"  # merchant id
    SIGN_TYPE = "signType"
    SIGN_ID = "signId"  # id of the key
    SIGN = "sign"  # SHA and RSA
    TOKEN = "token"  # noqa: S105 - the header's name; TOKEN only, and never in an answer (A2: TLS alone vouches for it)
    REQUEST_ID = "requestId"  # never repeated: no idempotency key; A20: an answer's is the request's


class SignType(StrEnum):
    """How a message is vouched for (D).

    A17, SHA: objects within objects are written likewise (`a=|b=|c=1||`), an empty one is dropped, arrays are `[a,b]`,
    values unescaped and numbers as in the JSON; the hash is in hex. A18, RSA: the same string without the salt,
    SHA256withRSA (PKCS#1 v1.5), Base64. TOKEN: A2; its NOTIFICATIONs are still signed with the notification key.
    """

    SHA = "SHA"
    RSA = "RSA"
    TOKEN = "TOKEN"  # noqa: S105 - the type's name


class Api(StrEnum):
    """The gateway's requests as its pages call them (D).

    A16: PAY again with the same order id and content, and REFUND again with the same refund id, answer the first
    result; CANCEL may be repeated, gives all of it back if the order is paid, and closes the code if it is not.
    """

    PAY = "PAY"
    DETAIL = "DETAIL"
    CANCEL = "CANCEL"
    REFUND = "REFUND"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each request goes, below the base address (A3: POST over https, JSON in UTF-8, no prefix; switch)."""

    pay: str = "/pay"
    refund: str = "/refund"
    cancel: str = "/cancel"
    detail: str = "/detail"

    def of(self, api: Api) -> str:
        """The path of a request."""
        match api:
            case Api.PAY:
                return self.pay
            case Api.REFUND:
                return self.refund
            case Api.CANCEL:
                return self.cancel
            case Api.DETAIL:
                return self.detail


@dataclass(frozen=True, slots=True)
class Dialect:
    """The switches: what the gateway does not document and the configuration may change.

    `digest` (A4) and `salt_separator` (A5) make the SHA signature; `qr_value` (A6) says whether a QRCODE action gives
    the text to encode or the address of a picture; `device_os` (A7) is sent as riskData.Device.os.
    """

    digest: DigestName = "sha256"
    salt_separator: SaltSeparator = "&"
    qr_value: QrValue = "text"
    device_os: str = "LINUX"
    paths: Paths = field(default_factory=Paths)


class Field(StrEnum):
    """Names in bodies. A8: all but those marked D."""

    RESP_CODE = "respCode"
    RESP_MSG = "respMsg"  # D
    DATA = "data"  # D
    STATUS = "status"  # D
    PAYMENT_METHOD = "paymentMethod"  # D
    PRODUCT = "product"  # D
    AMOUNT = "amount"  # D; A9: a decimal string of major units with exactly the currency's digits
    CURRENCY = "currency"  # D
    EXPIRE_AT = "expireAt"  # D
    PAY_CODE_VALUE = "payCodeValue"  # D
    GOODS = "goods"  # D
    DESCRIPTION = "description"  # D, in goods
    RISK_DATA = "riskData"  # D
    DEVICE = "Device"  # D, in riskData, with the capital as printed
    OS = "os"  # D, in Device
    ORDER_ID = "merchantOrderId"  # ours: unique, at most 32 of [A-Za-z0-9_-]
    GATEWAY_ID = "uqOrderId"  # D for another request; the gateway's id of the order
    TERMINAL_ID = "terminalId"
    NOTIFY_URL = "notifyUrl"
    PAID_AT = "paidAt"
    PAY_ACTION = "payAction"  # D; A10: one object or a list of them, in data
    ACTION_TYPE = "type"  # D, in payAction
    REFUNDS = "refunds"
    REFUND_ID = "merchantRefundId"
    GATEWAY_REFUND_ID = "uqRefundId"
    REASON = "reason"
    TRANSACTION_TYPE = "transactionType"
    CODE = "code"  # D, in the reply to a NOTIFICATION


CODE_FIELDS = ("redirectUrl", "url", "Url")  # of a payAction, in this order (D: the first and the last; A10)
PAYMENT_METHOD = "KAKAOPAY"  # D
PROBE_ORDER_ID = "PROBE-NO-SUCH-ORDER"  # an id no order of ours can have: DETAIL of it is a sign of life


class ActionType(StrEnum):
    """What is to be done with a payAction (D)."""

    QRCODE = "QRCODE"
    REDIRECT = "REDIRECT"


class Status(StrEnum):
    """`data.status` (D). A11: fail = declined; closed = expired or cancelled, without money. Others: as processing."""

    SUCCESS = "success"
    FAIL = "fail"
    PROCESSING = "processing"
    CLOSED = "closed"


class RespCode(StrEnum):
    """`respCode` (A12: all of them, and that errors come signed, with HTTP 200)."""

    OK = "000000"
    BAD_SIGNATURE = "100001"
    BAD_FIELD = "100002"
    ABSENT = "100004"  # only together with the words
    NOT_ALLOWED = "100005"  # the cut-off has passed, or more than was paid
    CONFLICT = "100009"  # the same order or refund id with another content
    SYSTEM_ERROR = "999999"


NOTHING_DONE = frozenset({RespCode.BAD_SIGNATURE, RespCode.BAD_FIELD, RespCode.CONFLICT})  # A12; all else: unknown
ABSENT_WORDS = "Transaction does not exist"  # D, the words; A12, the code beside them


class TransactionType(StrEnum):
    """What a NOTIFICATION is about (A13: `data` is as DETAIL's, with this beside it).

    A14: for ENTRY_CODE, merchantOrderId is absent, and uqOrderId, amount, currency and terminalId name the payment;
    DETAIL, CANCEL and REFUND of it are asked by uqOrderId. A19: `closed` may never be notified.
    """

    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    PARTIAL_REFUND = "PARTIAL_REFUND"
    CANCEL = "CANCEL"


ACKNOWLEDGEMENT: Mapping[str, str] = {Field.CODE: RespCode.OK}  # D: the reply to a NOTIFICATION; not signed

NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)  # of fields, and
ID = re.compile(
    r"[A-Za-z0-9_-]{1,64}", re.ASCII
)  # ids in them: with these, and no `&`, `=`, `|` in values, one reading
PLAUSIBLE = range(2020, 2200)  # years that a time of the gateway may be in
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"  # D ("yyyy-MM-dd HH:mm:ss"); A15: in gateway.timezone, and paidAt likewise
LONGEST_EXPIRY_HOURS = 72  # D: expireAt is less than this after the request
MAX_BODY = 64 * 1024  # bytes of a message we read

# --- what may be logged ----------------------------------------------------------------------------------------------

LOGGABLE = frozenset(
    {
        Field.RESP_CODE,
        Field.RESP_MSG,
        Field.DATA,
        Field.STATUS,
        Field.PAYMENT_METHOD,
        Field.PRODUCT,
        Field.AMOUNT,
        Field.CURRENCY,
        Field.EXPIRE_AT,
        Field.PAY_CODE_VALUE,  # masked
        Field.ORDER_ID,
        Field.GATEWAY_ID,
        Field.TERMINAL_ID,
        Field.PAID_AT,
        Field.REFUNDS,
        Field.REFUND_ID,
        Field.GATEWAY_REFUND_ID,
        Field.REASON,
        Field.TRANSACTION_TYPE,
        Field.CODE,
    }
)
"""Fields of bodies that may be logged. Of headers only requestId may: never `sign`, never `token`."""

IDS = frozenset({Field.ORDER_ID, Field.GATEWAY_ID, Field.REFUND_ID, Field.GATEWAY_REFUND_ID, Field.TERMINAL_ID})
_LONGEST = 160  # characters of one logged value
_CODE_LIKE = re.compile(r"[A-Za-z0-9+/=_-]{16,}|[0-9](?:[ .,:/-]?[0-9]){15,}")  # payment codes, keys, tokens


def redact(message: JsonObject) -> dict[str, JsonValue]:
    """The message as it may be logged: unknown fields are left out, codes are shown as `28**************1234`."""
    return {name: _shown(name, value) for name, value in message.items() if name in LOGGABLE}


def loggable(words: str) -> str:
    """Words of the gateway as one line that may be logged: at most 160 printable characters, codes and keys masked."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words[:4096]).split())
    return _CODE_LIKE.sub(lambda found: _masked_word(found[0]), line)[:_LONGEST]


def _shown(name: str, value: JsonValue) -> JsonValue:
    match value:
        case str() if name == Field.PAY_CODE_VALUE:
            return masked(value)
        case str() if name in IDS and ID.fullmatch(value):
            return value
        case str():
            return loggable(value)
        case Mapping():
            return redact(value)
        case Sequence():
            return [_shown(name, item) for item in value]
        case _:
            return None if name == Field.PAY_CODE_VALUE else value


def _masked_word(word: str) -> str:
    """A long word of prose is left, for codes, keys and tokens have digits in them or are longer."""
    prose = len(word) <= 24 and not any(letter.isdigit() for letter in word)
    return word if prose else masked(word)
