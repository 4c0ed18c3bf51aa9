"""What stands around a machine: the gateway in its network, a shopper at its panel, an operator with an inventory."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nspawn_machine import USER, Machine

from kiosk.demo.stage import WEBHOOK_SECRET
from kiosk.sandbox import merchants

CHECKOUT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NAME = merchants.TERMINAL_ID
GATEWAY, PANEL = "http://127.0.0.1:18070", "http://127.0.0.1:8080"
SECRETS = {"transaction-key": merchants.TRANSACTION_KEY, "webhook-secret": WEBHOOK_SECRET}
SETTINGS: dict[str, Any] = {
    "kiosk": {"language": "en"},
    "gateway": {"base_url": GATEWAY, "client_id": merchants.CLIENT_ID, "sign_id": merchants.SIGN_ID},
    "payment": {"description": "Parking", "products": ["ORDER_CODE", "PAYMENT_CODE"]},
    "hardware": {"board": "simulated", "display": {"driver": "ssd1327", "width": 128, "height": 128}},
    "notifications": {"webhook": {"url": "http://127.0.0.1:18071/token"}},
}
ASK = """
import json, sys, urllib.request
url, body = sys.argv[1:]
request = urllib.request.Request(url, body.encode() or None, {"content-type": "application/json"})
print(urllib.request.urlopen(request, timeout=10).read().decode())
"""


class Stand:
    """The machine, the gateway beside it, and a shopper."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._gateway = self._open()

    def _open(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.machine.network(str(BIN / "kiosk"), "sandbox", "--port", GATEWAY.rpartition(":")[2]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        """The gateway ends."""
        self._gateway.kill()
        self._gateway.wait(10)

    def pull_the_plug_and_put_it_back(self) -> None:
        """The power goes, and comes back. The gateway, which lives in the machine's network, starts anew as well."""
        self.close()
        self.machine.power_off(cut=True)
        self.machine.boot()
        self._gateway = self._open()

    def ask(self, url: str, body: object = None) -> dict[str, Any]:
        """Ask the panel or the gateway, from within the machine's network."""
        text = "" if body is None else json.dumps(body)
        done = subprocess.run(
            self.machine.network(sys.executable, "-I", "-c", ASK, url, text),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            return {"state": "", "failed": done.stderr[-300:]}
        found: dict[str, Any] = json.loads(done.stdout.strip() or "{}")
        return found

    def until(self, name: str, limit: float = 60) -> dict[str, Any]:
        """Wait until the panel is in that state."""
        end = time.monotonic() + limit
        while (state := self.ask(f"{PANEL}/api/state")).get("state") != name:
            assert time.monotonic() < end, f"expected {name}, but the panel says {state}; {self.machine.sh(LOG)}"
            time.sleep(0.2)
        return state

    def order(self) -> str:
        """Enter an amount and choose the code on the display; the order's id."""
        self.until("idle")
        self.ask(f"{PANEL}/api/keys", {"keys": "1500#1"})
        return str(self.until("showing_code")["order_id"])

    def pay(self, order_id: str) -> None:
        """Scan the order's code with the phone."""
        code = self.ask(f"{GATEWAY}/sandbox/orders/{order_id}")["code"]
        assert "failed" not in self.ask(f"{GATEWAY}/sandbox/scan", {"code": code})

    def buy(self) -> str:
        """A whole purchase: paid, goods out. The order's id."""
        order_id = self.order()
        self.pay(order_id)
        self.until("paid")
        assert (end := self.ends(order_id)) == "released", end
        return order_id

    def ends(self, order_id: str, limit: float = 60) -> str:
        """The state in which the order ends, as the kiosk's own books have it."""
        end, state = time.monotonic() + limit, ""
        while time.monotonic() < end:
            said = self.machine.run("runuser", "-u", "kiosk", "--", "kiosk", "order", order_id, "--json")
            found = re.search(r'"state": "(\w+)"', said)
            state = found[1] if found else said
            if state in ("released", "given_back", "cancelled", "expired", "declined"):
                break
            time.sleep(0.5)
        return state

    def unit(self, name: str) -> str:
        """A property of kiosk.service."""
        return self.machine.run("systemctl", "show", "kiosk.service", f"--property={name}", "--value").strip()


LOG = "systemctl status --no-pager kiosk; journalctl -u kiosk -n 30 --no-pager -o cat"


@dataclass(frozen=True)
class Run:
    """A playbook that was run. `took`: seconds."""

    code: int
    said: str
    took: float

    def count(self, what: str) -> int:
        """Of the recap, as `changed`."""
        return sum(map(int, re.findall(rf"^{NAME} .*\b{what}=(\d+)", self.said, re.MULTILINE)))

    @property
    def changed(self) -> set[str]:
        """The tasks that changed something."""
        tasks = re.findall(
            r"^TASK \[(.*?)\] \*+\n(.*?)(?=^TASK|^PLAY|^RUNNING|\Z)", self.said, re.MULTILINE | re.DOTALL
        )
        return {name for name, said in tasks if re.search(r"^changed: ", said, re.MULTILINE)}


class Operator:
    """Somebody at the control machine, with an inventory of one kiosk."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self._folder = folder
        self._machine = machine

    def play(self, *words: str, limit: float = 600, **changed: object) -> Run:
        """Run a playbook. `changed`: variables of the inventory that are otherwise than usual; None: missing."""
        ssh = (
            f"-o ProxyCommand='{self._machine.door}' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
            " -o ControlMaster=auto -o ControlPersist=30"
        )
        host: dict[str, object] = {
            "kiosk_settings": SETTINGS,
            "kiosk_secrets": SECRETS,
            "kiosk_id": NAME,
            "ansible_host": f"{NAME}-{os.getpid()}",  # the door knows the way; ssh shares connections by name
            "ansible_user": USER,
            "ansible_ssh_private_key_file": str(self._machine.key),
            "ansible_ssh_common_args": ssh,
            "raspberry_pi_reboots": False,
            **changed,
        }
        known = {name: value for name, value in host.items() if value is not None}
        inventory, answer = self._folder / "hosts.json", self._folder / "said"
        inventory.write_text(json.dumps({"kiosks": {"hosts": {NAME: known}}}))
        began = time.monotonic()
        with answer.open("w") as said:
            code = subprocess.run(
                ["timeout", "--kill-after=10", str(limit), str(BIN / "ansible-playbook"), "-i", str(inventory), *words],
                cwd=CHECKOUT / "ansible",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            ).returncode
        return Run(code, answer.read_text(), time.monotonic() - began)


@dataclass(frozen=True)
class Installed:
    """What came of setting the blank machine up. `untouched`: the files that --check wrote."""

    preview: Run
    first: Run
    second: Run
    untouched: str
