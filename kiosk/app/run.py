"""The composition root: everything that makes up the daemon, put together here and nowhere else.

Reads as a table of contents: open the journal, the board and the gateway, take up what was left, run the tasks until
told to stop, and close in the opposite order. Only this module and `devices` see the hardware and the sale.
"""

import asyncio
import contextlib
import gc
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
from kiosk.app import control, heartbeat, opening
from kiosk.app.account import notice_reader
from kiosk.app.attending import Attending
from kiosk.app.clinic import Clinic
from kiosk.app.current import Current, at_start
from kiosk.app.delivery import delivering
from kiosk.app.devices.adapter import Devices
from kiosk.app.devices.config import Opener, keys_of
from kiosk.app.devices.present import Presenter
from kiosk.app.devices.scan import Scanner
from kiosk.app.devices.upkeep import keep_release
from kiosk.app.drain import Drain
from kiosk.app.handover import hand_over
from kiosk.app.inbox import Inbox
from kiosk.app.lending import Lender
from kiosk.app.lookup import Lookup
from kiosk.app.loop import Loop
from kiosk.app.means import Means
from kiosk.app.notifications import Notifications
from kiosk.app.panel_machine import PanelMachine
from kiosk.app.perform import Performer
from kiosk.app.recorder import Recorder
from kiosk.app.reload import Live
from kiosk.app.rows import JournalRows
from kiosk.app.service import ServiceDoor
from kiosk.app.standing import Standing
from kiosk.app.stopwatch import Stopwatch
from kiosk.app.tasks import Tasks, running
from kiosk.diagnostics.pin import Tries
from kiosk.frontpanel.admission import Admission
from kiosk.frontpanel.api import front_panel
from kiosk.frontpanel.phone import Phone
from kiosk.gateway.client import Gateway
from kiosk.gateway.wire import ACKNOWLEDGEMENT
from kiosk.listener import listener
from kiosk.sale import machine
from kiosk.sale.commands import Command, ServiceKey
from kiosk.sale.events import Woken
from kiosk.sale.panel import Panel
from kiosk.screens import Style
from kiosk.serving.later import when_asked
from kiosk.serving.server import serving, serving_unix
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
    opener: Opener = open_board,
) -> None:
    """Run until SIGTERM or SIGINT. SIGUSR1 delivers what waits for the operator now; SIGHUP takes what
    `read_again` gives. `opener` gives its board.
    """
    stop = asyncio.Event()
    restart = stop.set if "NOTIFY_SOCKET" in os.environ else None  # systemd starts it again
    signals = asyncio.get_running_loop()
    async with daemon(settings, credentials, opener, restart) as house:
        for number in (signal.SIGTERM, signal.SIGINT):
            signals.add_signal_handler(number, stop.set)
        signals.add_signal_handler(signal.SIGUSR1, house.deliver_now)
        signals.add_signal_handler(signal.SIGHUP, _reload, read_again, house.take)
        where = (house.panel_url, house.listener_url)
        _log.info("running; front panel at %s, NOTIFICATIONs at %s", *where, extra={"EVENT": "Started"})
        heartbeat.tell("READY=1")
        _tidy()
        await stop.wait()
        heartbeat.tell("STOPPING=1")
        _log.info("stopping", extra={"EVENT": "Stopping"})


