"""The daemon's tasks: they end with it, and a bug in one ends them all."""

import asyncio

import pytest

from kiosk.app.tasks import running

pytestmark = pytest.mark.anyio


async def test_they_run_while_the_context_is_open_and_no_longer() -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async with running() as tasks:
        tasks.begin(work("a"))
        tasks.begin(work("b"))
        await asyncio.sleep(0)
        assert ended == []
    assert sorted(ended) == ["a", "b"]


async def test_a_bug_in_one_ends_the_others_and_is_raised() -> None:
    others: list[asyncio.Task[None] | None] = []

    async def waits() -> None:
        others.append(asyncio.current_task())
        await asyncio.Event().wait()

    async def breaks() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def daemon() -> None:
        async with running() as tasks:
            tasks.begin(waits())
            tasks.begin(breaks())
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as died:
        await daemon()
    assert died.group_contains(ZeroDivisionError)
    assert all(task is not None and task.cancelled() for task in others)


async def test_what_the_context_raises_comes_out_as_it_is() -> None:
    async def daemon() -> None:
        async with running() as tasks:
            tasks.begin(asyncio.sleep(3600))
            raise OSError("the port is in use")

    with pytest.raises(OSError, match="in use"):
        await daemon()
