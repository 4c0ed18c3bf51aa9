"""What a person sees: derived from the state, whatever led to it."""

from dataclasses import replace

import pytest
from sale_examples import ENTRY, SHOWN, Till, approved, order, rules, showing, won

from kiosk.sale.events import Part, PartFailed
from kiosk.sale.order import (
    NEVER,
    Awaiting,
    Cancelling,
    Closing,
    Confirming,
    GivenBack,
    NotCharged,
    Phase,
    Plan,
    Product,
    Reason,
    Released,
    Releasing,
    Requested,
    Verdict,
)
from kiosk.sale.outcome import Accepted, Closed, Declined, Pending, Unknown
from kiosk.sale.panel import Light, Lights, Name, Panel, Sound, Text, Time
from kiosk.sale.show import next_tick
from kiosk.sale.state import (
    Choosing,
    Entering,
    EntryShown,
    Idle,
    InHand,
    OutOfService,
    Result,
    Scanning,
    Session,
)

AMOUNT = won(1500)
READY, DARK = Lights(ready=Light.ON), Lights()
WAITS, WORKS = Lights(Light.ON, busy=Light.SLOW), Lights(Light.ON, busy=Light.FAST)
GOOD, BAD = Lights(Light.ON, paid=Light.ON), Lights(Light.ON, fault=Light.FAST)


def shown(session: Session, *products: Product) -> Panel:
    till = Till(rules(*products))
    till.state = replace(till.state, session=session)
    return till.panel


def in_hand(phase: Phase, product: Product = Product.ORDER_CODE) -> Panel:
    till = Till()
    held = order(phase, product=product, plan=Plan(until=120.0))
    till.state = replace(till.state, session=InHand(held.id), orders={held.id: held})
    return till.panel


def ended(name: Name, text: Text, phase: Phase) -> Panel:
    return shown(Result(name, text, order(phase), 30.0))


