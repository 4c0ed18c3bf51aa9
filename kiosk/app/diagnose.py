"""The composition of a diagnosis: which checks there are for a configuration, and what they look at.

The running daemon is asked for its parts; without one they are opened here. This sees both halves, as
`kiosk.app.run` does.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from kiosk.app.account import account
from kiosk.app.attending import ask_status, ask_test
from kiosk.app.devices import alone
from kiosk.app.devices.config import hardware_mistakes
from kiosk.app.devices.legibility import illegible
from kiosk.diagnostics.aside import aside
from kiosk.diagnostics.checks.configuration import configuration_checks, credential_checks
from kiosk.diagnostics.checks.gateway import GatewayChecks
from kiosk.diagnostics.checks.journal import journal_checks
from kiosk.diagnostics.checks.machine import machine_checks
from kiosk.diagnostics.checks.parts import PartChecks
from kiosk.diagnostics.checks.service import service_checks, systemd_says
from kiosk.diagnostics.checks.way import Server, Way
from kiosk.diagnostics.findings import Check, Finding, Grade, Group, Report, Said, examined, fault, in_order
from kiosk.diagnostics.status import PartStatus, Status
from kiosk.gateway.examination import Examination, examine
from kiosk.screens import FontMissing, find_fonts
from kiosk.settings import Settings, SettingsError
from kiosk.settings.credentials import read_credentials
from kiosk.transport import authorities


def checks_of(settings: Settings, file: Path) -> tuple[Check, ...]:
    """All there are for a configuration that is understood; within a lane, what others build on comes first."""
    return tuple(_checks(settings, file))


def checks_without(file: Path, error: SettingsError) -> tuple[Check, ...]:
    """What can be looked at when the configuration is not understood."""

    async def misread() -> Said:
        return fault(str(error), "a mistake in the file", "correct it, then: kiosk config check")

    return (
        Check(Group.CONFIGURATION, "file", f"{file} is understood", misread),
        *machine_checks(None, _fonts),
    )


def _checks(settings: Settings, file: Path) -> Iterator[Check]:
    daemon = _once(lambda: _status(settings))
    yield from configuration_checks(settings, file, hardware_mistakes(settings), partial(_illegible, settings))
    yield from credential_checks(settings)
    trust = authorities()  # as the gateway's own client has it
    way = Way(Server.at(settings.gateway.base_url, "the gateway", trust))
    yield from GatewayChecks(way, partial(_examine, settings)).checks()
    yield from journal_checks(settings.kiosk.state_dir)
    if settings.notifications.webhook is not None:
        operator = Server.at(settings.notifications.webhook.url, "the operator's server", trust)
        yield from Way(operator, needed=False).checks(Group.OUTBOX, "operator", "server_")
    simulated = settings.hardware.board == "simulated"
    yield from PartChecks(partial(_test, settings, daemon), simulated=simulated).checks()
    yield from machine_checks(settings.kiosk.state_dir, _fonts)
    yield from service_checks(settings, daemon, version("kiosk"), systemd_says)


def _once(ask: Callable[[], Status | None]) -> Callable[[], Status | None]:
    known: list[Status | None] = []

    def asked() -> Status | None:
        if not known:
            known.append(ask())
        return known[0]

    return asked


def _status(settings: Settings) -> Status | None:
    try:
        return ask_status(settings.kiosk.state_dir)
    except ConnectionError:
        return None


async def _examine(settings: Settings) -> Examination:
    try:
        wanted = account(settings, read_credentials(settings))
    except ValueError as error:  # an id or a token that no header can hold
        raise SettingsError(str(error)) from error
    return await examine(wanted)


def _fonts() -> str | None:
    try:
        find_fonts()
    except FontMissing as error:
        return str(error)
    return None


def _illegible(settings: Settings) -> tuple[str, ...]:
    try:
        return () if hardware_mistakes(settings) else tuple(illegible(settings))
    except FontMissing:  # a check of its own says so
        return ()


async def _test(settings: Settings, daemon: Callable[[], Status | None], name: str) -> PartStatus | None:
    """A part after its self-test: the daemon's, where it runs; opened here where it does not. Raises Busy."""
    if await aside(daemon) is not None:
        return await aside(partial(ask_test, settings.kiosk.state_dir, name))
    return await aside(partial(alone.tested, settings, name))


async def diagnosis(checks: tuple[Check, ...], kiosk_id: str | None, heard: Callable[[Check, Finding], None]) -> Report:
    """Do the checks; the report."""
    began = time.monotonic()
    found = await examined(checks, heard)
    return Report(
        kiosk_id=kiosk_id,
        version=version("kiosk"),
        at=datetime.now(UTC),
        ok=all(finding.grade is not Grade.FAULT for finding in found),
        seconds=round(time.monotonic() - began, 3),
        findings=in_order(found),
    )
