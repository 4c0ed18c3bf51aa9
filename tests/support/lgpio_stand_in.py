"""lgpio's names without lgpio, for machines that have none; `lgpio_chip` then answers its calls.

Python 3.13 finds lgpio on Raspberry Pi OS only. The numbers are lgpio's own (lgpio.py 0.2.2): the tests that take this
take the real one too, wherever it is there, so what is written here can't drift away from it unseen.
"""

import sys
from types import ModuleType

SET_PULL_UP, SET_PULL_DOWN, SET_PULL_NONE = 32, 64, 128
RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3
GPIO_BUSY = -79


class error(Exception):  # noqa: N801, N818 - lgpio's name
    """As lgpio raises it."""

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value

    def __str__(self) -> str:
        return repr(self.value)


def error_text(number: int) -> str:
    """Lgpio's words."""
    return {GPIO_BUSY: "GPIO busy"}[number]


def install() -> None:
    """Be `lgpio` for this process."""
    sys.modules["lgpio"] = _module()


def _module() -> ModuleType:
    module = ModuleType("lgpio")
    module.__dict__.update({name: value for name, value in globals().items() if not name.startswith("_")})
    return module
