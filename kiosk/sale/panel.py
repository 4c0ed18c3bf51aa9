"""What the machine shows: a value that the display, the lamps and the camera are brought in line with.

A panel is derived from the state after each step and never commanded, so no path can leave a lamp on, a code on the
display or the camera looking. Words are named here and written in `kiosk/screens`.
"""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.rules import Kind


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
    ENTRY_HERE = "entry_here"  # scan, and enter the amount below yourself
    ENTRY_ANY = "entry_any"  # scan, and enter the amount yourself
    HOLD_CODE = "hold_code"  # hold your payment code before the camera, {seconds} left
    NOT_A_PAYMENT_CODE = "not_a_payment_code"  # that is no payment code; open KakaoPay's
    PAYING = "paying"  # the payment is being made
    CHECKING = "checking"  # please wait: we are asking whether you were charged
    CLOSING = "closing"  # the shopper gave up, and the payment is being cancelled
    RELEASING = "releasing"  # paid; here it comes
    PAID = "paid"  # thank you
    DECLINED = "declined"  # refused; nothing was charged
    EXPIRED = "expired"  # time is over; nothing was charged
    CANCELLED = "cancelled"  # cancelled; nothing was charged
    NOT_SENT = "not_sent"  # no connection; nothing was charged
    MONEY_BACK = "money_back"  # sorry; your money is on its way back
    IN_DOUBT = "in_doubt"  # not confirmed; what was charged comes back
    CLAIM = "claim"  # your claim code: {code}
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
    WALLET = "wallet"  # idle: pay with KakaoPay
    PRICES = "prices"  # idle: from {amount} to {most}
    STAR_BACK = "star_back"  # * = back
    STILL_THERE = "still_there"  # {seconds}, and this screen is over: press any key
    MORE_TIME = "more_time"  # * = cancel, # = more time
    OPERATOR = "operator"  # {words} and {code}: whom to call, and the phone number
    OTHER_LANGUAGE = "other_language"  # {code}, the key, and the other language's name


CLAIMED = frozenset({Text.IN_DOUBT, Text.MONEY_BACK})  # results that come with a claim code


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with what goes into it. A text uses the fields that its comment in `Text` names."""

    text: Text
    amount: Amount | None = None
    seconds: int = 0
    number: int = 0
    product: Product | None = None
    code: str = ""
    most: Amount | None = None
    words: str = ""


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
    STEP = "step"  # the next question: how to pay
    WAIT = "wait"  # the machine is at it
    HURRY = "hurry"  # this screen is over in 20 seconds; a key puts it off


@dataclass(frozen=True, slots=True)
class Time:
    """How long a screen still stays: `left` of `whole` seconds. `hurry`: it is over soon, and that is told."""

    left: int
    whole: int
    hurry: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """All that a person standing before the machine can see and hear of it.

    `lines`: the first is the heading. `qr`: the text of the code to show, exactly. `camera`: it looks for a code.
    `sound`: heard once, when it is another than the last panel's. `time`: for a bar; None: it stays. `turned`: the
    shopper asked for the kiosk's other language.
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
    time: Time | None = None
    kind: Kind = Kind.VENDING
    turned: bool = False
