"""How the kiosk is, as values: what `kiosk status` shows, the front panel serves and systemd reads the first line of.

Amounts, times and names only: no codes, keys or shopper's data are in it. README.md documents the JSON.
"""

from collections.abc import Mapping

from pydantic import AwareDatetime, BaseModel, ConfigDict

from kiosk.sale.events import Part
from kiosk.sale.money import Amount
from kiosk.sale.panel import Name, Text
from kiosk.sale.state import Kiosk

NOT_OF_A_PART = {  # what keeps a kiosk from selling though all parts work
    Text.STOPPING: ("daemon", "it is stopping"),
    Text.TOO_MANY_IN_DOUBT: ("orders", "too many payments in doubt: see kiosk orders --state unresolved"),
    Text.NO_WAY_TO_PAY: ("payment", "none of the ways to pay works"),
}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Money(_Value):
    """An amount: `value` in smallest units, as text."""

    value: str
    currency: str

    @classmethod
    def of(cls, amount: Amount) -> "Money":
        """The sale's amount, written."""
        return cls(value=str(amount.minor), currency=amount.currency)


class Trouble(_Value):
    """What is wrong: the part, why in one line, and since when, as far as the daemon knows."""

    part: str
    what: str
    since: AwareDatetime


class LastSale(_Value):
    """The newest order."""

    order_id: str
    claim: str
    product: str
    amount: Money
    state: str
    at: AwareDatetime


class Outbox(_Value):
    """How many results wait for the operator, and how many were set aside."""

    pending: int
    quarantined: int


class ClockReading(_Value):
    """The gateway's time as the daemon has it, how good it is, and how far this machine's clock is from it."""

    at: AwareDatetime
    quality: str
    offset_seconds: float | None


class Contact(_Value):
    """The gateway: when its last good answer came, and the newest trouble with it, also when that is over."""

    base_url: str
    answered_at: AwareDatetime | None
    trouble: str | None
    trouble_at: AwareDatetime | None


class PartStatus(_Value):
    """A part of the board: what it is, whether it is there, what is wrong now and what was wrong last."""

    what: str
    present: bool
    fault: str | None
    last_fault: str | None


class Busy(Exception):  # noqa: N818 - no error: a shopper is there
    """The parts can't be had now; the message says why in one line."""


class Status(_Value):
    """The whole. `uptime` in seconds since the daemon's start; `released` since then."""

    kiosk_id: str
    version: str
    state: Name
    in_service: bool
    troubles: tuple[Trouble, ...]
    started_at: AwareDatetime
    uptime: float
    released: int
    last_sale: LastSale | None
    outbox: Outbox
    open_orders: int
    unresolved_orders: int
    clock: ClockReading
    gateway: Contact
    parts: Mapping[str, PartStatus]


def troubles_of(kiosk: Kiosk) -> dict[str, str]:
    """Everything that is wrong, each in one line, by the name of the part."""
    troubles = {str(part): " ".join(what.split()) for part, what in kiosk.troubles.items()}
    why = kiosk.trouble
    if why is Text.NO_WAY_TO_PAY and Part.KEYPAD in kiosk.troubles:
        return troubles
    if why in NOT_OF_A_PART:
        name, what = NOT_OF_A_PART[why]
        troubles[name] = what
    return troubles


def headline(name: Name, troubles: Mapping[str, str]) -> str:
    """The state in a technician's words, one line: "out of service; gateway: can't be reached"."""
    return "; ".join((name.replace("_", " "), *(f"{part}: {what}" for part, what in troubles.items())))
