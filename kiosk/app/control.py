"""What the command line asks of the running daemon, over a socket in the state directory that only its owner can open.

Money is given back here, so this is no part of the front panel: a web page can't reach a socket file.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from kiosk.app.inbox import Inbox
from kiosk.app.ledger import Ledger
from kiosk.app.lookup import Lookup
from kiosk.journal import JournalError
from kiosk.sale.events import CancelWanted, Event, InquiryWanted, RefundWanted, SettleWanted
from kiosk.sale.money import Amount, MoneyError
from kiosk.sale.order import Order, Settlement

SOCKET = "control.sock"
PATIENCE = 25.0  # seconds that a person at the command line waits for the gateway's word


def socket_path(state_dir: Path) -> Path:
    """Where the daemon of a state directory listens for the command line."""
    return state_dir / SOCKET


class Control:
    """The routes: `POST /orders/{name}/refund`, `/cancel`, `/inquire`, `/settle`, and `POST /outbox/retry`.

    The answer is `{"done": bool, "line": text for a person, "order_id"}`; 404 where no order is named so.
    """

    def __init__(self, lookup: Lookup, inbox: Inbox, ledger: Ledger, wake_courier: Callable[[], None]) -> None:
        self._lookup = lookup
        self._inbox = inbox
        self._ledger = ledger
        self._wake_courier = wake_courier
        self.app = Starlette(
            routes=[
                Route("/orders/{name}/{verb:str}", self._order, methods=["POST"]),
                Route("/outbox/retry", self._retry, methods=["POST"]),
            ],
            exception_handlers={JournalError: _unreadable},
        )

    async def _order(self, request: Request) -> JSONResponse:
        name, verb = request.path_params["name"], request.path_params["verb"]
        order, reloaded = await self._lookup.named(name)
        if order is None:
            return _line(f"no order {name!r}: give its id, the gateway's id or the claim code", done=False, status=404)
        try:
            wanted = _wanted(verb, order, request.query_params)
        except (MoneyError, ValueError) as error:
            return _line(str(error), done=False, status=400)
        if wanted is None:
            return _line(f"{verb!r} is none of refund, cancel, inquire, settle", done=False, status=404)
        asked = time.monotonic()
        notes = await self._inbox.ask(*reloaded, wanted)
        if notes:
            return _line(notes[-1].partition(": ")[2] or notes[-1], done=False, status=409, order=order)
        return await self._outcome(order, asked)

    async def _outcome(self, before: Order, asked: float) -> JSONResponse:
        """Wait until the order comes to rest, so that the person sees how it ended."""
        while time.monotonic() - asked < PATIENCE:
            await asyncio.sleep(0.05)
            order, reloaded = await self._lookup.find(before.id, None)
            if order is None:
                break
            at_rest = order.ended and not order.plan.busy
            if reloaded or at_rest:
                return _line(_said(before, order), done=True, order=order)
        return _line("under way; the daemon goes on until it is done. See: kiosk order " + before.claim, done=True)

    async def _retry(self, request: Request) -> JSONResponse:
        text = request.query_params.get("sequence")
        sequence = int(text) if text and text.isdigit() else None
        put_back = await self._ledger.call(lambda journal: journal.retry(sequence))
        self._wake_courier()
        return _line(f"{put_back} put back to be delivered", done=bool(put_back) or sequence is None)


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    return _line(str(error), done=False, status=503)


def _wanted(verb: str, order: Order, said: Mapping[str, str]) -> Event | None:
    amount = said.get("amount")
    match verb:
        case "settle":
            return SettleWanted(order.id, Settlement(said.get("as", "")), said.get("reason", ""))
        case "refund":
            return RefundWanted(order.id, None if amount is None else _part(amount, order))
        case "cancel":
            return CancelWanted(order.id)
        case "inquire":
            return InquiryWanted(order.id)
        case _:
            return None


def _part(amount: str, order: Order) -> Amount:
    """What the operator wrote. Raises MoneyError for what can't be an amount to give back; nothing is all of it."""
    part = Amount.parse(amount, order.amount.currency)
    if not part.minor:
        raise MoneyError(f"{amount!r} is nothing to give back; without an amount, all that is left goes back")
    return part


def _said(before: Order, order: Order) -> str:
    if len(order.refunds) > len(before.refunds):
        return f"{order.id}: {order.refunds[-1].amount} given back, {order.refunded} of {order.amount} in all"
    return f"{order.id}: {order.state}"


def _line(line: str, *, done: bool, status: int = 200, order: Order | None = None) -> JSONResponse:
    return JSONResponse({"done": done, "line": line, "order_id": order.id if order else None}, status_code=status)


class Unusable(Exception):  # noqa: N818 - the asker's fault, no error of ours
    """What was asked can't be meant; the message says why in one line. Nothing was done."""


def ask(state_dir: Path, path: str, params: dict[str, str]) -> tuple[bool, str]:
    """From the command line: whether the daemon did it, and its line.

    Raises ConnectionError when it does not answer, and Unusable for what can't be meant.
    """
    socket = socket_path(state_dir)
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), timeout=PATIENCE + 5) as client:
            response = client.post(f"http://daemon{path}", params=params)
            answer = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ConnectionError(
            f"{socket}: the daemon does not answer ({type(error).__name__}); is it running? systemctl status kiosk"
        ) from error
    if response.status_code == 400:
        raise Unusable(str(answer["line"]))
    return bool(answer["done"]), str(answer["line"])
