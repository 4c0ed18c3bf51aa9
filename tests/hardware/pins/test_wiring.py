"""What is wrong with a board's wiring is said without hardware, a line for each mistake: key, value and remedy."""

from dataclasses import replace

import pytest
from gpiozero.pins.mock import MockFactory

from hardware.config import (
    BoardConfig,
    Bus,
    BuzzerConfig,
    DisplayConfig,
    InputDeviceConfig,
    LedsConfig,
    MatrixConfig,
    ReleaseConfig,
    RgbConfig,
    TrafficLightsConfig,
)
from hardware.pins.header import HEADER, Wire
from hardware.pins.wiring import mistakes, wires

BOARD = BoardConfig("raspberrypi")
SPI = DisplayConfig(driver="st7789", bus=Bus.SPI, bus_number=0, backlight=18)
USB_KEYPAD = InputDeviceConfig("/dev/input/by-id/keypad")
FULL = BoardConfig("raspberrypi", buzzer=BuzzerConfig(18), release=ReleaseConfig(confirm=4))


def _wrong(**parts: object) -> tuple[str, ...]:
    return mistakes(replace(BOARD, **parts))


def _pins(board: BoardConfig, part: str) -> dict[str, int]:
    return {wire.use: wire.pin for wire in wires(board) if wire.part == part}


# --- the table of pins ---


def test_the_header_is_the_raspberry_pis() -> None:
    header = MockFactory().board_info.headers["J8"]
    assert {int(pin.name[4:]): number for number, pin in header.pins.items() if pin.name.startswith("GPIO")} == HEADER


def test_a_wire_says_where_it_goes() -> None:
    assert Wire(17, "lamps", "ready").header == 11
    assert Wire(17, "lamps", "ready").place == "GPIO17 (header pin 11)"
    assert Wire(40, "lamps", "ready").header is None
    assert Wire(40, "lamps", "ready").place == "GPIO40 (header pin none)"


def test_a_simulated_board_has_no_wires_and_no_mistakes() -> None:
    board = BoardConfig("simulated", release=ReleaseConfig(pin=5), keypad=MatrixConfig(keys="1"))
    assert wires(board) == ()
    assert mistakes(board) == ()


def test_every_pin_of_the_full_board_is_in_the_table_once() -> None:
    assert mistakes(FULL) == ()
    assert _pins(FULL, "keypad") == {
        **{f"row {number}": pin for number, pin in enumerate((5, 6, 13, 19), 1)},
        **{f"column {number}": pin for number, pin in enumerate((12, 16, 20, 21), 1)},
    }
    assert _pins(FULL, "lamps") == {"ready": 17, "busy": 27, "paid": 22, "fault": 23}
    assert _pins(FULL, "buzzer") == {"buzzer": 18}
    assert _pins(FULL, "display") == {"I2C data": 2, "I2C clock": 3}
    assert _pins(FULL, "release") == {"relay": 26, "confirm": 4}


@pytest.mark.parametrize(
    ("lamps", "pins"),
    [
        (LedsConfig(), {"ready": 17, "busy": 27, "paid": 22, "fault": 23}),
        (RgbConfig(red=17, green=27, blue=22), {"red": 17, "green": 27, "blue": 22}),
        (TrafficLightsConfig(red=9, amber=10, green=11), {"red": 9, "amber": 10, "green": 11}),
    ],
)
def test_each_kind_of_lamps_has_its_wires(lamps: LedsConfig | RgbConfig, pins: dict[str, int]) -> None:
    assert _pins(replace(BOARD, lamps=lamps), "lamps") == pins
    assert _wrong(lamps=lamps) == ()


def test_a_keypad_on_usb_has_no_wires() -> None:
    assert _pins(replace(BOARD, keypad=USB_KEYPAD), "keypad") == {}
    assert _wrong(keypad=USB_KEYPAD) == ()


