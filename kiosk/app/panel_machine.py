"""The machine as the front panel sees it.

A snapshot of the present, news of each change, and the simulated board's keys, camera and release.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from kiosk.app.current import Current
from kiosk.app.recorder import Recorder
from kiosk.app.stopwatch import Stopwatch
from kiosk.frontpanel.view import How, NotSimulated, OrderLine, ResultLine, Snapshot
from kiosk.journal import Counts, JournalError
from kiosk.sale.events import Part
from kiosk.screens import Language, lines
from kiosk.screens.pages import Page

COUNT_AGAIN = 0.1  # seconds: while thousands are delivered, the page is not told of each


class Bench(Protocol):
    """What the front panel does to a simulated board. All but `press` may block."""

    def press(self, keys: str, how: How) -> None:
        """As by a finger."""

    def look(self, picture: bytes) -> None:
        """What the camera sees from now on."""

    def seen(self) -> bytes | None:
        """What it sees now, as PNG."""

    def confirm(self) -> bool:
        """The goods are out."""

    def jam(self) -> bool:
        """The goods are stuck."""


class Display(Protocol):
    """What of the board the panel shows."""

    @property
    def released(self) -> int:
        """How often, since the daemon started."""

    def picture(self) -> bytes:
        """Of the display, PNG."""


def _words(page: Page) -> tuple[str, ...]:
    return tuple(words for words in (page.title, *page.lines, page.foot) if words)


class PanelMachine:
    """`kiosk.frontpanel.view.Machine` over the daemon. `bench` is None on a real board."""

    def __init__(
        self,
        current: Current,
        recorder: Recorder,
        display: Display,
        bench: Bench | None,
        language: Language,
        stopwatch: Stopwatch,
    ) -> None:
        self._current = current
        self._recorder = recorder
        self._display = display
        self._bench = bench
        self._language = language
        self._stopwatch = stopwatch
        self._counts = Counts(0, 0)
        self._changed = asyncio.Event()
        self._outbox = asyncio.Event()

    def bump(self) -> None:
        """Something changed: tell those who watch."""
        self._changed.set()
        self._changed = asyncio.Event()

    def outbox_changed(self) -> None:
        """Count the outbox again."""
        self._outbox.set()

    async def run(self) -> None:
        """Keep the outbox's counts, for ever."""
        self._outbox.set()
        while True:
            await self._outbox.wait()
            self._outbox.clear()
            with contextlib.suppress(JournalError):  # the recorder says so louder
                self._counts = await self._recorder.call(lambda journal: journal.counts())
            self.bump()
            await asyncio.sleep(COUNT_AGAIN)

    def speak(self, language: Language) -> None:
        """Say it in this language from now on."""
        self._language = language
        self.bump()

    def snapshot(self) -> Snapshot:
        """The present."""
        panel, state, page = self._current.panel, self._current.state, self._current.page
        return Snapshot(
            state=panel.name,
            amount=panel.amount,
            order_id=panel.order_id,
            product=panel.product,
            screen=_words(page) if page else tuple(lines(panel, self._language)),
            qr=page.code if page else panel.qr,
            lights=panel.lights,
            released=self._display.released,
            online=Part.GATEWAY not in state.troubles,
            pending=self._counts.pending,
            quarantined=self._counts.quarantined,
            kiosk_id=state.rules.kiosk_id,
            language=self._language,
            simulated=self._bench is not None,
            latencies=self._stopwatch.medians(),
        )

    def picture(self) -> bytes:
        """The display as it is, PNG."""
        return self._display.picture()

    async def changes(self) -> AsyncIterator[Snapshot]:
        """The present, then one for each change; a slow reader skips to the newest."""
        while True:
            changed = self._changed
            yield self.snapshot()
            await changed.wait()

    async def press(self, keys: str, how: How) -> None:
        """Press keys, one after the other, or hold one, or two together."""
        self._simulated().press(keys, how)

    async def look(self, picture: bytes) -> None:
        """Hold a picture before the camera."""
        await asyncio.to_thread(self._simulated().look, picture)
        self.bump()

    async def seen(self) -> bytes | None:
        """What the camera sees."""
        return await asyncio.to_thread(self._bench.seen) if self._bench else None

    async def confirm(self) -> bool:
        """The goods are out."""
        return self._simulated().confirm()

    async def jam(self) -> bool:
        """The goods are stuck."""
        return self._simulated().jam()

    async def orders(self, limit: int) -> list[OrderLine]:
        """The last orders of two days, newest first."""
        since = datetime.now(UTC) - timedelta(days=2)
        found = await self._recorder.call(lambda journal: journal.orders(since, None, limit))
        return [
            OrderLine(
                id=order.id,
                claim=order.claim,
                at=order.created_at,
                product=order.product,
                amount=order.amount,
                state=order.state,
            )
            for order in found
        ]

    async def told(self, limit: int) -> list[ResultLine]:
        """The last results, newest first."""
        rows = await self._recorder.call(lambda journal: journal.rows(None, limit))
        return [ResultLine(row.sequence, row.topic, row.order_id, row.at, row.state.value) for row in rows]

    def _simulated(self) -> Bench:
        if self._bench is None:
            raise NotSimulated
        return self._bench
