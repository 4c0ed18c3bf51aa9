"""The signed protocol of a technician's walk through the parts: for the operator to keep, and to print.

JSON, and a page that prints well. The signature is HMAC-SHA256 over the JSON without it, keys sorted and without
blanks, with a key derived from the webhook-secret, which the operator has too; "" where the kiosk has none.
"""

import hashlib
import hmac
import html
import json
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from kiosk.diagnostics.findings import Grade, Report

PURPOSE = b"kiosk service protocol"
STYLE = """
body { font: 15px/1.5 system-ui, "Noto Sans KR", NanumGothic, sans-serif; max-width: 46em; margin: 2em auto; }
h1 { font-size: 1.3em; } table { border-collapse: collapse; width: 100%; margin: 1em 0; }
td, th { border-bottom: 1px solid #999; padding: .3em .6em .3em 0; text-align: left; vertical-align: top; }
.fault { font-weight: bold; } footer { margin-top: 2em; font-size: .8em; overflow-wrap: anywhere; }
@page { margin: 18mm; } tr { break-inside: avoid; }
"""


class Step(BaseModel):
    """One thing that the technician and the kiosk looked at together."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    grade: Grade
    finding: str


class Protocol(BaseModel):
    """The whole: the walk's steps, and the diagnosis that was made before it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    schema_version: Literal[1] = 1
    kiosk_id: str
    version: str
    at: AwareDatetime
    steps: tuple[Step, ...]
    report: Report
    signature: str = ""

    @property
    def ok(self) -> bool:
        """Neither a step nor a check found a fault."""
        return self.report.ok and all(step.grade is not Grade.FAULT for step in self.steps)


def signed(protocol: Protocol, secret: str) -> Protocol:
    """With its signature; `secret` "" leaves it unsigned."""
    return protocol.model_copy(update={"signature": _signature(protocol, secret) if secret else ""})


def genuine(protocol: Protocol, secret: str) -> bool:
    """Whether the kiosk with this webhook-secret signed it, as it is."""
    return bool(protocol.signature) and hmac.compare_digest(protocol.signature, _signature(protocol, secret))


def page(protocol: Protocol) -> str:
    """As a page to print: what was found first, then the diagnosis."""
    steps = "".join(_row(step.name, step.grade, step.finding) for step in protocol.steps)
    checks = "".join(
        _row(
            one.check, one.grade, one.finding, *((f"likely: {one.cause}", f"do: {one.next_step}") if one.cause else ())
        )
        for one in protocol.report.findings
        if one.grade is not Grade.NOT_HERE
    )
    title = html.escape(f"{protocol.kiosk_id}: service protocol, {protocol.at:%Y-%m-%d %H:%M %Z}")
    verdict = "no fault was found" if protocol.ok else "something is broken"
    sign = html.escape(protocol.signature or "not signed: the kiosk has no webhook-secret")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1><p>kiosk {html.escape(protocol.version)}: {verdict}</p>"
        f"<h2>With the technician</h2><table>{steps}</table><h2>Diagnosis</h2><table>{checks}</table>"
        f"<p>Technician: ______________________________</p><footer>signature: {sign}</footer></html>\n"
    )


def _row(name: str, grade: Grade, *lines: str) -> str:
    said = "<br>".join(html.escape(line) for line in lines)
    cells = f"<td>{html.escape(name)}</td><td>{grade}</td><td>{said}</td>"
    return f'<tr class="{grade.replace(" ", "-")}">{cells}</tr>'


def _signature(protocol: Protocol, secret: str) -> str:
    key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)
    said = json.dumps(protocol.model_dump(mode="json", exclude={"signature"}), sort_keys=True, separators=(",", ":"))
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
