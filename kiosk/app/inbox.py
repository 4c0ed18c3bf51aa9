"""The one door into the loop. Whatever happens, on whatever thread, is posted here and handled in order."""

import asyncio
import time
from dataclasses import dataclass, field

from kiosk.sale.events import Event


@dataclass(frozen=True, slots=True)
class Letter:
    """Events that belong together, in order. `posted` in monotonic seconds.

    `handled`: resolved, once all that they led to is on disk, with the machine's notes why something was not done.
    """

    events: tuple[Event, ...]
    posted: float = field(default_factory=time.monotonic)
    handled: asyncio.Future[tuple[str, ...]] | None = None


class Inbox:
    """A queue of letters to the consumer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[Letter] = asyncio.Queue()

    def post(self, *events: Event) -> None:
        """Post from any thread. Never blocks, never raises: after the loop has closed there is nobody left to tell."""
        letter = Letter(events)
        try:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, letter)
        except RuntimeError:
            return

    async def ask(self, *events: Event) -> tuple[str, ...]:
        """Post from the loop, and wait until what it led to is on disk; the notes say what was not done, and why."""
        handled: asyncio.Future[tuple[str, ...]] = self._loop.create_future()
        self._queue.put_nowait(Letter(events, handled=handled))
        return await handled

    async def next(self) -> Letter:
        """The next letter."""
        return await self._queue.get()
