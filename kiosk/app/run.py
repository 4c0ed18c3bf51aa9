"""The composition root: everything that makes up the daemon, put together here and nowhere else.

Reads as a table of contents: open the journal, the board and the gateway, take up what was left, run the tasks until
told to stop, and close in the opposite order. Only this module and `fittings` see the hardware and the sale.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from hardware.board import open_board
from hardware.config import BoardConfig
from hardware.ports import Board
from kiosk.app import control, heartbeat, opening
from kiosk.app.attending import Attending
from kiosk.app.board import keys_of
from kiosk.app.clinic import Health
from kiosk.app.clock import Clock
from kiosk.app.deeds import Means
from kiosk.app.desk import Desk
from kiosk.app.drain import Drain
from kiosk.app.fittings import Fittings, bench_of
from kiosk.app.handover import hand_over
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
from kiosk.app.wiring import notice_reader
from kiosk.diagnostics.menu import Glass
from kiosk.diagnostics.pin import Tries
from kiosk.frontpanel.admission import Admission
from kiosk.frontpanel.api import front_panel
from kiosk.gateway.wire import ACKNOWLEDGEMENT
from kiosk.journal import Answer, Entry, Journal
from kiosk.listener import listener
from kiosk.outbox import Courier, Webhook
from kiosk.sale import machine, recovery
from kiosk.sale.commands import Command, ServiceKey
from kiosk.sale.events import Woken
from kiosk.sale.panel import Panel
from kiosk.screens import Style
from kiosk.serving import serving, serving_unix
from kiosk.settings import Settings, SettingsError, rules
from kiosk.settings.credentials import Credentials

_log = logging.getLogger(__name__)


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
    restart = stop.set if "NOTIFY_SOCKET" in os.environ else None  # systemd starts it again
    signals = asyncio.get_running_loop()
    async with daemon(settings, credentials, opened, restart) as house:
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
    settings: Settings,
    credentials: Credentials,
    opened: Callable[[BoardConfig], Board] = open_board,
    restart: Callable[[], None] | None = None,
) -> AsyncIterator[Daemon]:
    """The whole daemon, running in this event loop while the context is open. `opened` gives its board, `restart` is
    called when a technician wants it to begin anew.
    """
    async with contextlib.AsyncExitStack() as house:
        has = opening.open_all(house, settings, credentials, opened)
        journal, clock, fittings, gateway = has.journal, has.clock, has.fittings, has.gateway
        tasks = await house.enter_async_context(running())

        inbox = Inbox(asyncio.get_running_loop())
        stopwatch, language, secret = Stopwatch(), settings.kiosk.language, credentials.webhook_secret
        performer = Performer(tasks, gateway, fittings, inbox, clock, stopwatch, lambda: lookup)
        view = View(
            lambda: loop.state,
            lambda: loop.panel,
            lambda: desk.page,
            fittings,
            bench_of(has.board),
            language,
            stopwatch,
        )
        style = Style(inverse=settings.hardware.display.inverse, large=settings.hardware.display.large)
        presenter = Presenter(fittings, inbox, language, style, stopwatch, view.bump, lambda: desk.page)

        def present(panel: Panel, posted: float) -> None:
            desk.notice(loop.state.session)
            presenter.present(panel, posted)
            view.bump()

        def perform(command: Command, began: float) -> None:
            if isinstance(command, ServiceKey):
                desk.press(command.key)
            else:
                performer.begin(command, began)

        def reported() -> None:
            view.outbox_changed()
            deliver_now()

        ledger = Ledger(journal, inbox, perform, reported)
        loop = Loop(machine.start(rules(settings)), clock, inbox, ledger, present, lambda: beat.say())  # noqa: PLW0108 - there is no beat yet
        standing = Standing(lambda: loop.state, lambda: loop.panel, clock, gateway, fittings)
        beat = _heartbeat(inbox, tasks, loop, ledger, fittings, standing)
        lookup = Lookup(lambda: loop.state.orders, ledger)
        rows = JournalRows(ledger, inbox, view.outbox_changed)
        deliver_now, post_to = await _deliver(settings, credentials, house, tasks, rows, clock)
        status, admission = partial(standing.status, ledger), Admission()
        health = Health(settings, status, secret)
        panel_url = await house.enter_async_context(_front_panel(settings, view, health, admission))
        listener_url = await _listen(settings, credentials, house, lookup, inbox)

        drain, tries = Drain(settings.kiosk.state_dir, inbox), Tries(settings.kiosk.state_dir)
        means = Means(
            inbox,
            ledger,
            lookup,
            fittings,
            drain,
            zone=ZoneInfo(settings.kiosk.timezone),
            secret=secret,
            keys=keys_of(has.hardware),
            status=status,
            examine=health.examine,
            panel=partial(_panel_link, settings, admission),
            open_money=standing.open_money,
            restart=restart,
        )
        desk = Desk(means, Glass(fittings.size, language), tries, credentials.service_pin, tasks, presenter.turn)
        attending = Attending(status, Lender(fittings, inbox, presenter.again).test, drain, tries)
        controls = control.Control(lookup, inbox, ledger, deliver_now, performer.next_detail, attending.routes())
        await house.enter_async_context(serving_unix(controls.app, control.socket_path(settings.kiosk.state_dir)))

        _take_up(journal, loop, clock)
        drain.take_up()
        fittings.listen(inbox)
        for work in (loop.run(), ledger.run(), presenter.draw(), presenter.relight(), beat.run(), view.run(ledger)):
            tasks.begin(work)
        tasks.begin(keep_release(fittings, inbox))
        speakers = (presenter, view, desk)
        live = Live(settings, inbox, gateway, speakers, post_to, lambda: tasks.begin(presenter.watch()))
        live.watch()
        yield Daemon(panel_url, listener_url, deliver_now, live.take)
        await hand_over(inbox, loop, performer, ledger)


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


def _front_panel(
    settings: Settings, view: View, health: Health, admission: Admission
) -> contextlib.AbstractAsyncContextManager[str]:
    host, port = settings.panel.host, settings.panel.port
    app = front_panel(view, host=host, clinic=health, admission=admission)
    return serving(app, host=host, port=port)


def _panel_link(settings: Settings, admission: Admission, address: str) -> str | None:
    """The page at an address of this machine, with a token for one device; None where only this machine may see it."""
    panel = settings.panel
    if panel.host not in ("0.0.0.0", "::", address):  # noqa: S104 - compared with, not bound to
        return None
    return f"http://{address}:{panel.port}/?token={admission.issue()}"


async def _listen(
    settings: Settings, credentials: Credentials, house: contextlib.AsyncExitStack, lookup: Lookup, inbox: Inbox
) -> str | None:
    """The listener for NOTIFICATIONs, if this kiosk can be reached."""
    if settings.listener is None:
        return None
    notifications = Notifications(notice_reader(settings, credentials), lookup, inbox, settings.kiosk.id)
    app = listener(notifications.accept, json.dumps(ACKNOWLEDGEMENT).encode())
    return await house.enter_async_context(serving(app, host=settings.listener.host, port=settings.listener.port))
