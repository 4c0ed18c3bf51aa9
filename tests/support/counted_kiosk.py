"""The daemon with a release whose goods are counted in a file of their own, so that no crash of the daemon hides any.

`python counted_kiosk.py --config FILE run`; the count is beside the file: one line for each time that goods came out.
$SETTLE: the seconds that a release takes to confirm, 0.4 unless told.
"""

import argparse
import asyncio
import logging
import os
from pathlib import Path

from hardware.config import BoardConfig
from hardware.simulated.board import SimulatedBoard, SimulatedRelease
from kiosk.app import logs
from kiosk.app.run import run_until_stopped
from kiosk.settings import load
from kiosk.settings.credentials import read_credentials

GOODS = "goods"


class CountedRelease(SimulatedRelease):
    """Goods are out when the release was driven and did not jam."""

    def __init__(self, count: Path) -> None:
        super().__init__(settle=float(os.environ.get("SETTLE", "0.4")))
        self._count = os.open(count, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _drive(self) -> None:
        super()._drive()
        os.write(self._count, b"out\n")
        os.fsync(self._count)


def main() -> None:
    """Run the daemon until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("command", choices=["run"])
    config = parser.parse_args().config

    def opened(board: BoardConfig) -> SimulatedBoard:
        simulated = SimulatedBoard(board.display)
        simulated.release = CountedRelease(config.parent / GOODS)
        return simulated

    settings = load(config)
    logs.configure(logging.INFO, settings.kiosk.id)
    asyncio.run(run_until_stopped(settings, read_credentials(settings), lambda: settings, opened))


if __name__ == "__main__":
    main()
