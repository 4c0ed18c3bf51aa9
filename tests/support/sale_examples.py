"""A kiosk to play with: builders for the tests of the sale, and a till that steps it and keeps what it asked for."""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from kiosk.sale.commands import Command, SendResult, Topic
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import (
    CancelAnswered,
    CodeScanned,
    DetailAnswered,
    Event,
    Key,
    KeyPressed,
    Moment,
    Notified,
    Part,
    PartRecovered,
    PayAnswered,
    ProbeAnswered,
    RefundAnswered,
    ReleaseAnswered,
    Woken,
)
from kiosk.sale.machine import start, step
from kiosk.sale.money import Amount
from kiosk.sale.order import GivingBack, Order, Phase, Plan, Product, Requested
from kiosk.sale.outcome import (
    Absent,
    Approved,
    CancelOutcome,
    ConfirmedRefund,
    DetailOutcome,
    PayOutcome,
    Pending,
    RefundOutcome,
    Trust,
)
from kiosk.sale.panel import Name, Panel
from kiosk.sale.payment_code import PaymentCode
from kiosk.sale.rules import Rules
from kiosk.sale.show import panel
from kiosk.sale.state import Kiosk

EXAMPLES = int(os.environ.get("KIOSK_HYPOTHESIS_EXAMPLES", "100"))  # of each property; more for a long night
SEOUL = timezone(timedelta(hours=9))
NOON = datetime(2026, 11, 23, 12, tzinfo=SEOUL)
SHOWN = "https://pay.example/1"  # what a shopper's phone reads from the display
SCANNED = PaymentCode("281010897274821897274821")
ENTRY = "00020101021126280012kakaopay.com5204000053034105802KR6304ABCD"


def won(minor: int) -> Amount:
    return Amount(minor, "KRW")


def rules(*products: Product, **other: Any) -> Rules:
    """A kiosk that sells for 100 to 200,000 KRW by `products` (all four, if none is named)."""
    values: dict[str, Any] = {"kiosk_id": "K1", "least": won(100), "most": won(200_000), "entry_code": ENTRY}
    return Rules(products=products or tuple(Product), **(values | other))


def at(mono: float, noon: datetime = NOON) -> Moment:
    """`mono` seconds after noon."""
    return Moment(mono, noon + timedelta(seconds=mono))


def order(phase: Phase | None = None, *, plan: Plan | None = None, **fields: Any) -> Order:
    """An order over 1500 KRW, made at noon and just requested, unless told otherwise."""
    values: dict[str, Any] = {
        "id": "K1-000000001",
        "product": Product.ORDER_CODE,
        "amount": won(1500),
        "created_at": NOON,
        "expire_at": NOON + timedelta(minutes=2),
        "since": NOON,
    }
    return Order(phase=phase or Requested(), plan=plan or Plan(), **(values | fields))


def approved(of: Order, *refunds: ConfirmedRefund, **fields: Any) -> Approved:
    """The success of exactly this order."""
    return replace(Approved(of.id, f"UQ-{of.id}", of.amount, refunds=refunds), **fields)


class Till:
    """A kiosk, its clock, and all that it has asked for. In service at noon, unless `ready` is False."""

    def __init__(self, terms: Rules | None = None, *, ready: bool = True, noon: datetime = NOON) -> None:
        self.noon = noon
        self.mono = 0.0
        self.state: Kiosk = start(terms or rules())
        self.records: dict[str, Order] = {}
        self.asked: list[Command] = []
        self.notes: list[str] = []
        if ready:
            self.tell(PartRecovered(Part.CLOCK))
            self.tell(ProbeAnswered(Absent()))

    @property
    def now(self) -> Moment:
        return at(self.mono, self.noon)

    @property
    def panel(self) -> Panel:
        return panel(self.state, self.now)

    @property
    def name(self) -> Name:
        return self.panel.name

    def tell(self, event: Event) -> list[Command]:
        """One event; what it made the kiosk ask for."""
        stepped = step(self.state, event, self.now)
        self.state = stepped.state
        self.records |= {changed.id: changed for changed in stepped.changed}
        self.asked += stepped.commands
        self.notes += stepped.notes
        return list(stepped.commands)

    def keys(self, keys: str) -> list[Command]:
        return [command for key in keys for command in self.tell(KeyPressed(Key(key)))]

    def scan(self, code: str = SCANNED.value) -> list[Command]:
        return self.tell(CodeScanned(PaymentCode(code)))

    def wait(self, seconds: float) -> list[Command]:
        """Let time pass, and wake the kiosk whenever it wants to be woken."""
        end, asked = self.mono + seconds, []
        while (wake := next_wake(self.state)) <= end:
            self.mono = max(self.mono, wake)
            asked += self.tell(Woken())
        self.mono = end
        return asked

    # --- the gateway, the release ------------------------------------------------------------------------------------

    @property
    def record(self) -> Order:
        """The newest order, as last recorded."""
        return list(self.records.values())[-1]

    @property
    def phase(self) -> Phase:
        return self.record.phase

    def pay(self, outcome: PayOutcome) -> list[Command]:
        return self.tell(PayAnswered(self.record.id, outcome))

    def detail(self, outcome: DetailOutcome) -> list[Command]:
        return self.tell(DetailAnswered(self.record.id, outcome))

    def cancel(self, outcome: CancelOutcome) -> list[Command]:
        return self.tell(CancelAnswered(self.record.id, outcome))

    def refund(self, outcome: RefundOutcome) -> list[Command]:
        assert isinstance(self.phase, GivingBack)
        return self.tell(RefundAnswered(self.record.id, self.phase.refund_id, outcome))

    def notify(self, outcome: DetailOutcome, trust: Trust = Trust.CONFIRMED) -> list[Command]:
        return self.tell(Notified(self.record.id, outcome, trust))

    def release(self, trouble: str | None = None) -> list[Command]:
        return self.tell(ReleaseAnswered(self.record.id, trouble))

    def success(self, *refunds: ConfirmedRefund, **fields: Any) -> Approved:
        return approved(self.record, *refunds, **fields)

    # --- stories begin here ------------------------------------------------------------------------------------------

    def show_code(self) -> None:
        """A code for 1500 KRW is on the display."""
        self.keys("1500#1")
        self.pay(Pending("UQ-1", SHOWN))
        assert self.panel.qr == SHOWN


def showing(*products: Product) -> Till:
    """A till that shows an order's code."""
    till = Till(rules(*(products or (Product.ORDER_CODE, Product.PAYMENT_CODE))))
    till.show_code()
    return till


def kinds(commands: Iterable[Command]) -> list[object]:
    """What is asked for in short: the command's type, or a result's topic."""
    return [command.topic if isinstance(command, SendResult) else type(command) for command in commands]


def results(commands: Iterable[Command]) -> list[Topic]:
    return [command.topic for command in commands if isinstance(command, SendResult)]
