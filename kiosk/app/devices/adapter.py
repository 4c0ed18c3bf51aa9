"""The board, as the daemon uses it: the sale's words on one side, the hardware's on the other."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from hardware.decoding.decoder import Decoder
from hardware.errors import DeviceError
from hardware.ports import Board, Camera, Health, KeyAction, KeyEvent, Lamp, Pattern, Tune
from hardware.ports import Part as BoardPart
from kiosk.app.devices.bench import SimulatedBench, bench_of
from kiosk.app.devices.config import Opener, board_config
from kiosk.app.devices.health import DeviceTrouble, PartHealth
from kiosk.app.devices.voice import Voice
from kiosk.app.inbox import Inbox
from kiosk.diagnostics.status import PartStatus
from kiosk.sale.events import Key, KeyPressed, Part, ServiceWanted
from kiosk.sale.panel import Lights, Panel, Sound
from kiosk.screens import Language
from kiosk.settings import Settings

CALLS = "D"  # held, it opens the service menu, as a chord does on keypads without it
SERVICED = 20.0  # seconds for the first key of the PIN: whoever holds the key for fun holds up the next shopper


class Devices:
    """A board's parts, behind the protocols of `present`, `scan`, `perform` and `upkeep`."""

    def __init__(self, board: Board, decoder: Decoder, voice: Voice | None = None) -> None:
        self._board = board
        self._decoder = decoder
        self._voice = voice
        self._releasing = asyncio.Lock()
        self._looking = threading.Lock()  # the camera is one task's at a time, from start to stop
        self._shown = Image.new(board.display.mode, board.display.size)
        self.released = 0

    @property
    def bench(self) -> SimulatedBench | None:
        """What works a simulated board; None for a real one."""
        return bench_of(self._board)

    def close(self) -> None:
        """Close the board and end the decoder's process."""
        self._board.close()
        self._decoder.close()
        if self._voice:
            self._voice.close()

    def health(self) -> dict[str, PartStatus]:
        """How each part is, as far as is known."""
        return {name: _told(part.health()) for name, part in parts_of(self._board, self._decoder).items()}

    async def test(self, name: str) -> PartStatus | None:
        """How a part is after its self-test. A keypad that listens can't be tested: its thread knows more."""
        if name == "keypad":
            return _told(self._board.keypad.health())
        async with self._releasing:
            return await asyncio.to_thread(self._tested, name)

    def _tested(self, name: str) -> PartStatus | None:
        with self._looking:
            return self_tested(self._board, self._decoder, name)

    # --- keypad ---

    def listen(self, inbox: Inbox) -> None:
        """Let keys into the inbox; the keypad's thread calls."""
        health = PartHealth(inbox)

        def on_key(event: KeyEvent) -> None:
            match event.action:
                case KeyAction.PRESSED:
                    self._click()
                    inbox.post(KeyPressed(Key(event.keys)))
                case KeyAction.HELD if event.keys == CALLS:
                    inbox.post(ServiceWanted(SERVICED, keys=True))
                case KeyAction.TOGETHER:
                    inbox.post(ServiceWanted(SERVICED, keys=True))
                case _:
                    pass

        def on_fault(fault: str | None) -> None:
            for part, what in self._keypad_troubles(fault).items():
                health.said(part, what)

        self._board.keypad.listen(on_key, on_fault)

    def _keypad_troubles(self, fault: str | None) -> dict[Part, str | None]:
        """A keypad that works but for a key or two goes on selling; one that is not there does not."""
        works = fault is None or self._board.keypad.health().present
        return {Part.KEYPAD: None if works else fault, Part.KEYS: fault if works else None}

    def _click(self) -> None:
        if self._board.buzzer:
            with contextlib.suppress(DeviceError):  # the next sound says that it is broken
                self._board.buzzer.play(Tune.KEY)

    def keypad_lives(self) -> bool:
        """Whether the keypad's thread runs."""
        return self._board.keypad.lives()

    # --- lamps, buzzer, display ---

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
        with _in_trouble():
            self._board.lamps.show(patterns)

    def lamps_ail(self) -> bool:
        """Whether they stopped by themselves, as a thread that blinked them may."""
        return self._board.lamps.health().fault is not None

    def mend_lamps(self) -> None:
        """Make them ready again."""
        with _in_trouble():
            self._board.lamps.prepare()

    def sound(self, sound: Sound) -> None:
        """Begin to play it, where there is a buzzer."""
        if self._board.buzzer:
            with _in_trouble():
                self._board.buzzer.play(Tune(sound.value))

    def say(self, panel: Panel, language: Language) -> None:
        """Say what it says, where there is a voice."""
        if self._voice:
            self._voice.say(panel, language)

    def show(self, image: Image.Image) -> None:
        """Show a picture."""
        with _in_trouble():
            self._board.display.show(image)
        self._shown = image

    def rest(self, depth: int) -> None:
        """Dim the display, and move its picture."""
        with _in_trouble():
            self._board.display.rest(depth)

    def picture(self) -> bytes:
        """The display's pixels, as the driver was given them, PNG."""
        out = BytesIO()
        self._shown.save(out, "PNG")
        return out.getvalue()

    # --- camera ---

    def test_camera(self) -> None:
        """See whether it looks, and whether the decoder reads. Its process then runs before the first shopper comes."""
        with self._looking:
            for part in (self._decoder, self._camera):
                if fault := part.self_test().fault:
                    raise DeviceTrouble(fault)

    def start_camera(self) -> None:
        """Begin to look."""
        self._looking.acquire()
        try:
            self._decoder.reset()
            with _in_trouble():
                self._camera.start()
        except BaseException:
            self._looking.release()
            raise

    def read_codes(self, timeout: float) -> tuple[str, ...]:
        """The codes on the next frame."""
        with _in_trouble():
            frame = self._camera.frame(timeout)
        codes = () if frame is None else self._decoder.read(frame)
        if fault := self._decoder.health().fault:
            raise DeviceTrouble(fault)
        return codes

    def stop_camera(self) -> None:
        """Look no more."""
        try:
            with _in_trouble():
                self._camera.stop()
        finally:
            self._looking.release()

    @property
    def _camera(self) -> Camera:
        if self._board.camera is None:
            raise DeviceTrouble("camera: none is configured (hardware.camera.kind)")
        return self._board.camera

    # --- release ---

    async def release(self, latest: float) -> str | None:
        """Release once, one after the other; one line of trouble, or None when the goods are out.

        Not driven after `latest`, in monotonic seconds: whoever waits for it gives the money back soon after that.
        """
        async with self._releasing:
            if time.monotonic() > latest:
                return "it was not driven: its record took too long to reach the disk"
            try:
                await asyncio.to_thread(self._board.release.fire)
            except DeviceError as error:
                return str(error)
        self.released += 1
        return None

    async def mend_release(self) -> str | None:
        """Make it ready, unless it is driven; one line of trouble, or None when it is ready."""
        async with self._releasing:
            try:
                await asyncio.to_thread(self._board.release.prepare)
            except DeviceError as error:
                return str(error)
        return self._board.release.health().fault


