"""The pins of this machine: lgpio, loaded in processes of their own, and a chip in memory under it.

What is about lgpio itself (its pipe, its one thread, its words) needs the real one, which Python 3.13 finds on
Raspberry Pi OS only; elsewhere those tests say that they were not run. The rest goes with its names alone.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[2] / "support"

HERE = find_spec("lgpio") is not None
needs_lgpio = pytest.mark.skipif(not HERE, reason="needs the real lgpio; Python 3.13 has it on Raspberry Pi OS only")

STAND_IN = """
import lgpio_stand_in
lgpio_stand_in.install()
"""
CHIP = """
import gpiozero.pins.local
from lgpio_chip import Chip
from hardware.pins import factory
factory._load_lgpio()
import lgpio
chip = Chip()
chip.install(lgpio)
gpiozero.pins.local.get_pi_revision = lambda: 0xA02082
"""


@pytest.fixture(params=[pytest.param("", id="lgpio", marks=needs_lgpio), pytest.param(STAND_IN, id="stand-in")])
def lgpio(request: pytest.FixtureRequest) -> str:
    """The beginning of a program: with the real lgpio, and with its names alone."""
    return str(request.param)


def _run(
    program: str, place: Path, environment: dict[str, str] | None = None, *, within: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it in this working directory with this temporary directory (`place` both, unless `within` says otherwise)."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={"PYTHONPATH": str(SUPPORT), "TMPDIR": str(place), **(environment or {})},
        cwd=within or place,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )


def _said(program: str, place: Path, environment: dict[str, str] | None = None, *, within: str = "") -> list[str]:
    return _run(program, place, environment, within=within).stdout.splitlines()


def test_without_a_chip_one_line_says_so(tmp_path: Path, lgpio: str) -> None:
    said = _said(
        lgpio
        + """
from hardware.errors import DeviceError
from hardware.pins.factory import pin_factory
for attempt in range(2):
    try:
        pin_factory()
    except DeviceError as error:
        print(error)
""",
        tmp_path,
    )
    assert len(said) == 2
    assert said[0] == said[1]
    assert said[0].startswith("GPIO: this is no Raspberry Pi that gpiozero knows")


@needs_lgpio
def test_a_chip_that_cannot_be_opened_asks_for_the_group(tmp_path: Path) -> None:
    said = _said(
        """
import gpiozero.pins.local
gpiozero.pins.local.get_pi_revision = lambda: 0xA02082
from hardware.errors import DeviceError
from hardware.pins.factory import pin_factory
try:
    pin_factory()
except DeviceError as error:
    print(error)
""",
        tmp_path,
    )
    assert said == ["GPIO: can not open gpiochip; is the user in the group gpio?"]


def test_without_lgpio_one_line_says_what_to_install(tmp_path: Path) -> None:
    said = _said(
        """
import sys
sys.modules["lgpio"] = None  # as an import that finds none
from hardware.errors import DeviceError
from hardware.pins.factory import pin_factory
try:
    pin_factory()
except DeviceError as error:
    print(error)
""",
        tmp_path,
    )
    assert said == ["GPIO: lgpio is not installed; apt install python3-lgpio (hardware/README.md)"]


LOAD = """
import os
from hardware.pins.factory import _load_lgpio, edges_alive
_load_lgpio()
print(os.getcwd())
print(os.environ.get("LG_WD"))
print(edges_alive())
"""


@needs_lgpio
@pytest.mark.parametrize("within", ["/proc", ""], ids=["not writable", "writable"])
def test_lgpio_loads_in_any_directory_and_leaves_nothing_behind(tmp_path: Path, within: str) -> None:
    if within:  # where nobody can make a file, not even root
        with pytest.raises(OSError, match=r"No such file|Permission|not permitted"):
            os.mkfifo(f"{within}/.lgd-nfy0")
    said = _said(LOAD, tmp_path, within=within)
    assert said == [within or str(tmp_path), "None", "True"]
    assert list(tmp_path.iterdir()) == []


@needs_lgpio
def test_a_directory_that_was_chosen_for_lgpio_is_not_kept(tmp_path: Path) -> None:
    said = _said(LOAD, tmp_path, {"LG_WD": "/proc"})
    assert said == [str(tmp_path), "None", "True"]


@needs_lgpio
def test_where_no_pipe_can_be_made_one_line_says_so(tmp_path: Path) -> None:
    said = _said(
        """
import os, tempfile
tempfile.tempdir = "/proc"
from hardware.errors import DeviceError
from hardware.pins.factory import pin_factory
try:
    pin_factory()
except DeviceError as error:
    print(error)
print(os.getcwd())
print(os.environ.get("LG_WD"))
""",
        tmp_path,
    )
    assert said[0].startswith("GPIO: lgpio can't make its pipe: ")
    assert said[0].endswith("; is /tmp writable?")
    assert said[1:] == [str(tmp_path), "None"]


EDGE = """
import struct, sys, threading, time
from hardware.pins.factory import _load_lgpio, edges_alive
_load_lgpio()
import lgpio
pipe = open(sys.argv[1] if len(sys.argv) > 1 else f"/proc/self/fd/{lgpio._notify_thread._file.fileno()}", "wb", 0)
threading.excepthook = lambda crash: print(crash.exc_type.__name__)

