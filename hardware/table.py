"""A board from the [hardware] table of a kiosk's configuration file, and the table that says it all.

Keys that are not there keep their defaults.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TypeVar, cast

from hardware.config import (
    BoardConfig,
    Bus,
    BuzzerConfig,
    CameraConfig,
    CameraKind,
    DecoderConfig,
    DisplayConfig,
    InputDeviceConfig,
    KeypadConfig,
    KeyTiming,
    LampsConfig,
    LedsConfig,
    MatrixConfig,
    ReleaseConfig,
    RgbConfig,
    TrafficLightsConfig,
)
from hardware.display.panels import PANELS

Table = Mapping[str, object]
Built = TypeVar("Built")

KEYPADS: Mapping[object, type[MatrixConfig | InputDeviceConfig]] = {
    "matrix": MatrixConfig,
    "input_device": InputDeviceConfig,
}
LAMPS: Mapping[object, type[LedsConfig | RgbConfig | TrafficLightsConfig]] = {
    "leds": LedsConfig,
    "rgb": RgbConfig,
    "traffic_lights": TrafficLightsConfig,
}


def board_from(table: Table) -> BoardConfig:
    """The board that the table describes. Values are of the right types and names, as `kiosk config check` sees to."""
    return BoardConfig(
        board=str(table.get("board", "raspberrypi")),
        keypad=_keypad(_part(table, "keypad")),
        lamps=_lamps(_part(table, "lamps")),
        buzzer=_built(BuzzerConfig, _part(table, "buzzer")) if table.get("buzzer") else None,
        display=_display(_part(table, "display")),
        camera=_camera(_part(table, "camera")),
        release=_built(ReleaseConfig, _part(table, "release")),
        decoder=_built(DecoderConfig, _part(table, "decoder")),
    )


def table_of(board: BoardConfig) -> dict[str, dict[str, object]]:
    """The sections that describe this board, each with every key: `board_from` makes the same of them."""
    whole = asdict(board)
    parts: dict[str, dict[str, object]] = {name: part for name, part in whole.items() if isinstance(part, dict)}
    del parts["keypad"]["timing"]
    parts["keypad"] |= asdict(board.keypad.timing) | {"kind": _kind(KEYPADS, board.keypad)}
    parts["lamps"]["kind"] = _kind(LAMPS, board.lamps)
    parts["display"]["rotate"] = board.display.rotate * 90
    for part, wire in (("display", "reset"), ("display", "backlight"), ("release", "confirm")):
        if parts[part][wire] is None:
            parts[part][wire] = False
    return parts


def _kind(kinds: Mapping[object, type], part: object) -> object:
    return next(name for name, kind in kinds.items() if type(part) is kind)


def _part(table: Table, name: str) -> Table:
    return cast("Table", table.get(name) or {})


def _keypad(table: Table) -> KeypadConfig:
    return _built(KEYPADS[table.get("kind", "matrix")], table, timing=_built(KeyTiming, table))


def _lamps(table: Table) -> LampsConfig:
    return _built(LAMPS[table.get("kind", "leds")], table)


def _display(table: Table) -> DisplayConfig:
    """What the table leaves out follows from the panel: its bus, its size, the mode of its pictures."""
    panel = PANELS.get(str(table.get("driver", DisplayConfig().driver)))
    bus = Bus(str(table["bus"])) if table.get("bus") else panel.buses[0] if panel else Bus.I2C
    number = table.get("bus_number")
    sized = "width" in table or "height" in table
    width, height = panel.usual if panel and not sized else (table.get("width", 128), table.get("height", 128))
    return _built(
        DisplayConfig,
        table,
        width=width,
        height=height,
        bus=bus,
        bus_number=(1 if bus is Bus.I2C else 0) if number is None else number,
        mode=panel.mode if panel else "1",
        rotate=int(str(table.get("rotate", 0))) // 90,
    )


def _camera(table: Table) -> CameraConfig:
    kind = CameraKind(str(table.get("kind", CameraKind.PICAMERA2)))
    device = table.get("device") or ("/dev/video0" if kind is CameraKind.V4L2 else "0")
    return _built(CameraConfig, table, kind=kind, device=device)


def _built(cls: type[Built], table: Table, **others: object) -> Built:
    """What of the table the class has a field for; lists as tuples, `false` for "no such wire" as None."""
    names = {field.name for field in fields(cls)}  # type: ignore[arg-type] # the classes above are dataclasses
    wires = {"reset", "backlight", "confirm"}
    given = {
        name: None if name in wires and value is False else tuple(value) if isinstance(value, list) else value
        for name, value in table.items()
        if name in names and value is not None
    }
    return cls(**{**given, **others})