def open_devices(settings: Settings, opened: Opener) -> Devices:
    """The board that is configured, as `opened` opens it, and the decoder."""
    config = board_config(settings)
    voice = Voice(settings.voice) if settings.voice else None
    return Devices(opened(config), Decoder(config.decoder), voice)


def parts_of(board: Board, decoder: Decoder) -> dict[str, BoardPart | Decoder]:
    """The parts that the board has, by name."""
    parts: dict[str, BoardPart | Decoder | None] = {
        "display": board.display,
        "lamps": board.lamps,
        "buzzer": board.buzzer,
        "keypad": board.keypad,
        "camera": board.camera,
        "decoder": decoder,
        "release": board.release,
    }
    return {name: part for name, part in parts.items() if part is not None}


def self_tested(board: Board, decoder: Decoder, name: str) -> PartStatus | None:
    """How a part is after its self-test, which blocks up to 5 s; None where there is none."""
    part = parts_of(board, decoder).get(name)
    return _told(part.self_test()) if part else None


def _told(health: Health) -> PartStatus:
    return PartStatus(what=health.what, present=health.present, fault=health.fault, last_fault=health.last_fault)


@contextlib.contextmanager
def _in_trouble() -> Iterator[None]:
    try:
        yield
    except DeviceError as error:
        raise DeviceTrouble(str(error)) from error
