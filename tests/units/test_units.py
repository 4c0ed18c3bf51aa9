"""The units, as systemd itself reads them: no mistake in them, and little left open."""

import re
import stat
import subprocess
from pathlib import Path

import pytest

from kiosk.app.handover import HAND_OVER, RELEASING

UNITS = Path(__file__).parents[2] / "systemd"
INSTALLED = "/opt/kiosk/current/.venv/bin/"


def analyzed(*words: str) -> str:
    done = subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, timeout=60, check=False, env={"LC_ALL": "C"}
    )
    return done.stdout + done.stderr


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they are installed, with a program to start in the place that they name."""
    program = tmp_path / "kiosk"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.timer")):
        text = unit.read_text().replace(f"{INSTALLED}kiosk", str(program)).replace(f"{INSTALLED}python", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    drop_ins = tmp_path / "kiosk.service.d"
    drop_ins.mkdir()
    (drop_ins / "credentials.conf").write_text((UNITS / "drop-ins" / "credentials.conf").read_text())
    return tmp_path


def test_systemd_finds_no_mistake_in_any_of_them(installed: Path) -> None:
    units = [str(unit) for unit in (*installed.glob("*.service"), *installed.glob("*.timer"))]
    assert len(units) == 5
    said = analyzed("verify", "--man=no", *units)
    assert [line for line in said.splitlines() if "kiosk" in line] == []


@pytest.mark.parametrize(
    ("unit", "most"), [("kiosk.service", 1.5), ("kiosk-report.service", 1.0), ("kiosk-backup.service", 1.0)]
)
def test_little_is_left_open(unit: str, most: float) -> None:
    said = analyzed("security", "--offline=yes", "--no-pager", str(UNITS / unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= most


def test_whatever_the_daemon_needs_of_the_board_has_a_line_of_its_own() -> None:
    text = (UNITS / "kiosk.service").read_text()
    for kind in ("gpiochip", "i2c", "spi", "video4linux", "media", "input", "fb"):
        assert re.search(rf"^DeviceAllow=char-{kind} r", text, re.MULTILINE), kind
    assert "DevicePolicy=closed" in text


def test_a_stop_is_given_longer_than_the_daemon_takes() -> None:
    found = re.search(r"^TimeoutStopSec=(\d+)$", (UNITS / "kiosk.service").read_text(), re.MULTILINE)
    assert found
    assert int(found[1]) > HAND_OVER + RELEASING


def test_the_hook_wakes_the_outbox_when_a_network_comes_up_and_only_then(tmp_path: Path) -> None:
    hook = UNITS / "50-kiosk-outbox"
    assert stat.S_IMODE(hook.stat().st_mode) & 0o111
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    systemctl.chmod(0o755)
    for words in (("eth0", "up"), ("eth0", "down"), ("eth0", "dhcp4-change"), ()):
        subprocess.run([str(hook), *words], check=True, timeout=10, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == ["kill --kill-who=main --signal=SIGUSR1 kiosk.service"] * 2