def _tidy() -> None:
    """Give back what the start left over, half a megabyte; the rest stays, and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.enable()


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
    opener: Opener = open_board,
    restart: Callable[[], None] | None = None,
    phone: Phone | None = None,
) -> AsyncIterator[Daemon]:
    """The whole daemon, running in this event loop while the context is open. `opener` gives its board, `restart` is
    called when a technician wants it to begin anew, `phone` is the shopper's where somebody plays it.
    """
    async with contextlib.AsyncExitStack() as house:
        inbox = Inbox(asyncio.get_running_loop())
        opened = opening.open_all(house, settings, credentials, opener, inbox)
        clock, recorder, devices, gateway = opened.clock, opened.recorder, opened.devices, opened.gateway
        tasks = await house.enter_async_context(running())

        # the sale: what is so now, what is on disk, and what is carried out
        stopwatch = Stopwatch()
        current = at_start(machine.start(rules(settings)), clock.now())
        lookup = Lookup(current, recorder)
        performer = Performer(tasks, gateway, devices, inbox, clock, stopwatch, lookup)
        standing = Standing(current, clock, gateway, devices, recorder)
        beat = _heartbeat(inbox, tasks, current, recorder, devices, standing)

        # what is shown and seen
        language = settings.kiosk.language
        panel_machine = PanelMachine(current, recorder, devices, devices.bench, language, stopwatch)
        presenter = Presenter(current, devices, inbox, language, _style(settings), stopwatch, panel_machine.bump)
        scanner = Scanner(devices, inbox)

        # who else is let in: the operator, the front panel, the gateway's NOTIFICATIONs, technicians
        rows = JournalRows(recorder, panel_machine.outbox_changed)
        delivery = await house.enter_async_context(delivering(settings, credentials, rows, lambda: clock.now().at))
        admission, clinic = Admission(), Clinic(settings, standing.status, credentials.webhook_secret)
        panel_url = await house.enter_async_context(_front_panel(settings, panel_machine, clinic, admission, phone))
        listener_url = await _listen(
            settings, credentials, house, lookup, inbox, gateway, lambda: current.state.rules.confirm_notifications
        )
        drain, tries = Drain(settings.kiosk.state_dir, inbox), Tries(settings.kiosk.state_dir)
        means = Means(
            inbox,
            recorder,
            lookup,
            devices,
            drain,
            zone=ZoneInfo(settings.kiosk.timezone),
            secret=credentials.webhook_secret,
            keys=keys_of(settings),
            status=standing.status,
            examine=clinic.examine,
            panel=partial(_panel_link, settings, admission),
            open_money=standing.open_money,
            restart=restart,
        )
        desk = ServiceDoor(current, means, language, tries, credentials.service_pin, tasks, presenter.turn)
        attending = Attending(standing.status, Lender(devices, inbox, presenter.again).test, drain, tries)
        controls = control.Control(lookup, inbox, recorder, delivery.now, performer.next_detail, attending.routes)
        await house.enter_async_context(
            serving_unix(when_asked(controls.app), control.socket_path(settings.kiosk.state_dir))
        )

        def present(panel: Panel, posted: float) -> None:
            desk.notice(current.state.session)
            presenter.present(panel, posted)
            scanner.look(wanted=panel.camera)
            panel_machine.bump()

        def perform(command: Command, began: float) -> None:
            if isinstance(command, ServiceKey):
                desk.press(command.key)
            else:
                performer.begin(command, began)

        def results_wait() -> None:
            panel_machine.outbox_changed()
            delivery.now()

        loop = Loop(current, clock, inbox, recorder, present, beat.say)
        opening.take_up(opened.journal, current, loop, clock)
        drain.take_up()
        devices.listen(inbox)
        for work in (
            loop.run(),
            recorder.run(perform, results_wait),
            recorder.look(),
            presenter.draw(),
            presenter.relight(),
            panel_machine.run(),
            keep_release(devices, inbox),
            beat.run(),
            delivery.run(),
        ):
            tasks.begin(work)
        look = partial(_look, tasks, scanner)
        live = Live(settings, inbox, gateway, (presenter, panel_machine, desk), delivery.post_to, look)
        live.watch()
        yield Daemon(panel_url, listener_url, delivery.now, live.take)
        await hand_over(inbox, current, performer, recorder)


def _style(settings: Settings) -> Style:
    display = settings.hardware.display
    return Style(inverse=display.inverse, large=display.large)


def _look(tasks: Tasks, scanner: Scanner) -> None:
    """Begin to look for payment codes."""
    tasks.begin(scanner.watch())


def _heartbeat(
    inbox: Inbox, tasks: Tasks, current: Current, recorder: Recorder, devices: Devices, standing: Standing
) -> heartbeat.Heartbeat:
    """Consumer, journal and keypad, as systemd hears of them."""

    def knock() -> None:
        inbox.post(Woken())
        tasks.begin(recorder.answer())

    return heartbeat.Heartbeat(
        knock,
        (lambda: current.beat, lambda: recorder.beat),
        devices.keypad_lives,
        standing.notice,
    )


def _front_panel(
    settings: Settings, machine: PanelMachine, clinic: Clinic, admission: Admission, phone: Phone | None
) -> contextlib.AbstractAsyncContextManager[str]:
    host, port = settings.panel.host, settings.panel.port
    page = partial(front_panel, machine, host=host, clinic=clinic, admission=admission, phone=phone)
    return serving(when_asked(page), host=host, port=port)


def _panel_link(settings: Settings, admission: Admission, address: str) -> str | None:
    """The page at an address of this machine, with a token for one device; None where only this machine may see it."""
    panel = settings.panel
    if panel.host not in ("0.0.0.0", "::", address):  # noqa: S104 - compared with, not bound to
        return None
    return f"http://{address}:{panel.port}/?token={admission.issue()}"


async def _listen(
    settings: Settings,
    credentials: Credentials,
    house: contextlib.AsyncExitStack,
    lookup: Lookup,
    inbox: Inbox,
    gateway: Gateway,
    confirm: Callable[[], bool],
) -> str | None:
    """The listener for NOTIFICATIONs, if this kiosk can be reached."""
    if settings.listener is None:
        return None
    reader = notice_reader(settings, credentials)
    notifications = Notifications(reader, lookup, inbox, gateway, settings.kiosk.id, confirm)
    app = listener(notifications.accept, json.dumps(ACKNOWLEDGEMENT).encode())
    return await house.enter_async_context(serving(app, host=settings.listener.host, port=settings.listener.port))
