"""A journal in a directory of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path, "kiosk-0001") as journal:
        yield journal
