"""The daemon in this process, in a loop of a thread of its own: to see when a picture is shown and when PAY leaves."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from anyio.from_thread import start_blocking_portal

from hardware.config import BoardConfig
from hardware.simulated.board import SimulatedBoard
from kiosk.app.run import daemon
from kiosk.settings import load
from kiosk.settings.credentials import read_credentials


@dataclass(frozen=True)
class Inside:
    """Where it is spoken to, as of one that is a process; and its board."""

    panel: str
    listener: str
    board: SimulatedBoard


@contextlib.contextmanager
def inside(config: Path) -> Iterator[Inside]:
    """The daemon, while the context is open."""
    boards: list[SimulatedBoard] = []

    def opener(wanted: BoardConfig) -> SimulatedBoard:
        boards.append(SimulatedBoard(wanted.display))
        return boards[0]

    logging.disable(logging.WARNING)
    settings = load(config)
    opened = daemon(settings, read_credentials(settings), opener)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(opened) as running:
        yield Inside(running.panel_url, cast("str", running.listener_url), boards[0])
    logging.disable(logging.NOTSET)
