"""The stage: sandbox gateway, operator's server and the daemon, in one process, with a state directory of its own."""

import asyncio
import contextlib
import json
import logging
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx
from rich.console import Console

from kiosk.app.run import daemon
from kiosk.demo.operator import Operator
from kiosk.demo.phone import SandboxPhone
from kiosk.sandbox import merchants
from kiosk.sandbox.server import Sandbox, SandboxSettings
from kiosk.serving.server import serving
from kiosk.settings import load
from kiosk.settings.credentials import read_credentials

WEBHOOK_SECRET = "whsec_ZGVtbyBzZWNyZXQsIG9wZW5zIG5vdGhpbmc="  # noqa: S105 - opens the demo's own operator only


DISPLAYS = {
    "128x64": "ssd1306",
    "128x128": "ssd1327",
    "240x240": "st7789",
    "320x240": "st7789",
    "800x480": "framebuffer",
}
LIMITS = {"SGD": ("1.00", "200.00")}  # where it is not won, which is usual
SLOW = 5.0  # seconds that a slow gateway takes for each answer


@dataclass(frozen=True, slots=True)
class Look:
    """What the demo's kiosk looks like. `display`: one of DISPLAYS; `currency`: KRW, or one of LIMITS."""

    language: Literal["ko", "en"] = "en"
    display: str = "128x128"
    currency: str = "KRW"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is running, and where."""

    panel: str
    sandbox: str
    operator: Operator
    config: Path


def write_config(directory: Path, *, gateway: str, operator: str, panel_port: int, look: Look = Look()) -> Path:
    """A configuration with all four products and the sandbox's keys; returns the file. The static code is for won."""
    width, height = look.display.split("x")
    least, most = LIMITS.get(look.currency, ("", ""))
    limits = f'currency = "{look.currency}"\nmin_amount = "{least}"\nmax_amount = "{most}"\n' if least else ""
    products = ["ORDER_CODE", "PAYMENT_CODE", "CASHIER_PAYMENT", *(["ENTRY_CODE"] if look.currency == "KRW" else [])]
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
language = "{look.language}"

[gateway]
base_url = "{gateway}"
client_id = "{merchants.CLIENT_ID}"
sign_id = "{merchants.SIGN_ID}"

[payment]
kind = "parking"
{limits}products = {json.dumps(products)}
description = "Parking"
entry_code = "{merchants.ENTRY_CODE}"

[hardware]
board = "simulated"
[hardware.display]
driver = "{DISPLAYS[look.display]}"
width = {width}
height = {height}

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
async def set_up(
    panel_port: int, *, sandbox_port: int = 0, look: Look = Look(), slow: bool = False
) -> AsyncIterator[Stage]:
    """The whole stage, while the context is open. `slow`: the gateway takes its time."""
    async with contextlib.AsyncExitStack() as house:
        directory = Path(house.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-demo-")))
        sandbox = await house.enter_async_context(Sandbox(SandboxSettings(port=sandbox_port)))
        operator = Operator(WEBHOOK_SECRET)
        results = await house.enter_async_context(serving(operator.app, host="127.0.0.1", port=0))
        config = write_config(directory, gateway=sandbox.url, operator=results, panel_port=panel_port, look=look)
        settings = load(config)
        client = await house.enter_async_context(httpx.AsyncClient(trust_env=False))
        phone = SandboxPhone(client, sandbox.url)
        running = await house.enter_async_context(daemon(settings, read_credentials(settings), phone=phone))
        listens = f"{running.listener_url}/notification"
        (await client.put(f"{sandbox.url}/sandbox/notify-url", json={"url": listens})).raise_for_status()
        if slow:
            late = {call: {"delay": {"seconds": SLOW}} for call in ("pay", "detail", "cancel", "refund")}
            (await client.put(f"{sandbox.url}/sandbox/faults", json=late)).raise_for_status()
        yield Stage(running.panel_url, sandbox.url, operator, config)


async def stage(port: int, phone_port: int, look: Look, *, slow: bool) -> bool:
    """Run until Ctrl-C; a person plays the shopper."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    async with set_up(port, sandbox_port=phone_port, look=look, slow=slow) as played:
        say = Console(highlight=False, soft_wrap=True).print
        say(f"\n  the kiosk's front panel   [bold]{played.panel}[/]")
        say(f"  the shopper's phone       [bold]{played.sandbox}[/]")
        say(f"  the command line          kiosk --config {played.config} orders")
        say("\n  Key in an amount on the front panel, then #, and choose how to pay. Ctrl-C ends it.\n")
        await asyncio.Event().wait()
    return True


async def gateway_alone(port: int, notify_url: str) -> None:
    """Run the sandbox gateway until Ctrl-C. `notify_url`: where NOTIFICATIONs go whose order names no other."""
    async with Sandbox(SandboxSettings(port=port)) as sandbox:
        if notify_url:
            async with httpx.AsyncClient(trust_env=False) as client:
                (await client.put(f"{sandbox.url}/sandbox/notify-url", json={"url": notify_url})).raise_for_status()
        say = Console(highlight=False, soft_wrap=True).print
        say(f"\n  gateway and shopper's phone  [bold]{sandbox.url}[/]")
        say(f"  client_id {merchants.CLIENT_ID}, sign_type SHA, sign_id {merchants.SIGN_ID}")
        say(f"  transaction-key {merchants.TRANSACTION_KEY}, notification-key {merchants.NOTIFICATION_KEY}\n")
        await asyncio.Event().wait()
