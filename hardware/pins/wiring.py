"""What is wrong with a board's wiring, as far as can be said without hardware, and the table of its pins."""

from collections import defaultdict
from collections.abc import Iterator

from hardware.config import (
    BoardConfig,
    Bus,
    DisplayConfig,
    LampsConfig,
    LedsConfig,
    MatrixConfig,
    RgbConfig,
    TrafficLightsConfig,
)
from hardware.pins.header import EEPROM, HEADER, I2C_1, PULLED_UP, SPI, SPI_SELECT, Wire


def wires(config: BoardConfig) -> tuple[Wire, ...]:
    """Every pin that the board uses, part by part; none for a simulated one."""
    return () if config.board == "simulated" else tuple(_wires(config))


def mistakes(config: BoardConfig) -> tuple[str, ...]:
    """One line for each mistake in the wiring: key, value and what is expected."""
    if config.board == "simulated":
        return ()
    return (*_wrong_pins(config), *_wrong_keypad(config), *_wrong_display(config.display), *_wrong_release(config))


def _wires(config: BoardConfig) -> Iterator[Wire]:
    keypad = config.keypad
    if isinstance(keypad, MatrixConfig):
        yield from (Wire(pin, "keypad", f"row {number}") for number, pin in enumerate(keypad.rows, 1))
        yield from (Wire(pin, "keypad", f"column {number}") for number, pin in enumerate(keypad.columns, 1))
    yield from _lamp_wires(config.lamps)
    if config.buzzer:
        yield Wire(config.buzzer.pin, "buzzer", "buzzer")
    yield from _display_wires(config.display)
    yield Wire(config.release.pin, "release", "relay")
    if config.release.confirm is not None:
        yield Wire(config.release.confirm, "release", "confirm")


def _lamp_wires(lamps: LampsConfig) -> Iterator[Wire]:
    match lamps:
        case LedsConfig():
            colours = {"ready": lamps.ready, "busy": lamps.busy, "paid": lamps.paid, "fault": lamps.fault}
        case RgbConfig():
            colours = {"red": lamps.red, "green": lamps.green, "blue": lamps.blue}
        case TrafficLightsConfig():
            colours = {"red": lamps.red, "amber": lamps.amber, "green": lamps.green}
    yield from (Wire(pin, "lamps", use) for use, pin in colours.items())


def _display_wires(display: DisplayConfig) -> Iterator[Wire]:
    match display.bus:
        case Bus.I2C if display.bus_number == 1:
            yield from (Wire(pin, "display", f"I2C {use}") for pin, use in I2C_1)
        case Bus.SPI:
            yield from (Wire(pin, "display", f"SPI {use}") for pin, use in SPI.get(display.bus_number, ()))
            select = SPI_SELECT.get(display.bus_number, {}).get(display.chip_select)
            if select is not None:
                yield Wire(select, "display", f"SPI chip select {display.chip_select}")
            yield Wire(display.data_command, "display", "data/command")
            if display.reset is not None:
                yield Wire(display.reset, "display", "reset")
            if display.backlight is not None:
                yield Wire(display.backlight, "display", "backlight")
        case _:
            return


def _wrong_pins(config: BoardConfig) -> Iterator[str]:
    used: dict[int, list[Wire]] = defaultdict(list)
    for wire in _wires(config):
        used[wire.pin].append(wire)
    for pin, by in sorted(used.items()):
        names = " and ".join(f"hardware.{wire.part} ({wire.use})" for wire in by)
        if pin not in HEADER:
            yield f"{names}: GPIO{pin} is not on the header; expected 2 to 27"
        elif pin in EEPROM:
            yield f"{names}: GPIO{pin} belongs to a HAT's EEPROM; expected 2 to 27"
        elif len(by) > 1:
            they = "both" if len(by) == 2 else "all"
            yield f"{names}: {they} use {by[0].place}; expected one pin for each"


def _wrong_keypad(config: BoardConfig) -> Iterator[str]:
    keypad = config.keypad
    for chord in keypad.chords:
        if len(chord) != 2 or len(set(chord)) != 2:
            yield f'hardware.keypad.chords = "{chord}": expected two different keys'
    if not isinstance(keypad, MatrixConfig):
        return
    rows, columns, keys = keypad.rows, keypad.columns, keypad.keys
    if len(keys) != len(rows) * len(columns):
        yield (
            f'hardware.keypad.keys = "{keys}": {len(rows)} rows and {len(columns)} columns have '
            f"{len(rows) * len(columns)} keys, not {len(keys)}"
        )
    if len(set(keys)) != len(keys) or set(keys) - set("0123456789*#ABCD"):
        yield f'hardware.keypad.keys = "{keys}": expected each of 0-9 * # A-D once at most'
    if missing := set("0123456789*#") - set(keys):
        yield f'hardware.keypad.keys = "{keys}": without {" ".join(sorted(missing))} nobody can pay'
    yield from (
        f"hardware.keypad.rows: GPIO{pin} is pulled up on the board; expected another pin"
        for pin in rows
        if pin in PULLED_UP and config.display.bus is not Bus.I2C  # else it is used twice, which is said already
    )


def _wrong_display(display: DisplayConfig) -> Iterator[str]:
    if display.bus is not Bus.SPI:
        return
    port, select = display.bus_number, display.chip_select
    if port not in SPI:
        yield f"hardware.display.bus_number = {port}: expected 0 or 1, the header's SPI ports"
    elif select not in SPI_SELECT[port]:
        yield f"hardware.display.chip_select = {select}: expected 0 to {max(SPI_SELECT[port])}, as SPI port {port} has"


def _wrong_release(config: BoardConfig) -> Iterator[str]:
    release = config.release
    if release.active_high and release.pin < 9:
        yield (
            f"hardware.release.pin = {release.pin}: GPIO0 to GPIO8 are pulled up while the Pi boots, and would drive "
            "an active-high relay; expected GPIO9 to GPIO27, or active_high = false"
        )
    if not release.active_high and release.pin >= 9:
        yield (
            f"hardware.release.pin = {release.pin}: GPIO9 to GPIO27 are pulled down while the Pi boots, and would "
            "drive an active-low relay; expected GPIO2 to GPIO8"
        )
    if release.confirm in PULLED_UP and release.confirm_active_high:
        yield (
            f"hardware.release.confirm = {release.confirm}: GPIO2 and GPIO3 are pulled up on the board, and would "
            "confirm without a sensor; expected another pin, or confirm_active_high = false"
        )
