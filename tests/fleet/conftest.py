"""One machine for all these tests: blank at first, then set up by site.yml over ssh, as an operator would."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from machine import USER, Machine, machine

from kiosk.demo.stage import WEBHOOK_SECRET
from kiosk.sandbox import merchants

CHECKOUT = Path(__file__).parents[2]
SECRETS = {"transaction-key": merchants.TRANSACTION_KEY, "webhook-secret": WEBHOOK_SECRET}
GATEWAY = "http://127.0.0.1:18070"
SETTINGS = {
    "kiosk": {"language": "en"},
    "gateway": {"base_url": GATEWAY, "client_id": merchants.CLIENT_ID, "sign_id": merchants.SIGN_ID},
    "payment": {"description": "Parking"},
    "hardware": {"board": "simulated", "display": {"driver": "ssd1327", "width": 128, "height": 128}},
    "notifications": {"webhook": {"url": "http://127.0.0.1:18071/"}},
}


@dataclass(frozen=True)
class Run:
    """A playbook that was run."""

    code: int
    said: str
    took: float

    def count(self, what: str) -> int:
        """Of the recap, as `changed`."""
        return sum(map(int, re.findall(rf"^kiosk-0001 .*\b{what}=(\d+)", self.said, re.MULTILINE)))


class Operator:
    """Somebody at the control machine, with an inventory."""

    def __init__(self, folder: Path, target: Machine) -> None:
        self.folder = folder
        self.machine = target

    def play(self, *words: str, limit: float = 600, path: str = "", **changed: object) -> Run:
        """Run a playbook. `changed`: variables of the inventory that are otherwise than usual; None: missing."""
        ssh = (
            f"-o ProxyCommand='{self.machine.door}' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
            " -o ControlMaster=auto -o ControlPersist=30"
        )
        usual = {"kiosk_settings": SETTINGS, "kiosk_secrets": SECRETS, "kiosk_id": merchants.TERMINAL_ID}
        host = {
            "ansible_host": "127.0.0.1",
            "ansible_user": USER,
            "ansible_ssh_private_key_file": str(self.machine.key),
            "ansible_ssh_common_args": ssh,
            "raspberry_pi_reboots": False,
            **{name: value for name, value in {**usual, **changed}.items() if value is not None},
        }
        inventory = self.folder / "hosts.json"
        inventory.write_text(json.dumps({"kiosks": {"hosts": {"kiosk-0001": host}}}))
        began = time.monotonic()
        with (self.folder / "said").open("w+") as said:
            command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), *words]
            code = subprocess.run(
                ["timeout", "--kill-after=10", str(limit), *command],
                cwd=CHECKOUT / "ansible",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
                env={**os.environ, "LC_ALL": "C.UTF-8", "PATH": f"{path}:{os.environ['PATH']}"},
            ).returncode
            said.seek(0)
            return Run(code, said.read(), time.monotonic() - began)


@dataclass(frozen=True)
class Installed:
    """What came of setting the machine up."""

    preview: Run
    first: Run
    second: Run
    untouched: str  # what --check changed on the machine; "": nothing


@pytest.fixture(scope="session")
def kiosk_machine() -> Iterator[Machine]:
    with machine("kiosk-0001") as one:
        gateway = subprocess.Popen(
            one.network(str(Path(sys.executable).parent / "kiosk"), "sandbox", "--port", GATEWAY.rpartition(":")[2]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield one
        finally:
            gateway.kill()
            gateway.wait(10)


@pytest.fixture(scope="session")
def operator(kiosk_machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    return Operator(tmp_path_factory.mktemp("operator"), kiosk_machine)


@pytest.fixture(scope="session")
def installed(operator: Operator) -> Installed:
    look = "find /etc /opt /usr /var/lib /home -xdev -type f -newer /run/before ! -path '*/.ansible/*' | sort"
    operator.machine.sh("touch /run/before; sleep 0.01")
    preview = operator.play("--check", "--diff", "site.yml")
    untouched = operator.machine.sh(look)
    first = operator.play("site.yml")
    return Installed(preview, first, operator.play("site.yml"), untouched)
