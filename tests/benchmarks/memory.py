"""What the daemon holds in memory, beside what it can't do without; and with the decoder, while it scans (PSS)."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from interleaved import Figure, median, ratio, turns
from process import PEER, Running, configured, environment, gateway, resident, running
from shopper import Shopper

SETTLED, HARDLY = 4.0, 1.5  # seconds until all that a start begins is done; or enough of it for a quick look
SHOWS = '["ORDER_CODE", "CASHIER_PAYMENT"]'  # without a camera


def _peer() -> float:
    with subprocess.Popen(
        [sys.executable, "-c", f"{PEER}; print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.read(1)
        held = resident(process.pid)
        process.stdin.write(b"\n")
    return held


def _shows(config: Path, gateway: str, settled: float) -> float:
    """Sell once, so that all is loaded that a sale needs, and show the next code."""
    with running(config) as daemon:
        shopper = Shopper(daemon, gateway)
        shopper.buys()
        shopper.keys("1500#1")
        shopper.until("showing_code")
        shopper.close()
        time.sleep(settled)
        return resident(daemon.process.pid)


def _scanning(daemon: Running, settled: float) -> tuple[float, float]:
    """Key in a purchase by a code before the camera, and look while it is looked for: the daemon and its decoder."""
    with httpx.Client(base_url=daemon.panel, trust_env=False) as person:
        person.post("/api/keys", json={"keys": "1500#2"}).raise_for_status()
        time.sleep(settled)
        state = person.get("/api/state").json()["state"]
        assert state == "scanning", state
    return resident(daemon.process.pid), sum(map(resident, daemon.children()))


def measure(*, quick: bool) -> Iterator[Figure]:
    """Daemons that show a code, each in turn with a Python that imported the peer; then one that scans."""
    settled = HARDLY if quick else SETTLED
    with gateway() as url, configured(gateway=url, products=SHOWS) as config:
        things = {"daemon": lambda: _shows(config, url, settled), "peer": _peer}
        turns(0 if quick else 1, things)  # the first one compiles
        given = turns(1 if quick else 5, things)
    yield Figure("memory", f"showing codes, beside {PEER}", ratio(given, "daemon", "peer"), "x", 1.8, kept=True)
    yield Figure("memory", "showing codes", median(given["daemon"]), "MB", kept=True)
    with gateway() as url, configured(gateway=url) as config, running(config) as daemon:
        time.sleep(settled)
        itself, decoder = _scanning(daemon, settled)
    yield Figure("memory", "decoder", decoder, "MB", 15, kept=True)
    yield Figure("memory", "scanning, with the decoder", itself + decoder, "MB", 120, kept=True)
