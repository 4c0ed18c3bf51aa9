"""Spans of time, as people name them on the command line: from a day or a moment, to a day or a moment."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.program import fail

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
Since = Annotated[datetime | None, typer.Option(formats=FORMATS, help="From this day or time on.")]
Until = Annotated[datetime | None, typer.Option(formats=FORMATS, help="To the end of this day, or before this time.")]
Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Default: today.")]


def span(since: datetime | None, until: datetime | None, zone: ZoneInfo, days: int) -> tuple[datetime, datetime | None]:
    """The beginning, by default `days` ago, and the end that is no longer in it; None: none."""
    begin = since.replace(tzinfo=zone) if since else datetime.now(zone) - timedelta(days=days)
    end = _end(until, zone) if until else None
    if end and end <= begin:
        fail(f"--until {until:%Y-%m-%dT%H:%M}: expected a time after --since", 2)
    return begin, end


def days(day: datetime | None, since: datetime | None, until: datetime | None, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day, both of them in it: one day, or a span of whole days."""
    if day and (since or until):
        fail("report: give --date, or --since and --until", 2)
    today = datetime.now(zone).date()
    first = (day or since or until or datetime.now(zone)).date()
    last = first if day else until.date() if until else today if since else first
    if last < first:
        fail(f"--until {last}: expected a day that is not before --since", 2)
    return first, last


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), zone)


def _end(until: datetime, zone: ZoneInfo) -> datetime:
    whole = until.time() == time()
    return (until + timedelta(days=1) if whole else until).replace(tzinfo=zone)
