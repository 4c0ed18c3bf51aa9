"""The shopper's side of the sandbox: the page at `/` and the control API that the page, the tests and the demo use.

Knows the books, the fault switches and the notifier; knows nothing of the gateway's messages. All bodies are JSON;
amounts are major units as text; a refusal is `{"error": one line}` with 400 (what was sent is wrong), 404 (no such
thing) or 409 (not in this state).

    POST   /sandbox/codes  {"shopper"?, "behaviour"?: "pay"|"decline"|"confirm"}
                           -> {"code", "shopper", "behaviour", "expires_at", "picture"}: for a minute, for one payment
    GET    /sandbox/codes/{code}.png?symbols=both|qr|code128     a phone that shows it
    POST   /sandbox/scan   {"code": the text of a shown QR, "action"?: "pay"|"decline"} -> the order
    POST   /sandbox/entry  {"amount", "currency"?: "KRW", "entry_code"?: the static code's text} -> the order
    GET    /sandbox/orders                            every order, oldest first
    GET    /sandbox/orders/{id}                       one, by the merchant's or the gateway's id
    POST   /sandbox/orders/{id}/pay|decline|expire    the shopper (or time) decides -> the order
    GET    /sandbox/qr/{gateway id}.png               a shown code as a picture
    GET    /sandbox/books          {"charged": {currency: amount}, "given_back": likewise,
                                    "shoppers": {name: {currency: amount}}, "pay_calls": {order id: count}}
    PUT    /sandbox/notify-url  {"url"}: where NOTIFICATIONs go whose order names no notifyUrl ("": nowhere)
    GET    /sandbox/notifications  what was sent to whom, each try with how it ended
    GET, PUT, DELETE /sandbox/faults   see kiosk.sandbox.faults

An order: `{"order_id": the merchant's, or null, "gateway_order_id", "merchant", "product", "status", "amount",
"currency", "code": text of its QR or null, "shopper", "terminal_id", "expire_at", "paid_at", "charged", "given_back",
"refunds": [{"refund_id", "amount", "status"}], "pay_calls"}`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from kiosk.sale.money import Amount, MoneyError
from kiosk.sandbox import picture
from kiosk.sandbox.books import Books
from kiosk.sandbox.faults import Faults, Setting
from kiosk.sandbox.merchants import Merchant
from kiosk.sandbox.notify import Notifier
from kiosk.sandbox.payments import Action, Behaviour, Ground, Payment, Refusal

WELL_OFF, PENNILESS = "minji", "junho"  # the shoppers who pay, and are declined, where none is named
HTTP_STATUS = {Ground.FIELD: 400, Ground.ABSENT: 404, Ground.FORBIDDEN: 409, Ground.CONFLICT: 409}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _WantedCode(_Body):
    shopper: str | None = None
    behaviour: Behaviour = Behaviour.PAY


class _Scan(_Body):
    code: str
    action: Action = Action.PAY


class _Entry(_Body):
    amount: str
    currency: str = "KRW"
    entry_code: str | None = None


class _NotifyUrl(_Body):
    url: str


class ShopperSide:
    """The routes of the page and of the control API."""

    def __init__(
        self,
        books: Books,
        faults: Faults,
        notifier: Notifier,
        merchants: Sequence[Merchant],
        now: Callable[[], datetime],
    ) -> None:
        self._books = books
        self._faults = faults
        self._notifier = notifier
        self._merchants = merchants
        self._now = now
        self._page = files(__package__).joinpath("page.html").read_text("utf-8")
        self.routes = [
            Route("/", self._show_page),
            Route("/sandbox/codes", self._hand_out, methods=["POST"]),
            Route("/sandbox/codes/{code}.png", self._phone),
            Route("/sandbox/scan", self._scan, methods=["POST"]),
            Route("/sandbox/entry", self._enter, methods=["POST"]),
            Route("/sandbox/orders", self._orders),
            Route("/sandbox/orders/{id}", self._order),
            Route("/sandbox/orders/{id}/{verb}", self._decide, methods=["POST"]),
            Route("/sandbox/qr/{id}.png", self._shown_code),
            Route("/sandbox/books", self._sums),
            Route("/sandbox/notify-url", self._redirect, methods=["PUT"]),
            Route("/sandbox/notifications", self._notifications),
            Route("/sandbox/faults", self._show_faults, methods=["GET"]),
            Route("/sandbox/faults", self._set_faults, methods=["PUT"]),
            Route("/sandbox/faults", self._clear_faults, methods=["DELETE"]),
        ]

    async def _show_page(self, _: Request) -> Response:
        return HTMLResponse(self._page)

    async def _hand_out(self, request: Request) -> Response:
        wanted = _WantedCode.model_validate_json(await request.body() or b"{}")
        usual = PENNILESS if wanted.behaviour is Behaviour.DECLINE else WELL_OFF
        code = self._books.hand_out(wanted.shopper or usual, wanted.behaviour, self._now())
        return JSONResponse(
            {
                "code": code.text,
                "shopper": code.shopper,
                "behaviour": code.behaviour,
                "expires_at": code.expires_at.isoformat(),
                "picture": f"/sandbox/codes/{code.text}.png",
            }
        )

    async def _phone(self, request: Request) -> Response:
        code = self._books.code(request.path_params["code"])
        symbols = request.query_params.get("symbols", picture.Symbols.BOTH)
        if symbols not in list(picture.Symbols):
            raise Refusal(Ground.FIELD, f"symbols is one of {', '.join(picture.Symbols)}")
        return Response(picture.phone(code.text, picture.Symbols(symbols)), media_type="image/png")

    async def _scan(self, request: Request) -> Response:
        scan = _Scan.model_validate_json(await request.body())
        now = self._now()
        payment = self._books.look_up(scan.code, now)
        return JSONResponse(order_json(self._books.answer(payment, scan.action, now)))

    async def _enter(self, request: Request) -> Response:
        entry = _Entry.model_validate_json(await request.body())
        try:
            amount = Amount.parse(entry.amount, entry.currency)
        except MoneyError as error:
            raise Refusal(Ground.FIELD, str(error)) from error
        for merchant in self._merchants:
            for text, terminal_id in merchant.entry_codes.items():
                if entry.entry_code in (None, text):
                    payment = self._books.enter(merchant.client_id, terminal_id, amount, self._now())
                    return JSONResponse(order_json(payment))
        raise Refusal(Ground.ABSENT, "no merchant has that static code")

    async def _orders(self, _: Request) -> Response:
        return JSONResponse([order_json(payment) for payment in self._books.payments(self._now())])

    async def _order(self, request: Request) -> Response:
        return JSONResponse(order_json(self._books.look_up(request.path_params["id"], self._now())))

    async def _decide(self, request: Request) -> Response:
        now = self._now()
        payment = self._books.look_up(request.path_params["id"], now)
        match request.path_params["verb"]:
            case "pay" | "decline" as action:
                payment = self._books.answer(payment, Action(action), now)
            case "expire":
                payment = self._books.expire(payment)
            case verb:
                raise Refusal(Ground.ABSENT, f"{verb!r} is none of pay, decline, expire")
        return JSONResponse(order_json(payment))

    async def _shown_code(self, request: Request) -> Response:
        payment = self._books.look_up(request.path_params["id"], self._now())
        if not payment.code:
            raise Refusal(Ground.ABSENT, "this order shows no code")
        return Response(picture.png(picture.qr(payment.code)), media_type="image/png")

    async def _sums(self, _: Request) -> Response:
        payments = self._books.payments(self._now())
        return JSONResponse(
            {
                "charged": _sum(payment.charged for payment in payments),
                "given_back": _sum(payment.given_back for payment in payments),
                "shoppers": {
                    name: {currency: amount.major for currency, amount in purse.items()}
                    for name, purse in self._books.balances().items()
                },
                "pay_calls": {payment.order_id: payment.pay_calls for payment in payments if payment.order_id},
            }
        )

    async def _redirect(self, request: Request) -> Response:
        wanted = _NotifyUrl.model_validate_json(await request.body())
        self._notifier.redirect(wanted.url)
        return JSONResponse({"url": wanted.url})

    async def _notifications(self, _: Request) -> Response:
        return JSONResponse([delivery.as_json() for delivery in self._notifier.deliveries])

    async def _show_faults(self, _: Request) -> Response:
        return JSONResponse(self._faults.setting.model_dump(mode="json", exclude_none=True))

    async def _set_faults(self, request: Request) -> Response:
        self._faults.replace(Setting.model_validate_json(await request.body()))
        return await self._show_faults(request)

    async def _clear_faults(self, request: Request) -> Response:
        self._faults.replace(Setting({}))
        return await self._show_faults(request)


def order_json(payment: Payment) -> dict[str, object]:
    """One order as the control API shows it."""
    return {
        "order_id": payment.order_id or None,
        "gateway_order_id": payment.uq_id,
        "merchant": payment.merchant,
        "product": payment.product,
        "status": payment.status,
        "amount": payment.amount.major,
        "currency": payment.amount.currency,
        "code": payment.code or None,
        "shopper": payment.shopper or None,
        "terminal_id": payment.terminal_id or None,
        "expire_at": payment.expire_at.isoformat(),
        "paid_at": payment.paid_at.isoformat() if payment.paid_at else None,
        "charged": payment.charged.major,
        "given_back": payment.given_back.major,
        "refunds": [
            {"refund_id": refund.id, "amount": refund.amount.major, "status": refund.status}
            for refund in payment.repayments
        ],
        "pay_calls": payment.pay_calls,
    }


def refused(_: Request, error: Exception) -> Response:
    """The books' refusal, or a body that is none, as one line of JSON."""
    match error:
        case Refusal():
            return JSONResponse({"error": str(error)}, status_code=HTTP_STATUS[error.ground])
        case ValidationError():
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            return JSONResponse({"error": f"{place}: {first['msg']}".removeprefix(": ")}, status_code=400)
        case _:
            raise error


def _sum(amounts: Iterable[Amount]) -> dict[str, str]:
    minor: defaultdict[str, int] = defaultdict(int)
    for amount in amounts:
        minor[amount.currency] += amount.minor
    return {currency: Amount(sum_, currency).major for currency, sum_ in sorted(minor.items())}
