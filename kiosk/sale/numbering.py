"""The numbers of orders: in the order they were made, whatever the clock does, and the ids made of them."""

from datetime import UTC, datetime

from kiosk.sale.events import Moment

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
MISREAD = str.maketrans("ILO", "110")
ID_LENGTH = 9  # of those, for milliseconds since EPOCH: enough until the year 3135


def read_claim(typed: str) -> str:
    """A claim code as somebody typed it: in either case, with blanks and hyphens, I and L for 1 and O for 0."""
    letters = typed.upper().translate(MISREAD)
    return "".join(letter for letter in letters if letter in ALPHABET)


def order_number(last: int, now: Moment) -> int:
    """Milliseconds since EPOCH, and always more than the last: no two orders of a kiosk have the same."""
    return max(int((now.at - EPOCH).total_seconds() * 1000), last + 1)


def order_id(kiosk_id: str, number: int) -> str:
    """`kiosk-0001-062VJ8TCM`: the kiosk and the order's number, at most 28 characters of `[A-Za-z0-9_-]`."""
    letters = ""
    for _ in range(ID_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return f"{kiosk_id}-{letters}"


def number_of(an_order_id: str) -> int:
    """The number that `order_id` was made of; 0 for an id that it did not make."""
    number = 0
    for letter in an_order_id[-ID_LENGTH:]:
        if letter not in ALPHABET:
            return 0
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return number
