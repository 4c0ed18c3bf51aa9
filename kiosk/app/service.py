"""The service desk's door. Who sells all day has no technician: the desk is made when the first one comes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.app.current import Current
from kiosk.app.means import Means
from kiosk.app.tasks import Tasks
from kiosk.diagnostics.pin import Tries
from kiosk.sale.events import Key
from kiosk.sale.state import Serviced, Session
from kiosk.screens import Language

if TYPE_CHECKING:
    from kiosk.app.desk import Desk


class ServiceDoor:
    """`pin`: the hash; "": none was made, and nobody gets in. `turn` is called when `current` has another page."""

    def __init__(
        self,
        current: Current,
        means: Means,
        language: Language,
        tries: Tries,
        pin: str,
        tasks: Tasks,
        turn: Callable[[], None],
    ) -> None:
        self._current = current
        self._means = means
        self._language: Language = language
        self._tries = tries
        self._pin = pin
        self._tasks = tasks
        self._turn = turn
        self._desk: Desk | None = None

    def notice(self, session: Session) -> None:
        """The session may be another: open, or close and forget everything."""
        if self._desk is None and isinstance(session, Serviced) and session.keys:
            self._desk = self._made()
        if self._desk:
            self._desk.notice(session)

    def press(self, key: Key) -> None:
        """A key, for the screen on top."""
        if self._desk:
            self._desk.press(key)

    def speak(self, language: Language) -> None:
        """Speak it from now on."""
        self._language = language
        if self._desk:
            self._desk.speak(language)

    def _made(self) -> "Desk":
        from kiosk.app.desk import Desk  # noqa: PLC0415 - not before a technician comes
        from kiosk.diagnostics.menu import Glass  # noqa: PLC0415 - likewise

        glass = Glass(self._means.parts.size, self._language)
        return Desk(self._current, self._means, glass, self._tries, self._pin, self._tasks, self._turn)
