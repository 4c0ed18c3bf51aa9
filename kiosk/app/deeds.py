"""What the service menu's wishes come to: each is done, and answered with the screen that says so.

Whatever acts on the world is on disk, and on its way to the operator, before it is done.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from kiosk.app.addresses import addresses
from kiosk.app.means import Means
from kiosk.diagnostics.compact import compact
from kiosk.diagnostics.findings import Grade
from kiosk.diagnostics.menu import Choice, Glass, Item, KeyTest, Question, Reading, Screen, Wish
from kiosk.diagnostics.words import Word
from kiosk.sale.events import RefundWanted, ServiceUsed
from kiosk.sale.order import Order, Released, Settled, Unconfirmed, Unresolved
from kiosk.sale.panel import Light, Lights, Sound

LAST = 9  # orders that are listed: one for each digit
LIT = 0.6  # seconds for each lamp and each tune
BEGUN_WITHIN = 5.0  # seconds: a release that its record holds up longer is not driven
REFUNDABLE = (Released, Unconfirmed, Unresolved, Settled)


class Deeds:
    """Fulfils wishes, one at a time."""

    def __init__(self, means: Means, glass: Glass) -> None:
        self._means = means
        self.glass = glass
        self._deeds: Mapping[Wish, Callable[[str], Awaitable[Screen]]] = {
            Wish.STATUS: self._how,
            Wish.NETWORK: self._network,
            Wish.ORDERS: self._orders,
            Wish.ORDER: self._order,
            Wish.GATEWAY: self._gateway,
            Wish.KEYS: self._keys,
            Wish.LAMPS: self._lamps,
            Wish.CAMERA: self._camera,
            Wish.SURE_RELEASE: self._sure(Word.RELEASE, Word.SURE_RELEASE, Wish.RELEASE),
            Wish.RELEASE: self._release,
            Wish.SURE_REFUND: self._sure_refund,
            Wish.REFUND: self._refund,
            Wish.SURE_RESTART: self._sure(Word.RESTART, Word.SURE_RESTART, Wish.RESTART),
            Wish.RESTART: self._restart,
            Wish.DRAIN: self._drain,
            Wish.UNDRAIN: self._undrain,
        }

    async def used(self, what: str) -> None:
        """Note it in the journal, and tell the operator. Raises JournalError."""
        await self._means.inbox.ask(ServiceUsed(what))

    async def do(self, wish: Wish, about: str) -> Screen:
        """Fulfil a wish. Raises DeviceTrouble, JournalError and OSError, in one line each."""
        return await self._deeds[wish](about)

    def _sure(self, title: Word, words: Word, then: Wish) -> Callable[[str], Awaitable[Screen]]:
        async def ask(about: str) -> Screen:
            return Question(self.glass.say(title), (self.glass.say(words),), then, about)

        return ask

    def _done(self) -> Screen:
        return Reading(self.glass.say(Word.SERVICE), (self.glass.say(Word.DONE),))

    async def _keys(self, _about: str) -> Screen:
        return KeyTest(self._means.keys)

    async def _restart(self, _about: str) -> Screen:
        await self.used("restarted")
        if self._means.restart is not None:
            self._means.restart()
        return self._done()

    async def _drain(self, _about: str) -> Screen:
        await self.used("taken out of use")
        await self._means.drain.set("taken out of use at the machine")
        return self._done()

    async def _undrain(self, _about: str) -> Screen:
        await self.used("put back into use")
        await self._means.drain.lift()
        return self._done()

    async def _how(self, _about: str) -> Screen:
        say, status = self.glass.say, await self._means.status()
        out = [] if status.in_service or not status.troubles else [say(Word.OUT_OF_SERVICE)]
        lines = out or [say(Word.IN_SERVICE)]
        for trouble in status.troubles:
            since = say(Word.SINCE, time=f"{trouble.since.astimezone(self._means.zone):%m-%d %H:%M}")
            lines += [f"{trouble.part}: {trouble.what}", since]
        if not status.troubles:
            lines.append(say(Word.NO_TROUBLE))
        if status.open_orders or status.unresolved_orders:
            lines.append(say(Word.OPEN_MONEY, count=status.open_orders + status.unresolved_orders))
        lines.append(say(Word.RESULTS, count=status.outbox.pending, aside=status.outbox.quarantined))
        lines.append(f"{status.kiosk_id} {status.version}")
        code = (say(Word.STATUS), compact(status, self._means.secret))
        return Reading(say(Word.STATUS), tuple(lines), (code,))

    async def _network(self, _about: str) -> Screen:
        say, found = self.glass.say, addresses()
        lines = tuple(f"{name} {address}" for name, address in found.items()) or (say(Word.NO_ADDRESS),)
        links = [link for address in found.values() if (link := self._means.panel(address))]
        return Reading(say(Word.NETWORK), lines, tuple((say(Word.NETWORK), link) for link in links[:1]))

    async def _orders(self, _about: str) -> Screen:
        say = self.glass.say
        since = datetime.now(UTC) - timedelta(days=7)
        orders = await self._means.recorder.call(lambda journal: journal.orders(since, None, LAST))
        if not orders:
            return Reading(say(Word.ORDERS), (say(Word.NO_ORDERS),))
        items = (
            Item(str(number), f"{order.claim} {order.amount} {order.state}", Wish.ORDER, order.id)
            for number, order in enumerate(orders, start=1)
        )
        return Choice(say(Word.ORDERS), tuple(items))

    async def _order(self, name: str) -> Screen:
        order, _ = await self._means.lookup.named(name)
        if order is None:
            return Reading(self.glass.say(Word.ORDERS), (self.glass.say(Word.NO_ORDERS),))
        at = order.created_at.astimezone(self._means.zone)
        words = (f"{at:%m-%d %H:%M:%S}", order.product, str(order.amount), order.state)
        items = [Item("", line, Wish.NOTHING) for line in words]
        if _refundable(order):
            items.insert(0, Item("1", self.glass.say(Word.REFUND), Wish.SURE_REFUND, order.id))
        return Choice(order.claim, tuple(items))

    async def _sure_refund(self, name: str) -> Screen:
        order, _ = await self._means.lookup.named(name)
        left = order.left if order else ""
        words = self.glass.say(Word.SURE_REFUND, amount=left)
        return Question(self.glass.say(Word.REFUND), (words,), Wish.REFUND, name)

    async def _refund(self, name: str) -> Screen:
        """Ask for it, as `kiosk refund` does; the order says when the money is back."""
        say = self.glass.say
        order, reloaded = await self._means.lookup.named(name)
        if order is None or not _refundable(order):
            return Reading(say(Word.REFUND), (say(Word.FAILED),))
        await self.used(f"refund of order {order.id} asked for")
        order, reloaded = await self._means.lookup.named(name)
        notes = await self._means.inbox.ask(*reloaded, RefundWanted(name, None))
        return Reading(say(Word.REFUND), notes[-1:] or (say(Word.ASKED),))

    async def _gateway(self, _about: str) -> Screen:
        say, findings = self.glass.say, await self._means.examine()
        bad = [one for one in findings if one.grade in (Grade.FAULT, Grade.WARNING)]
        if not bad:
            good = tuple(one.finding for one in findings if one.grade is Grade.GOOD)
            return Reading(say(Word.GATEWAY), (say(Word.NO_TROUBLE), *good))
        lines = [line for one in bad for line in (one.finding, one.cause, one.next_step)]
        return Reading(say(Word.GATEWAY), tuple(lines))

    async def _lamps(self, _about: str) -> Screen:
        """Each lamp alone, then each tune."""
        for name in ("ready", "busy", "paid", "fault"):
            self._means.parts.lamps(Lights(**{name: Light.ON}))
            await asyncio.sleep(LIT)
        for sound in Sound:
            self._means.parts.sound(sound)
            await asyncio.sleep(LIT)
        self._means.parts.lamps(Lights(fault=Light.SLOW))
        return Reading(self.glass.say(Word.LAMPS), (self.glass.say(Word.DONE),))

    async def _camera(self, _about: str) -> Screen:
        lines = []
        for name in ("camera", "decoder"):
            part = await self._means.parts.test(name)
            if part is not None:
                lines.append(part.fault or part.what)
        return Reading(self.glass.say(Word.CAMERA), tuple(lines) or (self.glass.say(Word.FAILED),))

    async def _release(self, _about: str) -> Screen:
        say = self.glass.say
        await self.used("release driven, without a sale")
        trouble = await self._means.parts.release(time.monotonic() + BEGUN_WITHIN)
        return Reading(say(Word.RELEASE), (trouble or say(Word.DONE),))


def _refundable(order: Order) -> bool:
    return isinstance(order.phase, REFUNDABLE) and order.paid_at is not None and order.left.minor > 0
