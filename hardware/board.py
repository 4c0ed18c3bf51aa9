"""Opening a board by its name."""

from hardware.config import BoardConfig
from hardware.errors import DeviceError
from hardware.ports import Board
from hardware.simulated import SimulatedBoard


def open_board(config: BoardConfig) -> Board:
    """The board that the configuration names. Raises DeviceError when it can't be had."""
    if config.board == "simulated":
        return SimulatedBoard(config.display)
    raise DeviceError(
        f'hardware.board = "{config.board}": drivers for real boards are not in this version; use board = "simulated"'
    )
