"""A status that fits a QR on 128x64 pixels: for a phone where there is no network at all.

`KS1:` and, in the letters that QR's alphanumeric mode has, the kiosk's id, the hour, in or out of service, what is in
trouble, counts, the version, and a signature: HMAC-SHA256 over all before it, with a key derived from the
webhook-secret, which the operator has too; 40 bits of it, in Base32. It holds no amount and no order.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.diagnostics.status import Status

FORM = re.compile(
    r"KS1:(?P<kiosk>[A-Z0-9.-]{1,24}):(?P<at>[0-9]{10}):(?P<state>IN|OUT)(?P<parts>(?:\+[A-Z]{2})*)"
    r":P(?P<pending>[0-9]+)Q(?P<aside>[0-9]+)O(?P<open>[0-9]+)U(?P<unresolved>[0-9]+)"
    r":(?P<version>[A-Z0-9.-]+):(?P<sign>[A-Z2-7]{8}|-)"
)
CODES = {
    "gateway": "GW",
    "journal": "JN",
    "release": "RL",
    "clock": "CL",
    "camera": "CM",
    "display": "DP",
    "keypad": "KP",
    "keys": "KY",
    "buzzer": "BZ",
    "lamps": "LM",
    "screen": "SC",
    "outbox": "OB",
    "drained": "DR",
    "orders": "OR",
    "payment": "PY",
    "daemon": "DM",
}
MOST = 4  # parts that are named; it has to fit
PURPOSE = b"kiosk compact status"


def compact(status: Status, secret: str) -> str:
    """The text of the QR. `secret`: the webhook-secret; "": unsigned, which whoever reads it is told."""
    kiosk = re.sub(r"[^A-Z0-9.-]", "-", status.kiosk_id.upper())[:24]
    parts = "".join(f"+{CODES[trouble.part]}" for trouble in status.troubles[:MOST])
    counts = f"P{status.outbox.pending}Q{status.outbox.quarantined}O{status.open_orders}U{status.unresolved_orders}"
    at = status.clock.at.astimezone(UTC)
    version = re.sub(r"[^A-Z0-9.-]", "-", status.version.upper())
    said = f"KS1:{kiosk}:{at:%y%m%d%H%M}:{'IN' if status.in_service else 'OUT'}{parts}:{counts}:{version}"
    return f"{said}:{_sign(said, secret) if secret else '-'}"


@dataclass(frozen=True, slots=True)
class Read:
    """What a text says, a line each, and whether its signature fits: None where that could not be looked at."""

    lines: tuple[str, ...]
    genuine: bool | None


def decoded(text: str, secret: str) -> Read:
    """Read a text. `secret`: the kiosk's webhook-secret, "" to read it unchecked. ValueError for what is none."""
    found = FORM.fullmatch(text.strip().upper())
    if found is None:
        raise ValueError("that is no kiosk's status: expected KS1:...")
    names = {code: part for part, code in CODES.items()}
    parts = [names.get(code, code) for code in found["parts"].split("+")[1:]]
    try:
        at = datetime.strptime(found["at"], "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("that is no kiosk's status: its time can't be") from None
    service = "in service" if found["state"] == "IN" else "out of service"
    lines = (
        f"{found['kiosk']}: {service}{'; trouble: ' + ', '.join(parts) if parts else ''}",
        f"at {at:%Y-%m-%d %H:%M} UTC, version {found['version']}",
        f"orders: {found['open']} open, {found['unresolved']} unresolved",
        f"results: {found['pending']} waiting, {found['aside']} set aside",
    )
    said, _, sign = text.strip().upper().rpartition(":")
    genuine = hmac.compare_digest(sign, _sign(said, secret)) if secret else None
    return Read(lines, genuine)


def _sign(said: str, secret: str) -> str:
    key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)
    return base64.b32encode(hmac.digest(key, said.encode(), hashlib.sha256)[:5]).decode()
