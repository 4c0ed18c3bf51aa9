"""The shopper's phone of the demo: what its buttons on the front panel do at the sandbox."""

import httpx

from kiosk.frontpanel.phone import Deed
from kiosk.frontpanel.view import Snapshot
from kiosk.sale.order import Product

BEHAVIOUR = {Deed.HOLD: "pay", Deed.HOLD_EMPTY: "decline", Deed.HOLD_ASKING: "confirm"}


class SandboxPhone:
    """`kiosk.frontpanel.phone.Phone` over the sandbox at `url`."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def does(self, deed: Deed, now: Snapshot) -> bytes | None:
        """Do it; a picture for the camera where a payment code is held up."""
        match deed:
            case Deed.HOLD | Deed.HOLD_EMPTY | Deed.HOLD_ASKING:
                handed = await self._post("/sandbox/codes", behaviour=BEHAVIOUR[deed])
                return (await self._client.get(f"{self._url}{handed['picture']}")).content
            case Deed.LAPSE:
                await self._order(now, "expire")
            case Deed.PAY | Deed.DECLINE if now.qr is None:
                await self._order(now, deed)
            case Deed.PAY if now.product is Product.ENTRY_CODE:
                if now.amount is None:
                    raise ValueError("key in an amount on the kiosk first")
                await self._post("/sandbox/entry", amount=now.amount.major, entry_code=now.qr)
            case _:
                await self._post("/sandbox/scan", code=now.qr, action=deed.value)
        return None

    async def _order(self, now: Snapshot, verb: str) -> None:
        if now.order_id is None:
            raise ValueError("there is nothing to pay for")
        await self._post(f"/sandbox/orders/{now.order_id}/{verb}")

    async def _post(self, path: str, **body: str | None) -> dict[str, str]:
        answer = await self._client.post(f"{self._url}{path}", json=body)
        said: dict[str, str] = answer.json()
        if answer.is_error:
            raise ValueError(said.get("error", "the phone has no answer"))
        return said
