"""What the contacts of a keypad say over time: keys pressed, held and pressed together, and keys that are broken.

Pure: it is given readings, each with its time, and answers with key events. It must not know pins, threads or clocks.
Times are seconds of one clock that never goes back.
"""

from collections import deque
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from hardware.config import KeyTiming
from hardware.ports import KeyAction, KeyEvent

NEVER = float("inf")
REST = 10.0  # seconds without any contact after which a key that chattered counts again
NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Contact:
    """One key. `closed`: as last read, since `since`. `down`: what counts, since `pressed`."""

    key: str
    presses: deque[float]  # the newest, one more than are allowed in a second
    closed: bool = False
    since: float = -NEVER
    down: bool = False
    pressed: float = -NEVER
    holds: bool = False  # PRESSED was said, HELD is yet to come
    stuck: bool = False
    chatters: bool = False

    @property
    def hurried(self) -> bool:
        """Pressed more often than allowed within the last second."""
        return len(self.presses) == self.presses.maxlen and self.presses[-1] - self.presses[0] < 1.0


@dataclass(slots=True)
class Keys:
    """The keys named in `keys`, one character each, all up at first."""

    keys: str
    chords: tuple[str, ...]
    timing: KeyTiming
    _contacts: dict[str, _Contact] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._contacts = {key: _Contact(key, deque(maxlen=self.timing.chatter + 1)) for key in self.keys}

    def read(self, closed: AbstractSet[str], now: float, unsure: AbstractSet[str] = NOTHING) -> list[KeyEvent]:
        """Take a reading and say what was done, in the order in which it was done.

        `closed`: the keys whose contacts are closed. `unsure`: those of them that may only seem so: they don't go down
        in this reading, and those that are down stay down. To be called whenever contacts change, and at `due`.
        """
        for contact in self._contacts.values():
            reads = contact.key in closed and (contact.down or contact.key not in unsure)
            if reads != contact.closed:
                contact.closed, contact.since = reads, now
        settled = [contact for contact in self._contacts.values() if now >= self._settles(contact)]
        settled.sort(key=lambda contact: (contact.since, contact.closed))
        return [*self._changes(settled), *self._lasting(now)]

    @property
    def due(self) -> float:
        """When to read again even if no contact changes; infinite when nothing is to come."""
        return min(deadline for contact in self._contacts.values() for deadline in self._deadlines(contact))

    @property
    def quiet(self) -> bool:
        """All keys are up, and no contact is closed."""
        return not any(contact.closed or contact.down for contact in self._contacts.values())

    @property
    def stuck(self) -> str:
        """The keys that are stuck now."""
        return "".join(contact.key for contact in self._contacts.values() if contact.stuck)

    @property
    def chattering(self) -> str:
        """The keys that are cut off now, because they chattered."""
        return "".join(contact.key for contact in self._contacts.values() if contact.chatters)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with keys now, in words."""
        said = []
        if stuck := self.stuck:
            they, them = ("it is", "it") if len(stuck) == 1 else ("they are", "them")
            said.append(f"{_listed(stuck)} down for {self.timing.stuck:g} s; {they} stuck or something lies on {them}")
        if loose := self.chattering:
            they = "its contact is" if len(loose) == 1 else "their contacts are"
            often = f"pressed more than {self.timing.chatter} times in one second"
            said.append(f"{_listed(loose)} {often}; {they} loose or dirty, and not heard before {REST:g} s of rest")
        return tuple(said)

    def _settles(self, contact: _Contact) -> float:
        return contact.since + self.timing.debounce if contact.closed != contact.down else NEVER

    def _deadlines(self, contact: _Contact) -> Iterator[float]:
        yield self._settles(contact)
        if contact.holds:
            yield contact.pressed + self.timing.hold
        if contact.down and not contact.stuck:
            yield contact.pressed + self.timing.stuck
        if contact.chatters and not contact.closed:
            yield contact.since + REST

    def _changes(self, settled: list[_Contact]) -> Iterator[KeyEvent]:
        for contact in settled:
            contact.down = contact.closed
            contact.holds = contact.stuck = False
            if contact.down and (event := self._press(contact)):
                yield event

    def _press(self, contact: _Contact) -> KeyEvent | None:
        contact.pressed = contact.since
        contact.presses.append(contact.pressed)
        if contact.hurried:
            contact.chatters = True
        if contact.chatters:
            return None
        for chord in self.chords:
            if contact.key in chord and all(self._holds_down(key) for key in chord if key != contact.key):
                return KeyEvent(KeyAction.TOGETHER, chord)
        contact.holds = True
        return KeyEvent(KeyAction.PRESSED, contact.key)

    def _holds_down(self, key: str) -> bool:
        contact = self._contacts.get(key)
        return contact is not None and contact.down and not contact.stuck and not contact.chatters

    def _lasting(self, now: float) -> Iterator[KeyEvent]:
        for contact in self._contacts.values():
            if contact.holds and now >= contact.pressed + self.timing.hold:
                contact.holds = False
                yield KeyEvent(KeyAction.HELD, contact.key)
            if contact.down and now >= contact.pressed + self.timing.stuck:
                contact.stuck = True
                contact.holds = False
            if contact.chatters and not contact.closed and now >= contact.since + REST:
                contact.chatters = False


def _listed(keys: str) -> str:
    """What a sentence about keys begins with: `key 5 has been`, `keys 1, 2 and 5 have been`."""
    if len(keys) == 1:
        return f"key {keys} has been"
    return f"keys {', '.join(keys[:-1])} and {keys[-1]} have been"
