"""How a diagnosis is written, for a person: a line for each check, and what to do about those that are not good."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kiosk.diagnostics.findings import Check, Finding, Grade, Report, counted

STYLES = {
    Grade.GOOD: "green",
    Grade.WARNING: "yellow",
    Grade.FAULT: "bold red",
    Grade.SKIPPED: "dim",
    Grade.NOT_HERE: "dim",
}


def list_page(checks: Iterable[Check]) -> Table:
    """What there is to check."""
    page = Table("check", "looks whether", box=None)
    for check in checks:
        page.add_row(check.full_name, check.what)
    return page


def report_page(report: Report) -> Table:
    """Every finding, with cause and next step below those that need somebody."""
    page = Table.grid(padding=(0, 2))
    page.add_column(no_wrap=True)
    page.add_column(no_wrap=True)
    page.add_column(overflow="fold")
    page.add_column(justify="right", no_wrap=True, style="dim")
    for finding in report.findings:
        style = STYLES[finding.grade]
        page.add_row(finding.check, Text(finding.grade, style), Text(finding.finding), _took(finding.seconds))
        if finding.grade in (Grade.WARNING, Grade.FAULT):
            page.add_row("", "", Text(f"likely: {finding.cause}", "dim"))
            page.add_row("", "", Text(f"do: {finding.next_step}", style))
    return page


def summary(report: Report) -> Text:
    """The last line."""
    counts = counted(report.findings)
    said = ", ".join(f"{count} {grade}" for grade, count in counts.items() if count)
    verdict = "no fault was found" if report.ok else "something is broken"
    return Text(f"{verdict}: {said}; {report.seconds:.1f} s", STYLES[Grade.GOOD if report.ok else Grade.FAULT])


class Progress:
    """A line that moves on a terminal; nothing where the output is no terminal."""

    def __init__(self, console: Console, total: int) -> None:
        self._line = console.status(f"0 of {total}")
        self._total, self._done = total, 0
        self.start, self.stop = self._line.start, self._line.stop

    def heard(self, check: Check, finding: Finding) -> None:
        """One is done."""
        self._done += 1
        self._line.update(f"{self._done} of {self._total}; {check.full_name}: {finding.grade}")


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{seconds * 1000:.0f} ms"
