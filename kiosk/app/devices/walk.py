"""A walk through the board's parts with a technician: each key, lamp and tune, the display, the camera, the release.

What needs eyes and ears is asked; what the kiosk can see for itself, it looks at. Nothing is released unless it was
wanted, and then after a yes. The board is opened for this: the daemon must not run.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from hardware.config import BoardConfig, MatrixConfig
from hardware.decoding.decoder import Decoder
from hardware.display.supervised import test_card
from hardware.errors import DeviceError
from hardware.ports import Board, Camera, GreyFrame, KeyAction, KeyEvent, Lamp, Pattern, Tune
from kiosk.app.devices.config import TWELVE
from kiosk.diagnostics.findings import Grade
from kiosk.diagnostics.protocol import Step
from kiosk.screens import CodeNotShowable
from kiosk.screens.pages import Page, render_page

FRAME = 0.5  # seconds to wait for a camera frame


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for the next key, for a code to be read back, and for the camera's preview."""

    key: float = 15.0
    code: float = 30.0
    preview: float = 10.0


class Person(Protocol):
    """The technician, at a terminal."""

    def tell(self, line: str) -> None:
        """A line to read."""

    def ask(self, question: str) -> bool:
        """Yes or no."""

    def keys(self, every: str, seen: str, last: str) -> None:
        """Light up what was pressed."""

    def look(self, frame: GreyFrame, line: str) -> None:
        """A picture of the camera, and words on it."""


