"""The simulated board's keys, camera and release, as the front panel works them; a real one has fingers and goods."""

from hardware.ports import Board
from hardware.simulated.board import SimulatedBoard
from kiosk.frontpanel.view import How


class SimulatedBench:
    """A simulated board, worked by hand."""

    def __init__(self, board: SimulatedBoard) -> None:
        self._board = board

    def press(self, keys: str, how: How) -> None:
        """Press keys, hold one, or press two together; ValueError for what is none."""
        match how:
            case How.PRESS:
                self._board.keypad.press(keys)
            case How.HOLD if len(keys) == 1:
                self._board.keypad.hold(keys)
            case How.TOGETHER if len(keys) == 2:
                self._board.keypad.together(keys)
            case _:
                raise ValueError("one key is held, two are pressed together")

    def look(self, picture: bytes) -> None:
        """Hold a picture before the camera; ValueError for what is none."""
        self._board.camera.look(picture)

    def seen(self) -> bytes | None:
        """What the camera sees, PNG; None when nothing is held before it."""
        return self._board.camera.seen()

    def confirm(self) -> bool:
        """The goods are out."""
        return self._board.release.confirm()

    def jam(self) -> bool:
        """The goods are stuck."""
        return self._board.release.jam()


def bench_of(board: Board) -> SimulatedBench | None:
    """The bench of a simulated board; a real one has fingers."""
    return SimulatedBench(board) if isinstance(board, SimulatedBoard) else None
