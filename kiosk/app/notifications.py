"""NOTIFICATIONs: verified, matched with an order, and on disk before they are acknowledged."""

import logging
from collections.abc import Mapping

from kiosk.app.inbox import Inbox
from kiosk.app.lookup import Lookup
from kiosk.gateway.notices import BadNotice, Notice, NoticeReader
from kiosk.journal import JournalError
from kiosk.listener import Answer
from kiosk.sale.events import EntryPaid, Event, Notified
from kiosk.sale.outcome import Approved, DetailOutcome

_log = logging.getLogger(__name__)


class Notifications:
    """What the listener asks about each NOTIFICATION."""

    def __init__(self, reader: NoticeReader, lookup: Lookup, inbox: Inbox, terminal_id: str) -> None:
        self._reader = reader
        self._lookup = lookup
        self._inbox = inbox
        self._terminal_id = terminal_id

    async def accept(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take one NOTIFICATION; ACCEPTED only once what it led to is on disk, or when it changes nothing."""
        try:
            notice = self._reader.read(headers, body)
        except BadNotice as bad:
            _log.warning("a NOTIFICATION was refused: %s", bad, extra={"EVENT": "BadNotice"})
            return Answer.REFUSED
        try:
            events = await self._events(notice)
            if events is None:
                _log.warning("a NOTIFICATION for an unknown order was refused", extra={"EVENT": "UnknownOrder"})
                return Answer.UNKNOWN_ORDER
            await self._inbox.ask(*events)
        except JournalError as error:
            _log.error("a NOTIFICATION could not be recorded: %s", error)
            return Answer.FAILED
        return Answer.ACCEPTED

    async def _events(self, notice: Notice) -> tuple[Event, ...] | None:
        order, reloaded = await self._lookup.find(notice.order_id, notice.gateway_id)
        if order is not None:
            outcome: DetailOutcome = notice.outcome
            if order.gateway_id is None:
                outcome = await self._lookup.own(order, outcome, notice.gateway_id)
            return (*reloaded, Notified(order.id, outcome))
        somewhere = notice.terminal_id in (
            None,
            self._terminal_id,
        )  # one that names no terminal is nobody's: it goes back
        if notice.static and somewhere and isinstance(notice.outcome, Approved):
            return (EntryPaid(notice.outcome, ours=notice.terminal_id == self._terminal_id),)
        return None
