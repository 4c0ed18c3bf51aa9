"""What a pin raises when it does not work, and in which words it says so. It knows gpiozero's errors and lgpio's."""

import sys
from types import ModuleType

from gpiozero import GPIOZeroError


def troubles() -> tuple[type[Exception], ...]:
    """What gpiozero and the driver below it raise when a pin does not work."""
    lgpio = _lgpio()
    return (GPIOZeroError, OSError) if lgpio is None else (GPIOZeroError, OSError, lgpio.error)


def said(error: Exception) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()).strip("'") or type(error).__name__  # lgpio quotes its words


def is_busy(error: Exception) -> bool:
    """Whether another program or a driver has the pin."""
    lgpio = _lgpio()
    return lgpio is not None and said(error) == lgpio.error_text(lgpio.GPIO_BUSY)


def _lgpio() -> ModuleType | None:
    return sys.modules.get("lgpio")  # loaded late, by hardware.pins.factory; while it is not, nothing of it is raised
