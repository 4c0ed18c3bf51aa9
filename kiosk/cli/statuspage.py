"""How a status is written on one screen, for a person. Pure."""

from datetime import datetime, timedelta, tzinfo

from rich.table import Table
from rich.text import Text

from kiosk.diagnostics.status import Status
from kiosk.sale.money import Amount

GOOD, BAD, FAINT = "green", "bold red", "dim"


def status_page(status: Status, zone: tzinfo) -> Table:
    """One screen; times are of `zone`."""
    page = Table.grid(padding=(0, 2))
    page.add_column(style=FAINT)
    page.add_column()
    state = status.state.replace("_", " ")
    service = Text(f"in service ({state})", GOOD) if status.in_service else Text("OUT OF SERVICE", BAD)
    page.add_row(status.kiosk_id, service)
    for trouble in status.troubles:
        page.add_row(trouble.part, Text(f"{trouble.what}; since {_time(trouble.since, zone)}", BAD))
    page.add_row("version", f"{status.version}, up {_duration(status.uptime)}, {status.released} released")
    page.add_row("last sale", _last_sale(status, zone))
    page.add_row("orders", f"{status.open_orders} open, {status.unresolved_orders} unresolved")
    page.add_row("outbox", f"{status.outbox.pending} waiting, {status.outbox.quarantined} set aside")
    page.add_row("clock", _clock(status, zone))
    page.add_row("gateway", _gateway(status, zone))
    for name, part in status.parts.items():
        line = Text(part.what)
        if part.fault or not part.present:
            line.append(f": {part.fault or 'not opened yet'}", BAD if part.fault else FAINT)
        elif part.last_fault:
            line.append(f"; was: {part.last_fault}", FAINT)
        page.add_row(name, line)
    return page


def _last_sale(status: Status, zone: tzinfo) -> str:
    sale = status.last_sale
    if sale is None:
        return "none yet"
    amount = Amount(int(sale.amount.value), sale.amount.currency)
    return f"{_time(sale.at, zone)}  {amount}  {sale.product}  {sale.state}  (claim {sale.claim})"


def _clock(status: Status, zone: tzinfo) -> str:
    offset = status.clock.offset_seconds
    off = "not compared with the gateway's yet" if offset is None else f"{-offset:+.1f} s off the gateway's"
    return f"{status.clock.at.astimezone(zone):%Y-%m-%d %H:%M:%S}, {status.clock.quality}, {off}"


def _gateway(status: Status, zone: tzinfo) -> str:
    gateway = status.gateway
    answered = f"answered {_time(gateway.answered_at, zone)}" if gateway.answered_at else "has not answered yet"
    trouble = f"; last error {_time(gateway.trouble_at, zone)}: {gateway.trouble}" if gateway.trouble_at else ""
    return f"{gateway.base_url} {answered}{trouble}"


def _time(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M:%S}"


def _duration(seconds: float) -> str:
    """As a person says it: "3 d 4 h", "12 min 5 s"."""
    whole = timedelta(seconds=int(seconds))
    hours, rest = divmod(whole.seconds, 3600)
    minutes, left = divmod(rest, 60)
    units = ((whole.days, "d"), (hours, "h"), (minutes, "min"), (left, "s"))
    first = next((number for number, (count, _) in enumerate(units) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2])
