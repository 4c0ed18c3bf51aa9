"""A diagnosis of one thing, for the tests of checks: what each check found, by name."""

import asyncio
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from kiosk.diagnostics.findings import Check, Finding, Grade, examined
from kiosk.gateway.exchange import Account, Timeouts
from kiosk.gateway.signing import Key, ShaKey
from kiosk.sandbox.merchants import CLIENT_ID, SIGN_ID, TRANSACTION_KEY


async def diagnosed(checks: Iterable[Check]) -> dict[str, Finding]:
    """Do them all."""
    found = await examined(tuple(checks), lambda _check, _finding: None)
    return {finding.check: finding for finding in found}


def alone(checks: Iterable[Check], name: str) -> Finding:
    """Do one of them."""
    (check,) = (check for check in checks if check.full_name == name)
    return asyncio.run(diagnosed([check]))[name]


def faults(found: dict[str, Finding]) -> list[str]:
    """Those that found one: a fault is told once."""
    return [name for name, finding in found.items() if finding.grade is Grade.FAULT]


def account(
    url: str, *, client_id: str = CLIENT_ID, key: Key | None = None, timeouts: Timeouts | None = None
) -> Account:
    """Who the demo's merchant is to a gateway."""
    key = key or ShaKey(SIGN_ID, TRANSACTION_KEY)
    zone = ZoneInfo("Asia/Singapore")
    return Account(url, client_id, "kiosk-0001", key.sign_type, key, zone, "Parking", timeouts=timeouts or Timeouts())
