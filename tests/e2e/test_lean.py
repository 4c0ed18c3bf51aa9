"""What a daemon loads: what its configuration uses, and no more. Started as it is on a machine."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.demo.stage import write_config

PROGRAM = str(Path(__file__).parents[1] / "support" / "module_lister.py")
NOWHERE = "http://127.0.0.1:9"
NEVER = {
    *("typer", "click", "multiprocessing", "rich", "pygments", "kiosk.cli.commands", "kiosk.cli.program"),
    *("kiosk.sandbox", "kiosk.demo", "kiosk.app.desk", "kiosk.diagnostics.menu", "kiosk.diagnostics.findings"),
    *("kiosk.journal.takings", "difflib", "statistics", "starlette.applications", "html"),
    *("logging.handlers", "configparser"),
}
READS = {"PIL", "pyzbar", "zxingcpp"}  # in the process that reads codes
NEVER_READS = {"numpy", "inspect", "dataclasses", "ctypes.util", "subprocess", "tempfile", "hardware.ports", "kiosk"}
VERSIONS = {"importlib.metadata", "zipfile"}  # of what reads codes
SCANNING = {"numpy", "hardware.decoding.stillness", *VERSIONS}
CODES = {"segno", "zxingcpp"}  # before the first one is shown
RSA, PINS = {"cryptography", "kiosk.settings.rsa"}, {"gpiozero", "lgpio", "luma", "hardware.pi_board"}


def loaded(config: Path, *, until: str) -> set[str]:
    """The modules of a daemon that ran until it said so."""
    with subprocess.Popen(
        [sys.executable, PROGRAM, "--config", str(config), "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NOTIFY_SOCKET": ""},
    ) as daemon:
        assert daemon.stderr
        assert daemon.stdout
        said: list[str] = []
        for line in daemon.stderr:
            said.append(line)
            if re.search(until, line):
                break
        assert re.search(until, said[-1]), said
        daemon.send_signal(signal.SIGTERM)
        found = set(json.loads(daemon.stdout.read()))
        daemon.stderr.read()
    return found | {name.partition(".")[0] for name in found}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, gateway=NOWHERE, operator=NOWHERE, panel_port=0)


def with_products(config: Path, products: str) -> Path:
    config.write_text(re.sub(r"^products = .*$", f"products = {products}", config.read_text(), flags=re.MULTILINE))
    return config


def test_a_daemon_that_shows_codes_loads_nothing_for_cameras_pins_and_rsa(config: Path) -> None:
    modules = loaded(with_products(config, '["ORDER_CODE", "CASHIER_PAYMENT"]'), until="running; front panel")
    assert "kiosk.app.run" in modules
    assert not modules & (NEVER | SCANNING | RSA | PINS | CODES)
    assert not [name for name in modules if name.startswith("_sysconfigdata")]  # all that Python was built with


def test_a_daemon_that_scans_does_without_pins_and_rsa_on_a_board_that_is_simulated(config: Path) -> None:
    modules = loaded(with_products(config, '["PAYMENT_CODE"]'), until="running; front panel")
    assert not modules & (NEVER | RSA | PINS)


def test_the_process_that_reads_codes_loads_what_reading_needs() -> None:
    program = "import json, sys, hardware.decoding.child; from hardware.decoding.reader import reader; reader()"
    words = [sys.executable, "-P", "-c", f"{program}; print(json.dumps([*sys.modules]))"]
    modules = set(json.loads(subprocess.run(words, check=True, capture_output=True, timeout=60).stdout))
    assert modules >= READS
    assert not modules & NEVER_READS
