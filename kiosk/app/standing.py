"""How the daemon stands: since when each trouble is there, and the whole status for whoever asks."""

import contextlib
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from kiosk.app.clock import Clock
from kiosk.app.current import Current
from kiosk.app.recorder import Recorder
from kiosk.diagnostics import status as told
from kiosk.diagnostics.status import Contact, LastSale, Money, Outbox, PartStatus, Status, Trouble
from kiosk.gateway.client import Gateway
from kiosk.journal import Counts, JournalError
from kiosk.sale.order import Order, Unresolved
from kiosk.sale.panel import Name


class Parts(Protocol):
    """The board, as far as its health goes."""

    @property
    def released(self) -> int:
        """How often, since the daemon started."""

    def health(self) -> Mapping[str, PartStatus]:
        """Of each part; returns at once."""


class Standing:
    """Keeps since when each trouble is there. `notice` is called after each step."""

    def __init__(
        self,
        current: Current,
        clock: Clock,
        gateway: Gateway,
        parts: Parts,
        recorder: Recorder,
    ) -> None:
        self._current = current
        self._recorder = recorder
        self._clock = clock
        self._gateway = gateway
        self._parts = parts
        self._since: dict[str, datetime] = {}
        self._last: Order | None = None
        self._counts = Counts(0, 0)
        self._began = time.monotonic()
        self._started_at = clock.now().at

    def notice(self) -> tuple[Name, Mapping[str, str]]:
        """See what is wrong now: the panel's name, and each trouble in words."""
        troubles = told.troubles_of(self._current.state)
        now = self._clock.now().at
        self._since = {part: self._since.get(part, now) for part in troubles}
        return self._current.panel.name, troubles

    def open_money(self) -> int:
        """How many payments are not settled: on their way, or left to a person."""
        orders = self._current.state.orders.values()
        return sum(not order.ended or isinstance(order.phase, Unresolved) for order in orders)

    async def status(self) -> Status:
        """The whole. While the journal can't be asked, its part is as it was when it last could."""
        with contextlib.suppress(JournalError):
            last, self._counts = await self._recorder.call(
                lambda journal: (journal.orders(None, None, 1), journal.counts())
            )
            self._last = last[0] if last else None
        return self._status(self._last, self._counts)

    def _status(self, last: Order | None, counts: Counts) -> Status:
        from importlib.metadata import version  # noqa: PLC0415 - not before somebody asks

        name, troubles = self.notice()
        kiosk = self._current.state
        orders = kiosk.orders.values()
        return Status(
            kiosk_id=kiosk.rules.kiosk_id,
            version=version("kiosk"),
            state=name,
            in_service=name not in (Name.OUT_OF_SERVICE, Name.SERVICE),
            troubles=tuple(Trouble(part=part, what=what, since=self._since[part]) for part, what in troubles.items()),
            started_at=self._started_at,
            uptime=round(time.monotonic() - self._began, 1),
            released=self._parts.released,
            last_sale=_last_sale(last) if last else None,
            outbox=Outbox(pending=counts.pending, quarantined=counts.quarantined),
            open_orders=sum(not order.ended for order in orders),
            unresolved_orders=sum(isinstance(order.phase, Unresolved) for order in orders),
            clock=self._clock.reading(),
            gateway=self._contact(),
            parts=self._parts.health(),
        )

    def _contact(self) -> Contact:
        heard = self._gateway.heard
        return Contact(
            base_url=self._gateway.base_url,
            answered_at=heard.answered_at,
            trouble=heard.trouble,
            trouble_at=heard.trouble_at,
        )


def _last_sale(order: Order) -> LastSale:
    return LastSale(
        order_id=order.id,
        claim=order.claim,
        product=order.product,
        amount=Money.of(order.amount),
        state=order.state,
        at=order.created_at,
    )
