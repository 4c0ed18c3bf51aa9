"""Checks of the daemon: whether systemd runs and watches it, whether it answers, and whether its ports are open."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from kiosk.diagnostics.aside import aside
from kiosk.diagnostics.findings import Check, Group, Said, fault, good, not_here, skipped, warning
from kiosk.diagnostics.status import Status, headline
from kiosk.sale.panel import Name
from kiosk.settings import ListenSection, Settings

UNIT = "kiosk.service"
PROPERTIES = ("LoadState", "ActiveState", "UnitFileState", "NRestarts", "WatchdogUSec", "Result")
TRIED = 1.0  # seconds for a port of this machine
LOGS = "journalctl -u kiosk -p warning -n 50"


def service_checks(
    settings: Settings, daemon: Callable[[], Status | None], installed: str, show: Callable[[], dict[str, str] | None]
) -> Iterator[Check]:
    """`daemon` gives its status, or None when it does not answer; `show` what systemd says of the unit."""

    def check(name: str, what: str, look: Callable[[], Said]) -> Check:
        return Check(Group.SERVICE, name, what, partial(aside, look), f"service {name}")

    yield check("unit", "systemd runs it, and will after a power cut", partial(_unit, show))
    yield check("watchdog", "systemd watches over it", partial(_watchdog, show))
    yield check("daemon", "the daemon answers, and is in service", partial(_daemon, daemon))
    yield check("version", "the daemon is of the version that is installed", partial(_version, daemon, installed))
    for name, where in (("panel_port", settings.panel), ("listener_port", settings.listener)):
        if where is not None:
            yield Check(Group.SERVICE, name, f"port {where.port} is the daemon's", partial(_port, where, name, daemon))


def systemd_says(unit: str = UNIT) -> dict[str, str] | None:
    """The unit's properties; None where systemd does not run."""
    program = shutil.which("systemctl")
    if program is None:
        return None
    try:
        said = subprocess.run(  # noqa: S603 - as found, with words of our own
            [program, "show", unit, f"--property={','.join(PROPERTIES)}"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return dict(line.split("=", 1) for line in said.stdout.splitlines() if "=" in line)


def _unit(show: Callable[[], dict[str, str] | None]) -> Said:
    unit = show()
    if unit is None or unit.get("LoadState") == "not-found":
        return not_here("the kiosk is not installed as a service on this machine")
    if unit["LoadState"] != "loaded":
        return fault(f"{UNIT} is {unit['LoadState']}", "a mistake in a unit file", f"systemd-analyze verify {UNIT}")
    if unit["ActiveState"] != "active":
        why = f" ({unit['Result']})" if unit.get("Result", "success") != "success" else ""
        return fault(f"{UNIT} is {unit['ActiveState']}{why}", "it was stopped, or ends at its start", LOGS)
    if unit["UnitFileState"] not in ("enabled", "enabled-runtime"):
        return warning(f"{UNIT} runs, and will not after a power cut", "it was not enabled", f"systemctl enable {UNIT}")
    if int(unit["NRestarts"]):
        return warning(f"it was restarted {unit['NRestarts']} times by itself", "it ended, or hung", LOGS)
    return good("it runs, and starts by itself")


def _watchdog(show: Callable[[], dict[str, str] | None]) -> Said:
    unit = show()
    if unit is None or unit.get("LoadState") == "not-found":
        return not_here("the kiosk is not installed as a service on this machine")
    if unit["WatchdogUSec"] in ("0", "infinity", ""):
        return warning(
            "nobody restarts it when it hangs", "WatchdogSec= is missing in the unit", f"systemctl cat {UNIT}"
        )
    return good(f"it is restarted when it gives no sign of life for {unit['WatchdogUSec']}")


def _daemon(daemon: Callable[[], Status | None]) -> Said:
    status = daemon()
    if status is None:
        return fault(
            "the daemon does not answer", "it does not run, or another user runs it", "systemctl status kiosk; use sudo"
        )
    troubles = {trouble.part: trouble.what for trouble in status.troubles}
    line = headline(status.state, troubles)
    if status.state is Name.SERVICE:
        return good("it answers; a technician has the machine, or this diagnosis its parts")
    if not status.in_service:
        return fault(line, "what the line names, or another check here", "mend that; it comes into service by itself")
    if troubles:
        return warning(f"in service, with trouble: {line}", "what the line names", "see the check of that part")
    return good(f"in service ({line})")


def _version(daemon: Callable[[], Status | None], installed: str) -> Said:
    status = daemon()
    if status is None:
        return skipped("the daemon does not answer")
    if status.version != installed:
        return warning(
            f"the daemon is {status.version}, and {installed} is installed",
            "it was not restarted after an update",
            "systemctl restart kiosk",
        )
    return good(f"{installed}, as installed")


async def _port(where: ListenSection, name: str, daemon: Callable[[], Status | None]) -> Said:
    if not where.port:
        return not_here("it takes whichever port is free")
    takes = await _takes(where)
    runs = await aside(daemon) is not None
    key = name.removesuffix("_port")
    if runs and not takes:
        return fault(f"nothing answers at {where.listen}", "a firewall on this machine", "nft list ruleset; ss -tlnp")
    if not runs and takes:
        return fault(
            f"another program has {where.listen}",
            "two programs want the same port",
            f"ss -tlnp 'sport = :{where.port}'; end it, or change {key}.listen",
        )
    return good(f"{where.listen} is the daemon's") if runs else skipped("the daemon does not run")


async def _takes(where: ListenSection) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(where.host, where.host)  # noqa: S104 - where to knock for those
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(TRIED):
            _, writer = await asyncio.open_connection(host, where.port)
        writer.close()
        return True
    return False
