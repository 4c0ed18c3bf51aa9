"""The daemon as a process, with a sandbox gateway and an operator of the test's own."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from pyzbar import pyzbar
from waits import PATIENCE

from kiosk.demo.operator import Operator
from kiosk.demo.stage import WEBHOOK_SECRET, write_config
from kiosk.journal import read
from kiosk.sandbox.server import Sandbox, SandboxSettings
from kiosk.serving.server import serving


@dataclass
class Daemon:
    """A `kiosk run` that can be started, killed and started again on the same state directory."""

    config: Path
    program: tuple[str, ...] = ("-m", "kiosk")
    env: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    panel: str = ""
    listener: str = ""

    def start(self) -> None:
        """Start it and wait until it is in service."""
        self.panel = ""
        environment = {**os.environ, **self.env}
        self.process = subprocess.Popen(
            [sys.executable, *self.program, "--config", str(self.config), "run"],
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        begun = threading.Event()
        threading.Thread(target=self._read, args=(self.process, begun), daemon=True).start()
        assert begun.wait(PATIENCE), "\n".join(self.log)
        assert self.panel, "\n".join(self.log)

    def _read(self, process: subprocess.Popen[str], begun: threading.Event) -> None:
        assert process.stderr
        with process.stderr:
            for line in process.stderr:
                self.log.append(line.rstrip())
                if found := re.search(r"front panel at (\S+), NOTIFICATIONs at (\S+)", line):
                    self.panel, self.listener = found[1], found[2]
                    begun.set()
        begun.set()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end."""
        if self.process is None:
            return 0
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.process = None
        return code


@dataclass
class World:
    """A kiosk, its gateway and its operator, and what a person does with them."""

    daemon: Daemon
    sandbox: str
    operator: Operator
    client: httpx.AsyncClient

    async def start(self) -> None:
        """Start the daemon, let the gateway know where it listens, and wait until it is in service."""
        await asyncio.to_thread(self.daemon.start)
        listens = f"{self.daemon.listener}/notification"
        (await self.client.put(f"{self.sandbox}/sandbox/notify-url", json={"url": listens})).raise_for_status()
        await self.until(lambda state: state["state"] == "idle")

    async def keys(self, keys: str) -> None:
        """Press keys."""
        (await self.client.post(f"{self.daemon.panel}/api/keys", json={"keys": keys})).raise_for_status()

    async def state(self) -> dict[str, Any]:
        """What the front panel says."""
        return (await self.client.get(f"{self.daemon.panel}/api/state")).json()

    async def until(self, seen: Callable[[dict[str, Any]], bool], patience: float = PATIENCE) -> dict[str, Any]:
        """Wait until the panel's state is so."""
        end = time.monotonic() + patience
        while True:
            state = await self.state()
            if seen(state):
                return state
            assert time.monotonic() < end, f"{state}\n" + "\n".join(self.daemon.log[-30:])
            await asyncio.sleep(0.02)

    async def named(self, name: str) -> dict[str, Any]:
        """Wait for a state by its name."""
        return await self.until(lambda state: state["state"] == name)

    async def display(self, code: str) -> Image.Image:
        """The display's picture, as large as a phone sees it, on a dark panel, once zbar reads `code` alone on it.

        It is drawn after the state has changed: a moment later, or on a busy machine longer.
        """
        end = time.monotonic() + PATIENCE
        while True:
            picture = await self._display()
            if [found.data.decode() for found in pyzbar.decode(picture)] == [code]:
                return picture
            assert time.monotonic() < end, f"the display does not show {code}"
            await asyncio.sleep(0.02)

    async def _display(self) -> Image.Image:
        png = (await self.client.get(f"{self.daemon.panel}/api/display.png")).content
        picture = Image.open(BytesIO(png)).convert("L")
        framed = Image.new("L", (picture.width + 40, picture.height + 40))
        framed.paste(picture, (20, 20))
        return framed.resize((framed.width * 4, framed.height * 4), Image.Resampling.NEAREST)

    async def gateway_orders(self) -> list[dict[str, Any]]:
        """The gateway's books."""
        return (await self.client.get(f"{self.sandbox}/sandbox/orders")).json()

    async def gateway_order(self, name: str) -> dict[str, Any]:
        """One order in the gateway's books."""
        return (await self.client.get(f"{self.sandbox}/sandbox/orders/{name}")).json()

    async def one_at_gateway(self, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the gateway has exactly one order, and it is so."""
        end = time.monotonic() + PATIENCE
        while True:
            orders = await self.gateway_orders()
            if len(orders) == 1 and seen(orders[0]):
                return orders[0]
            assert time.monotonic() < end, orders
            await asyncio.sleep(0.02)

    async def scan(self, text: str) -> None:
        """The shopper scans a shown code and pays."""
        (await self.client.post(f"{self.sandbox}/sandbox/scan", json={"code": text})).raise_for_status()

    async def faults(self, setting: dict[str, Any]) -> None:
        """Set the gateway's fault switches; {} clears them."""
        (await self.client.put(f"{self.sandbox}/sandbox/faults", json=setting)).raise_for_status()

    async def shown(self, keys: str = "1500#1") -> dict[str, Any]:
        """Key in a purchase by a code on the display."""
        await self.keys(keys)
        return await self.until(lambda state: bool(state["qr"]))

    async def recorded(self, order_id: str, state: str) -> None:
        """Wait until the journal has an order in a state: the display may be a little ahead of the disk."""
        end = time.monotonic() + PATIENCE
        state_dir = self.daemon.config.parent / "state"
        with read(state_dir) as journal:
            while (order := journal.order(order_id)) is None or order.state != state:
                assert time.monotonic() < end, order
                await asyncio.sleep(0.01)

    async def told(self, order_id: str, *types: str) -> None:
        """Wait until the operator was told exactly this about an order."""
        end = time.monotonic() + PATIENCE
        while (said := [one.type for one in self.operator.about(order_id)]) != list(types):
            assert time.monotonic() < end, said
            await asyncio.sleep(0.02)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the command line, against this kiosk."""
        return subprocess.run(
            [sys.executable, "-m", "kiosk", "--config", str(self.daemon.config), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "COLUMNS": "200"},
        )

    async def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The same, without holding up the gateway that lives in this process."""
        return await asyncio.to_thread(self.command, *words)


# A killed process says nothing of what it has done, which only `make cover` asks for.
LAST = signal.SIGTERM if "COVERAGE_PROCESS_CONFIG" in os.environ else signal.SIGKILL


@contextlib.asynccontextmanager
async def world(directory: Path) -> AsyncIterator[World]:
    """All of it, with the daemon running."""
    async with contextlib.AsyncExitStack() as house:
        sandbox = await house.enter_async_context(Sandbox(SandboxSettings(notify_again=(0.3, 0.3, 0.3))))
        operator = Operator(WEBHOOK_SECRET)
        results = await house.enter_async_context(serving(operator.app, host="127.0.0.1", port=0))
        client = await house.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=PATIENCE))
        config = write_config(directory, gateway=sandbox.url, operator=results, panel_port=0)
        daemon = Daemon(config)
        played = World(daemon, sandbox.url, operator, client)
        try:
            await played.start()
            yield played
        finally:
            await asyncio.to_thread(daemon.stop, LAST)
