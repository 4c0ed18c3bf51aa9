"""Calls that block do not belong on an event loop's thread, where they would stop everything else."""

import asyncio


def no_event_loop() -> None:
    """Refuse a call that blocks on an event loop's thread: RuntimeError."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("this call blocks: call it in a thread, not on the event loop")