@pytest.mark.parametrize(
    ("display", "pins"),
    [
        (DisplayConfig(bus_number=3), {}),  # an I2C bus of its own, made by an overlay
        (DisplayConfig(bus=Bus.FRAMEBUFFER, bus_number=0), {}),
        (SPI, {"data": 10, "clock": 11, "chip select 0": 8, "data/command": 24, "reset": 25, "backlight": 18}),
        (
            replace(SPI, chip_select=1, reset=None, backlight=None),
            {"data": 10, "clock": 11, "chip select 1": 7, "data/command": 24},
        ),
        (
            replace(SPI, bus_number=1, chip_select=2, backlight=None),
            {"data": 20, "clock": 21, "chip select 2": 16, "data/command": 24, "reset": 25},
        ),
    ],
)
def test_each_bus_of_a_display_has_its_wires(display: DisplayConfig, pins: dict[str, int]) -> None:
    board = replace(BOARD, display=display, keypad=USB_KEYPAD)
    assert {use.removeprefix("SPI "): pin for use, pin in _pins(board, "display").items()} == pins
    assert mistakes(board) == ()


# --- pins ---


@pytest.mark.parametrize("pin", [-1, 28, 40])
def test_a_pin_must_be_on_the_header(pin: int) -> None:
    assert _wrong(lamps=LedsConfig(ready=pin)) == (
        f"hardware.lamps (ready): GPIO{pin} is not on the header; expected 2 to 27",
    )


@pytest.mark.parametrize("pin", [0, 1])
def test_the_pins_of_a_hats_eeprom_are_not_for_use(pin: int) -> None:
    assert _wrong(buzzer=BuzzerConfig(pin)) == (
        f"hardware.buzzer (buzzer): GPIO{pin} belongs to a HAT's EEPROM; expected 2 to 27",
    )


def test_two_wires_on_one_pin_are_both_named() -> None:
    assert _wrong(buzzer=BuzzerConfig(17)) == (
        (
            "hardware.lamps (ready) and hardware.buzzer (buzzer): both use GPIO17 (header pin 11); "
            "expected one pin for each"
        ),
    )


def test_three_wires_on_one_pin_are_all_named() -> None:
    (line,) = _wrong(buzzer=BuzzerConfig(26), lamps=LedsConfig(ready=26))
    assert line == (
        "hardware.lamps (ready) and hardware.buzzer (buzzer) and hardware.release (relay): all use GPIO26 "
        "(header pin 37); expected one pin for each"
    )


def test_the_pins_of_the_displays_bus_are_not_for_others() -> None:
    assert _wrong(lamps=LedsConfig(ready=2)) == (
        (
            "hardware.lamps (ready) and hardware.display (I2C data): both use GPIO2 (header pin 3); "
            "expected one pin for each"
        ),
    )
    assert _wrong(lamps=LedsConfig(ready=10), display=SPI) == (
        (
            "hardware.lamps (ready) and hardware.display (SPI data): both use GPIO10 (header pin 19); "
            "expected one pin for each"
        ),
    )


# --- keypad ---


def test_a_keypads_keys_fill_its_rows_and_columns() -> None:
    assert _wrong(keypad=MatrixConfig(columns=(12, 16, 20))) == (
        'hardware.keypad.keys = "123A456B789C*0#D": 4 rows and 3 columns have 12 keys, not 16',
    )
    assert _wrong(keypad=MatrixConfig(columns=(12, 16, 20), keys="123456789*0#")) == ()


@pytest.mark.parametrize("keys", ["123A456B789C*0#1", "123A456B789C*0#E"])
def test_a_keypad_has_known_keys_each_once(keys: str) -> None:
    assert _wrong(keypad=MatrixConfig(keys=keys)) == (
        f'hardware.keypad.keys = "{keys}": expected each of 0-9 * # A-D once at most',
    )


def test_a_keypad_has_what_is_needed_to_pay() -> None:
    assert _wrong(keypad=MatrixConfig(rows=(5, 6), columns=(12, 16, 20, 21, 7), keys="1234567890")) == (
        'hardware.keypad.keys = "1234567890": without # * nobody can pay',
    )


