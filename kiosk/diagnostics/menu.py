"""The service menu, as screens that keys work: what is shown, and what a key asks for. It does nothing by itself.

A screen is a value; `press` gives what is wanted (`Wish`), and `kiosk.app.desk` fulfils it and puts the next screen on
the pile. `*` goes back, `#` goes on; a digit chooses.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from kiosk.diagnostics.words import WORDS, Language, Word
from kiosk.screens.pages import Page, fitting

LONGEST_PIN = 12


class Wish(StrEnum):
    """What a key asks for."""

    NOTHING = "nothing"
    BACK = "back"
    TRY_PIN = "try_pin"
    STATUS = "status"
    NETWORK = "network"
    ORDERS = "orders"
    ORDER = "order"  # the chosen one
    GATEWAY = "gateway"
    KEYS = "keys"
    LAMPS = "lamps"
    CAMERA = "camera"
    RELEASE = "release"
    SURE_RELEASE = "sure_release"
    REFUND = "refund"
    SURE_REFUND = "sure_refund"
    DRAIN = "drain"
    UNDRAIN = "undrain"
    RESTART = "restart"
    SURE_RESTART = "sure_restart"


@dataclass(frozen=True, slots=True)
class Glass:
    """The display: its size in pixels, and the technician's language."""

    size: tuple[int, int]
    language: Language

    def say(self, word: Word, **values: object) -> str:
        """A word, with what goes into it."""
        return WORDS[self.language][word].format(**values)


@dataclass(frozen=True, slots=True)
class PinEntry:
    """Digits are shown as stars. `trouble`: why the last one was not taken."""

    digits: str = ""
    trouble: str = ""

    def page(self, glass: Glass) -> Page:
        """As it is shown."""
        lines = (self.trouble,) if self.trouble and not self.digits else ("*" * len(self.digits),)
        return Page(glass.say(Word.PIN), lines, glass.say(Word.PIN_KEYS))

    def press(self, key: str, _glass: Glass) -> "tuple[Screen, Wish, str]":
        """`*` takes the digits back, and leaves where there are none."""
        match key:
            case "*":
                return (replace(self, digits=""), Wish.NOTHING, "") if self.digits else (self, Wish.BACK, "")
            case "#" if self.digits:
                return replace(self, digits=""), Wish.TRY_PIN, self.digits
            case _ if key.isdigit() and len(self.digits) < LONGEST_PIN:
                return replace(self, digits=self.digits + key), Wish.NOTHING, ""
            case _:
                return self, Wish.NOTHING, ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to choose: its digit, its words, and what it asks for, about what."""

    digit: str
    words: str
    wish: Wish
    about: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Items below one another, as many as fit; the digits of all of them work at any time."""

    title: str
    items: tuple[Item, ...]
    at: int = 0

    def page(self, glass: Glass) -> Page:
        """The portion that is shown now."""
        portions = self._portions(glass)
        return Page(self.title, portions[self.at % len(portions)], glass.say(Word.CHOOSE))

    def press(self, key: str, glass: Glass) -> "tuple[Screen, Wish, str]":
        """A digit chooses."""
        if key == "*":
            return self, Wish.BACK, ""
        if key == "#":
            return replace(self, at=(self.at + 1) % len(self._portions(glass))), Wish.NOTHING, ""
        chosen = next((item for item in self.items if item.digit == key), None)
        return (self, chosen.wish, chosen.about) if chosen else (self, Wish.NOTHING, "")

    def _portions(self, glass: Glass) -> list[tuple[str, ...]]:
        return fitting([f"{item.digit} {item.words}" for item in self.items], glass.size, foot=True)


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines to read, in portions; `codes` come after them, each a title and what its QR holds."""

    title: str
    lines: tuple[str, ...]
    codes: tuple[tuple[str, str], ...] = ()
    at: int = 0

    def page(self, glass: Glass) -> Page:
        """The portion or the code that is shown now."""
        portions = fitting(self.lines, glass.size, foot=True)
        if self.at < len(portions):
            more = len(portions) + len(self.codes) > 1
            return Page(self.title, portions[self.at], glass.say(Word.BACK_MORE if more else Word.BACK))
        title, code = self.codes[self.at - len(portions)]
        return Page(title, (glass.say(Word.SCAN_ME), glass.say(Word.BACK)), code=code)

    def press(self, key: str, glass: Glass) -> "tuple[Screen, Wish, str]":
        """`#` turns the page."""
        if key == "#":
            count = len(fitting(self.lines, glass.size, foot=True)) + len(self.codes)
            return replace(self, at=(self.at + 1) % count), Wish.NOTHING, ""
        return self, Wish.BACK if key == "*" else Wish.NOTHING, ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that acts on the world: `#` does it."""

    title: str
    lines: tuple[str, ...]
    wish: Wish
    about: str = ""

    def page(self, glass: Glass) -> Page:
        """As it is shown."""
        return Page(self.title, self.lines, glass.say(Word.BACK_YES))

    def press(self, key: str, _glass: Glass) -> "tuple[Screen, Wish, str]":
        """`#` is yes."""
        return self, {"#": self.wish, "*": Wish.BACK}.get(key, Wish.NOTHING), self.about


@dataclass(frozen=True, slots=True)
class KeyTest:
    """Each key that was seen, and those that are left; `*` twice leaves, for `*` is a key too."""

    keys: str
    seen: str = ""
    last: str = ""

    def page(self, glass: Glass) -> Page:
        """As it is shown."""
        left = "".join(key for key in self.keys if key not in self.seen)
        lines = (
            glass.say(Word.PRESSED, keys=self.last) if self.last else glass.say(Word.PRESS_EACH),
            left or glass.say(Word.DONE),
        )
        return Page(glass.say(Word.KEYS), lines, glass.say(Word.STAR_TWICE))

    def press(self, key: str, _glass: Glass) -> "tuple[Screen, Wish, str]":
        """Every key counts."""
        if key == self.last == "*":
            return self, Wish.BACK, ""
        return replace(self, seen=self.seen + key, last=key), Wish.NOTHING, ""


Screen: TypeAlias = PinEntry | Choice | Reading | Question | KeyTest


def main_menu(glass: Glass, *, drained: bool, open_money: int, restarts: bool) -> Choice:
    """What there is to do, after a word on payments that are not settled yet. `restarts`: something starts the daemon
    again when it ends.
    """
    items = [
        Item("1", glass.say(Word.STATUS), Wish.STATUS),
        Item("2", glass.say(Word.NETWORK), Wish.NETWORK),
        Item("3", glass.say(Word.ORDERS), Wish.ORDERS),
        Item("4", glass.say(Word.GATEWAY), Wish.GATEWAY),
        Item("5", glass.say(Word.KEYS), Wish.KEYS),
        Item("6", glass.say(Word.LAMPS), Wish.LAMPS),
        Item("7", glass.say(Word.CAMERA), Wish.CAMERA),
        Item("8", glass.say(Word.RELEASE), Wish.SURE_RELEASE),
        Item("9", glass.say(Word.UNDRAIN if drained else Word.DRAIN), Wish.UNDRAIN if drained else Wish.DRAIN),
    ]
    if open_money:
        items.insert(0, Item("!", glass.say(Word.OPEN_MONEY, count=open_money), Wish.NOTHING))
    if restarts:
        items.append(Item("0", glass.say(Word.RESTART), Wish.SURE_RESTART))
    return Choice(glass.say(Word.SERVICE), tuple(items))
