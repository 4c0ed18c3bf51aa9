"""A board from its configuration, the simulated or a real one. Of the two, only what is opened is loaded."""

from hardware.config import BoardConfig
from hardware.ports import Board


def open_board(config: BoardConfig) -> Board:
    """The board that the configuration describes, on the pins of this machine. Nothing is touched before a part is
    prepared.
    """
    if config.board == "simulated":
        from hardware.simulated.board import SimulatedBoard  # noqa: PLC0415 - not on a kiosk

        return SimulatedBoard(config.display)
    from hardware.pi_board import open_pi_board  # noqa: PLC0415 - gpiozero is for real pins

    return open_pi_board(config)
