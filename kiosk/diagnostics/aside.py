"""Blocking work in a thread that nobody has to wait for: a device that hangs does not hold up the end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """What `work` returns or raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(answer: Callable[[], None]) -> None:
        if not done.done():  # else nobody waits any more
            answer()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            _tell(loop, settle, partial(done.set_exception, error))
        else:
            _tell(loop, settle, partial(done.set_result, result))

    threading.Thread(target=run, name="diagnosis", daemon=True).start()
    return await done


def _tell(
    loop: asyncio.AbstractEventLoop, settle: Callable[[Callable[[], None]], None], answer: Callable[[], None]
) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
        loop.call_soon_threadsafe(settle, answer)
