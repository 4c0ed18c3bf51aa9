"""The service desk: a technician at the machine's own keys and display, behind a PIN.

It is open exactly while the sale says so (`Serviced`), which a held `D` or `*` and `#` together ask for between sales.
A PIN is in no log, no page and no report.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace

from kiosk.app.current import Current
from kiosk.app.deeds import Deeds
from kiosk.app.devices.health import DeviceTrouble
from kiosk.app.means import Means
from kiosk.app.tasks import Tasks
from kiosk.diagnostics.menu import Choice, Glass, PinEntry, Reading, Screen, Wish, main_menu
from kiosk.diagnostics.pin import PinError, Tries, matches
from kiosk.diagnostics.words import Language, Word
from kiosk.journal import JournalError
from kiosk.sale.events import Key, ServiceOver
from kiosk.sale.state import Serviced, Session
from kiosk.screens.pages import Page
from kiosk.settings import SettingsError

_log = logging.getLogger(__name__)


class Desk:
    """`pin`: the hash; "": none was made, and nobody gets in. `turn` is called when `current` has another page."""

    def __init__(
        self,
        current: Current,
        means: Means,
        glass: Glass,
        tries: Tries,
        pin: str,
        tasks: Tasks,
        turn: Callable[[], None],
    ) -> None:
        self._current = current
        self._means = means
        self._glass = glass
        self._deeds = Deeds(means, glass)
        self._tries = tries
        self._pin = pin
        self._tasks = tasks
        self._turn = turn
        self._pile: list[Screen] = []
        self._busy = False
        self._visit = 0

    def _changed(self) -> None:
        self._current.page = self._page()
        self._turn()

    def _page(self) -> Page | None:
        """What is to be shown; None while the desk is closed."""
        if not self._pile:
            return None
        if self._busy:
            return Page(self._pile[-1].page(self._glass).title, (self._glass.say(Word.ONE_MOMENT),))
        return self._pile[-1].page(self._glass)

    def notice(self, session: Session) -> None:
        """The session may be another: open, or close and forget everything."""
        wanted = isinstance(session, Serviced) and session.keys
        if wanted and not self._pile:
            say = self._glass.say
            self._visit += 1
            self._pile = [PinEntry() if self._pin else Reading(say(Word.SERVICE), (say(Word.NO_PIN),))]
            self._changed()
        elif not wanted and self._pile:
            self._visit += 1
            self._pile, self._busy = [], False
            self._changed()

    def press(self, key: Key) -> None:
        """A key, for the screen on top."""
        if not self._pile or self._busy:
            return
        self._pile[-1], wish, about = self._pile[-1].press(key, self._glass)
        match wish:
            case Wish.NOTHING:
                pass
            case Wish.BACK:
                self._back()
            case _:
                self._busy = True
                self._tasks.begin(self._fulfil(wish, about, self._visit))
        self._changed()

    def _back(self) -> None:
        self._pile.pop()
        if not self._pile:
            self._means.inbox.post(ServiceOver())

    async def _fulfil(self, wish: Wish, about: str, visit: int) -> None:
        """Do it, and put what came of it on the pile, if the technician is still there."""
        try:
            screen = await (self._tried(about) if wish is Wish.TRY_PIN else self._deeds.do(wish, about))
        except (DeviceTrouble, JournalError, OSError, PinError, SettingsError) as error:
            _log.warning("service: %s: %s", wish, error, extra={"EVENT": "Service"})
            screen = Reading(self._glass.say(Word.FAILED), (str(error),))
        if visit != self._visit:
            return
        self._busy = False
        if wish is Wish.TRY_PIN:
            self._pile = [screen]
        else:
            self._pile.append(screen)
        if wish in (Wish.DRAIN, Wish.UNDRAIN):
            self._pile[0] = self._main()
        self._changed()

    def speak(self, language: Language) -> None:
        """Speak it from now on."""
        self._glass = replace(self._glass, language=language)
        self._deeds.glass = self._glass
        self._changed()

    def _main(self) -> Choice:
        means = self._means
        return main_menu(
            self._glass, drained=means.drain.on, open_money=means.open_money(), restarts=means.restart is not None
        )

    async def _tried(self, pin: str) -> Screen:
        """The menu, or why not. A wrong one is counted on disk before it is answered."""
        say = self._glass.say
        if left := self._tries.wait():
            locked = self._tries.locked
            return PinEntry(trouble=say(Word.PIN_LOCKED) if locked else say(Word.PIN_WRONG, seconds=round(left + 0.5)))
        if await asyncio.to_thread(matches, pin, self._pin):
            self._tries.forgive()
            with contextlib.suppress(JournalError):  # a disk that is full is what the technician came for
                await self._deeds.used("service mode opened")
            return self._main()
        await asyncio.to_thread(self._tries.wrong)
        if self._tries.locked:
            await self._deeds.used("service mode locked: ten wrong PINs")
            return PinEntry(trouble=say(Word.PIN_LOCKED))
        return PinEntry(trouble=say(Word.PIN_WRONG, seconds=round(self._tries.wait() + 0.5)))