@pytest.mark.parametrize(
    ("panel", "name", "lines", "lights"),
    [
        (
            shown(Idle()),
            Name.IDLE,
            [Text.WALLET, Text.ENTER_AMOUNT, Text.PRICES, Text.CONFIRM_KEYS, Text.OTHER_LANGUAGE],
            READY,
        ),
        (shown(Idle(), Product.ENTRY_CODE), Name.IDLE, [Text.ENTRY_ANY], READY),
        (
            shown(OutOfService(Text.NO_NETWORK)),
            Name.OUT_OF_SERVICE,
            [Text.OUT_OF_SERVICE, Text.NO_NETWORK],
            Lights(fault=Light.ON),
        ),
        (shown(Entering("15", 30.0)), Name.ENTERING, [Text.ENTER_AMOUNT, Text.AMOUNT, Text.CONFIRM_KEYS], READY),
        (
            shown(Entering("15", 30.0, Text.TOO_LITTLE)),
            Name.ENTERING,
            [Text.TOO_LITTLE, Text.AMOUNT, Text.CONFIRM_KEYS],
            READY,
        ),
        (
            shown(Choosing(AMOUNT, 30.0)),
            Name.CHOOSING,
            [Text.CHOOSE, Text.AMOUNT, *[Text.OPTION] * 4, Text.STAR_BACK],
            READY,
        ),
        (shown(Scanning(AMOUNT, 30.0)), Name.SCANNING, [Text.HOLD_CODE, Text.AMOUNT, Text.STAR_GIVES_UP], WAITS),
        (
            shown(Scanning(AMOUNT, 30.0, Text.NOT_A_PAYMENT_CODE)),
            Name.SCANNING,
            [Text.NOT_A_PAYMENT_CODE, Text.AMOUNT, Text.STAR_GIVES_UP],
            WAITS,
        ),
        (
            shown(EntryShown(AMOUNT, 120.0)),
            Name.SHOWING_CODE,
            [Text.ENTRY_HERE, Text.AMOUNT, Text.STAR_GIVES_UP],
            WAITS,
        ),
        (in_hand(Requested()), Name.REQUESTING, [Text.ONE_MOMENT, Text.AMOUNT], WORKS),
        (in_hand(Requested(), Product.PAYMENT_CODE), Name.PAYING, [Text.PAYING, Text.AMOUNT], WORKS),
        (in_hand(Awaiting(), Product.PAYMENT_CODE), Name.PAYING, [Text.PAYING, Text.AMOUNT], WORKS),
        (
            in_hand(Awaiting(SHOWN)),
            Name.SHOWING_CODE,
            [Text.SCAN_WITH_PHONE, Text.AMOUNT, Text.STAR_GIVES_UP],
            WAITS,
        ),
        (in_hand(Requested(Reason.GAVE_UP)), Name.CHECKING, [Text.CLOSING, Text.AMOUNT], WORKS),
        (in_hand(Closing(Reason.GAVE_UP)), Name.CHECKING, [Text.CLOSING, Text.AMOUNT], WORKS),
        (in_hand(Cancelling(Reason.GAVE_UP)), Name.CHECKING, [Text.CLOSING, Text.AMOUNT], WORKS),
        (in_hand(Confirming(Reason.GAVE_UP)), Name.CHECKING, [Text.CLOSING, Text.AMOUNT], WORKS),
        (in_hand(Releasing()), Name.RELEASING, [Text.RELEASING, Text.AMOUNT], GOOD),
        (ended(Name.PAID, Text.PAID, Released()), Name.PAID, [Text.PAID, Text.AMOUNT], GOOD),
        (
            ended(Name.DECLINED, Text.DECLINED, NotCharged(Verdict.DECLINED)),
            Name.DECLINED,
            [Text.DECLINED, Text.AMOUNT, Text.TRY_AGAIN],
            BAD,
        ),
        (
            ended(Name.CANCELLED, Text.MONEY_BACK, GivenBack(Reason.JAM)),
            Name.CANCELLED,
            [Text.MONEY_BACK, Text.AMOUNT, Text.CLAIM],
            BAD,
        ),
        (
            ended(Name.CHECKING, Text.IN_DOUBT, Closing(Reason.UNANSWERED)),
            Name.CHECKING,
            [Text.IN_DOUBT, Text.AMOUNT, Text.CLAIM],
            BAD,
        ),
    ],
    ids=lambda value: f"{value.name} {value.lines[0].text}" if isinstance(value, Panel) else "",
)
def test_each_state_has_its_panel(panel: Panel, name: Name, lines: list[Text], lights: Lights) -> None:
    assert panel.name is name
    assert [line.text for line in panel.lines] == lines
    assert panel.lights == lights


def test_the_camera_looks_only_while_a_code_is_scanned() -> None:
    till = Till(rules(Product.PAYMENT_CODE))
    looks = [till.panel.camera]
    till.keys("1500#")
    looks.append(till.panel.camera)
    till.scan()
    looks.append(till.panel.camera)
    assert looks == [False, True, False]


def test_a_code_is_shown_only_while_it_can_be_paid() -> None:
    till = Till(rules(Product.ORDER_CODE))
    codes = [till.panel.qr]
    till.keys("1500#")
    codes.append(till.panel.qr)
    till.pay(Pending("UQ-1", SHOWN))
    codes.append(till.panel.qr)
    till.keys("*")
    codes.append(till.panel.qr)
    assert codes == [None, None, SHOWN, None]


def test_the_static_code_is_shown_exactly() -> None:
    assert shown(Idle(), Product.ENTRY_CODE).qr == ENTRY
    assert shown(EntryShown(AMOUNT, 30.0)).qr == ENTRY
    assert shown(Idle()).qr is None


@pytest.mark.parametrize(
    "ending",
    [
        lambda till: (till.notify(till.success()), till.release()),
        lambda till: (till.notify(till.success()), till.release("jam")),
        lambda till: till.notify(Declined()),
        lambda till: till.notify(Closed()),
        lambda till: (
            till.keys("*"),
            till.detail(Pending()),
            till.cancel(Accepted()),
            till.wait(3),
            till.detail(Closed()),
        ),
    ],
    ids=["sold", "jam", "declined", "expired", "given up"],
)
def test_however_a_sale_ends_nothing_is_left_on(ending: object) -> None:
    till = showing()
    ending(till)
    assert till.panel.name not in {Name.IDLE, Name.SHOWING_CODE}
    till.wait(40)
    assert till.panel == Till(till.state.rules).panel
    assert till.panel.lights == READY


