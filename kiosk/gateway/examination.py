"""What the gateway's answer to an impossible order says: is it the gateway, does it know us, do the keys match.

DETAIL of an order that can't exist moves no money. A refusal in the gateway's own signature proves the keys both ways;
each other answer points at one thing. For technicians: the sale believes `kiosk.gateway.client` alone.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import httpx

from kiosk.gateway import messages
from kiosk.gateway.exchange import Account, Answered, Exchange, date_offset
from kiosk.gateway.signing import RsaKey, TokenKey, read_json
from kiosk.gateway.wire import PROBE_ORDER_ID, Api, Field, Header, JsonObject, RespCode
from kiosk.sale.outcome import NotSent, Unknown

PATIENCE = 6.0  # seconds: a technician waits, and a shopper would have gone


class Verdict(StrEnum):
    """What the answer, or none, points at."""

    GOOD = "good"  # refused as it must be, and properly signed
    NO_CONNECTION = "no_connection"  # nothing was sent
    NO_ANSWER = "no_answer"  # sent, and no answer came
    SOMEBODY_ELSE = "somebody_else"  # a proxy or a captive portal answers in the gateway's place
    BROKEN = "broken"  # the gateway's server is in trouble
    NOT_THERE = "not_there"  # nothing at that address
    NOT_LET_IN = "not_let_in"  # HTTP 401 or 403: refused before it was read
    WRONG_CLIENT = "wrong_client"  # it knows no such client
    WRONG_SIGN_ID = "wrong_sign_id"  # the key is right, and its name is not
    WRONG_KEY = "wrong_key"  # its signature does not fit our key
    WRONG_PRIVATE_KEY = "wrong_private_key"  # RSA: ours does not fit what it has of us
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - a verdict about one
    STRANGE = "strange"  # well signed, and none of the above


@dataclass(frozen=True, slots=True)
class Examination:
    """`words`: why, or what the gateway said, in one line without secrets. `seconds` to the answer.

    `offset`: the Date header minus this machine's clock, where one came; whoever answered wrote it.
    """

    verdict: Verdict
    words: str
    seconds: float
    offset: timedelta | None = None


async def examine(account: Account) -> Examination:
    """Ask for the order that can't exist, and judge the answer."""
    exchange = Exchange(account)
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            answered = await exchange.ask(Api.DETAIL, {Field.ORDER_ID: PROBE_ORDER_ID})
    except TimeoutError:
        answered = Unknown(f"no whole answer within {PATIENCE:.0f} s")
    finally:
        await exchange.aclose()
    seconds = time.monotonic() - began
    match answered:
        case NotSent(reason):
            return Examination(Verdict.NO_CONNECTION, reason, seconds)
        case Unknown(reason):
            return Examination(Verdict.NO_ANSWER, reason, seconds)
        case Answered():
            verdict, words = _judged(account, answered)
            return Examination(verdict, words, seconds, date_offset(answered.headers))


def _judged(account: Account, answered: Answered) -> tuple[Verdict, str]:
    status = answered.status
    if status != httpx.codes.OK:
        return _by_status(status), f"HTTP status {status}"
    try:
        answer = read_json(answered.content)
    except ValueError:
        what = "a web page" if answered.content.lstrip()[:1] == b"<" else "an answer that is not JSON"
        return Verdict.SOMEBODY_ELSE, what
    said = messages.unknown(answer).reason
    if Field.RESP_CODE not in answer:
        return Verdict.SOMEBODY_ELSE, "JSON that is not the gateway's"
    key, signature = account.key, answered.headers.get(Header.SIGN, "")
    if isinstance(key, TokenKey):
        return _of_token(answer, said)
    if not signature:
        return Verdict.WRONG_CLIENT, f"{said}, unsigned"
    if not key.verify(answer, signature):
        return Verdict.WRONG_KEY, f"{said}, in a signature that does not fit"
    if messages.is_absent(answer):
        return Verdict.GOOD, said
    if messages.text(answer, Field.RESP_CODE) == RespCode.BAD_SIGNATURE:
        return (Verdict.WRONG_PRIVATE_KEY if isinstance(key, RsaKey) else Verdict.WRONG_SIGN_ID), said
    return Verdict.STRANGE, said


def _of_token(answer: JsonObject, said: str) -> tuple[Verdict, str]:
    """With a token nothing is signed: the words alone tell which of the two it does not know."""
    if messages.is_absent(answer):
        return Verdict.GOOD, said
    if messages.text(answer, Field.RESP_CODE) != RespCode.BAD_SIGNATURE:
        return Verdict.STRANGE, said
    return (Verdict.WRONG_CLIENT if Header.CLIENT_ID in said else Verdict.WRONG_TOKEN), said


def _by_status(status: int) -> Verdict:
    match status:
        case 407 | 511:
            return Verdict.SOMEBODY_ELSE
        case 401 | 403:
            return Verdict.NOT_LET_IN
        case _ if 300 <= status < 400:
            return Verdict.SOMEBODY_ELSE
        case _ if status >= 500:
            return Verdict.BROKEN
        case _:
            return Verdict.NOT_THERE
