"""The configuration's [hardware] in the hardware's own words, and what is wrong with it."""

from collections.abc import Callable
from typing import TypeAlias

from hardware.config import BoardConfig, MatrixConfig
from hardware.display.panels import PANELS, unfit
from hardware.pins.wiring import mistakes
from hardware.ports import Board
from hardware.table import board_from, table_of
from kiosk.sale.order import Product
from kiosk.settings import Settings

Opener: TypeAlias = Callable[[BoardConfig], Board]
TWELVE = "123456789*0#"


def board_config(settings: Settings) -> BoardConfig:
    """The board that is configured."""
    return board_from(settings.model_dump(include={"hardware"}, exclude_none=True)["hardware"])


def spelt_out(settings: Settings) -> Settings:
    """The settings, with what the board has where the file says nothing."""
    hardware, board = settings.hardware, board_config(settings)
    parts: dict[str, object] = {"board": board.board}
    for name, values in table_of(board).items():
        section = getattr(hardware, name)
        known = {key: values[key] for key in type(section).model_fields if key in values}
        parts[name] = section.model_copy(update=known)
    return settings.model_copy(update={"hardware": hardware.model_copy(update=parts)})


def keys_of(settings: Settings) -> str:
    """The keys that the keypad has; an input device does not say."""
    keypad = board_config(settings).keypad
    return keypad.keys if isinstance(keypad, MatrixConfig) else TWELVE


def hardware_mistakes(settings: Settings) -> tuple[str, ...]:
    """One line for each mistake that can be found without hardware."""
    hardware = settings.hardware
    board = board_config(settings)
    if hardware.board == "simulated":
        return tuple(unfit(board.display)) if board.display.driver not in PANELS else ()
    wrong = (*mistakes(board), *unfit(board.display))
    blind = hardware.camera.kind == "none"
    if blind and Product.PAYMENT_CODE in settings.payment.products:
        return (*wrong, 'hardware.camera.kind = "none": expected a camera, for payment.products has PAYMENT_CODE')
    return wrong
