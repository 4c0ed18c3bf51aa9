"""The machine's own troubles, as a Pi's /sys and /proc tell them, in a tree of the test's own."""

import os
from pathlib import Path

import pytest
from diagnosed import alone, diagnosed, faults

from kiosk.diagnostics.checks.machine import THROTTLED, machine_checks
from kiosk.diagnostics.findings import Finding, Grade

pytestmark = pytest.mark.anyio
ROUTES = "Iface\tDestination\tGateway\nwlan0\t00000000\t0102A8C0\nwlan0\t0002A8C0\t00000000\n"
HEALTHY = {
    "run/systemd/system/x": "",
    "run/systemd/timesync/synchronized": "",
    "proc/net/route": ROUTES,
    "proc/meminfo": "MemTotal: 500000 kB\nMemAvailable: 210000 kB\n",
    "proc/uptime": "172800.0 300000.0",
    THROTTLED: "0",
    "sys/class/thermal/thermal_zone0/temp": "48300",
    "sys/class/net/wlan0/operstate": "up",
}


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name, text in HEALTHY.items():
        put(root, name, text)
    card(root, tmp_path, life="0x01 0x02", urgent="0x01", sectors=4_000_000)
    return root


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def card(root: Path, state_dir: Path, *, life: str, urgent: str, sectors: int) -> None:
    """The state directory's disk, as a card's second partition."""
    device = state_dir.stat().st_dev
    disk = root / "sys/devices/mmcblk0"
    put(root, "sys/devices/mmcblk0/stat", f"1 2 3 4 5 6 {sectors} 8 9 10 11")
    put(root, "sys/devices/mmcblk0/device/life_time", life)
    put(root, "sys/devices/mmcblk0/device/pre_eol_info", urgent)
    put(root, "sys/devices/mmcblk0/mmcblk0p2/partition", "2")
    link = root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(disk / "mmcblk0p2")


def look(root: Path, name: str, fonts: str | None = None) -> Finding:
    return alone(machine_checks(root.parent, lambda: fonts, root), name)


async def test_a_healthy_machine_is_silent(pi: Path) -> None:
    seen = await diagnosed(machine_checks(pi.parent, lambda: None, pi))
    assert faults(seen) == []
    assert {one.grade for one in seen.values()} == {Grade.GOOD}, seen


async def test_what_a_machine_does_not_have_is_said_to_be_not_here(tmp_path: Path) -> None:
    put(tmp_path, "proc/meminfo", HEALTHY["proc/meminfo"])
    seen = await diagnosed(machine_checks(tmp_path, lambda: None, tmp_path))
    absent = {name for name, one in seen.items() if one.grade is Grade.NOT_HERE}
    assert absent >= {"machine.power", "machine.temperature", "machine.card", "clock.network_time"}


@pytest.mark.parametrize(
    ("bits", "grade", "words"),
    [
        ("50005", Grade.FAULT, "under-voltage, throttled now"),
        ("50000", Grade.WARNING, "under-voltage, throttled since the start"),
        ("80008", Grade.FAULT, "near its limit of heat now"),
        ("0", Grade.GOOD, "no under-voltage"),
    ],
)
def test_a_weak_supply_is_told_now_and_since_the_start(pi: Path, bits: str, grade: Grade, words: str) -> None:
    put(pi, THROTTLED, bits)
    found = look(pi, "machine.power")
    assert (found.grade, words in found.finding) == (grade, True), found
    assert grade is Grade.GOOD or "supply" in found.cause


def test_a_pi_whose_firmware_says_it_by_its_alarm(pi: Path) -> None:
    (pi / THROTTLED).unlink()
    put(pi, "sys/class/hwmon/hwmon1/name", "rpi_volt")
    put(pi, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1")
    assert look(pi, "machine.power").grade is Grade.FAULT


@pytest.mark.parametrize(("heat", "grade"), [("69900", Grade.GOOD), ("71000", Grade.WARNING), ("83000", Grade.FAULT)])
def test_heat(pi: Path, heat: str, grade: Grade) -> None:
    put(pi, "sys/class/thermal/thermal_zone0/temp", heat)
    assert look(pi, "machine.temperature").grade is grade


@pytest.mark.parametrize(
    ("life", "urgent", "grade"),
    [
        ("0x01 0x02", "0x01", Grade.GOOD),
        ("0x09 0x02", "0x01", Grade.WARNING),
        ("0x01 0x01", "0x02", Grade.WARNING),
        ("0x0b 0x0b", "0x01", Grade.FAULT),
        ("0x05 0x01", "0x03", Grade.FAULT),
    ],
)
def test_a_worn_card(pi: Path, life: str, urgent: str, grade: Grade) -> None:
    card(pi, pi.parent, life=life, urgent=urgent, sectors=4_000_000)
    found = look(pi, "machine.card")
    assert found.grade is grade
    assert grade is Grade.GOOD or "change the card" in found.next_step


def test_a_card_that_is_written_to_too_much(pi: Path) -> None:
    card(pi, pi.parent, life="0x01 0x01", urgent="0x01", sectors=20_000_000)  # 10 GB in two days
    found = look(pi, "machine.written")
    assert (found.grade, "mmcblk0" in found.finding, "5.12 GB a day" in found.finding) == (Grade.WARNING, True, True)


def test_no_way_out_names_what_is_up(pi: Path) -> None:
    put(pi, "proc/net/route", ROUTES.splitlines()[0])
    found = look(pi, "network.link")
    assert (found.grade, "up: wlan0" in found.finding) == (Grade.WARNING, True)
    put(pi, "proc/net/ipv6_route", f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 28} 400 1 0 1 wwan0")
    assert "wwan0" in look(pi, "network.link").finding


def test_a_clock_that_no_network_time_has_set(pi: Path) -> None:
    (pi / "run/systemd/timesync/synchronized").unlink()
    found = look(pi, "clock.network_time")
    assert (found.grade, "UDP 123" in found.cause) == (Grade.WARNING, True)


def test_little_memory(pi: Path) -> None:
    put(pi, "proc/meminfo", "MemTotal: 500000 kB\nMemAvailable: 21000 kB\n")
    assert look(pi, "machine.memory").grade is Grade.WARNING


def test_missing_fonts(pi: Path) -> None:
    found = look(pi, "machine.fonts", "no font at /usr/share/fonts/x.otf")
    assert (found.grade, "fonts-unifont" in found.next_step) == (Grade.FAULT, True)
