"""The protocol that a technician leaves: signed as it is, and a page that holds no markup of others."""

import json

from statuses import AT

from kiosk.diagnostics.findings import Finding, Grade, Group, Report
from kiosk.diagnostics.protocol import Protocol, Step, genuine, page, signed

SECRET = "whsec_ZGVtbyBzZWNyZXQsIG9wZW5zIG5vdGhpbmc="
FINDING = Finding(
    group=Group.CAMERA,
    check="camera.self_test",
    grade=Grade.FAULT,
    finding="<script>alert(1)</script>",
    cause="a loose ribbon",
    next_step="check it",
    seconds=0.1,
)


def protocol(*steps: Step, ok: bool = True) -> Protocol:
    report = Report(kiosk_id="kiosk-0001", version="0.1.0", at=AT, ok=ok, seconds=1.0, findings=(FINDING,))
    return Protocol(kiosk_id="kiosk-0001", version="0.1.0", at=AT, steps=steps, report=report)


GOOD = Step(name="keys", grade=Grade.GOOD, finding="all 16 keys work")
BAD = Step(name="lamps", grade=Grade.FAULT, finding="not as it should be: paid")


def test_only_what_was_signed_is_genuine() -> None:
    kept = signed(protocol(GOOD, BAD), SECRET)
    read = Protocol.model_validate(json.loads(json.dumps(kept.model_dump(mode="json"))))
    assert genuine(read, SECRET)
    assert not genuine(read, SECRET + "x")
    assert not genuine(read.model_copy(update={"steps": (GOOD,)}), SECRET)
    assert not genuine(signed(protocol(GOOD), ""), "")


def test_it_is_well_only_when_both_halves_are() -> None:
    assert protocol(GOOD).ok
    assert not protocol(GOOD, BAD).ok
    assert not protocol(GOOD, ok=False).ok


def test_the_page_says_all_of_it_and_runs_nothing() -> None:
    printed = page(signed(protocol(GOOD, BAD), SECRET))
    for words in ("kiosk-0001", "all 16 keys work", "paid", "a loose ribbon", "something is broken", "signature: "):
        assert words in printed
    assert "<br>likely: a loose ribbon<br>do: check it</td>" in printed
    assert "<script" not in printed
    assert "http" not in printed
