"""A machine behind the front panel that is worked by a test, with the contract of `kiosk.frontpanel.view.Machine`."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError
from statuses import AT, status

from kiosk.diagnostics.status import Trouble
from kiosk.frontpanel.phone import Deed
from kiosk.frontpanel.view import How, NotSimulated, OrderLine, ResultLine, Snapshot
from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Light, Lights, Name

SIZE = (128, 64)
IDLE = Snapshot(
    state=Name.IDLE,
    amount=None,
    order_id=None,
    product=None,
    screen=("Welcome", "Key in an amount"),
    qr=None,
    lights=Lights(ready=Light.ON),
    released=0,
    online=True,
    pending=0,
    quarantined=0,
    kiosk_id="bench-7",
    language="en",
    simulated=True,
    latencies={"press": 0.004},
)
ORDER = OrderLine(
    id="bench-7-1",
    claim="P6HZMH",
    at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    product=Product.ORDER_CODE,
    amount=Amount(1500, "KRW"),
    state="released",
)


FINDINGS = [
    {
        "group": group,
        "check": f"{group}.x",
        "grade": grade,
        "finding": f"the {group} is {grade}",
        "cause": "a loose plug" if grade == "fault" else "",
        "next_step": "push it in" if grade == "fault" else "",
        "seconds": 0.1,
    }
    for group, grade in (("clock", "good"), ("camera", "fault"), ("buzzer", "not here"))
]


def png(size: tuple[int, int] = SIZE, grey: int = 0, kind: str = "PNG") -> bytes:
    """A plain picture."""
    out = BytesIO()
    Image.new("L", size, grey).save(out, kind)
    return out.getvalue()


class FakeMachine:
    """Notes what was done to it. `first_key_takes`: seconds for which the first press is held up."""

    def __init__(self, now: Snapshot = IDLE) -> None:
        self.now = now
        self.keys = ""
        self.looked: list[bytes] = []
        self.looking = self.most_looking = 0
        self.held: bytes | None = None
        self.under_way = False
        self.did: list[str] = []
        self.past = [ORDER]
        self.results = [ResultLine(7, "payment.paid", "bench-7-P6HZMH", ORDER.at, "delivered")]
        self.phoned: list[tuple[Deed, Name]] = []
        self.refuses = ""
        self.glass = SIZE
        self.watchers = 0
        self.diagnosed = 0
        self.first_key_takes = 0.0
        self._changed = asyncio.Event()

    def becomes(self, **changes: Any) -> None:
        """Change, and tell."""
        self.now = replace(self.now, **changes)
        self._changed.set()
        self._changed = asyncio.Event()

    def snapshot(self) -> Snapshot:
        return self.now

    def picture(self) -> bytes:
        return png(self.glass)

    async def changes(self) -> AsyncIterator[Snapshot]:
        self.watchers += 1
        try:
            while True:
                changed = self._changed
                yield self.now
                await changed.wait()
        finally:
            self.watchers -= 1

    async def press(self, keys: str, how: How) -> None:
        self._simulated()
        if wrong := set(keys) - set("0123456789ABCD*#"):
            raise ValueError(f"{min(wrong)!r} is no key")
        if not self.keys:
            await asyncio.sleep(self.first_key_takes)
        self.keys += keys if how is How.PRESS else f"[{how} {keys}]"

    async def look(self, picture: bytes) -> None:
        self._simulated()
        self.looking += 1
        self.most_looking = max(self.most_looking, self.looking)
        await asyncio.sleep(0.01)
        self.looking -= 1
        try:
            with Image.open(BytesIO(picture)) as image:
                out = BytesIO()
                image.convert("L").save(out, "PNG")
        except UnidentifiedImageError:
            raise ValueError("that is no picture") from None
        self.looked.append(picture)
        self.held = out.getvalue()

    async def seen(self) -> bytes | None:
        return self.held

    async def confirm(self) -> bool:
        return self._act("confirm")

    async def jam(self) -> bool:
        return self._act("jam")

    async def orders(self, limit: int) -> list[OrderLine]:
        return self.past[:limit]

    async def told(self, limit: int) -> list[ResultLine]:
        return self.results[:limit]

    async def does(self, deed: Deed, now: Snapshot) -> bytes | None:
        """As the phone of a shopper."""
        if self.refuses:
            raise ValueError(self.refuses)
        self.phoned.append((deed, now.state))
        return png((60, 90)) if deed.startswith("hold") else None

    def _act(self, what: str) -> bool:
        self._simulated()
        if self.under_way:
            self.did.append(what)
        return self.under_way

    def _simulated(self) -> None:
        if not self.now.simulated:
            raise NotSimulated

    async def status(self) -> str:
        return status(Trouble(part="camera", what="unplugged", since=AT)).model_dump_json()

    async def diagnose(self) -> str:
        self.diagnosed += 1
        return json.dumps({"findings": FINDINGS})

    def decode(self, text: str) -> tuple[tuple[str, ...], bool | None]:
        if not text.startswith("KS1:"):
            raise ValueError("that is no kiosk's status")
        return ("KIOSK-7: in service",), text.endswith("GOOD")
