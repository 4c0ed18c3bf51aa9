"""Out of use by a person's will: a file in the state directory, so that a restart or a power cut does not undo it."""

import os
from pathlib import Path

from kiosk.app.inbox import Inbox
from kiosk.sale.events import Part, PartFailed, PartRecovered

FILE = "drained"


class Drain:
    """No sale begins while it is on; what is in hand goes on to its end."""

    def __init__(self, state_dir: Path, inbox: Inbox) -> None:
        self._file = state_dir / FILE
        self._inbox = inbox

    @property
    def on(self) -> bool:
        """Whether the kiosk is out of use."""
        return self._file.exists()

    def take_up(self) -> None:
        """At start: be as it was left."""
        if self.on:
            self._inbox.post(PartFailed(Part.DRAINED, self._file.read_text(encoding="utf-8").strip()))

    async def set(self, why: str) -> None:
        """Take it out of use. On disk before it is done. Raises OSError."""
        fresh = self._file.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(why)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
        await self._inbox.ask(PartFailed(Part.DRAINED, why))

    async def lift(self) -> None:
        """Put it back into use; whether it is in service is then for its parts to say. Raises OSError."""
        self._file.unlink(missing_ok=True)
        await self._inbox.ask(PartRecovered(Part.DRAINED))
