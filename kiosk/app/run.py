"""The composition root: everything that makes up the daemon, put together here and nowhere else.

Reads as a table of contents: open the journal, the board and the gateway, take up what was left, run the tasks until
told to stop, and close in the opposite order. Only this module and `fittings` see the hardware and the sale.
"""

import asyncio
import contextlib
import json
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from hardware.board import open_board
from hardware.config import BoardConfig
from hardware.decoder import Decoder
from hardware.ports import Board
from kiosk.app import control, heartbeat
from kiosk.app.board import board_config, hardware_mistakes
from kiosk.app.clock import Clock
from kiosk.app.fittings import Fittings, bench_of
from kiosk.app.inbox import Inbox
from kiosk.app.ledger import Ledger
from kiosk.app.lending import Lender
from kiosk.app.lookup import Lookup
from kiosk.app.loop import Loop
from kiosk.app.notifications import Notifications
from kiosk.app.perform import Performer
from kiosk.app.present import Presenter
from kiosk.app.reload import Live
from kiosk.app.rows import JournalRows
from kiosk.app.standing import Standing
from kiosk.app.stopwatch import Stopwatch
from kiosk.app.tasks import Tasks, running
from kiosk.app.upkeep import keep_release
from kiosk.app.view import View
from kiosk.app.wiring import account, notice_reader
from kiosk.credentials import Credentials
from kiosk.frontpanel.api import front_panel
from kiosk.gateway.client import Gateway
from kiosk.gateway.wire import ACKNOWLEDGEMENT
from kiosk.journal import Answer, Entry, Journal
from kiosk.listener import listener
from kiosk.outbox import Courier, Webhook
from kiosk.sale import machine, recovery
from kiosk.sale.events import StopWanted, Woken
from kiosk.sale.order import Releasing
from kiosk.sale.panel import Panel
from kiosk.sale.state import InHand
from kiosk.screens import FontMissing, Style, find_fonts
from kiosk.serving import serving, serving_unix
from kiosk.settings import Settings, SettingsError, rules

_log = logging.getLogger(__name__)
HAND_OVER = 20.0  # seconds that a stop waits for what is in hand; the journal has the rest,
RELEASING = 25.0  # but for goods on their way, which answer by then (Rules.release), and whose record goes to disk


class DaemonError(Exception):
    """The daemon can't run; one line for a person."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running daemon: where its front panel and its listener are, how to deliver what waits, now, and how to take
    another configuration, which raises SettingsError as `kiosk.app.reload` does.
    """

    panel_url: str
    listener_url: str | None
    deliver_now: Callable[[], None]
    take: Callable[[Settings], str]


async def run_until_stopped(
    settings: Settings,
    credentials: Credentials,
    read_again: Callable[[], Settings],
    opened: Callable[[BoardConfig], Board] = open_board,
) -> None:
    """Run until SIGTERM or SIGINT. SIGUSR1 delivers what waits for the operator now; SIGHUP takes what
    `read_again` gives. `opened` gives its board.
    """
    stop = asyncio.Event()
    signals = asyncio.get_running_loop()
    async with daemon(settings, credentials, opened) as house:
        for number in (signal.SIGTERM, signal.SIGINT):
            signals.add_signal_handler(number, stop.set)
        signals.add_signal_handler(signal.SIGUSR1, house.deliver_now)
        signals.add_signal_handler(signal.SIGHUP, _reload, read_again, house.take)
        where = (house.panel_url, house.listener_url)
        _log.info("running; front panel at %s, NOTIFICATIONs at %s", *where, extra={"EVENT": "Started"})
        heartbeat.tell("READY=1")
        await stop.wait()
        heartbeat.tell("STOPPING=1")
        _log.info("stopping", extra={"EVENT": "Stopping"})


def _reload(read_again: Callable[[], Settings], take: Callable[[Settings], str]) -> None:
    """Take the configuration anew; one with a mistake leaves the running one as it is."""
    heartbeat.tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
    try:
        _log.info("reload: %s", take(read_again()), extra={"EVENT": "Reload"})
    except SettingsError as error:
        for line in str(error).splitlines():
            _log.error("reload: the configuration is left as it was: %s", line, extra={"EVENT": "Reload"})
    heartbeat.tell("READY=1")


