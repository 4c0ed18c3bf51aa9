"""The board without a daemon: opened for a technician's test or walk, and closed again, safe."""

import contextlib
from collections.abc import Iterator

from hardware.board import open_board
from hardware.config import BoardConfig
from hardware.decoding.decoder import Decoder
from hardware.ports import Board
from kiosk.app.devices.adapter import self_tested
from kiosk.app.devices.config import board_config
from kiosk.app.devices.walk import Patience, Person, Walk
from kiosk.diagnostics.protocol import Step
from kiosk.diagnostics.status import PartStatus
from kiosk.settings import Settings


def tested(settings: Settings, name: str) -> PartStatus | None:
    """How a part is after its self-test, which blocks up to 5 s; None where there is none."""
    with _opened(board_config(settings)) as (board, decoder):
        return self_tested(board, decoder, name)


def walked(settings: Settings, person: Person, *, operate: bool, patience: Patience | None = None) -> Iterator[Step]:
    """Walk through the board's parts with a person."""
    config = board_config(settings)
    with _opened(config) as (board, decoder):
        yield from Walk(board, decoder, config, person, patience or Patience(), operate=operate).steps()


@contextlib.contextmanager
def _opened(config: BoardConfig) -> Iterator[tuple[Board, Decoder]]:
    board, decoder = open_board(config), Decoder(config.decoder)
    try:
        yield board, decoder
    finally:
        board.close()
        decoder.close()
