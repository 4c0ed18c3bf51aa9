"""A model of the gateway for the rules of money: its own books, honest whatever the network does to its answers."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from kiosk.sale.commands import Cancel, Inquire, Pay, Refund
from kiosk.sale.money import Amount
from kiosk.sale.order import GivingBack, Order, Product, Reason
from kiosk.sale.outcome import (
    Absent,
    Accepted,
    Approved,
    Closed,
    ConfirmedRefund,
    Declined,
    DetailOutcome,
    Outcome,
    Pending,
    Refused,
)

Status = Literal["processing", "success", "fail", "closed"]


@dataclass
class Account:
    """What the gateway knows of one order. `transit`: the shopper has paid, and the money is there by then."""

    gateway_id: str
    order_id: str | None
    order: Order | None
    amount_minor: int
    currency: str
    status: Status = "processing"
    transit: datetime | None = None
    paid_on: date | None = None
    paid_at: datetime | None = None
    charged: int = 0
    cancelled: int = 0
    cancelling: bool = False
    refunds: dict[str, int] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    @property
    def back(self) -> int:
        """What the shopper has back, or was promised."""
        return self.cancelled + sum(minor for key, minor in self.refunds.items() if key not in self.failed)

    @property
    def kept(self) -> int:
        return self.charged - self.back


class Books:
    """All accounts. A request arrives whole or not at all; what becomes of its answer is not decided here."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.slow = False  # cancellations and refunds are accepted first and done later
        self.failing = False  # refunds are accepted, and fail
        self.fate: Status = "success"  # of the next payment code
        self.greedy: list[str] = []  # attempts to give back more than was paid

    def of(self, order: Order) -> Account | None:
        if order.product is Product.ENTRY_CODE:
            return self.accounts.get(order.gateway_id or "")
        return self.accounts.get(f"UQ-{order.id}")

    def succeed(self, account: Account, now: datetime) -> None:
        account.status, account.transit = "success", None
        account.charged, account.paid_on, account.paid_at = account.amount_minor, now.date(), now

    def pay_static(self, number: int, minor: int, now: datetime) -> Account:
        account = Account(f"UQ-static-{number}", None, None, minor, "KRW")
        self.accounts[account.gateway_id] = account
        self.succeed(account, now)
        return account

    def arrive(self, command: Pay | Inquire | Cancel | Refund, now: datetime) -> Outcome:
        """Do what was asked, and answer honestly."""
        account = self.of(command.order)
        match command:
            case Pay(order):
                return self._pay(order, account, now)
            case _ if account is None:
                return Absent()
            case Inquire():
                return self.state(account)
            case Cancel():
                return self._cancel(account, now)
            case Refund(order):
                assert isinstance(order.phase, GivingBack)
                return self._refund(account, order.phase.refund_id, order.phase.amount.minor, order.phase.why)

    def state(self, account: Account) -> DetailOutcome:
        match account.status:
            case "processing":
                shown = account.order and account.order.product is not Product.PAYMENT_CODE
                return Pending(account.gateway_id, f"https://pay.example/{account.order_id}" if shown else None)
            case "fail":
                return Declined("no funds")
            case "closed":
                return Closed()
            case "success":
                amount = Amount(account.amount_minor, account.currency)
                listed = tuple(
                    ConfirmedRefund(key, Amount(minor, account.currency)) for key, minor in account.refunds.items()
                )
                done = tuple(one for one in listed if one.id in account.settled)
                under_way = tuple(one for one in listed if one.id not in account.settled | account.failed)
                failed = tuple(account.failed)
                return Approved(account.order_id, account.gateway_id, amount, account.paid_at, done, under_way, failed)

    def settle(self) -> None:
        """Do what was accepted."""
        for account in self.accounts.values():
            account.settled |= set(account.refunds) - account.failed
            if account.cancelling:
                account.cancelling, account.status = False, "closed"

    def _pay(self, order: Order, account: Account | None, now: datetime) -> Outcome:
        if account is None:
            account = Account(f"UQ-{order.id}", order.id, order, order.amount.minor, order.amount.currency)
            self.accounts[account.gateway_id] = account
            if order.product is Product.PAYMENT_CODE:
                if self.fate == "success":
                    self.succeed(account, now)
                account.status = self.fate
        answer = self.state(account)
        assert not isinstance(answer, Absent)
        return answer

    def _cancel(self, account: Account, now: datetime) -> Outcome:
        match account.status:
            case "processing":
                account.status = "closed"
                return Accepted()
            case "closed":
                return Accepted()
            case "fail":
                return Refused("it has failed")
            case "success":
                if account.cancelling:
                    return Accepted()
                if account.paid_on != now.date() or account.refunds:
                    return Refused("after the cut-off, or refunded")
                account.cancelled = account.charged
                account.cancelling, account.status = self.slow, "success" if self.slow else "closed"
                return Accepted()

    def _refund(self, account: Account, refund_id: str, minor: int, why: Reason) -> Outcome:
        if refund_id in account.failed:
            return Refused("it has failed")
        if refund_id in account.refunds:
            return Accepted()
        if account.status not in ("success", "closed"):
            return Refused("it is not paid")
        if set(account.refunds) - account.settled - account.failed:
            self.greedy.append(f"{refund_id}: another is under way")
        if account.back + minor > account.charged:
            if (
                not account.cancelled
                and set(account.refunds) == account.settled | account.failed
                and why is not Reason.OPERATOR
            ):
                self.greedy.append(f"{refund_id}: {minor} of {account.kept}")
            return Refused("more than was paid")
        account.refunds[refund_id] = minor
        if self.failing:
            account.failed.add(refund_id)
        elif not self.slow:
            account.settled.add(refund_id)
        return Accepted()