@contextlib.asynccontextmanager
async def daemon(
    settings: Settings, credentials: Credentials, opened: Callable[[BoardConfig], Board] = open_board
) -> AsyncIterator[Daemon]:
    """The whole daemon, running in this event loop while the context is open. `opened` gives its board."""
    async with contextlib.AsyncExitStack() as house:
        clock = Clock(ZoneInfo(settings.gateway.timezone))
        journal = Journal.open(settings.kiosk.state_dir, settings.kiosk.id, clock.quality)
        house.callback(journal.close)
        if wrong := hardware_mistakes(settings):
            raise DaemonError("\n".join(wrong))
        try:
            find_fonts()
        except FontMissing as error:
            raise DaemonError(str(error)) from error
        hardware = board_config(settings)
        board = opened(hardware)
        fittings = Fittings(board, Decoder(hardware.decoder))
        house.callback(fittings.close)
        gateway = Gateway(account(settings, credentials))
        house.push_async_callback(gateway.aclose)
        tasks = await house.enter_async_context(running())

        inbox = Inbox(asyncio.get_running_loop())
        stopwatch = Stopwatch()
        performer = Performer(tasks, gateway, fittings, inbox, clock, stopwatch, lambda: lookup)
        view = View(
            lambda: loop.state, lambda: loop.panel, fittings, bench_of(board), settings.kiosk.language, stopwatch
        )
        style = Style(inverse=settings.hardware.display.inverse, large=settings.hardware.display.large)
        presenter = Presenter(fittings, inbox, settings.kiosk.language, style, stopwatch, view.bump)

        def present(panel: Panel, posted: float) -> None:
            presenter.present(panel, posted)
            view.bump()

        def reported() -> None:
            view.outbox_changed()
            deliver_now()

        ledger = Ledger(journal, inbox, performer.begin, reported)
        loop = Loop(machine.start(rules(settings)), clock, inbox, ledger, present, lambda: beat.say())  # noqa: PLW0108 - there is no beat yet
        standing = Standing(lambda: loop.state, lambda: loop.panel, clock, gateway, fittings)
        beat = _heartbeat(inbox, tasks, loop, ledger, fittings, standing)
        lookup = Lookup(lambda: loop.state.orders, ledger)
        rows = JournalRows(ledger, inbox, view.outbox_changed)
        deliver_now, post_to = await _deliver(settings, credentials, house, tasks, rows, clock)
        panel_url = await house.enter_async_context(_front_panel(settings, view))
        listener_url = await _listen(settings, credentials, house, lookup, inbox)
        controls = control.Control(
            lookup,
            inbox,
            ledger,
            deliver_now,
            performer.next_detail,
            partial(standing.status, ledger),
            Lender(fittings, inbox, presenter.again).test,
        )
        await house.enter_async_context(serving_unix(controls.app, control.socket_path(settings.kiosk.state_dir)))

        _take_up(journal, loop, clock)
        fittings.listen(inbox)
        for work in (loop.run(), ledger.run(), presenter.draw(), presenter.relight(), beat.run(), view.run(ledger)):
            tasks.begin(work)
        tasks.begin(keep_release(fittings, inbox))
        live = Live(settings, inbox, gateway, (presenter, view), post_to, lambda: tasks.begin(presenter.watch()))
        live.watch()
        yield Daemon(panel_url, listener_url, deliver_now, live.take)
        await _hand_over(inbox, loop, performer, ledger)


def _heartbeat(
    inbox: Inbox, tasks: Tasks, loop: Loop, ledger: Ledger, fittings: Fittings, standing: Standing
) -> heartbeat.Heartbeat:
    """Consumer, journal and keypad, as systemd hears of them."""

    def knock() -> None:
        inbox.post(Woken())
        tasks.begin(ledger.answer())

    return heartbeat.Heartbeat(
        knock,
        (lambda: loop.beat, lambda: ledger.beat),
        fittings.keypad_lives,
        standing.notice,
    )


def _take_up(journal: Journal, loop: Loop, clock: Clock) -> None:
    """Take up what the journal holds; what was begun and not answered is noted as interrupted."""
    clock.carry_on(journal.newest_at())
    now = clock.now()
    orders = journal.open_orders()
    attempts = journal.unanswered()
    if orders:
        _log.info("taking up %d orders from the journal", len(orders), extra={"EVENT": "Recovery"})
    interrupted = tuple(Answer(one.order_id, one.kind, "interrupted by a restart") for one in attempts)
    loop.adopt(
        recovery.recover(loop.state, orders, now, newest=journal.newest_id()), Entry(at=now.at, answers=interrupted)
    )


async def _deliver(
    settings: Settings,
    credentials: Credentials,
    house: contextlib.AsyncExitStack,
    tasks: Tasks,
    rows: JournalRows,
    clock: Clock,
) -> tuple[Callable[[], None], Callable[[Settings], None]]:
    """The outbox's courier, if the operator has a webhook; what wakes it, and what gives it another address."""
    webhook = settings.notifications.webhook
    if webhook is None:
        return lambda: None, lambda _: None
    poster = await house.enter_async_context(Webhook(webhook.url, credentials.webhook_secret))
    courier = Courier(rows, poster, lambda: clock.now().at)
    tasks.begin(courier.run())

    def post_to(settings: Settings) -> None:
        if settings.notifications.webhook is not None:
            poster.move(settings.notifications.webhook.url)

    return courier.wake, post_to


def _front_panel(settings: Settings, view: View) -> contextlib.AbstractAsyncContextManager[str]:
    host, port = settings.panel.host, settings.panel.port
    return serving(front_panel(view, host=host), host=host, port=port)


async def _listen(
    settings: Settings, credentials: Credentials, house: contextlib.AsyncExitStack, lookup: Lookup, inbox: Inbox
) -> str | None:
    """The listener for NOTIFICATIONs, if this kiosk can be reached."""
    if settings.listener is None:
        return None
    notifications = Notifications(notice_reader(settings, credentials), lookup, inbox, settings.kiosk.id)
    app = listener(notifications.accept, json.dumps(ACKNOWLEDGEMENT).encode())
    return await house.enter_async_context(serving(app, host=settings.listener.host, port=settings.listener.port))


async def _hand_over(inbox: Inbox, loop: Loop, performer: Performer, ledger: Ledger) -> None:
    """Finish what is in hand, for a while: close the shown code, let goods come out. The journal has the rest."""

    def finished() -> bool:
        return not isinstance(loop.state.session, InHand) and not performer.under_way and ledger.settled

    def released() -> bool:
        return not any(isinstance(order.phase, Releasing) for order in loop.state.orders.values())

    inbox.post(StopWanted())
    await _wait(finished, HAND_OVER)
    if not released():
        await _wait(lambda: released() and ledger.settled, RELEASING)


async def _wait(done: Callable[[], bool], seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await asyncio.sleep(0.02)
                if done():
                    return
