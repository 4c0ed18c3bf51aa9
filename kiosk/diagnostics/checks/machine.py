"""Checks of the machine under the kiosk: its power, heat, memory, card, fonts and network time. Reads /sys and /proc.

`root` stands before every path, for a test's own machine.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from kiosk.diagnostics.aside import aside
from kiosk.diagnostics.findings import Check, Group, Said, fault, good, not_here, warning

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
NOW = {0: "under-voltage", 1: "the processor is slowed down", 2: "throttled", 3: "near its limit of heat"}
SINCE = 16  # the same bits, 16 places up: since the start (raspberrypi.com, "vcgencmd get_throttled")
HOT, TOO_HOT = 70.0, 80.0  # degrees Celsius; a Pi slows down from 80 on
LEAST_MEMORY = 50_000  # kB
WORN, WORN_OUT = 8, 10  # tenths of a card's life (JEDEC eMMC 5.1, DEVICE_LIFE_TIME_EST)
BUSY_CARD = 2_000_000_000  # bytes written a day, of which a card of 32 GB lasts some years
DAY = 86_400


def machine_checks(state_dir: Path | None, fonts: Callable[[], str | None], root: Path = Path("/")) -> Iterator[Check]:
    """`fonts`: one line of what is missing, or None."""

    def check(group: Group, name: str, what: str, look: Callable[[], Said]) -> Check:
        return Check(group, name, what, partial(aside, look), f"machine {name}")

    yield check(Group.CLOCK, "network_time", "network time has set the clock", partial(_network_time, root))
    yield check(Group.NETWORK, "link", "there is a way out of this machine", partial(_link, root))
    yield check(Group.MACHINE, "power", "the supply is strong enough", partial(_power, root))
    yield check(Group.MACHINE, "temperature", "it is not too hot", partial(_temperature, root))
    yield check(Group.MACHINE, "memory", "there is memory left", partial(_memory, root))
    yield check(Group.MACHINE, "fonts", "what the screens are drawn with", partial(_fonts, fonts))
    if state_dir is not None:
        yield check(Group.MACHINE, "card", "the card is not worn", partial(_card, state_dir, root))
        yield check(Group.MACHINE, "written", "the card is not written to too much", partial(_written, state_dir, root))


def _network_time(root: Path) -> Said:
    if not (root / "run/systemd/system").exists():
        return not_here("systemd does not run here, so who sets the clock is not known")
    if (root / "run/systemd/timesync/synchronized").exists():
        return good("network time has set it since the start")
    return warning(
        "network time has not set the clock since the start",
        "no network, NTP (UDP 123) is not let out, or another program sets the clock",
        "timedatectl timesync-status; timedatectl set-ntp true",
    )


def _link(root: Path) -> Said:
    routes = [line.split() for line in _lines(root / "proc/net/route")[1:]]
    ways = sorted({route[0] for route in routes if route[1] == "00000000"})  # proc_net: Destination
    six = (line.split() for line in _lines(root / "proc/net/ipv6_route"))
    ways = ways or sorted({route[9] for route in six if route[:2] == ["0" * 32, "00"] and route[9] != "lo"})
    if ways:
        return good(f"the way out is by {', '.join(ways)}")
    carriers = [
        path.parent.name for path in sorted((root / "sys/class/net").glob("*/operstate")) if _text(path) == "up"
    ]
    return warning(
        f"there is no way out of this machine (up: {', '.join(carriers) or 'no interface'})",
        "no cable, no SIM, no Wi-Fi, or no address was given",
        "look at the cable and its lights; ip address; nmcli device",
    )


def _power(root: Path) -> Said:
    bits = _throttled(root)
    if bits is None:
        alarm = next(
            (_text(hwmon / "in0_lcrit_alarm") for hwmon in _hwmon(root) if _text(hwmon / "name") == "rpi_volt"), None
        )
        if alarm is None:
            return not_here("this machine does not say how its supply is")
        bits = int(alarm == "1")
    now = [what for bit, what in NOW.items() if bits >> bit & 1]
    before = [what for bit, what in NOW.items() if bits >> (bit + SINCE) & 1]
    cause, step = "a weak supply or a thin cable; something else draws from it", "take the supply that the board needs"
    if now:
        return fault(f"{', '.join(now)} now", cause, step)
    if before:
        return warning(f"{', '.join(before)} since the start", cause, step)
    return good("no under-voltage since the start")


def _throttled(root: Path) -> int | None:
    """The firmware's bits: from sysfs, or as vcgencmd says them."""
    text = _text(root / THROTTLED)
    if text:
        return int(text, 16)
    program = shutil.which("vcgencmd") if root == Path("/") else None
    if program is None:
        return None
    try:
        said = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=3, check=True)  # noqa: S603 - as found
        return int(said.stdout.strip().partition("=")[2], 16)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _hwmon(root: Path) -> list[Path]:
    return sorted((root / "sys/class/hwmon").glob("hwmon*"))


