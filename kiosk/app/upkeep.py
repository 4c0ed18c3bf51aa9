"""Looking after the release: nothing is shown on it, so its fault would be known only when goods are paid for."""

import asyncio
import logging
from typing import Protocol

from kiosk.app.inbox import Inbox
from kiosk.sale.events import Part, PartFailed, PartRecovered

_log = logging.getLogger(__name__)
EVERY = 5.0  # seconds


class ReleaseKeeper(Protocol):
    """The release, as far as its upkeep goes."""

    async def mend_release(self) -> str | None: ...  # noqa: D102 - make it ready; one line of trouble, or None


async def keep_release(keeper: ReleaseKeeper, inbox: Inbox, every: float = EVERY) -> None:
    """Ask every few seconds whether the release is ready, for ever, and tell the sale of each change."""
    known: str | None = None
    while True:
        trouble = await keeper.mend_release()
        if trouble and not known:
            _log.error("release: %s", trouble, extra={"EVENT": "PartFailed"})
            inbox.post(PartFailed(Part.RELEASE, trouble))
        elif known and not trouble:
            _log.info("the release works again", extra={"EVENT": "PartRecovered"})
            inbox.post(PartRecovered(Part.RELEASE))
        known = trouble
        await asyncio.sleep(every)