def test_out_of_service_is_dark_with_the_fault_lit() -> None:
    till = Till()
    till.tell(PartFailed(Part.RELEASE, "jammed"))
    assert till.panel.lights == Lights(fault=Light.ON)
    assert till.panel.lights.ready is Light.OFF


def test_a_broken_part_that_stops_nothing_blinks_slowly_and_the_machine_is_ready() -> None:
    till = Till()
    till.tell(PartFailed(Part.CAMERA, "no frames"))
    assert till.panel.lights == Lights(ready=Light.ON, fault=Light.SLOW)


def test_a_network_lost_during_a_sale_is_no_fault_of_the_machine() -> None:
    till = showing()
    till.tell(PartFailed(Part.GATEWAY, "no answer"))
    assert till.panel.lights == WAITS


def test_seconds_count_down_once_a_second_to_nothing() -> None:
    till = showing()
    seen = [till.panel.lines[0].seconds]
    while (tick := next_tick(till.state, till.now)) < NEVER:
        till.wait(tick - till.mono)
        till.detail(Pending("UQ-1", SHOWN))
        if till.panel.name is Name.SHOWING_CODE:
            seen.append(till.panel.lines[0].seconds)
    assert seen == list(range(120, 0, -1))


@pytest.mark.parametrize("session", [Idle(), OutOfService(Text.NO_CLOCK)])
def test_nothing_ticks_where_no_seconds_are_shown(session: Session) -> None:
    till = Till()
    till.state = replace(till.state, session=session)
    assert next_tick(till.state, till.now) == NEVER


def test_seconds_left_are_never_below_nothing() -> None:
    till = Till()
    till.state = replace(till.state, session=Scanning(AMOUNT, until=-5.0))
    assert till.panel.lines[0].seconds == 0
    assert next_tick(till.state, till.now) == NEVER


def test_the_panel_names_the_order_in_hand() -> None:
    till = showing()
    assert (till.panel.order_id, till.panel.product, till.panel.amount) == (
        till.record.id,
        Product.ORDER_CODE,
        approved(till.record).amount,
    )


# --- what is heard ---


@pytest.mark.parametrize(
    ("panel", "sound"),
    [
        (shown(Idle()), None),
        (shown(OutOfService(Text.NO_NETWORK)), None),
        (shown(Entering("15", 30.0)), None),
        (shown(Scanning(AMOUNT, 30.0)), Sound.CODE),
        (shown(Scanning(AMOUNT, 30.0, Text.NOT_A_PAYMENT_CODE)), Sound.BAD),
        (shown(EntryShown(AMOUNT, 120.0), Product.ENTRY_CODE), Sound.CODE),
        (shown(Choosing(AMOUNT, 30.0)), Sound.STEP),
        (shown(Choosing(AMOUNT, 20.0)), Sound.HURRY),
        (shown(Entering("15", 20.0)), Sound.HURRY),
        (shown(Scanning(AMOUNT, 20.0)), Sound.HURRY),
        (in_hand(Awaiting(SHOWN)), Sound.CODE),
        (in_hand(Requested()), Sound.WAIT),
        (in_hand(Requested(), Product.PAYMENT_CODE), Sound.WAIT),
        (in_hand(Releasing()), Sound.GOOD),
        (ended(Name.PAID, Text.PAID, Released()), Sound.GOOD),
        (ended(Name.DECLINED, Text.DECLINED, NotCharged(Verdict.DECLINED)), Sound.BAD),
        (ended(Name.CHECKING, Text.IN_DOUBT, Closing(Reason.UNANSWERED)), Sound.DOUBT),
        (ended(Name.CANCELLED, Text.MONEY_BACK, GivenBack(Reason.JAM)), Sound.DOUBT),
    ],
)
def test_each_outcome_has_its_sound_and_keying_in_has_none(panel: Panel, sound: Sound | None) -> None:
    assert panel.sound is sound


