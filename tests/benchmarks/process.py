"""The daemon as a process that is measured: byte code compiled, asked when it is ready, looked at from outside."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from kiosk.demo.stage import write_config

KIOSK = str(Path(sys.executable).with_name("kiosk"))
PEER = "import asyncio, httpx, pydantic"  # what the daemon can't do without
UNIT = {"MALLOC_ARENA_MAX": "1", "PYTHONNODEBUGRANGES": "1"}  # what systemd/kiosk.service sets
PATIENCE = 120.0  # seconds for any start
NOWHERE = "http://127.0.0.1:9"  # a gateway and an operator that refuse to be connected
_CACHE = tempfile.TemporaryDirectory(prefix="kiosk-bytecode-")


def environment(**more: str) -> dict[str, str]:
    """Ours, with byte code kept, in a place of its own: as an installed package has it."""
    rest = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**rest, **UNIT, "PYTHONPYCACHEPREFIX": _CACHE.name, **more}


@contextlib.contextmanager
def gateway() -> Iterator[str]:
    """The sandbox's address, a process of its own."""
    words = [KIOSK, "sandbox", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment(COLUMNS="200")) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "http://" in line)
        try:
            yield said.split()[-1]
        finally:
            process.terminate()


@contextlib.contextmanager
def configured(
    *, gateway: str = NOWHERE, operator: str = NOWHERE, more: str = "", products: str = ""
) -> Iterator[Path]:
    """A configuration file in a directory of its own. `more`: what is added; `products`: instead of all four."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as directory:
        file = write_config(Path(directory), gateway=gateway, operator=operator, panel_port=0)
        text = file.read_text()
        if products:
            text = re.sub(r"^products = .*$", f"products = {products}", text, flags=re.MULTILINE)
        file.write_text(text + more)
        yield file


class Running:
    """A `kiosk run`, ready. `ready`: seconds from its begin to READY=1; `panel`, `listener`: addresses."""

    def __init__(self, config: Path, words: tuple[str, ...] = (KIOSK,)) -> None:
        address = str(config.parent / "notify")
        Path(address).unlink(missing_ok=True)
        log = config.parent / "log"
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._told.bind(address)
        self._told.settimeout(PATIENCE)
        with log.open("w") as file:
            began = time.perf_counter()
            self.process = subprocess.Popen(
                [*words, "--config", str(config), "run"], stderr=file, env=environment(NOTIFY_SOCKET=address)
            )
        while b"READY=1" not in self._told.recv(4096):
            pass
        self.ready = time.perf_counter() - began
        threading.Thread(target=self._hear, daemon=True).start()
        found = re.search(r"front panel at (\S+), NOTIFICATIONs at (\S+)", log.read_text())
        self.panel, self.listener = (found[1], found[2]) if found else ("", "")

    def _hear(self) -> None:
        """Take what else it tells, as systemd does: a teller waits until somebody hears."""
        self._told.settimeout(None)
        while self._told.recv(4096) != b"STOPPING=1":
            pass

    def stop(self) -> None:
        """End it as systemd does."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self._told.close()

    def children(self) -> list[int]:
        """The processes that it has started."""
        return children(self.process.pid)


@contextlib.contextmanager
def running(config: Path) -> Iterator[Running]:
    """The daemon, while the context is open."""
    daemon = Running(config)
    try:
        yield daemon
    finally:
        daemon.stop()


def python(code: str) -> float:
    """Seconds from the begin of a Python to the end of this code in it."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}; print(flush=True)"], stdout=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        return time.perf_counter() - began


def children(pid: int) -> list[int]:
    """The processes that one has started, whichever thread did."""
    lists = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return [int(one) for one in " ".join(lists).split()]


def resident(pid: int) -> float:
    """Megabytes that a process has for itself, with its share of what it has with others (PSS)."""
    rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rolled, re.MULTILINE)
    assert found, rolled
    return int(found[1]) / 1024


def busy(pid: int) -> tuple[float, int]:
    """Seconds of a core that a process has used, and how often it was woken: it had gone to sleep by itself."""
    used, woken = 0, 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        used += int((task / "schedstat").read_text().split()[0])
        slept = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.MULTILINE)
        woken += int(slept[1]) if slept else 0
    return used / 1e9, woken