class Walk:
    """`operate`: the release may be driven, after a yes."""

    def __init__(
        self, board: Board, decoder: Decoder, config: BoardConfig, person: Person, patience: Patience, *, operate: bool
    ) -> None:
        self._board = board
        self._decoder = decoder
        self._keys = config.keypad.keys if isinstance(config.keypad, MatrixConfig) else TWELVE
        self._person = person
        self._patience = patience
        self._operate = operate

    def steps(self) -> Iterator[Step]:
        """Each step as it is done. A part that fails is that step's fault, and the walk goes on."""
        for name, walk in (
            ("keys", self._press_keys),
            ("lamps", self._lamps),
            ("tunes", self._tunes),
            ("display", self._display),
            ("mirror", self._mirror),
            ("camera", self._preview),
            ("release", self._release),
        ):
            self._person.tell(f"--- {name}")
            try:
                yield Step(name=name, grade=(said := walk())[0], finding=said[1])
            except DeviceError as error:
                yield Step(name=name, grade=Grade.FAULT, finding=str(error))

    def _press_keys(self) -> tuple[Grade, str]:
        """Until each was pressed, or none came for a while."""
        seen: list[str] = []
        faults: list[str] = []

        def on_key(event: KeyEvent) -> None:
            if event.action is not KeyAction.HELD:
                seen.extend(event.keys)

        def on_fault(fault: str | None) -> None:
            if fault and fault not in faults:
                faults.append(fault)

        on_fault(self._board.keypad.self_test().fault)  # keys that are down already, wires that touch
        self._board.keypad.listen(on_key, on_fault)
        self._person.tell("press each key once")
        count, end = -1, time.monotonic() + self._patience.key
        while time.monotonic() < end and set(self._keys) - set(seen):
            if len(seen) != count:
                count, end = len(seen), time.monotonic() + self._patience.key
                self._person.keys(self._keys, "".join(seen), seen[-1] if seen else "")
            time.sleep(0.02)
        self._person.keys(self._keys, "".join(seen), seen[-1] if seen else "")
        missing = "".join(key for key in self._keys if key not in seen)
        if not missing and not faults:
            return Grade.GOOD, f"all {len(self._keys)} keys work"
        return Grade.FAULT, "; ".join((*([f"never came: {missing}"] if missing else []), *faults))

    def _lamps(self) -> tuple[Grade, str]:
        dark = []
        for lamp in Lamp:
            self._board.lamps.show({**dict.fromkeys(Lamp, Pattern.OFF), lamp: Pattern.ON})
            if not self._person.ask(f"is the lamp {lamp} lit, and no other?"):
                dark.append(lamp)
        self._board.lamps.show(dict.fromkeys(Lamp, Pattern.OFF))
        return _judged(dark, "each lamp shines alone", "not as it should be")

    def _tunes(self) -> tuple[Grade, str]:
        if self._board.buzzer is None:
            return Grade.NOT_HERE, "no buzzer is configured"
        unheard = []
        for tune in Tune:
            self._board.buzzer.play(tune)
            if not self._person.ask(f"did you hear the tune {tune}?"):
                unheard.append(tune)
        return _judged(unheard, "each tune is heard", "not heard")

    def _display(self) -> tuple[Grade, str]:
        display = self._board.display
        display.show(test_card(display.size, display.mode))
        whole = self._person.ask("a frame on the outermost pixels, a cross, and 1 2 3 4 clockwise from the upper left?")
        said = "the test card is whole" if whole else "the test card is not whole"
        return (Grade.GOOD if whole else Grade.FAULT), f"{display.health().what}: {said}"

    def _mirror(self) -> tuple[Grade, str]:
        """A code that nobody can know before, shown by the display and read by the kiosk's own camera."""
        display, camera = self._board.display, self._board.camera
        if camera is None:
            return Grade.NOT_HERE, "no camera is configured"
        code = f"KS-{secrets.token_hex(4).upper()}"
        try:
            display.show(render_page(Page("", code=code), display.size, display.mode))
        except CodeNotShowable as error:
            return Grade.NOT_HERE, str(error)
        if not self._person.ask(
            "the display shows a code: hold a mirror, or a photograph of it, before the camera. Ready?"
        ):
            return Grade.SKIPPED, "there was no mirror"
        found = self._watch(camera, self._patience.code, lambda texts: code in texts)
        return (Grade.GOOD, "the camera read the display's code") if found else (Grade.FAULT, "it was not read back")

    def _preview(self) -> tuple[Grade, str]:
        if self._board.camera is None:
            return Grade.NOT_HERE, "no camera is configured"
        self._person.tell("hold a code before the camera, as a shopper would")
        began, counts = time.monotonic(), [0, 0]

        def count(texts: tuple[str, ...]) -> bool:
            counts[0] += 1
            counts[1] += bool(texts)
            return False

        self._watch(self._board.camera, self._patience.preview, count)
        seconds = time.monotonic() - began
        said = f"{counts[0] / seconds:.1f} frames a second, codes counted on {counts[1]}"
        return (Grade.GOOD if counts[0] else Grade.FAULT), said

    def _watch(self, camera: Camera, seconds: float, enough: Callable[[tuple[str, ...]], bool]) -> bool:
        """Look for so long, or until what was read is enough. Of what strangers hold up, nothing is kept."""
        self._decoder.reset()
        camera.prepare()
        camera.start()
        try:
            end, frames, read = time.monotonic() + seconds, 0, 0
            while time.monotonic() < end:
                frame = camera.frame(FRAME)
                if frame is None:
                    continue
                texts = self._decoder.read(frame)
                frames, read = frames + 1, read + bool(texts)
                self._person.look(frame, f"{frames} frames, {read} with a code")
                if enough(texts):
                    return True
        finally:
            with suppress(DeviceError):
                camera.stop()
        return False

    def _release(self) -> tuple[Grade, str]:
        if not self._operate:
            return Grade.SKIPPED, "not driven: --operate does"
        if not self._person.ask("goods may come out, or a barrier open. Drive the release?"):
            return Grade.SKIPPED, "not driven: the technician said no"
        began = time.monotonic()
        self._board.release.fire()
        return Grade.GOOD, f"driven, and confirmed after {time.monotonic() - began:.2f} s"


def _judged(bad: Sequence[str], good: str, what: str) -> tuple[Grade, str]:
    return (Grade.FAULT, f"{what}: {', '.join(bad)}") if bad else (Grade.GOOD, good)
