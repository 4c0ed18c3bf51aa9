"""A journal in a directory of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.journal import Journal
from kiosk.journal.file import _script


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path, "kiosk-0001") as journal:
        yield journal


@pytest.fixture
def script() -> Callable[[str], str]:
    """The text of one of the journal's SQL files."""
    return _script
