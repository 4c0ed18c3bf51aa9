"""What the command line asks of the running daemon, over a socket in the state directory that only its owner can open.

Money is given back here, so this is no part of the front panel: a web page can't reach a socket file.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from kiosk.app.inbox import Inbox
from kiosk.app.lookup import Lookup
from kiosk.app.recorder import Recorder
from kiosk.journal import JournalError
from kiosk.sale.events import CancelWanted, Event, InquiryWanted, RefundWanted, SettleWanted
from kiosk.sale.money import Amount, MoneyError
from kiosk.sale.order import GivenBack, NotCharged, Order, Settled, Settlement, Unresolved
from kiosk.sale.order import Request as Asked
from kiosk.sale.outcome import DetailOutcome, NotSent, Unknown
from kiosk.serving.routed import Routed

SOCKET = "control.sock"
PATIENCE = 25.0  # seconds that a person at the command line waits for the gateway's word


def socket_path(state_dir: Path) -> Path:
    """Where the daemon of a state directory listens for the command line."""
    return state_dir / SOCKET


class Result(StrEnum):
    """What came of what was asked for. Done means that the gateway says so, not that it was asked."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


_STATUS = {Result.DONE: 200, Result.FAILED: 409, Result.UNKNOWN: 202}


class Control:
    """The routes: `POST /orders/{name}/refund`, `/cancel`, `/inquire`, `/settle`, `POST /outbox/retry`, and `others`.

    What is posted is answered `{"result": a Result, "line": text for a person, "order_id"}`; 404 where no order is
    named so. `next_detail` gives DETAIL's next answer about an order.
    """

    def __init__(
        self,
        lookup: Lookup,
        inbox: Inbox,
        recorder: Recorder,
        wake_courier: Callable[[], None],
        next_detail: Callable[[str], asyncio.Future[DetailOutcome]],
        others: Callable[[], Iterable[Route]],
    ) -> None:
        self._lookup = lookup
        self._inbox = inbox
        self._recorder = recorder
        self._wake_courier = wake_courier
        self._next_detail = next_detail
        self._others = others

    def app(self) -> Routed:
        """To be served on the socket."""
        return Routed(
            [
                Route("/orders/{name}/{verb:str}", self._order, methods=["POST"]),
                Route("/outbox/retry", self._retry, methods=["POST"]),
                *self._others(),
            ],
            {JournalError: _unreadable},
        )

    async def _order(self, request: Request) -> JSONResponse:
        name, verb = request.path_params["name"], request.path_params["verb"]
        order, reloaded = await self._lookup.named(name)
        if order is None:
            return answered(
                f"no order {name!r}: give its id, the gateway's id or the claim code", Result.FAILED, status=404
            )
        try:
            wanted = _wanted(verb, order, request.query_params)
        except (MoneyError, ValueError) as error:
            return answered(str(error), Result.FAILED, status=400)
        if wanted is None:
            return answered(f"{verb!r} is none of refund, cancel, inquire, settle", Result.FAILED, status=404)
        deadline = asyncio.get_running_loop().time() + PATIENCE
        detail = self._next_detail(order.id) if isinstance(wanted, InquiryWanted) else None
        notes = await self._inbox.ask(*reloaded, wanted)
        if notes:
            return answered(notes[-1].partition(": ")[2] or notes[-1], Result.FAILED, order=order)
        try:
            async with asyncio.timeout_at(deadline):
                if detail:
                    return await self._inquired(order, await asyncio.shield(detail))
                return await self._moved(order)
        except TimeoutError:
            line = f"asked for, and not yet known; the daemon goes on until it is. See: kiosk order {order.claim}"
            return answered(line, Result.UNKNOWN, order=order)

    async def _inquired(self, before: Order, outcome: DetailOutcome) -> JSONResponse:
        if isinstance(outcome, NotSent | Unknown):
            line = f"the gateway could not be asked: {outcome.reason or 'no answer'}"
            return answered(line, Result.FAILED, order=before)
        while True:  # what was heard has to reach the order yet
            order, _ = await self._lookup.find(before.id, None)
            if order is None or order.plan.busy is not Asked.DETAIL:
                return answered(f"{before.id}: {(order or before).state}", Result.DONE, order=before)
            await asyncio.sleep(0.05)

    async def _moved(self, before: Order) -> JSONResponse:
        """Wait until the order comes to rest, so that the person sees how it ended: as DETAIL says."""
        order = await self._at_rest(before)
        match order.phase:
            case _ if order.refunded.minor > before.refunded.minor:
                back = order.refunded.minor - before.refunded.minor
                given = f"{Amount(back, order.amount.currency)} given back, {order.refunded} of {order.amount} in all"
                return answered(f"{order.id}: {given}", Result.DONE, order=order)
            case Settled() | NotCharged() | GivenBack():
                return answered(f"{order.id}: {order.state}", Result.DONE, order=order)
            case Unresolved():
                line = f"{order.id}: not settled; it is asked about again. See: kiosk order {order.claim}"
                return answered(line, Result.UNKNOWN, order=order)
            case _:
                why = await self._last_refusal(order)
                return answered(
                    f"{order.id}: nothing was given back; it is {order.state}{why}", Result.FAILED, order=order
                )

    async def _at_rest(self, before: Order) -> Order:
        while True:
            order, reloaded = await self._lookup.find(before.id, None)
            if order is None or reloaded or (order.ended and not order.plan.busy):
                return order or before
            await asyncio.sleep(0.05)

    async def _last_refusal(self, order: Order) -> str:
        history = await self._recorder.look_up(lambda journal: journal.history(order.id))
        said = next((one.answer for one in reversed(history) if one.kind in ("refund", "cancel")), None)
        return f". The gateway: {said}" if said else ""

    async def _retry(self, request: Request) -> JSONResponse:
        text = request.query_params.get("sequence")
        sequence = int(text) if text and text.isdigit() else None
        put_back = await self._recorder.call(lambda journal: journal.retry(sequence))
        self._wake_courier()
        found = bool(put_back) or sequence is None
        return answered(f"{put_back} put back to be delivered", Result.DONE if found else Result.FAILED)


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    return answered(str(error), Result.FAILED, status=503)


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


