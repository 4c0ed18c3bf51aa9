"""The daemon's tasks: they run until the daemon stops, and a bug in one of them ends them all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any


class Tasks:
    """A group of tasks that is cancelled when its context closes."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it beside the others."""
        task = self._group.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        """End them all."""
        for task in tuple(self._running):
            task.cancel()


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Tasks]:
    """Tasks that run while the context is open. A bug in one raises here, with the rest cancelled.

    What the context itself raises, as a port that is taken, comes out as it is, not in a group.
    """
    trouble: Exception | None = None
    async with asyncio.TaskGroup() as group:
        tasks = Tasks(group)
        try:
            yield tasks
        except Exception as error:  # noqa: BLE001 - raised below, outside of the group
            trouble = error
        finally:
            tasks.cancel()
    if trouble is not None:
        raise trouble
