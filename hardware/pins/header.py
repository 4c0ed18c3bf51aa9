"""The 40-pin header as data: which pin is which, and what the board itself does with some of them."""

from dataclasses import dataclass

HEADER = {  # Broadcom's number -> the header's pin (Raspberry Pi documentation, "GPIO and the 40-pin header")
    0: 27, 1: 28, 2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 7: 26, 8: 24, 9: 21, 10: 19, 11: 23, 12: 32, 13: 33,
    14: 8, 15: 10, 16: 36, 17: 11, 18: 12, 19: 35, 20: 38, 21: 40, 22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13,
}  # fmt: skip
EEPROM = frozenset({0, 1})  # of HATs: not for use
I2C_1 = ((2, "data"), (3, "clock"))
SPI = {0: ((10, "data"), (11, "clock")), 1: ((20, "data"), (21, "clock"))}  # by port
SPI_SELECT = {0: {0: 8, 1: 7}, 1: {0: 18, 1: 17, 2: 16}}  # by port and chip select
PULLED_UP = frozenset({2, 3})  # by resistors on the board


@dataclass(frozen=True, slots=True)
class Wire:
    """One pin and what it is for: `part` "keypad", `use` "row 1"."""

    pin: int
    part: str
    use: str

    @property
    def header(self) -> int | None:
        """The number of the header's pin; None: there is no such pin."""
        return HEADER.get(self.pin)

    @property
    def place(self) -> str:
        """The pin as a technician finds it: `GPIO17 (header pin 11)`."""
        return f"GPIO{self.pin} (header pin {self.header or 'none'})"