def answered(words: str, result: Result, *, status: int | None = None, order: Order | None = None) -> JSONResponse:
    """The answer to what was posted: `words` for a person."""
    answer = {"result": result, "line": words, "order_id": order.id if order else None}
    return JSONResponse(answer, status_code=status or _STATUS[result])


class Unusable(Exception):  # noqa: N818 - the asker's fault, no error of ours
    """What was asked can't be meant; the message says why in one line. Nothing was done."""


def ask(state_dir: Path, path: str, params: dict[str, str]) -> tuple[Result, str]:
    """From the command line: what came of it, and the daemon's line.

    Raises ConnectionError when it does not answer, and Unusable for what can't be meant.
    """
    with heard_at(state_dir) as client:
        response = client.post(path, params=params)
        answer = response.json()
    if response.status_code == 400:
        raise Unusable(str(answer["line"]))
    return Result(answer["result"]), str(answer["line"])


@contextlib.contextmanager
def heard_at(state_dir: Path) -> Iterator[httpx.Client]:
    """A client to the daemon of a state directory. Raises ConnectionError when it does not answer."""
    socket = socket_path(state_dir)
    transport = httpx.HTTPTransport(uds=str(socket))
    try:
        with httpx.Client(transport=transport, base_url="http://daemon", timeout=PATIENCE + 5) as client:
            yield client
    except (httpx.HTTPError, ValueError) as error:
        what = f"{socket}: the daemon does not answer ({type(error).__name__})"
        raise ConnectionError(f"{what}; is it running? systemctl status kiosk; or use sudo") from error
