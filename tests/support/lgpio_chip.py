"""A GPIO chip in memory under the real lgpio and the real gpiozero: what they call in the kernel's stead.

To be used in a process of its own: it replaces functions of lgpio for good. `lines` says what each wire saw, and
`holders` which lines other programs hold. Only what outputs and inputs need is there.
"""

from dataclasses import dataclass, field
from typing import Any

OUT = 1 << 1  # of a line's mode, as lgpio has them


@dataclass
class Line:
    """A line of the chip. `seen`: each level it was driven to, and "input" when it was none."""

    output: bool = False
    pull: int = 0
    level: int = 0
    seen: list[int | str] = field(default_factory=list)


class Chip:
    """The chip. `install` puts it under lgpio."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.holders: set[int] = set()
        self._lgpio: Any = None

    def install(self, lgpio: Any) -> None:
        """Answer lgpio's calls from now on."""
        self._lgpio = lgpio
        lgpio.gpiochip_open = lambda _chip: 0
        lgpio.gpio_claim_input = self._claim_input
        lgpio.gpio_claim_output = self._claim_output
        lgpio.gpio_free = self._free
        lgpio.gpio_get_mode = self._mode
        lgpio.gpio_read = lambda _handle, gpio: self.lines[gpio].level
        lgpio.gpio_write = self._write

    def alerts(self, lgpio: Any) -> None:
        """Let edges be asked for; a test tells them through lgpio's own pipe."""
        lgpio.gpio_claim_alert = lambda _handle, _gpio, _edges, _flags=0: 0
        lgpio.callback = lambda _handle, _gpio, _edges, _func: None

    def _claim(self, gpio: int) -> Line:
        if gpio in self.holders:
            raise self._lgpio.error(self._lgpio.error_text(self._lgpio.GPIO_BUSY))
        return self.lines.setdefault(gpio, Line())

    def _claim_input(self, _handle: int, gpio: int, flags: int = 0) -> int:
        line = self._claim(gpio)
        if line.output or not line.seen:
            line.seen.append("input")
        line.output, line.pull = False, flags
        return 0

    def _claim_output(self, _handle: int, gpio: int, level: int = 0, flags: int = 0) -> int:
        line = self._claim(gpio)
        if not line.output:  # an output is not claimed again
            line.output, line.pull, line.level = True, flags, level
            line.seen.append(level)
        return 0

    def _free(self, _handle: int, gpio: int) -> int:
        self.lines[gpio].output = False
        return 0

    def _mode(self, _handle: int, gpio: int) -> int:
        return OUT * self.lines[gpio].output | self.lines[gpio].pull

    def _write(self, _handle: int, gpio: int, level: int) -> int:
        line = self.lines[gpio]
        line.level = int(level)
        line.seen.append(line.level)
        return 0