def edge(gpio):
    pipe.write(struct.pack("QBBBBI", 1, 0, gpio, 1, 0, 0))  # as lgpio's C half tells of an edge

def soon(seen):
    end = time.monotonic() + 5
    while not seen() and time.monotonic() < end:
        time.sleep(0.01)
    print(seen())

def listen(gpio, func):
    lgpio._notify_thread.append(lgpio._callback_ADT(0, gpio, lgpio.BOTH_EDGES, func))

heard = []
"""


@needs_lgpio
def test_an_exception_in_a_callback_ends_the_thread_of_edges(tmp_path: Path) -> None:
    said = _said(
        EDGE
        + """
listen(4, lambda chip, gpio, level, tick: heard.append(gpio))
listen(5, lambda chip, gpio, level, tick: 1 / 0)
edge(4)
soon(lambda: heard == [4])
print(edges_alive())
edge(5)
soon(lambda: not edges_alive())
""",
        tmp_path,
    )
    assert said == ["True", "True", "ZeroDivisionError", "True"]


@needs_lgpio
def test_an_exception_behind_one_of_our_pins_does_not(tmp_path: Path) -> None:
    ran = _run(
        CHIP
        + EDGE
        + """
class Broken:
    def edge(self, ticks, state):
        heard.append(state)
        1 / 0

broken = Broken()
chip.alerts(lgpio)
pin = factory.pin_factory().pin(4)
pin.when_changed = broken.edge
listen(4, pin._call_when_changed)
edge(4)
edge(4)
soon(lambda: heard == [1, 1])
pin._when_changed = None  # as when it is taken away under an edge
edge(4)
listen(5, lambda chip, gpio, level, tick: heard.append(gpio))
edge(5)
soon(lambda: heard == [1, 1, 5])
print(edges_alive())
""",
        tmp_path,
    )
    assert ran.stdout.splitlines() == ["True", "True", "True"]
    assert "an edge of GPIO4 found nobody" in ran.stderr


# --- outputs on a chip, as gpiozero and lgpio drive them ---


@pytest.fixture
def chip(lgpio: str) -> str:
    """The beginning of a program with a chip in memory."""
    return lgpio + CHIP


@pytest.mark.parametrize(("active_high", "pull"), [(True, "SET_PULL_DOWN"), (False, "SET_PULL_UP")])
def test_a_relay_never_moves_when_its_pin_is_claimed_or_let_go(
    tmp_path: Path, chip: str, *, active_high: bool, pull: str
) -> None:
    said = _said(
        chip
        + f"""
from hardware.config import ReleaseConfig
from hardware.release import RelayRelease
part = RelayRelease(ReleaseConfig(pin=26, active_high={active_high}, pulse=0.02))
part.prepare()
print(chip.lines[26].seen)
part.fire()
part.close()
print(chip.lines[26].seen, chip.lines[26].pull == lgpio.{pull})
part = RelayRelease(ReleaseConfig(pin=26, active_high={active_high}))
part.prepare()
print(chip.lines[26].seen[-1])
""",
        tmp_path,
    )
    rest, active = int(not active_high), int(active_high)
    assert said == [
        f"['input', {rest}]",
        f"['input', {rest}, {active}, {rest}, {rest}, 'input'] True",
        str(rest),
    ]


def test_a_pin_that_another_program_holds_is_named_with_what_to_do(tmp_path: Path, chip: str) -> None:
    said = _said(
        chip
        + """
from hardware.config import LedsConfig
from hardware.errors import DeviceError
from hardware.lamps import Leds
from hardware.ports import Lamp, Pattern
chip.holders.add(27)
leds = Leds(LedsConfig())
kept = []
for attempt in range(2):
    try:
        leds.show({Lamp.READY: Pattern.ON})
    except DeviceError as error:
        kept.append(error)
        print(error)
print(chip.lines[17].seen[-1])
chip.holders.clear()
leds.prepare()
print(leds.health().healthy, chip.lines[17].level)
""",
        tmp_path,
    )
    line = (
        "lamps, busy: GPIO27 (header pin 13) is used by another program or a driver; "
        "end it (gpioinfo names it), or take another pin"
    )
    assert said == [line, line, "input", "True 1"]


def test_an_output_that_is_one_already_is_set_to_its_level(tmp_path: Path, chip: str) -> None:
    said = _said(
        chip
        + """
pin = factory.pin_factory().pin(26)
pin.output_with_state(1)
pin.output_with_state(0)
print(chip.lines[26].seen)
print(factory.pin_factory() is factory.pin_factory())
""",
        tmp_path,
    )
    assert said == ["['input', 1, 0]", "True"]
