"""The gateway's side of the sandbox: PAY, DETAIL, CANCEL and REFUND, as strict as the gateway is documented to be.

Every answer is HTTP 200 with a `respCode`, signed with the merchant's key (a client nobody knows gets an unsigned
one). The order of the checks: who speaks, whether they said so before, what they say, and then the books.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kiosk.gateway.signing import JsonObject, JsonValue, read_json
from kiosk.gateway.wire import ABSENT_WORDS, Dialect, Header, RespCode
from kiosk.sale.order import Product
from kiosk.sandbox import reading, writing
from kiosk.sandbox.books import Books
from kiosk.sandbox.faults import Call, Faults, Trouble
from kiosk.sandbox.merchants import Merchant
from kiosk.sandbox.notify import Notifier
from kiosk.sandbox.payments import Ground, Payment, Refusal
from kiosk.sandbox.serving import HangUp

RESP_CODES = {
    Ground.FIELD: RespCode.BAD_FIELD,
    Ground.ABSENT: RespCode.ABSENT,
    Ground.FORBIDDEN: RespCode.NOT_ALLOWED,
    Ground.CONFLICT: RespCode.CONFLICT,
}


class Stranger(Exception):  # noqa: N818 - it is the caller who is strange
    """The caller did not show who they are; the message says what is missing or wrong."""


class GatewaySide:
    """The routes of the four calls. `pause` waits so many seconds, or until the sandbox closes."""

    def __init__(  # noqa: PLR0913 - all that the gateway is made of
        self,
        books: Books,
        faults: Faults,
        notifier: Notifier,
        merchants: Sequence[Merchant],
        *,
        dialect: Dialect,
        zone: tzinfo,
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._books = books
        self._faults = faults
        self._notifier = notifier
        self._merchants = {merchant.client_id: merchant for merchant in merchants}
        self._dialect = dialect
        self._zone = zone
        self._now = now
        self._pause = pause
        self._seen: set[tuple[str, str]] = set()  # request ids, by client
        paths = {
            Call.PAY: dialect.paths.pay,
            Call.DETAIL: dialect.paths.detail,
            Call.CANCEL: dialect.paths.cancel,
            Call.REFUND: dialect.paths.refund,
        }
        self.routes = [Route(path, partial(self._serve, call), methods=["POST"]) for call, path in paths.items()]

    async def _serve(self, call: Call, request: Request) -> Response:
        """One call, with whatever shall go wrong in it."""
        troubles = self._faults.take(call)
        content = await request.body()
        await self._pause(troubles.get(Trouble.DELAY_BEFORE, 0))
        if Trouble.DROP_BEFORE in troubles:
            return HangUp()
        if Trouble.STATUS_500 in troubles:
            return PlainTextResponse("Internal Server Error", status_code=500)
        merchant = self._merchants.get(request.headers.get(Header.CLIENT_ID, ""))
        body = self._answer(call, merchant, request, content, troubles)
        await self._pause(troubles.get(Trouble.DELAY, 0))
        if Trouble.DROP_AFTER in troubles:
            return HangUp()
        headers: dict[str, str] = {}
        if merchant:
            request_id = request.headers.get(Header.REQUEST_ID, "")
            headers = writing.headers(body, merchant.client_id, merchant.key, request_id, troubles)
        return Response(writing.encoded(body, troubles), headers=headers, media_type="application/json")

    def _answer(
        self,
        call: Call,
        merchant: Merchant | None,
        request: Request,
        content: bytes,
        troubles: Mapping[Trouble, float],
    ) -> JsonObject:
        """The answer's body; the work is done here, at once."""
        try:
            known = _known(merchant)
            body = _read(content)
            _vouched(known, request, body)
            self._not_seen(known, request)
            if Trouble.SYSTEM_ERROR in troubles:
                return writing.answer(RespCode.SYSTEM_ERROR, "system error")
            _unwilling(troubles)
            data = writing.spoilt(self._done(call, known, body, str(request.base_url), troubles), troubles)
        except Stranger as stranger:
            return writing.answer(RespCode.BAD_SIGNATURE, str(stranger))
        except Refusal as refusal:
            return writing.answer(RESP_CODES[refusal.ground], str(refusal))
        return writing.answer(RespCode.OK, "Success", data)

    def _not_seen(self, merchant: Merchant, request: Request) -> None:
        request_id = request.headers.get(Header.REQUEST_ID, "")
        if not request_id:
            raise Refusal(Ground.FIELD, f"{Header.REQUEST_ID}: missing")
        if (merchant.client_id, request_id) in self._seen:
            raise Refusal(Ground.FIELD, f"{Header.REQUEST_ID}: used before")
        self._seen.add((merchant.client_id, request_id))

    def _done(
        self, call: Call, merchant: Merchant, body: JsonObject, base_url: str, troubles: Mapping[Trouble, float]
    ) -> JsonObject:
        """Do what the call asks; the answer's data."""
        now = self._now()
        if call is Call.PAY:
            payment = self._books.pay(reading.read_pay(body, merchant.client_id, self._zone), now)
            return {**self._told(payment), **self._action(payment, merchant, base_url)}
        order_id, uq_id = reading.read_names(body)
        refund = reading.read_refund(body) if call is Call.REFUND else None
        payment = self._books.find(merchant.client_id, now, order_id=order_id, uq_id=uq_id)
        if refund:
            slow, fails = troubles.get(Trouble.SLOW), Trouble.FAILS in troubles
            repayment = self._books.refund(payment, *refund, now, slow=slow, fails=fails)
            return {**writing.names(payment), **writing.repayment_data(repayment)}
        if call is Call.CANCEL:
            return self._told(self._books.cancel(payment, now))
        self._notifier.detail_was_asked(payment.uq_id)
        return self._told(payment)

    def _told(self, payment: Payment) -> dict[str, JsonValue]:
        return writing.payment_data(payment, self._zone)

    def _action(self, payment: Payment, merchant: Merchant, base_url: str) -> JsonObject:
        redirect = merchant.cashier_redirects and payment.product is Product.CASHIER_PAYMENT
        as_picture = self._dialect.qr_value == "image" and not redirect
        value = f"{base_url}sandbox/qr/{payment.uq_id}.png" if as_picture else payment.code
        return writing.action_data(payment, value, redirect=redirect)


def _unwilling(troubles: Mapping[Trouble, float]) -> None:
    """Raise Refusal where the gateway is to refuse what it would do otherwise."""
    if Trouble.REFUSED in troubles:
        raise Refusal(Ground.FORBIDDEN, "not allowed now")
    if Trouble.ABSENT in troubles:
        raise Refusal(Ground.ABSENT, ABSENT_WORDS)


def _known(merchant: Merchant | None) -> Merchant:
    if merchant is None:
        raise Stranger(f"{Header.CLIENT_ID}: missing, or no such client")
    return merchant


def _read(content: bytes) -> JsonObject:
    try:
        return read_json(content)
    except ValueError as error:
        raise Refusal(Ground.FIELD, f"the body: {error}") from error


def _vouched(merchant: Merchant, request: Request, body: JsonObject) -> None:
    """Raise Stranger unless the headers show that the merchant said this."""
    key, said = merchant.key, request.headers
    for name, expected in ((Header.SIGN_TYPE, key.sign_type), (Header.SIGN_ID, key.sign_id)):
        if said.get(name, "") != expected:
            raise Stranger(f"{name}: missing, or not this client's")
    if not said.get(key.header):
        raise Stranger(f"{key.header}: missing")
    if not key.verify(body, said[key.header]):
        raise Stranger(f"{key.header}: wrong")
