"""Looking after the release: nothing is shown on it, so its fault would be known only when goods are paid for."""

import asyncio
from typing import Protocol

from kiosk.app.devices.health import PartHealth
from kiosk.app.inbox import Inbox
from kiosk.sale.events import Part

EVERY = 5.0  # seconds


class ReleaseKeeper(Protocol):
    """The release, as far as its upkeep goes."""

    async def mend_release(self) -> str | None:
        """Make it ready; one line of trouble, or None."""


async def keep_release(keeper: ReleaseKeeper, inbox: Inbox, every: float = EVERY) -> None:
    """Ask every few seconds whether the release is ready, for ever, and tell the sale of each change."""
    health = PartHealth(inbox)
    while True:
        health.said(Part.RELEASE, await keeper.mend_release())
        await asyncio.sleep(every)