# --- whoever needs longer ---


@pytest.mark.parametrize(
    ("session", "extended"),
    [
        (Entering("15", 30.0), "D"),
        (Choosing(AMOUNT, 30.0), "9"),
        (Scanning(AMOUNT, 30.0), "#"),
        (EntryShown(AMOUNT, 120.0), "5"),
        (Result(Name.CHECKING, Text.IN_DOUBT, order(Closing(Reason.UNANSWERED)), 30.0), "7"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_twenty_seconds_before_a_screen_is_over_that_is_told_and_any_key_puts_it_off(
    session: Session, extended: str
) -> None:
    till = Till()
    till.state = replace(till.state, session=session)
    whole = session.until
    till.mono = whole - 20.1
    assert till.panel.time is None or not till.panel.time.hurry
    till.mono = whole - 20
    assert till.panel.time is not None
    assert (till.panel.time.left, till.panel.time.hurry, till.panel.sound) == (20, True, Sound.HURRY)
    till.keys(extended)
    assert type(till.state.session) is type(session)
    assert till.state.session.until == pytest.approx(till.mono + whole)


def test_the_bar_of_an_order_s_code_is_as_long_as_the_code_lives_and_no_key_makes_it_longer() -> None:
    till = showing()
    assert till.panel.time == Time(120, 120)
    till.wait(100)
    till.keys("5")
    assert till.panel.time == Time(20, 120, hurry=True)


def test_while_an_answer_is_looked_for_the_bar_shows_that_something_goes_on() -> None:
    till = Till(rules(Product.PAYMENT_CODE))
    till.keys("1500#")
    till.scan()
    till.pay(Unknown("no answer"))
    assert (till.panel.lines[0].text, till.panel.time) == (Text.PAYING, Time(90, 90))
    assert next_tick(till.state, till.now) == 1.0


@pytest.mark.parametrize("why", [why for why in Reason if why is not Reason.GAVE_UP])
@pytest.mark.parametrize("phase", [Requested, Closing, Cancelling, Confirming])
def test_it_says_cancelling_only_to_a_shopper_who_gave_up(phase: type[Phase], why: Reason) -> None:
    assert in_hand(phase(why)).lines[0].text is Text.CHECKING
    assert in_hand(phase(Reason.GAVE_UP)).lines[0].text is Text.CLOSING


# --- another language, and whom to call ---


def test_the_language_key_turns_the_screens_for_this_shopper_alone() -> None:
    till = Till(rules(Product.ORDER_CODE))
    assert not till.panel.turned
    till.keys("A")
    assert (till.name, till.panel.turned) == (Name.ENTERING, True)
    till.keys("1500#")
    assert till.panel.turned
    till.pay(Pending("UQ-1", SHOWN))
    till.keys("A")
    assert not till.panel.turned
    till.keys("A")
    till.notify(till.success())
    till.release()
    assert (till.name, till.panel.turned) == (Name.PAID, True)
    till.wait(7)
    assert (till.name, till.panel.turned) == (Name.IDLE, False)


def test_a_keypad_without_such_a_key_offers_no_other_language() -> None:
    till = Till(rules(language_key=""))
    till.keys("A")
    assert (till.name, till.panel.turned) == (Name.IDLE, False)
    assert Text.OTHER_LANGUAGE not in [line.text for line in till.panel.lines]


@pytest.mark.parametrize(
    "session",
    [
        OutOfService(Text.NO_NETWORK),
        Result(Name.CHECKING, Text.IN_DOUBT, order(Closing(Reason.UNANSWERED)), 30.0),
        Result(Name.CANCELLED, Text.MONEY_BACK, order(GivenBack(Reason.JAM)), 30.0),
    ],
)
def test_in_doubt_and_out_of_service_it_is_said_whom_to_call(session: Session) -> None:
    till = Till(rules(operator=("Kim & Co", "02-1234-5678")))
    till.state = replace(till.state, session=session)
    (line,) = [line for line in till.panel.lines if line.text is Text.OPERATOR]
    assert (line.words, line.code) == ("Kim & Co", "02-1234-5678")
