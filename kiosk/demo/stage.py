"""The stage: sandbox gateway, operator's server and the daemon, in one process, with a state directory of its own."""

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console

from kiosk.app.run import daemon
from kiosk.demo.operator import Operator
from kiosk.sandbox import merchants
from kiosk.sandbox.server import Sandbox, SandboxSettings
from kiosk.serving.server import serving
from kiosk.settings import load
from kiosk.settings.credentials import read_credentials

WEBHOOK_SECRET = "whsec_ZGVtbyBzZWNyZXQsIG9wZW5zIG5vdGhpbmc="  # noqa: S105 - opens the demo's own operator only


@dataclass(frozen=True, slots=True)
class Stage:
    """What is running, and where."""

    panel: str
    sandbox: str
    operator: Operator
    config: Path


def write_config(directory: Path, *, gateway: str, operator: str, panel_port: int) -> Path:
    """A configuration with all four products and the sandbox's keys; returns the file."""
    credentials = directory / "credentials"
    credentials.mkdir(mode=0o700)
    for name, secret in (
        ("transaction-key", merchants.TRANSACTION_KEY),
        ("notification-key", merchants.NOTIFICATION_KEY),
        ("webhook-secret", WEBHOOK_SECRET),
    ):
        file = credentials / name
        file.touch(mode=0o600)
        file.write_text(secret)
    config = directory / "kiosk.toml"
    config.write_text(
        f"""\
[kiosk]
id = "{merchants.TERMINAL_ID}"
state_dir = "{directory / "state"}"
credentials_dir = "{credentials}"
language = "en"

[gateway]
base_url = "{gateway}"
client_id = "{merchants.CLIENT_ID}"
sign_id = "{merchants.SIGN_ID}"

[payment]
products = ["ORDER_CODE", "PAYMENT_CODE", "CASHIER_PAYMENT", "ENTRY_CODE"]
description = "Parking"
entry_code = "{merchants.ENTRY_CODE}"

[hardware]
board = "simulated"
[hardware.display]
driver = "ssd1327"
width = 128
height = 128

[notifications.webhook]
url = "{operator}/results"
[listener]
listen = "127.0.0.1:0"
[panel]
listen = "127.0.0.1:{panel_port}"
"""
    )
    (directory / "state").mkdir(mode=0o700)
    return config


@contextlib.asynccontextmanager
async def set_up(panel_port: int, *, sandbox_port: int = 0) -> AsyncIterator[Stage]:
    """The whole stage, while the context is open."""
    async with contextlib.AsyncExitStack() as house:
        directory = Path(house.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-demo-")))
        sandbox = await house.enter_async_context(Sandbox(SandboxSettings(port=sandbox_port)))
        operator = Operator(WEBHOOK_SECRET)
        results = await house.enter_async_context(serving(operator.app, host="127.0.0.1", port=0))
        config = write_config(directory, gateway=sandbox.url, operator=results, panel_port=panel_port)
        settings = load(config)
        running = await house.enter_async_context(daemon(settings, read_credentials(settings)))
        async with httpx.AsyncClient(trust_env=False) as client:
            listens = f"{running.listener_url}/notification"
            (await client.put(f"{sandbox.url}/sandbox/notify-url", json={"url": listens})).raise_for_status()
        yield Stage(running.panel_url, sandbox.url, operator, config)


async def stage(port: int) -> bool:
    """Run until Ctrl-C; a person plays the shopper."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    async with set_up(port) as played:
        say = Console(highlight=False, soft_wrap=True).print
        say(f"\n  the kiosk's front panel   [bold]{played.panel}[/]")
        say(f"  the shopper's phone       [bold]{played.sandbox}[/]")
        say(f"  the command line          kiosk --config {played.config} orders")
        say("\n  Key in an amount on the front panel, then #, and choose how to pay. Ctrl-C ends it.\n")
        await asyncio.Event().wait()
    return True


async def gateway_alone(port: int) -> None:
    """Run the sandbox gateway until Ctrl-C."""
    async with Sandbox(SandboxSettings(port=port)) as sandbox:
        say = Console(highlight=False, soft_wrap=True).print
        say(f"\n  gateway and shopper's phone  [bold]{sandbox.url}[/]")
        say(f"  client_id {merchants.CLIENT_ID}, sign_type SHA, sign_id {merchants.SIGN_ID}")
        say(f"  transaction-key {merchants.TRANSACTION_KEY}, notification-key {merchants.NOTIFICATION_KEY}\n")
        await asyncio.Event().wait()
