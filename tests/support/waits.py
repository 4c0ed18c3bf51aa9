"""Waiting for what other threads and tasks do: as long as a busy machine may take, and no longer than it takes."""

import asyncio
import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds after which it is not late but missing


def soon(seen: Callable[[], object]) -> None:
    """Wait until it is so; fail when it is not for a long time."""
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.002)


async def until(seen: Callable[[], object]) -> None:
    """Wait until it is so, and let other tasks run meanwhile; fail when it is not for a long time."""
    async with asyncio.timeout(PATIENCE):
        while not seen():
            await asyncio.sleep(0.005)
