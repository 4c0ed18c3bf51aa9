"""A running sandbox with a clock that stands still, and a merchant before it."""

from collections.abc import AsyncIterator

import pytest
from sandbox_merchant import Clock, MerchantSide, Receiver, receiver

from kiosk.sandbox.server import Sandbox, SandboxSettings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings(now=clock, notify_again=(0.01, 0.02, 0.03))) as running:
        yield running


@pytest.fixture
async def merchant(sandbox: Sandbox, clock: Clock) -> AsyncIterator[MerchantSide]:
    side = MerchantSide(sandbox.url, clock)
    async with side.http:
        yield side


@pytest.fixture
async def listener() -> AsyncIterator[Receiver]:
    async with receiver() as listening:
        yield listening
