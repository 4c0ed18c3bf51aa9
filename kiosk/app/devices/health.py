"""What is known of the parts: a trouble is logged and told the sale once, and so is its end."""

import logging

from kiosk.app.inbox import Inbox
from kiosk.sale.events import Part, PartFailed, PartRecovered

_log = logging.getLogger(__name__)


class DeviceTrouble(Exception):  # noqa: N818 - a device in trouble, not an error of the program
    """A device does not work; one line for a person."""


class PartHealth:
    """The parts that one task or thread looks after. Each is taken to work until it is known not to."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._ailing: set[Part] = set()
        self._lost: set[Part] = set()

    def ails(self, part: Part) -> bool:
        """Whether it is in trouble."""
        return part in self._ailing

    def failed(self, part: Part, what: str) -> None:
        """It does not work. `what`: one line for a person."""
        if part not in self._ailing:
            self._ailing.add(part)
            _log.error("%s: %s", part, what, extra={"EVENT": "PartFailed"})
            self._inbox.post(PartFailed(part, what))

    def lost(self, part: Part, what: str) -> None:
        """It does not work, and will not before the next start."""
        self._lost.add(part)
        self.failed(part, what)

    def works(self, part: Part) -> None:
        """It works, or works again."""
        if part in self._ailing and part not in self._lost:
            self._ailing.discard(part)
            _log.info("%s works again", part, extra={"EVENT": "PartRecovered"})
            self._inbox.post(PartRecovered(part))

    def said(self, part: Part, trouble: str | None) -> None:
        """What a part says of itself: its trouble in one line, or None while it works."""
        if trouble:
            self.failed(part, trouble)
        else:
            self.works(part)
