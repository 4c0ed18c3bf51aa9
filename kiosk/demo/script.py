"""The script: one purchase of each payment product, without a person, by what a person has: keys, display, a phone.

Each step says what was seen. The script passes only if each purchase ended as it should, in the kiosk, at the gateway
and at the operator's.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import httpx
import zxingcpp
from PIL import Image
from rich.console import Console
from rich.table import Table

from kiosk.demo.stage import Stage, set_up
from kiosk.sale.order import Product
from kiosk.sale.payment_code import masked

AMOUNT = "1500"
KEYS = {
    product: str(number)
    for number, product in enumerate(
        (Product.ORDER_CODE, Product.PAYMENT_CODE, Product.CASHIER_PAYMENT, Product.ENTRY_CODE), start=1
    )
}
PATIENCE = 15.0  # seconds for any one step


class Wrong(Exception):  # noqa: N818 - a step that did not end as it should
    """What was expected and what was seen, in one line."""


@dataclass(slots=True)
class Play:
    """One purchase: its steps as they were seen."""

    product: Product
    steps: list[tuple[str, str]] = field(default_factory=list)
    wrong: str | None = None

    def saw(self, step: str, what: str) -> None:
        """Note a step."""
        self.steps.append((step, what))


class Shopper:
    """Presses keys, looks at the display, and holds a phone."""

    def __init__(self, client: httpx.AsyncClient, stage: Stage) -> None:
        self._client = client
        self._stage = stage

    async def keys(self, keys: str) -> None:
        """Press them."""
        (await self._client.post(f"{self._stage.panel}/api/keys", json={"keys": keys})).raise_for_status()

    async def state(self) -> dict[str, object]:
        """What the front panel says."""
        found: dict[str, object] = (await self._client.get(f"{self._stage.panel}/api/state")).json()
        return found

    async def until(self, what: str, seen: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        """Wait until the panel says so."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            state = await self.state()
            if seen(state):
                return state
            await asyncio.sleep(0.02)
        raise Wrong(f"expected {what}, but the state is {state['state']}: {state['screen']}")

    async def code_on_display(self, expected: str) -> str:
        """Read the code off the display's pixels, as a phone does; it must be the one that the gateway gave."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            png = (await self._client.get(f"{self._stage.panel}/api/display.png")).content
            picture = Image.open(BytesIO(png)).convert("L")
            picture = picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)
            found = [code.text for code in zxingcpp.read_barcodes(picture)]
            if expected in found:
                return expected
            await asyncio.sleep(0.02)
        raise Wrong("the code on the display can't be read, or is another")

    async def scan(self, text: str) -> None:
        """Scan a shown code with the phone, and pay."""
        answer = await self._client.post(f"{self._stage.sandbox}/sandbox/scan", json={"code": text})
        if answer.is_error:
            raise Wrong(f"the phone could not pay: {answer.text}")

    async def pay_entry(self, text: str) -> None:
        """Scan the static code, enter the amount, and pay."""
        answer = await self._client.post(
            f"{self._stage.sandbox}/sandbox/entry", json={"amount": AMOUNT, "entry_code": text}
        )
        if answer.is_error:
            raise Wrong(f"the phone could not pay: {answer.text}")

    async def hold_up_phone(self) -> str:
        """Open the payment code in the wallet and hold it before the camera; returns the code, masked."""
        code = (await self._client.post(f"{self._stage.sandbox}/sandbox/codes", json={})).json()
        picture = (await self._client.get(f"{self._stage.sandbox}{code['picture']}")).content
        sent = await self._client.post(
            f"{self._stage.panel}/api/camera", content=picture, headers={"content-type": "image/png"}
        )
        sent.raise_for_status()
        return masked(str(code["code"]))

    async def at_gateway(self, name: str) -> dict[str, object]:
        """The order as the gateway's books have it."""
        found: dict[str, object] = (await self._client.get(f"{self._stage.sandbox}/sandbox/orders/{name}")).json()
        return found

    async def reported(self, order_id: str) -> list[str]:
        """What the operator was told of the order: paid, then released."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            types = [one.type for one in self._stage.operator.about(order_id)]
            if types == ["payment.paid", "release.done"]:
                return types
            await asyncio.sleep(0.02)
        raise Wrong(f"expected payment.paid and release.done at the operator's, once each, but got {types}")


async def _buy(shopper: Shopper, play: Play) -> None:
    """One purchase, step by step."""
    before = await shopper.until("idle", lambda state: state["state"] == "idle")
    await shopper.keys(f"{AMOUNT}#{KEYS[play.product]}")
    play.saw("keys", f"{AMOUNT}#{KEYS[play.product]}")
    match play.product:
        case Product.PAYMENT_CODE:
            await shopper.until("scanning", lambda state: state["state"] == "scanning")
            play.saw("phone before the camera", await shopper.hold_up_phone())
        case Product.ENTRY_CODE:
            shown = await shopper.until("showing_code", lambda state: bool(state["qr"]))
            await shopper.code_on_display(str(shown["qr"]))
            play.saw("static code on the display", f"{len(str(shown['qr']))} characters, read back")
            await shopper.pay_entry(str(shown["qr"]))
            play.saw("paid with the phone", f"{AMOUNT} entered by the shopper")
        case Product.ORDER_CODE | Product.CASHIER_PAYMENT:
            shown = await shopper.until("showing_code", lambda state: bool(state["qr"]))
            text = str((await shopper.at_gateway(str(shown["order_id"])))["code"])
            play.saw("code on the display", await shopper.code_on_display(text))
            await shopper.scan(text)
            play.saw("paid with the phone", "scanned and confirmed")
    paid = await shopper.until("paid", lambda state: state["state"] == "paid")
    lights, order_id = paid["lights"], str(paid["order_id"])
    if not isinstance(lights, dict) or lights["paid"] != "on":
        raise Wrong(f"expected the paid lamp to be on, but the lamps are {lights}")
    play.saw("kiosk", f"{order_id}: paid, the lamp is on")
    if paid["released"] != int(str(before["released"])) + 1:
        raise Wrong(f"expected one release more than {before['released']}, but there are {paid['released']}")
    play.saw("release", f"number {paid['released']}")
    books = await shopper.at_gateway(order_id) if play.product is not Product.ENTRY_CODE else {"charged": AMOUNT}
    if (books["charged"], books.get("given_back", "0")) != (AMOUNT, "0"):
        raise Wrong(f"expected {AMOUNT} charged and nothing given back at the gateway, but its books say {books}")
    play.saw("operator", ", ".join(await shopper.reported(order_id)))
    await shopper.keys("*")


async def script() -> bool:
    """Play all products, print the tables, and say whether all ended as they should."""
    console = Console(highlight=False)
    plays = [Play(product) for product in KEYS]
    async with set_up(0) as stage, httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        shopper = Shopper(client, stage)
        for play in plays:
            try:
                await _buy(shopper, play)
            except Wrong as wrong:
                play.wrong = str(wrong)
        latencies = (await shopper.state()).get("latencies", {})
    table = Table("product", "step", "what was seen", title="One purchase of each payment product")
    for play in plays:
        for number, (step, what) in enumerate(play.steps):
            table.add_row(play.product if number == 0 else "", step, what)
        table.add_row("", "[red]wrong[/]" if play.wrong else "[green]as it should be[/]", play.wrong or "")
        table.add_section()
    console.print(table)
    times = Table("from ... to", "median", title="How long it took")
    for what, seconds in latencies.items() if isinstance(latencies, dict) else ():
        times.add_row(what, f"{seconds * 1000:.1f} ms")
    console.print(times)
    return all(play.wrong is None for play in plays)
