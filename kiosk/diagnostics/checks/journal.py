"""Checks of what must not be lost: the journal, the disk under it, and the results on their way to the operator."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from kiosk.diagnostics.aside import aside
from kiosk.diagnostics.findings import Check, Group, Said, fault, good, not_here, warning
from kiosk.journal import JournalError, JournalReader, OutboxState, read
from kiosk.journal.backup import FOLDER
from kiosk.journal.file import FILE

LEAST_FREE, LOW_FREE = 50_000_000, 200_000_000  # bytes
LATE = timedelta(hours=1)  # that a result may wait before somebody should look
STALE = timedelta(days=2)  # of the backup, which is made daily
BEHIND = timedelta(minutes=1)


def journal_checks(state_dir: Path) -> Iterator[Check]:
    """All of them read; none writes."""

    def check(group: Group, name: str, what: str, look: Callable[[JournalReader], Said]) -> Check:
        async def looked() -> Said:
            return await aside(partial(_asked, state_dir, look))

        return Check(group, name, what, looked, "journal")

    yield check(Group.JOURNAL, "integrity", "the file is whole", _whole)
    yield check(Group.JOURNAL, "chain", "no other hand has changed it", _chain)
    yield check(Group.JOURNAL, "sum", "paid = released + given back + open", _sum)
    yield check(Group.JOURNAL, "orders", "nothing waits for a person", _orders)
    yield check(Group.CLOCK, "journal", "the clock is not behind what was written last", _clock)
    for name, what, look in (("space", "there is room to write", _space), ("backup", "there is a copy of it", _backup)):
        yield Check(Group.JOURNAL, name, what, partial(aside, partial(look, state_dir)), "journal")
    yield check(Group.OUTBOX, "waiting", "results reach the operator", _waiting)
    yield check(Group.OUTBOX, "set_aside", "no result was set aside", _set_aside)


def _asked(state_dir: Path, look: Callable[[JournalReader], Said]) -> Said:
    if not state_dir.is_dir():
        return fault(
            f"the state directory {state_dir} is not there",
            "kiosk.state_dir is wrong, or its disk is not mounted",
            "check kiosk.state_dir; findmnt; then: systemctl restart kiosk",
        )
    try:
        if not (state_dir / FILE).exists():
            return not_here("there is no journal yet: the daemon makes it when it first starts")
        with closing(read(state_dir)) as journal:
            return look(journal)
    except (JournalError, PermissionError) as error:
        finding, _, step = str(error).partition("; ")
        return fault(
            finding, "a worn or unplugged disk, or another hand", step or "look with sudo: sudo kiosk diagnose"
        )


def _whole(journal: JournalReader) -> Said:
    wrong = journal.damage()
    if wrong is None:
        return good("the file is whole")
    return fault(
        f"the journal is damaged: {wrong}",
        "a power cut on a worn card, or a failing disk",
        "systemctl stop kiosk; keep the file aside; put the newest backup in its place; change the card",
    )


def _chain(journal: JournalReader) -> Said:
    wrong = journal.verify()
    if not wrong:
        return good("every row is as the daemon wrote it")
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return fault(
        f"{wrong[0]}{more}",
        "another hand has changed the journal, or the disk loses what was written",
        "keep a copy, and tell the operator: kiosk report --json has all of it",
    )


def _sum(journal: JournalReader) -> Said:
    takings = journal.takings(datetime.now(UTC) - timedelta(days=7), datetime.now(UTC))
    wrong = [total for total in takings.sums if not total.holds]
    if wrong:
        return fault(
            f"of {wrong[0].currency}, paid is not released + given back + open",
            "an order was left half done: a fault of the program",
            "tell the operator; kiosk report shows the day",
        )
    return good("paid = released + given back + open, in the last 7 days")


def _orders(journal: JournalReader) -> Said:
    found = [order for state in ("unresolved", "unconfirmed") for order in journal.orders(None, state, 100)]
    if not found:
        return good("nothing waits for a person")
    first = found[0]
    return warning(
        f"{len(found)} orders wait for a person; the first is {first.id} ({first.state}, {first.amount})",
        "the gateway could not say what became of them, or the power went while goods were on their way",
        f"kiosk order {first.claim}; then: kiosk settle {first.claim} --released|--refunded|--nothing --reason ...",
    )


def _clock(journal: JournalReader) -> Said:
    newest = journal.newest_at()
    if newest is None:
        return not_here("nothing was written yet")
    behind = newest - datetime.now(UTC)
    if behind > BEHIND:
        return fault(
            f"this machine's clock is {behind.total_seconds():.0f} s behind what was written last",
            "it has lost the time with the power, and no network time has set it",
            "timedatectl set-ntp true; is there a battery on the clock?",
        )
    return good("the clock is after all that was written")


def _space(state_dir: Path) -> Said:
    try:
        disk = os.statvfs(state_dir)
    except OSError as error:
        return fault(
            f"{state_dir}: {error.strerror}", "kiosk.state_dir is wrong, or its disk is not mounted", "findmnt"
        )
    free = disk.f_bavail * disk.f_frsize
    said = f"{free / 1e6:.0f} MB free of {disk.f_blocks * disk.f_frsize / 1e6:.0f} MB at {state_dir}"
    if disk.f_flag & os.ST_RDONLY:
        return fault(
            f"{state_dir} is mounted read-only",
            "the system found errors on the disk, or an overlay keeps it as it was",
            "dmesg | grep -i error; change the card; take the overlay off kiosk.state_dir",
        )
    if free < LEAST_FREE:
        return fault(said, "logs, releases or another program have filled it", "du -xsh /var/* /opt/*; free some")
    if disk.f_files and disk.f_favail < 100:
        return fault(f"{disk.f_favail} names left at {state_dir}", "a great many small files", "find and remove them")
    if free < LOW_FREE:
        return warning(said, "logs, releases or another program are filling it", "du -xsh /var/* /opt/*; free some")
    return good(said)


def _backup(state_dir: Path) -> Said:
    copies = sorted((state_dir / FOLDER).glob("journal.[0-9].db"), key=lambda copy: copy.stat().st_mtime)
    if not copies:
        return not_here("there is no copy of the journal yet (kiosk backup)")
    age = datetime.now(UTC) - datetime.fromtimestamp(copies[-1].stat().st_mtime, UTC)
    if age > STALE:
        return warning(
            f"the newest copy of the journal is {age.days} days old",
            "kiosk-backup.timer does not run, or fails",
            "systemctl status kiosk-backup.timer; journalctl -u kiosk-backup",
        )
    return good(f"the newest copy is {age.total_seconds() / 3600:.0f} h old")


# --- the operator ----------------------------------------------------------------------------------------------------


def _waiting(journal: JournalReader) -> Said:
    rows = journal.pending(1)
    if not rows:
        return good("nothing waits")
    oldest, count = rows[0], journal.counts().pending
    age = datetime.now(UTC) - oldest.at
    said = f"{count} results wait, the oldest for {age.total_seconds() / 60:.0f} min"
    if age > LATE:
        return warning(
            f"{said}: {oldest.trouble or 'not tried yet'}",
            "no network, the operator's server is down, or there is no webhook in the configuration",
            "see the checks of outbox; then: kiosk outbox retry",
        )
    return good(said)


def _set_aside(journal: JournalReader) -> Said:
    rows = journal.rows(OutboxState.QUARANTINED, 1)
    if not rows:
        return good("none was set aside")
    return warning(
        f"{journal.counts().quarantined} results were set aside; the newest: {rows[0].trouble}",
        "the operator's server will not have them: a wrong address or webhook-secret",
        "mend that there, then: kiosk outbox retry",
    )
