"""NOTIFICATIONs: verified, matched with an order, and on disk before they are acknowledged.

For an order of ours it is a hint: the sale asks DETAIL (`kiosk.sale.hints`). A payment on the static code has no order
yet, so DETAIL is asked here, and the order is made of what it says. Where DETAIL can't be had, or does not know it, a
NOTIFICATION that can be read in one way only is believed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from kiosk.app.inbox import Inbox
from kiosk.app.lookup import Lookup
from kiosk.gateway.notices import BadNotice, Notice, NoticeReader
from kiosk.journal import JournalError
from kiosk.listener import Answer
from kiosk.sale.events import EntryPaid, Event, Notified
from kiosk.sale.outcome import Absent, Approved, DetailOutcome, NotSent, Pending, Trust, Unknown
from kiosk.serving.tally import Tally

_log = logging.getLogger(__name__)
DETAIL_WITHIN = 4.0  # seconds: the gateway waits 5 s for its acknowledgement
PACE = 3.0  # seconds between two DETAILs of one payment, as the trade has it
READ_AT_ONCE = 2  # bodies that are parsed at a time, in threads


class Entries(Protocol):
    """Who knows of payments on the static code."""

    async def entry(self, gateway_id: str) -> tuple[DetailOutcome, str]:
        """What became of it, and at which terminal ("": it is not said)."""


class Notifications:
    """What the listener asks about each NOTIFICATION. `confirm`: whether DETAIL has the say, and not a signature."""

    def __init__(
        self,
        reader: NoticeReader,
        lookup: Lookup,
        inbox: Inbox,
        entries: Entries,
        terminal_id: str,
        confirm: Callable[[], bool],
    ) -> None:
        self._reader = reader
        self._lookup = lookup
        self._inbox = inbox
        self._entries = entries
        self._terminal_id = terminal_id
        self._confirm = confirm
        self._reading = asyncio.Semaphore(READ_AT_ONCE)
        self._refused = Tally(_told)
        self._static = asyncio.Lock()  # of two NOTIFICATIONs alike, the second is to find the order of the first

    async def accept(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take one NOTIFICATION; ACCEPTED only once what it led to is on disk, or when it changes nothing."""
        try:
            async with self._reading:
                notice = await asyncio.to_thread(self._reader.read, headers, body)
        except BadNotice as bad:
            self._refused.add(f"as {bad}")
            return Answer.REFUSED
        try:
            return await self._take(notice)
        except JournalError as error:
            _log.error("a NOTIFICATION could not be recorded: %s", error)
            return Answer.FAILED

    async def _take(self, notice: Notice) -> Answer:
        events = await self._about_an_order(notice)
        if events:
            await self._inbox.ask(*events)
            return Answer.ACCEPTED
        here = notice.terminal_id in (None, self._terminal_id)  # of no terminal: it is to go back
        if notice.static and here and isinstance(notice.outcome, Approved):
            async with self._static:
                return await self._take_static(notice)
        _log.warning("a NOTIFICATION for an unknown order was refused", extra={"EVENT": "UnknownOrder"})
        return Answer.UNKNOWN_ORDER

    async def _about_an_order(self, notice: Notice) -> tuple[Event, ...]:
        order, reloaded = await self._lookup.find(notice.order_id, notice.gateway_id)
        if order is None:
            return ()
        outcome: DetailOutcome = notice.outcome
        if order.gateway_id is None:
            outcome = await self._lookup.own(order, outcome, notice.gateway_id)
        return (*reloaded, Notified(order.id, outcome, Trust.AMBIGUOUS if notice.ambiguous else Trust.SIGNED))

    async def _take_static(self, notice: Notice) -> Answer:
        """Make an order of it, if it took money. Not acknowledged while nobody can say: it is sent again."""
        if events := await self._about_an_order(notice):  # the other of two alike was quicker
            await self._inbox.ask(*events)
            return Answer.ACCEPTED
        said, terminal = await self._confirmed(notice)
        if isinstance(said, Approved):
            await self._inbox.ask(EntryPaid(said, ours=terminal == self._terminal_id))
            return Answer.ACCEPTED
        _log.warning("a payment on the static code was notified, and could not be confirmed", extra={"EVENT": "Entry"})
        return Answer.FAILED

    async def _confirmed(self, notice: Notice) -> tuple[DetailOutcome, str]:
        """What became of it and where, by DETAIL, or by the NOTIFICATION's own word where that is enough."""
        said: DetailOutcome = Unknown("not asked, or no answer in time")
        terminal = ""
        if self._confirm() or notice.ambiguous:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DETAIL_WITHIN):
                    said, terminal = await self._entries.entry(notice.gateway_id)
                    if isinstance(said, Pending):  # the NOTIFICATION was quicker than the gateway's own books
                        await asyncio.sleep(PACE)
                        said, terminal = await self._entries.entry(notice.gateway_id)
        word = "" if notice.ambiguous else notice.terminal_id or ""
        match said:
            case Absent() | NotSent() | Unknown(contradicts=False) if not notice.ambiguous:
                return notice.outcome, word
            case _:
                return said, terminal or word


def _told(counted: str) -> None:
    _log.warning("NOTIFICATIONs not believed: %s", counted, extra={"EVENT": "BadNotice"})
