"""Calls that block: a thread for those that may never return, and no event loop for any. It knows nothing of devices.

A device's driver makes its blocking calls in a worker, one after the other, and waits for each no longer than it likes.
The thread is a daemon: a call that hangs for ever holds up neither its caller nor the end of the process.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """One thread, one call at a time, in the order in which they were begun."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def begin(self, call: Callable[[], T]) -> Future[T]:
        """Make the call when those before it are done. What it returns or raises is the future's."""
        future: Future[T] = Future()

        def make() -> None:
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 - it is the caller's, who reads the future
                future.set_exception(error)
            else:
                future.set_result(result)

        self._calls.put(make)
        return future

    def end(self) -> None:
        """Make the calls that were begun, and no more."""
        self._calls.put(None)

    @property
    def alive(self) -> bool:
        """Whether it still waits for calls or makes one."""
        return self._thread.is_alive()

    def _work(self) -> None:
        while (make := self._calls.get()) is not None:
            make()
            del make  # else it would keep what the call held, a camera say, until the next one


def no_event_loop() -> None:
    """Refuse a call that blocks on an event loop's thread, where it would stop everything else: RuntimeError."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("this call blocks: call it in a thread, not on the event loop")