def _temperature(root: Path) -> Said:
    text = _text(root / "sys/class/thermal/thermal_zone0/temp")
    if not text:
        return not_here("this machine does not say how warm it is")
    degrees = int(text) / 1000
    said = f"{degrees:.0f} °C"
    cause, step = "sun on the case, a fan that stands, dust", "shade, clean or cool the case"
    if degrees >= TOO_HOT:
        return fault(f"{said}: it slows down", cause, step)
    if degrees >= HOT:
        return warning(said, cause, step)
    return good(said)


def _memory(root: Path) -> Said:
    amounts = dict(line.split(":") for line in _lines(root / "proc/meminfo"))
    free = int(amounts["MemAvailable"].split()[0])
    if free < LEAST_MEMORY:
        return warning(f"{free // 1000} MB of memory are left", "another program takes it", "ps aux --sort=-rss | head")
    return good(f"{free // 1000} MB of memory are left")


def _fonts(fonts: Callable[[], str | None]) -> Said:
    missing = fonts()
    if missing is None:
        return good("the fonts are there")
    return fault(missing, "the packages were not installed", "apt install fonts-unifont fonts-nanum")


# --- the card --------------------------------------------------------------------------------------------------------


def _card(state_dir: Path, root: Path) -> Said:
    disk = _disk(state_dir, root)
    if disk is None:
        return not_here("the state directory is on no disk that says how worn it is")
    urgent, life = _text(disk / "device/pre_eol_info"), _text(disk / "device/life_time")
    if not urgent and not life:
        return not_here(f"{disk.name} does not say how worn it is")
    used = max((int(word, 16) for word in life.split()), default=0)
    said = f"{disk.name}: up to {used * 10} % of its life is used" if used else f"{disk.name} counts no wear"
    cause, step = "years of writing", "kiosk backup; then change the card"
    if used > WORN_OUT or urgent in ("0x03", "0x3"):
        return fault(f"{said}, and it says that its end is near", cause, step)
    if used > WORN or urgent in ("0x02", "0x2"):
        return warning(said, cause, step)
    return good(said)


def _written(state_dir: Path, root: Path) -> Said:
    disk = _disk(state_dir, root)
    uptime = float((_text(root / "proc/uptime") or "0").split()[0])
    if disk is None or not uptime:
        return not_here("the state directory is on no disk that counts what is written")
    sectors = int(_text(disk / "stat").split()[6])  # kernel: Documentation/block/stat.rst, of 512 bytes
    written = sectors * 512
    a_day = int(written * DAY / max(uptime, DAY))
    said = f"{written / 1e9:.2f} GB written to {disk.name} since the start, {a_day / 1e9:.2f} GB a day"
    if a_day > BUSY_CARD and disk.name.startswith("mmcblk"):
        return warning(said, "logs, or another program than the kiosk", "iotop -ao; journald's Storage=volatile")
    return good(said)


def _disk(state_dir: Path, root: Path) -> Path | None:
    """The whole disk (not its partition) that a directory lies on, as /sys has it; None for overlays and the like."""
    try:
        device = state_dir.stat().st_dev
    except OSError:
        return None
    found = root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
    if not found.exists():
        return None
    real = found.resolve()
    return real.parent if (real / "partition").exists() else real


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _lines(path: Path) -> list[str]:
    return _text(path).splitlines()
