"""What the machine shows: a value that the display, the lamps and the camera are brought in line with.

A panel is derived from the state after each step and never commanded, so no path can leave a lamp on, a code on the
display or the camera looking. Words are named here and written in `kiosk/screens`.
"""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.money import Amount
from kiosk.sale.order import Product


class Name(StrEnum):
    """The state as the front panel and systemd's status name it (kiosk/README.md)."""

    IDLE = "idle"
    ENTERING = "entering"
    CHOOSING = "choosing"
    REQUESTING = "requesting"
    SHOWING_CODE = "showing_code"
    SCANNING = "scanning"
    PAYING = "paying"
    CHECKING = "checking"
    RELEASING = "releasing"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    OUT_OF_SERVICE = "out_of_service"
    SERVICE = "service"


class Text(StrEnum):
    """Every line a shopper can see. Its words, in each language, stand in `kiosk/screens/texts.py`."""

    ENTER_AMOUNT = "enter_amount"  # idle: key in the amount
    AMOUNT = "amount"  # {amount}, as large as fits
    CONFIRM_KEYS = "confirm_keys"  # # = OK, * = clear
    TOO_LITTLE = "too_little"  # at least {amount}
    TOO_MUCH = "too_much"  # at most {amount}
    CHOOSE = "choose"  # how do you want to pay
    OPTION = "option"  # {number}: {product}
    ONE_MOMENT = "one_moment"  # the request is on its way
    SCAN_WITH_PHONE = "scan_with_phone"  # scan this code with KakaoPay, {seconds} left
    ENTRY_HERE = "entry_here"  # scan, and enter {amount} yourself
    ENTRY_ANY = "entry_any"  # scan, and enter the amount yourself
    HOLD_CODE = "hold_code"  # hold your payment code before the camera, {seconds} left
    NOT_A_PAYMENT_CODE = "not_a_payment_code"  # that is no payment code; open KakaoPay's
    PAYING = "paying"  # the payment is being made
    CHECKING = "checking"  # we are asking whether you were charged
    CLOSING = "closing"  # the payment is being cancelled
    RELEASING = "releasing"  # paid; here it comes
    PAID = "paid"  # thank you
    DECLINED = "declined"  # refused; nothing was charged
    EXPIRED = "expired"  # time is over; nothing was charged
    CANCELLED = "cancelled"  # cancelled; nothing was charged
    NOT_SENT = "not_sent"  # no connection; nothing was charged
    MONEY_BACK = "money_back"  # sorry; your money is on its way back
    IN_DOUBT = "in_doubt"  # not confirmed; what was charged comes back
    CLAIM = "claim"  # your number: {code}
    TRY_AGAIN = "try_again"  # # = try again
    OTHER_WAY = "other_way"  # this code can't be shown; use another way
    STAR_GIVES_UP = "star_gives_up"  # * = cancel
    OUT_OF_SERVICE = "out_of_service"
    NO_NETWORK = "no_network"  # the reasons, one for each part that can stop a sale
    NO_JOURNAL = "no_journal"
    NO_RELEASE = "no_release"
    NO_CLOCK = "no_clock"
    TOO_MANY_IN_DOUBT = "too_many_in_doubt"
    NO_WAY_TO_PAY = "no_way_to_pay"
    STOPPING = "stopping"
    DRAINED = "drained"  # a person took it out of service
    SERVICED = "serviced"  # a technician has the machine
    NOT_NOW = "not_now"  # in a moment again


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with what goes into it. A text uses the fields that its comment in `Text` names."""

    text: Text
    amount: Amount | None = None
    seconds: int = 0
    number: int = 0
    product: Product | None = None
    code: str = ""


class Light(StrEnum):
    """How a lamp shines (the front panel's names)."""

    OFF = "off"
    ON = "on"
    SLOW = "slow"
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class Lights:
    """The four lamps. All off: out of service, or no power."""

    ready: Light = Light.OFF
    busy: Light = Light.OFF
    paid: Light = Light.OFF
    fault: Light = Light.OFF


class Sound(StrEnum):
    """What the machine says to people who see little."""

    CODE = "code"  # it is your turn: scan, or hold your code before the camera
    GOOD = "good"  # paid
    BAD = "bad"  # it did not work; nothing was charged
    DOUBT = "doubt"  # ask the operator; a claim code is shown


@dataclass(frozen=True, slots=True)
class Panel:
    """All that a person standing before the machine can see and hear of it.

    `lines`: the first is the heading. `qr`: the text of the code to show, exactly. `camera`: it looks for a code.
    `sound`: heard once, when it is another than the last panel's.
    """

    name: Name
    lines: tuple[Line, ...]
    lights: Lights
    qr: str | None = None
    camera: bool = False
    amount: Amount | None = None
    order_id: str | None = None
    product: Product | None = None
    sound: Sound | None = None
