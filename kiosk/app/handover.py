"""A stop: what is in hand is finished, for a while, and goods on their way come out. The journal has the rest."""

import asyncio
import contextlib
from collections.abc import Callable

from kiosk.app.current import Current
from kiosk.app.inbox import Inbox
from kiosk.app.perform import Performer
from kiosk.app.recorder import Recorder
from kiosk.sale.events import StopWanted
from kiosk.sale.order import Releasing
from kiosk.sale.state import InHand

HAND_OVER = 20.0  # seconds that a stop waits for what is in hand; the journal has the rest,
RELEASING = 25.0  # but for goods on their way, which answer by then (Rules.release), and whose record goes to disk


async def hand_over(inbox: Inbox, current: Current, performer: Performer, recorder: Recorder) -> None:
    """Finish what is in hand, for a while: close the shown code, let goods come out. The journal has the rest."""

    def finished() -> bool:
        return not isinstance(current.state.session, InHand) and not performer.under_way and recorder.settled

    def released() -> bool:
        return not any(isinstance(order.phase, Releasing) for order in current.state.orders.values())

    inbox.post(StopWanted())
    await _wait(finished, HAND_OVER)
    if not released():
        await _wait(lambda: released() and recorder.settled, RELEASING)


async def _wait(done: Callable[[], bool], seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await asyncio.sleep(0.02)
                if done():
                    return
