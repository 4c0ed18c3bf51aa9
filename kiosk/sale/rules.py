"""The numbers of a sale: what this kiosk sells by, and how long things may take. All durations in seconds."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.sale.money import Amount
from kiosk.sale.order import AfterCrash, Product


class Kind(StrEnum):
    """What is sold, for the words on the display: goods that come out, or a way out."""

    VENDING = "vending"
    PARKING = "parking"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator chose, and the trade's own schedule (gateway/README.md, "Rules of the trade")."""

    kiosk_id: str
    products: tuple[Product, ...]
    least: Amount
    most: Amount
    code_lifetime: float = 120.0
    payment_code_pattern: re.Pattern[str] = field(default_factory=lambda: re.compile(r"^[0-9]{16,32}$"))
    entry_code: str = ""
    max_in_doubt: int = 3
    after_crash: AfterCrash = AfterCrash.ASSUME_RELEASED
    confirm_notifications: bool = True  # by DETAIL, before what they say is done

    kind: Kind = Kind.VENDING
    operator: tuple[str, str] = ("", "")  # name and phone number, for a shopper in doubt
    language_key: str = "A"  # the other language for this shopper; "": none

    entering: float = 30.0  # an amount nobody finishes; this and the next three as the operator wants it
    choosing: float = 30.0
    scanning: float = 30.0
    result: float = 6.0  # a result on the display
    claim: float = 30.0  # a result with a claim code to write down
    warning: float = 20.0  # before a screen is over, this is told, and any key puts it off
    patience: float = 90.0  # how long a shopper is kept waiting for an outcome in doubt
    pay_retry: float = 1.0  # between two tries of a PAY that could not be sent
    pay_tries: int = 3
    first_ask: float = 3.0  # PAYMENT_CODE and unknown results
    first_ask_shown: float = 5.0  # ORDER_CODE and CASHIER_PAYMENT: the shopper needs a moment
    ask_every: float = 3.0  # never less between two DETAILs of one order
    confirm_within: float = 5.0  # a NOTIFICATION is believed where DETAIL can't be had in so long
    ask_for: float = 60.0  # an unknown result is asked for this long, then cancelled
    scanned_life: float = 60.0  # a payment code is good for a minute (gateway/README.md, "Rules of the trade")
    absent_enough: int = 4  # how often "does not exist" is heard before it is believed
    longest_pause: float = 300.0  # between two tries of what must be done in the end
    give_up: float = 86_400.0  # then a person has to look,
    tries_enough: int = 10  # but never before so many tries: the machine may have been switched off all day
    look_every: float = 86_400.0  # at what is left to a person, until it is settled:
    look_daily_for: float = 30 * 86_400.0  # so long, and then
    look_seldom: float = 7 * 86_400.0
    release: float = 20.0  # the release must answer by then
    refund_tries: int = 3  # refunds that the gateway takes and that then fail
    watch: tuple[float, ...] = (60.0, 600.0, 3600.0)  # looks at an order that ended without money
    calm: float = 30.0  # how long a part works again before the operator hears of it,
    calm_most: float = 1800.0  # twice as long each time its trouble comes back, at most,
    calm_forgotten: float = 3600.0  # within so long
    serviced: float = 120.0  # a technician's menu that nobody works any more
    probe_every: float = 60.0  # the gateway is asked for a sign of life when idle
    probe_offline: float = 10.0

    @property
    def currency(self) -> str:
        """ISO 4217 letters."""
        return self.least.currency
