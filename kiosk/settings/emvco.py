"""Static payment codes: EMVCo's "QR Code Specification for Payment Systems", merchant-presented mode, 1.1.

A payload is a row of objects: two digits of an id, two of a length in characters, and the value. A code that a wallet
would refuse, or that would take another amount or currency than ours, is found before it is shown to anybody.
"""

from collections.abc import Callable, Mapping

NUMBERS: Mapping[str, str] = {  # ISO 4217 (list one): the numbers of the currencies that `kiosk.sale.money` knows
    "AED": "784", "AUD": "036", "BDT": "050", "BHD": "048", "BND": "096", "BRL": "986", "CAD": "124", "CHF": "756",
    "CLP": "152", "CNY": "156", "CZK": "203", "DKK": "208", "EUR": "978", "GBP": "826", "HKD": "344", "IDR": "360",
    "ILS": "376", "INR": "356", "ISK": "352", "JOD": "400", "JPY": "392", "KHR": "116", "KRW": "410", "KWD": "414",
    "LAK": "418", "LKR": "144", "MNT": "496", "MOP": "446", "MXN": "484", "MYR": "458", "NOK": "578", "NZD": "554",
    "OMR": "512", "PHP": "608", "PKR": "586", "PLN": "985", "PYG": "600", "RUB": "643", "SAR": "682", "SEK": "752",
    "SGD": "702", "THB": "764", "TND": "788", "TRY": "949", "TWD": "901", "UAH": "980", "UGX": "800", "USD": "840",
    "VND": "704", "XAF": "950", "XOF": "952", "XPF": "953", "ZAR": "710",
}  # fmt: skip

LONGEST = 512  # characters of a payload
ACCOUNTS = range(2, 52)  # of the merchant, one at least; from 26 on each is a row of objects itself
TEMPLATES = (*range(26, 52), 62, 64, *range(80, 100))


class BadPayload(ValueError):  # noqa: N818 - it says what is wrong with it
    """One line that names the object."""


def check(payload: str, currency: str) -> None:
    """Raises BadPayload unless it is a static code of `currency` (letters of ISO 4217; "": any), of no fixed amount."""
    if len(payload) > LONGEST:
        raise BadPayload(f"has more than {LONGEST} characters")
    objects = _objects(payload)
    _frame(payload, objects)
    for tag, (what, right) in EACH.items():
        if tag in objects and not right(objects[tag]):
            raise BadPayload(f"tag {tag} is {objects[tag]!r}: expected {what}")
    _fit(objects, currency)


def _objects(payload: str, inside: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(payload):
        tag, digits = payload[at : at + 2], payload[at + 2 : at + 4]
        if not (_digits(tag, 2) and _digits(digits, 2)):
            after = f", after tag {inside}{list(found)[-1]}" if found else ""
            raise BadPayload(
                f"tag {inside}{tag!r} at character {at + 1}{after}: expected two digits, and two of a length"
            )
        value = payload[at + 4 : at + 4 + int(digits)]
        if not value or len(value) < int(digits):
            raise BadPayload(f"tag {inside}{tag} says that it has {int(digits)} characters, and has {len(value)}")
        if tag in found:
            raise BadPayload(f"tag {inside}{tag} is there twice")
        if not inside and int(tag) in TEMPLATES:
            _inner(value, tag)
        found[tag] = value
        at += 4 + int(digits)
    return found


def _inner(value: str, tag: str) -> None:
    if "00" not in _objects(value, f"{tag}.") and tag != "62":
        raise BadPayload(f"tag {tag}.00 is missing, which says whose tag {tag} is")


def _frame(payload: str, objects: Mapping[str, str]) -> None:
    """The first and the last object, and those that have to be there."""
    tags = list(objects)
    if tags[:1] != ["00"] or objects["00"] != "01":
        raise BadPayload("does not begin with tag 00, 000201")
    if tags[-1] != "63":
        raise BadPayload("does not end with tag 63, its checksum")
    expected = f"{crc(payload[:-4].encode()):04X}"
    if payload[-4:].upper() != expected:
        raise BadPayload(f"tag 63 is {payload[-4:]!r}: expected {expected}, the checksum of what is before it")
    if not any(f"{number:02}" in objects for number in ACCOUNTS):
        raise BadPayload("tag 02 to 51 is missing, the merchant's account")
    for tag, what in (("52", "category"), ("53", "currency"), ("58", "country"), ("59", "name"), ("60", "city")):
        if tag not in objects:
            raise BadPayload(f"tag {tag} is missing, the merchant's {what}")


def _fit(objects: Mapping[str, str], currency: str) -> None:
    """What EMVCo allows, and a code that stands at a machine for ever must not have."""
    if objects.get("01", "11") != "11":
        raise BadPayload("tag 01 is '12', a code for one payment: expected 11, or no tag 01")
    if "54" in objects:
        raise BadPayload(f"tag 54 is {objects['54']!r}, a fixed amount: expected a code that leaves it to the shopper")
    if currency and objects["53"] != NUMBERS[currency]:
        raise BadPayload(f"tag 53 is {objects['53']!r}: expected {NUMBERS[currency]}, which is {currency}")


def _digits(text: str, many: int) -> bool:
    return len(text) == many and text.isascii() and text.isdigit()


def _between(least: int, most: int) -> Callable[[str], bool]:
    return lambda text: least <= len(text) <= most and text.isprintable()


EACH: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "01": ("11 or 12", lambda text: text in ("11", "12")),
    "52": ("four digits", lambda text: _digits(text, 4)),
    "53": ("three digits", lambda text: _digits(text, 3)),
    "58": ("two letters of a country", lambda text: len(text) == 2 and text.isascii() and text.isupper()),
    "59": ("a name of 1 to 25 characters", _between(1, 25)),
    "60": ("a city of 1 to 15 characters", _between(1, 15)),
    "61": ("a postal code of 1 to 10 characters", _between(1, 10)),
    "63": ("four hexadecimal digits", lambda text: len(text) == 4),
}


def crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, of all that is before a checksum's value (4.7.3)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc
