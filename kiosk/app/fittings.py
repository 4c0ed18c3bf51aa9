"""The board, as the daemon uses it: the sale's words on one side, the hardware's on the other."""

import asyncio
from io import BytesIO

from PIL import Image

from hardware.config import BoardConfig, DisplayConfig
from hardware.decoder import Decoder
from hardware.errors import DeviceError
from hardware.ports import Board, Lamp, Pattern
from hardware.simulated import SimulatedBoard
from kiosk.app.inbox import Inbox
from kiosk.app.present import DeviceTrouble
from kiosk.sale.events import Key, KeyPressed
from kiosk.sale.panel import Lights
from kiosk.settings import Settings

COLOUR = frozenset({"ssd1351", "st7789", "ili9341"})  # drivers whose displays have colours


def board_config(settings: Settings) -> BoardConfig:
    """What the configuration says of the board."""
    display = settings.hardware.display
    mode = "RGB" if display.driver in COLOUR else "1"
    return BoardConfig(settings.hardware.board, DisplayConfig(display.driver, display.width, display.height, mode))


class Fittings:
    """A board's parts, behind the protocols of `present` and `perform`."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._decoder = Decoder()
        self._releasing = asyncio.Lock()
        self._shown = Image.new(board.display.mode, board.display.size)
        self.released = 0

    def listen(self, inbox: Inbox) -> None:
        """Let keys into the inbox; the keypad's thread calls."""
        self._board.keypad.listen(lambda key: inbox.post(KeyPressed(Key(key))))

    @property
    def size(self) -> tuple[int, int]:
        """Of the display: width and height in pixels."""
        return self._board.display.size

    @property
    def mode(self) -> str:
        """Of the display's pictures: "1" or "RGB"."""
        return self._board.display.mode

    def lamps(self, lights: Lights) -> None:
        """Shine as said."""
        patterns = {lamp: Pattern(getattr(lights, lamp.value).value) for lamp in Lamp}
        try:
            self._board.lamps.show(patterns)
        except DeviceError as error:
            raise DeviceTrouble(str(error)) from error

    def show(self, image: Image.Image) -> None:
        """Show a picture."""
        try:
            self._board.display.show(image)
        except DeviceError as error:
            raise DeviceTrouble(str(error)) from error
        self._shown = image

    def picture(self) -> bytes:
        """The display's pixels, as the driver was given them, PNG."""
        out = BytesIO()
        self._shown.save(out, "PNG")
        return out.getvalue()

    def start_camera(self) -> None:
        """Begin to look."""
        try:
            self._board.camera.start()
        except DeviceError as error:
            raise DeviceTrouble(str(error)) from error

    def read_codes(self, timeout: float) -> tuple[str, ...]:
        """The codes on the next frame."""
        try:
            frame = self._board.camera.frame(timeout)
        except DeviceError as error:
            raise DeviceTrouble(str(error)) from error
        return () if frame is None else self._decoder.decode(frame)

    def stop_camera(self) -> None:
        """Look no more."""
        try:
            self._board.camera.stop()
        except DeviceError as error:
            raise DeviceTrouble(str(error)) from error

    async def release(self) -> str | None:
        """Release once, one after the other; one line of trouble, or None when the goods are out."""
        async with self._releasing:
            try:
                await asyncio.to_thread(self._board.release.fire)
            except DeviceError as error:
                return str(error)
        self.released += 1
        return None


class SimulatedBench:
    """The simulated board's keys, camera and release, as the front panel works them."""

    def __init__(self, board: SimulatedBoard) -> None:
        self._board = board

    def press(self, keys: str) -> None:
        """Press keys; ValueError for what is none."""
        self._board.keypad.press(keys)

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
