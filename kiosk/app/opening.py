"""A start: what the daemon holds to its end (journal, clock, board, gateway), and what the journal has for it."""

import contextlib
import logging
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kiosk.app.account import account
from kiosk.app.clock import Clock
from kiosk.app.current import Current
from kiosk.app.devices.adapter import Devices, open_devices
from kiosk.app.devices.config import Opener, hardware_mistakes
from kiosk.app.inbox import Inbox
from kiosk.app.loop import Loop
from kiosk.app.recorder import Recorder
from kiosk.gateway.client import Gateway
from kiosk.journal import Answer, Entry, Journal
from kiosk.sale import recovery
from kiosk.screens import FontMissing, find_fonts
from kiosk.settings import Settings
from kiosk.settings.credentials import Credentials

_log = logging.getLogger(__name__)


class DaemonError(Exception):
    """The daemon can't run; one line for a person."""


@dataclass(frozen=True, slots=True)
class Opened:
    """All of it."""

    clock: Clock
    journal: Journal
    recorder: Recorder
    devices: Devices
    gateway: Gateway


def open_all(
    house: contextlib.AsyncExitStack,
    settings: Settings,
    credentials: Credentials,
    opener: Opener,
    inbox: Inbox,
) -> Opened:
    """Open the journal first: whoever has it is the only daemon, and may touch the board. `house` closes it all.

    Raises DaemonError and JournalError.
    """
    clock = Clock(ZoneInfo(settings.gateway.timezone))
    journal = Journal.open(settings.kiosk.state_dir, settings.kiosk.id, clock.quality)
    recorder = Recorder(journal, inbox)
    house.push_async_callback(recorder.close)
    if wrong := hardware_mistakes(settings):
        raise DaemonError("\n".join(wrong))
    try:
        find_fonts()
    except FontMissing as error:
        raise DaemonError(str(error)) from error
    devices = open_devices(settings, opener)
    house.callback(devices.close)
    gateway = Gateway(account(settings, credentials))
    house.push_async_callback(gateway.aclose)
    return Opened(clock, journal, recorder, devices, gateway)


def take_up(journal: Journal, current: Current, loop: Loop, clock: Clock) -> None:
    """Take up what the journal holds; what was begun and not answered is noted as interrupted."""
    clock.carry_on(journal.newest_at())
    now = clock.now()
    orders = journal.open_orders()
    attempts = journal.unanswered()
    if orders:
        _log.info("taking up %d orders from the journal", len(orders), extra={"EVENT": "Recovery"})
    interrupted = tuple(Answer(one.order_id, one.kind, "interrupted by a restart") for one in attempts)
    loop.adopt(
        recovery.recover(current.state, orders, now, newest=journal.newest_id()), Entry(at=now.at, answers=interrupted)
    )
