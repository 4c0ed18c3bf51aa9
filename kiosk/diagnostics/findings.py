"""A diagnosis: checks, what each found, and the report that people and programs read (README.md beside this file)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

LIMIT = 9.0  # seconds that a check may take: all of them together are to be done in ten


class Group(StrEnum):
    """What a check is about, in the order in which a technician reads them."""

    CONFIGURATION = "configuration"
    CREDENTIALS = "credentials"
    CLOCK = "clock"
    NETWORK = "network"
    GATEWAY = "gateway"
    JOURNAL = "journal"
    OUTBOX = "outbox"
    DISPLAY = "display"
    LAMPS = "lamps"
    BUZZER = "buzzer"
    KEYPAD = "keypad"
    CAMERA = "camera"
    DECODER = "decoder"
    RELEASE = "release"
    MACHINE = "machine"
    SERVICE = "service"


class Grade(StrEnum):
    """How it is. Only a fault makes the diagnosis fail."""

    GOOD = "good"
    WARNING = "warning"  # it sells, and somebody should see to it
    FAULT = "fault"
    SKIPPED = "skipped"  # it could not be tried: another check, or a shopper, is in the way
    NOT_HERE = "not here"  # this machine or this configuration has no such thing


@dataclass(frozen=True, slots=True)
class Said:
    """What a check found, in a line each: the finding, its likely cause, and what to do next."""

    grade: Grade
    finding: str
    cause: str = ""
    next_step: str = ""


def good(finding: str) -> Said:
    """It is in order."""
    return Said(Grade.GOOD, finding)


def not_here(finding: str) -> Said:
    """There is no such thing here."""
    return Said(Grade.NOT_HERE, finding)


def skipped(finding: str) -> Said:
    """It could not be tried."""
    return Said(Grade.SKIPPED, finding)


def warning(finding: str, cause: str, next_step: str) -> Said:
    """Somebody should see to it."""
    return Said(Grade.WARNING, finding, cause, next_step)


def fault(finding: str, cause: str, next_step: str) -> Said:
    """It is broken."""
    return Said(Grade.FAULT, finding, cause, next_step)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. `what` says it in a few words; `look` raises nothing it can foresee.

    `lane`: checks of one lane are done one after the other, lanes side by side.
    """

    group: Group
    name: str
    what: str
    look: Callable[[], Awaitable[Said]]
    lane: str = ""

    @property
    def full_name(self) -> str:
        """As `gateway.keys`."""
        return f"{self.group}.{self.name}"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Finding(_Value):
    """What a check found, and in how many seconds."""

    group: Group
    check: str
    grade: Grade
    finding: str
    cause: str
    next_step: str
    seconds: float


class Report(_Value):
    """A whole diagnosis. `ok`: no check found a fault."""

    schema_version: Literal[1] = 1
    kiosk_id: str | None
    version: str
    at: AwareDatetime
    ok: bool
    seconds: float
    findings: tuple[Finding, ...]


def chosen(checks: Iterable[Check], names: tuple[str, ...]) -> tuple[Check, ...]:
    """The checks that are named by group or by full name; all without names. ValueError for a name that is none."""
    every = tuple(checks)
    for name in names:
        if not any(name in (check.group, check.full_name) for check in every):
            groups = ", ".join(dict.fromkeys(check.group for check in every))
            raise ValueError(f"no check {name!r}: expected a group ({groups}), or a name that --list shows")
    return tuple(check for check in every if not names or {check.group, check.full_name} & set(names))


async def examined(checks: tuple[Check, ...], heard: Callable[[Check, Finding], None]) -> tuple[Finding, ...]:
    """Do them all; `heard` is told of each as it is done. The findings are in the order of the checks."""
    lanes: dict[str, list[Check]] = {}
    for check in checks:
        lanes.setdefault(check.lane or check.group, []).append(check)
    found: dict[str, Finding] = {}

    async def walk(lane: list[Check]) -> None:
        for check in lane:
            found[check.full_name] = finding = await _look(check)
            heard(check, finding)

    await asyncio.gather(*(walk(lane) for lane in lanes.values()))
    return tuple(found[check.full_name] for check in checks)


async def _look(check: Check) -> Finding:
    began = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT):
            said = await check.look()
    except TimeoutError:
        said = fault(
            f"no result within {LIMIT:.0f} s",
            "a device or a server that neither works nor fails",
            f"try it alone: kiosk diagnose {check.full_name}; then look at its cable, or at the network",
        )
    return Finding(
        group=check.group,
        check=check.full_name,
        grade=said.grade,
        finding=said.finding,
        cause=said.cause,
        next_step=said.next_step,
        seconds=round(time.monotonic() - began, 3),
    )


_Grouped = TypeVar("_Grouped", Check, Finding)


def in_order(of_groups: Iterable[_Grouped]) -> tuple[_Grouped, ...]:
    """By group, as a technician reads them."""
    order = {group: number for number, group in enumerate(Group)}
    return tuple(sorted(of_groups, key=lambda one: order[one.group]))


def counted(findings: Iterable[Finding]) -> Mapping[Grade, int]:
    """How many there are of each grade."""
    counts = dict.fromkeys(Grade, 0)
    for finding in findings:
        counts[finding.grade] += 1
    return counts
