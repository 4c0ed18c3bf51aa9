"""The sandbox's books: who was charged, what was given back, which codes are out. Pure: every call is told the time.

Its rules of money: a code or an order charges once; a final state never changes, but for CANCEL of a paid order;
never more goes back than was paid. Times are aware; the cut-off of CANCEL is reckoned in the zone given at the start.
"""

import secrets
import string
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo

from kiosk.gateway.wire import ABSENT_WORDS, LONGEST_EXPIRY_HOURS, Field, Status, TransactionType
from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sandbox.payments import (
    Action,
    Ask,
    Behaviour,
    Ground,
    News,
    Payment,
    PaymentCode,
    Refusal,
    Repayment,
    Shopper,
)

CODE_LIFETIME = timedelta(minutes=1)
LAST_CANCEL = time(23, 59, 59)  # of the payment date; at this second it is too late
SHOWN_CODE = "https://qr.wallet.example/"  # as long as the wallet network's own: 62 bytes, a version 4 QR,
SHOWN_LETTERS = 36  # with so many mixed letters and digits behind it


class Books:
    """Everything the sandbox knows. `announce` is called with each piece of news, at the moment it happens."""

    def __init__(self, zone: tzinfo, shoppers: Iterable[Shopper], announce: Callable[[News], None]) -> None:
        self._zone = zone
        self._announce = announce
        self._shoppers = {shopper.name: shopper for shopper in shoppers}
        self._spent: Counter[tuple[str, str]] = Counter()  # minor units by shopper and currency
        self._codes: dict[str, PaymentCode] = {}
        self._payments: dict[str, Payment] = {}  # by the gateway's id, oldest first

    # The merchant's side.

    def pay(self, ask: Ask, now: datetime) -> Payment:
        """Create the order, or answer with it as it stands if this very order is here already."""
        self._lapse(now)
        known = self._of_merchant(ask.merchant, ask.order_id)
        if known:
            if known.content != ask.content:
                raise Refusal(Ground.CONFLICT, f"{Field.ORDER_ID}: exists with another content")
            return self._keep(replace(known, pay_calls=known.pay_calls + 1))
        if not now < ask.expire_at < now + timedelta(hours=LONGEST_EXPIRY_HOURS):
            raise Refusal(Ground.FIELD, f"{Field.EXPIRE_AT}: not within the next 72 hours")
        code = self._usable_code(ask.payment_code, now) if ask.product is Product.PAYMENT_CODE else None
        payment = self._keep(
            Payment(
                uq_id=self._new_id("UQ", now),
                merchant=ask.merchant,
                order_id=ask.order_id,
                product=ask.product,
                amount=ask.amount,
                status=Status.PROCESSING,
                created_at=now,
                expire_at=ask.expire_at,
                content=ask.content,
                code="" if code else _shown_code(),
                terminal_id=ask.terminal_id,
                notify_url=ask.notify_url,
                shopper=code.shopper if code else "",
            )
        )
        if code is None:
            return payment
        self._codes[code.text] = replace(code, used=True)
        match code.behaviour:
            case Behaviour.PAY:
                return self._charge(payment, code.shopper, now)
            case Behaviour.DECLINE:
                return self._decline(payment)
            case Behaviour.CONFIRM:
                return payment

    def find(self, merchant: str, now: datetime, *, order_id: str = "", uq_id: str = "") -> Payment:
        """The merchant's payment of that name, or of those two names. Raises Refusal (absent)."""
        self._lapse(now)
        for payment in self._payments.values():
            named = (order_id in ("", payment.order_id)) and (uq_id in ("", payment.uq_id))
            if payment.merchant == merchant and named and (order_id or uq_id):
                return payment
        raise Refusal(Ground.ABSENT, ABSENT_WORDS)

    def cancel(self, payment: Payment, now: datetime) -> Payment:
        """Close the order, with all its money given back if it was paid. Closed already: the same answer again."""
        match payment.status:
            case Status.CLOSED:
                return payment
            case Status.FAIL:
                raise Refusal(Ground.FORBIDDEN, "the payment failed; there is nothing to cancel")
            case Status.SUCCESS:
                self._may_cancel(payment, now)
                self._spent[payment.shopper, payment.amount.currency] -= payment.amount.minor
            case Status.PROCESSING:
                pass
        return self._tell(replace(payment, status=Status.CLOSED), TransactionType.CANCEL)

    def refund(
        self,
        payment: Payment,
        refund_id: str,
        amount: Amount,
        now: datetime,
        *,
        slow: float | None = None,
        fails: bool = False,
    ) -> Repayment:
        """Give part of a paid order back, or all of it. The same refund again: the first one.

        One that is `slow` takes so many seconds; one that `fails` is taken, and comes to nothing.
        """
        for other in self._payments.values():
            for repayment in other.repayments:
                if repayment.id == refund_id and other.merchant == payment.merchant:
                    if other.uq_id != payment.uq_id or repayment.amount != amount:
                        raise Refusal(Ground.CONFLICT, f"{Field.REFUND_ID}: exists with another content")
                    return repayment
        if payment.status is not Status.SUCCESS:
            raise Refusal(Ground.FORBIDDEN, f"the payment is {payment.status}, not paid")
        if amount.currency != payment.amount.currency:
            raise Refusal(Ground.FIELD, f"{Field.CURRENCY}: the payment was made in {payment.amount.currency}")
        if amount.minor > payment.amount.minor - payment.promised.minor:
            raise Refusal(Ground.FORBIDDEN, f"{Field.AMOUNT}: more than was paid and has not been given back")
        repayment = Repayment(refund_id, self._new_id("UR", now), amount)
        if slow is not None or fails:
            due = now + timedelta(seconds=slow or 0)
            repayment = replace(repayment, status=Status.PROCESSING, due=due, fails=fails)
            self._keep(replace(payment, repayments=(*payment.repayments, repayment)))
            return repayment
        self._give_back(replace(payment, repayments=(*payment.repayments, repayment)), repayment)
        return repayment

    def _give_back(self, payment: Payment, repayment: Repayment) -> None:
        self._spent[payment.shopper, payment.amount.currency] -= repayment.amount.minor
        whole = repayment.amount == payment.amount
        self._tell(payment, TransactionType.REFUND if whole else TransactionType.PARTIAL_REFUND)

    # The shopper's side.

    def hand_out(self, shopper: str, behaviour: Behaviour, now: datetime) -> PaymentCode:
        """A fresh payment code; a shopper of a new name opens an account like everybody's."""
        self._shoppers.setdefault(shopper, Shopper(shopper))
        text = "28" + "".join(secrets.choice(string.digits) for _ in range(22))
        self._codes[text] = PaymentCode(text, shopper, behaviour, now + CODE_LIFETIME)
        return self._codes[text]

    def code(self, text: str) -> PaymentCode:
        """The code of that text, used or not. Raises Refusal (absent)."""
        if text not in self._codes:
            raise Refusal(Ground.ABSENT, "no such payment code was handed out")
        return self._codes[text]

    def look_up(self, name: str, now: datetime) -> Payment:
        """The payment whose merchant order id, gateway id or shown code is `name`. Raises Refusal (absent)."""
        self._lapse(now)
        for payment in self._payments.values():
            if name and name in (payment.uq_id, payment.order_id, payment.code):
                return payment
        raise Refusal(Ground.ABSENT, "no such order or code")

    def answer(self, payment: Payment, action: Action, now: datetime) -> Payment:
        """The shopper pays or declines a payment that waits for them. Raises Refusal (forbidden) if none waits."""
        _open(payment)
        if action is Action.DECLINE:
            return self._decline(payment)
        return self._charge(payment, payment.shopper or next(iter(self._shoppers)), now)

    def expire(self, payment: Payment) -> Payment:
        """Let a waiting payment lapse now. Nobody is notified: that is how the gateway treats `closed`."""
        _open(payment)
        return self._keep(replace(payment, status=Status.CLOSED))

    def enter(self, merchant: str, terminal_id: str, amount: Amount, now: datetime) -> Payment:
        """The shopper scanned the terminal's static code and entered an amount: paid or declined at once."""
        self._lapse(now)
        payment = self._keep(
            Payment(
                uq_id=self._new_id("UQ", now),
                merchant=merchant,
                order_id="",
                product=Product.ENTRY_CODE,
                amount=amount,
                status=Status.PROCESSING,
                created_at=now,
                expire_at=now + CODE_LIFETIME,
                terminal_id=terminal_id,
                pay_calls=0,
            )
        )
        return self._charge(payment, next(iter(self._shoppers)), now)

    # What everybody may look at.

    def payments(self, now: datetime) -> list[Payment]:
        """All payments, oldest first."""
        self._lapse(now)
        return list(self._payments.values())

    def balances(self) -> dict[str, dict[str, Amount]]:
        """What each shopper has left, by name and currency (those that were used, at least KRW)."""
        currencies = {"KRW", *(currency for _, currency in self._spent)}
        return {
            name: {currency: self._balance(name, currency) for currency in sorted(currencies)}
            for name in self._shoppers
        }

    def _balance(self, shopper: str, currency: str) -> Amount:
        opening = Amount.parse(self._shoppers[shopper].opening, currency)
        return Amount(opening.minor - self._spent[shopper, currency], currency)

    def _charge(self, payment: Payment, shopper: str, now: datetime) -> Payment:
        if self._balance(shopper, payment.amount.currency) < payment.amount:
            return self._decline(payment)
        self._spent[shopper, payment.amount.currency] += payment.amount.minor
        return self._tell(
            replace(payment, status=Status.SUCCESS, shopper=shopper, paid_at=now),
            TransactionType.PAYMENT,
        )

    def _decline(self, payment: Payment) -> Payment:
        return self._tell(replace(payment, status=Status.FAIL), TransactionType.PAYMENT)

    def _tell(self, payment: Payment, transaction: TransactionType) -> Payment:
        self._announce(News(self._keep(payment), transaction))
        return payment

    def _keep(self, payment: Payment) -> Payment:
        self._payments[payment.uq_id] = payment
        return payment

    def _lapse(self, now: datetime) -> None:
        for payment in tuple(self._payments.values()):
            if payment.status is Status.PROCESSING and now >= payment.expire_at:
                self._keep(replace(payment, status=Status.CLOSED))
            for repayment in payment.repayments:
                if repayment.due and now >= repayment.due:
                    self._settle(self._payments[payment.uq_id], repayment)

    def _settle(self, payment: Payment, repayment: Repayment) -> None:
        """A refund that was under way comes to its end."""
        status = Status.FAIL if repayment.fails else Status.SUCCESS
        ended = replace(repayment, status=status, due=None)
        others = tuple(ended if one.id == repayment.id else one for one in payment.repayments)
        payment = self._keep(replace(payment, repayments=others))
        if not repayment.fails:
            self._give_back(payment, ended)

    def _of_merchant(self, merchant: str, order_id: str) -> Payment | None:
        wanted = (merchant, order_id)
        return next((known for known in self._payments.values() if (known.merchant, known.order_id) == wanted), None)

    def _usable_code(self, text: str, now: datetime) -> PaymentCode:
        code = self._codes.get(text)
        if code is None:
            raise Refusal(Ground.FIELD, f"{Field.PAY_CODE_VALUE}: no such payment code")
        if code.used:
            raise Refusal(Ground.FIELD, f"{Field.PAY_CODE_VALUE}: this payment code was used")
        if now >= code.expires_at:
            raise Refusal(Ground.FIELD, f"{Field.PAY_CODE_VALUE}: this payment code has expired")
        return code

    def _may_cancel(self, payment: Payment, now: datetime) -> None:
        if payment.repayments:
            raise Refusal(Ground.FORBIDDEN, "partly refunded; CANCEL is for the full amount only")
        if payment.paid_at is None:
            raise Refusal(Ground.FORBIDDEN, "not paid")
        last = datetime.combine(payment.paid_at.astimezone(self._zone).date(), LAST_CANCEL, self._zone)
        if now >= last:
            raise Refusal(Ground.FORBIDDEN, "the payment date is over; use REFUND")

    def _new_id(self, prefix: str, now: datetime) -> str:
        return f"{prefix}{now.astimezone(self._zone):%Y%m%d%H%M%S}{secrets.randbelow(10**8):08d}"


def _open(payment: Payment) -> None:
    if payment.status is not Status.PROCESSING:
        raise Refusal(Ground.FORBIDDEN, f"the order is {payment.status}; a code is for one transaction")


def _shown_code() -> str:
    return SHOWN_CODE + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(SHOWN_LETTERS))
