from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kiosk_process import World, world


@pytest.fixture
async def kiosk(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as played:
        yield played
