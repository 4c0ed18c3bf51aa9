"""Delivery to the operator: the outbox's courier and its address. Without an address, results wait in the outbox."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from kiosk.outbox import Courier, Rows, Webhook
from kiosk.settings import Settings
from kiosk.settings.credentials import Credentials


class Delivery:
    """Delivers while `run` runs."""

    def __init__(self, settings: Settings, credentials: Credentials, rows: Rows, clock: Callable[[], datetime]) -> None:
        webhook = settings.notifications.webhook
        self._webhook = Webhook(webhook.url, credentials.webhook_secret) if webhook else None
        self._courier = Courier(rows, self._webhook, clock) if self._webhook else None

    async def run(self) -> None:
        """Deliver what waits and what comes, for ever."""
        if self._courier:
            await self._courier.run()

    def now(self) -> None:
        """Try at once."""
        if self._courier:
            self._courier.wake()

    def post_to(self, settings: Settings) -> None:
        """Post to another address from now on."""
        if self._webhook and settings.notifications.webhook:
            self._webhook.move(settings.notifications.webhook.url)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._webhook:
            await self._webhook.aclose()


@contextlib.asynccontextmanager
async def delivering(
    settings: Settings, credentials: Credentials, rows: Rows, clock: Callable[[], datetime]
) -> AsyncIterator[Delivery]:
    """What delivers, while the context is open."""
    delivery = Delivery(settings, credentials, rows, clock)
    try:
        yield delivery
    finally:
        await delivery.aclose()