@pytest.mark.parametrize("keypad", [MatrixConfig(), USB_KEYPAD])
@pytest.mark.parametrize("chord", ["*", "**", "*#0", ""])
def test_a_chord_is_two_different_keys(keypad: MatrixConfig | InputDeviceConfig, chord: str) -> None:
    assert _wrong(keypad=replace(keypad, chords=("*#", chord))) == (
        f'hardware.keypad.chords = "{chord}": expected two different keys',
    )


@pytest.mark.parametrize("pin", [2, 3])
def test_a_row_is_not_on_a_pin_that_the_board_pulls_up(pin: int) -> None:
    keypad = MatrixConfig(rows=(pin, 6, 13, 19))
    assert _wrong(keypad=keypad, display=SPI) == (
        f"hardware.keypad.rows: GPIO{pin} is pulled up on the board; expected another pin",
    )
    (line,) = _wrong(keypad=keypad)  # with a display on I2C it is the display's, and that is said once
    assert f"both use GPIO{pin}" in line


# --- display ---


@pytest.mark.parametrize(("port", "select", "most"), [(0, 2, 1), (1, 3, 2)])
def test_a_chip_select_is_one_of_its_port(port: int, select: int, most: int) -> None:
    display = replace(SPI, bus_number=port, chip_select=select)
    assert _wrong(display=display, keypad=USB_KEYPAD) == (
        f"hardware.display.chip_select = {select}: expected 0 to {most}, as SPI port {port} has",
    )


def test_an_spi_port_is_one_of_the_header() -> None:
    assert _wrong(display=replace(SPI, bus_number=3)) == (
        "hardware.display.bus_number = 3: expected 0 or 1, the header's SPI ports",
    )


# --- release ---


@pytest.mark.parametrize("pin", [4, 7, 8])
def test_an_active_high_relay_is_not_on_a_pin_that_is_high_at_boot(pin: int) -> None:
    assert _wrong(release=ReleaseConfig(pin=pin)) == (
        (
            f"hardware.release.pin = {pin}: GPIO0 to GPIO8 are pulled up while the Pi boots, and would drive an "
            "active-high relay; expected GPIO9 to GPIO27, or active_high = false"
        ),
    )
    assert _wrong(release=ReleaseConfig(pin=pin, active_high=False)) == ()


@pytest.mark.parametrize("pin", [9, 26])
def test_an_active_low_relay_is_not_on_a_pin_that_is_low_at_boot(pin: int) -> None:
    assert _wrong(release=ReleaseConfig(pin=pin, active_high=False)) == (
        (
            f"hardware.release.pin = {pin}: GPIO9 to GPIO27 are pulled down while the Pi boots, and would drive an "
            "active-low relay; expected GPIO2 to GPIO8"
        ),
    )
    assert _wrong(release=ReleaseConfig(pin=pin)) == ()


@pytest.mark.parametrize("pin", [2, 3])
def test_a_sensor_that_is_active_high_is_not_on_a_pin_that_the_board_pulls_up(pin: int) -> None:
    release = ReleaseConfig(confirm=pin, confirm_active_high=True)
    assert _wrong(release=release, display=SPI) == (
        (
            f"hardware.release.confirm = {pin}: GPIO2 and GPIO3 are pulled up on the board, and would confirm without "
            "a sensor; expected another pin, or confirm_active_high = false"
        ),
    )
    assert _wrong(release=replace(release, confirm_active_high=False), display=SPI) == ()


def test_every_mistake_is_said_and_each_in_one_line() -> None:
    wrong = mistakes(
        BoardConfig(
            "raspberrypi",
            keypad=MatrixConfig(rows=(5, 5), columns=(0, 99), keys="1", chords=("1",)),
            release=ReleaseConfig(pin=8),
        )
    )
    assert len(wrong) == 7
    assert all(line.startswith("hardware.") and "\n" not in line for line in wrong)
