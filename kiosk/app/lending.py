"""The board's parts, lent to whoever diagnoses: between sales only, one at a time, and given back as they were."""

from collections.abc import Callable
from typing import Protocol

from kiosk.app.inbox import Inbox
from kiosk.diagnostics.status import Busy, PartStatus
from kiosk.sale.events import ServiceOver, ServiceWanted

LENT = 15.0  # seconds at most: a part's test takes 5 s, and may wait for the end of what the part does


class Tested(Protocol):
    """The board, as far as its tests go."""

    async def test(self, name: str) -> PartStatus | None:
        """One part's self-test; None: it has none."""


class Lender:
    """`given_back` is called when a part is the sale's again: lamps and display are to show what they did."""

    def __init__(self, parts: Tested, inbox: Inbox, given_back: Callable[[], None]) -> None:
        self._parts = parts
        self._inbox = inbox
        self._given_back = given_back

    async def test(self, name: str) -> PartStatus | None:
        """How a part is after its self-test. Raises Busy while a shopper, or a technician, has it."""
        if notes := await self._inbox.ask(ServiceWanted(LENT, keys=False)):
            raise Busy(notes[-1].partition(": ")[2] or notes[-1])
        try:
            return await self._parts.test(name)
        finally:
            self._inbox.post(ServiceOver())
            self._given_back()
