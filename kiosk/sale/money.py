"""Money: whole numbers of a currency's smallest unit, and how people and the gateway write them. Never floats."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

# ISO 4217 (list one): how many digits follow the decimal point. Only currencies listed here can be charged.
MINOR_DIGITS = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("AUD", "BND", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "IDR", "ILS"), 2),
    **dict.fromkeys(("INR", "KHR", "LAK", "LKR", "MNT", "MOP", "MXN", "MYR", "NOK", "NZD", "PHP", "PKR", "PLN"), 2),
    **dict.fromkeys(("RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "AED", "BDT", "ZAR"), 2),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
LARGEST = 10**15  # minor units; far beyond any sale, and still exact wherever a number is read as a double


class MoneyError(ValueError):
    """The text is not an amount of that currency; the message says what is expected."""


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """An amount of money: `minor` whole smallest units (0..10**15) of an ISO 4217 `currency`."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in MINOR_DIGITS:
            raise MoneyError(f"currency {self.currency!r} is not one this kiosk knows (ISO 4217 letters, as KRW)")
        if not 0 <= self.minor <= LARGEST:
            raise MoneyError(f"{self.minor} is not between 0 and {LARGEST} smallest units of {self.currency}")

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read major units as people and the gateway write them ("1500", "15.00"); "1500.5" of KRW is refused."""
        digits = MINOR_DIGITS.get(currency)
        if digits is None:
            raise MoneyError(f"currency {currency!r} is not one this kiosk knows (ISO 4217 letters, as KRW)")
        plain = text.replace(".", "", 1)
        if not (plain.isascii() and plain.isdigit() and len(text) <= len(str(LARGEST)) + 1 and text[0] != "."):
            raise MoneyError(f"{text[:40]!r} is not an amount of {currency}; expected digits, as {_example(digits)!r}")
        try:
            minor = Decimal(text).scaleb(digits)
        except InvalidOperation as error:  # pragma: no cover - the digits were checked above
            raise MoneyError(f"{text[:40]!r} is not an amount of {currency}") from error
        if minor != int(minor):
            raise MoneyError(f"{text!r} has more than the {digits} decimals of {currency}")
        return cls(int(minor), currency)

    @property
    def major(self) -> str:
        """Major units with exactly the currency's digits: "1500" for KRW, "15.00" for SGD."""
        digits = MINOR_DIGITS[self.currency]
        if digits == 0:
            return str(self.minor)
        whole, part = divmod(self.minor, 10**digits)
        return f"{whole}.{part:0{digits}d}"

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"


def _example(digits: int) -> str:
    return "1500" if digits == 0 else f"15.{'0' * digits}"
