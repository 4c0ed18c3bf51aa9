"""`kiosk diagnose` as a technician types it, against a running kiosk and without one."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from kiosk_process import World

from kiosk.demo.stage import WEBHOOK_SECRET
from kiosk.diagnostics.findings import Group, Report
from kiosk.diagnostics.protocol import Protocol, genuine

pytestmark = pytest.mark.anyio


async def test_a_healthy_kiosk_is_all_green_or_honestly_not_here(kiosk: World) -> None:
    said = await kiosk.run("diagnose", "--json")
    assert said.returncode == 0, said.stdout
    report = Report.model_validate_json(said.stdout)
    not_green = {one.check: one.finding for one in report.findings if one.grade not in ("good", "not here")}
    assert not_green == {}
    assert {one.group for one in report.findings} == set(Group)
    assert report.ok


async def test_the_schema_is_what_the_readme_says(kiosk: World) -> None:
    report = json.loads((await kiosk.run("diagnose", "configuration", "--json")).stdout)
    assert set(report) == {"schema_version", "kiosk_id", "version", "at", "ok", "seconds", "findings"}
    assert report["schema_version"] == 1
    fields = {"group", "check", "grade", "finding", "cause", "next_step", "seconds"}
    assert all(set(one) == fields for one in report["findings"])


async def test_a_revoked_key_is_one_fault_with_what_to_do(kiosk: World) -> None:
    key = kiosk.daemon.config.parent / "credentials" / "transaction-key"
    key.write_text("a-key-that-was-revoked-last-week")
    said = await kiosk.run("diagnose", "gateway", "credentials")
    assert said.returncode == 1
    assert "our key does not fit the gateway's signature" in said.stdout
    assert "likely: a wrong or revoked key" in said.stdout
    assert "do: copy the key anew" in said.stdout
    assert "last-week" not in said.stdout + said.stderr


async def test_without_the_daemon_the_parts_are_opened_by_the_command_itself(kiosk: World) -> None:
    await asyncio.to_thread(kiosk.daemon.stop)
    said = await kiosk.run("diagnose", "decoder", "display", "service.daemon", "--json")
    report = Report.model_validate_json(said.stdout)
    found = {one.check: one.grade for one in report.findings}
    assert found == {"decoder.self_test": "good", "display.self_test": "not here", "service.daemon": "fault"}
    assert said.returncode == 1


async def test_without_a_key_the_gateway_is_not_asked_and_that_is_one_fault(kiosk: World) -> None:
    (kiosk.daemon.config.parent / "credentials" / "transaction-key").unlink()
    said = await kiosk.run("diagnose", "gateway", "credentials", "--json")
    found = {one.check: one for one in Report.model_validate_json(said.stdout).findings}
    assert [name for name, one in found.items() if one.grade == "fault"] == ["credentials.transaction-key"]
    assert "checks of the credentials" in found["gateway.keys"].finding


async def test_a_mistake_in_the_configuration_does_not_keep_it_from_looking_at_the_rest(kiosk: World) -> None:
    config = kiosk.daemon.config
    config.write_text(config.read_text().replace('language = "en"', 'language = "fr"'))
    said = await kiosk.run("diagnose", "--json")
    assert said.returncode == 1
    report = Report.model_validate_json(said.stdout)
    assert "kiosk.language" in report.findings[0].finding
    assert {one.group for one in report.findings} >= {Group.CONFIGURATION, Group.MACHINE}


async def test_what_there_is_to_check_and_what_there_is_not(kiosk: World) -> None:
    listed = await kiosk.run("diagnose", "--list")
    assert listed.returncode == 0
    assert "gateway.keys" in listed.stdout
    assert "journal.space" in listed.stdout
    wrong = await kiosk.run("diagnose", "gatway")
    assert wrong.returncode == 2
    assert "no check 'gatway'" in wrong.stderr


async def test_the_daemon_lends_its_parts_between_sales_and_never_in_one(kiosk: World) -> None:
    await kiosk.keys("15")
    said = Report.model_validate_json((await kiosk.run("diagnose", "decoder", "--json")).stdout)
    assert [(one.grade, one.finding) for one in said.findings] == [
        ("skipped", "a shopper is there; try again in a moment")
    ]
    await kiosk.keys("**")
    await kiosk.named("idle")
    said = Report.model_validate_json((await kiosk.run("diagnose", "decoder", "--json")).stdout)
    assert [one.grade for one in said.findings] == ["good"]
    await kiosk.named("idle")
    shown = await kiosk.shown()
    said = Report.model_validate_json((await kiosk.run("diagnose", "display", "--json")).stdout)
    assert "a payment is under way" in said.findings[0].finding
    await kiosk.scan(shown["qr"])
    await kiosk.named("paid")


async def test_a_walk_with_a_technician_leaves_a_signed_protocol(kiosk: World, tmp_path: Path) -> None:
    held = await kiosk.run("diagnose", "--interactive")
    assert held.returncode == 2
    assert "systemctl stop kiosk" in held.stderr
    await asyncio.to_thread(kiosk.daemon.stop)
    out = tmp_path / "protocols"
    out.mkdir()
    words = ("--config", str(kiosk.daemon.config), "diagnose", "--interactive", "--out", str(out))
    said = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "kiosk", *words],
        input="y\n" * 40,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert said.returncode == 1, said.stderr  # nobody presses the keys of a simulated board
    (file,) = out.glob("*.json")
    protocol = Protocol.model_validate_json(file.read_text())
    assert genuine(protocol, WEBHOOK_SECRET)
    grades = {step.name: step.grade for step in protocol.steps}
    assert (grades["keys"], grades["lamps"], grades["tunes"], grades["release"]) == ("fault", "good", "good", "skipped")
    assert "never came: 123A456B789C*0#D" in file.with_suffix(".html").read_text()
