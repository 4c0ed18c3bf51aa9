"""Supervised looking, which cameras have in common. It knows when a camera counts as hanging, and no vendor's library.

Nobody waits for a camera longer than `Patience` says. Its thread that hangs is let go together with the sensor that it
holds; should its call return one day, it closes that sensor and ends.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from hardware.camera.sensor import GLANCE, Sensor, SensorThread
from hardware.errors import DeviceError
from hardware.ports import GreyFrame, Health
from hardware.threads import no_event_loop

T = TypeVar("T")

REOPENINGS = 3  # in a row, without a picture between them
HANGING = 3  # threads that may hang at the same time
SETTLING = 0.5  # seconds in which a sensor finds its exposure
BLACK = 24  # mean of a picture without light: video's black is 16, and there is some noise
WHITE = 250  # mean of a picture that is nothing but light
BLURRED = 1.0  # mean step between neighbours of a picture without edges


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a camera may take. `dark`: without a picture while one is waited for, until it is opened anew."""

    opening: float = 4.0
    starting: float = 2.0
    stopping: float = 2.0
    dark: float = 2.0


PATIENT = Patience()


@dataclass(slots=True, eq=False)
class _Look:
    """One looking, from start to stop. Times are seconds of waiting in `frame`."""

    pending: Future[GreyFrame | None] | None = None  # never a second call while one is under way
    reopening: bool = False  # whether that is what is pending
    asked: float = 0.0  # since it was begun
    waited: float = 0.0  # since the last picture, or since it was opened anew
    dark: float = 0.0  # since the last picture
    reopened: int = 0  # since the last picture
    trouble: str | None = None  # what was wrong when it was opened anew
    over: str | None = None  # why there will be no more pictures


class SupervisedCamera:
    """A camera with any sensor. `check`: what a technician should look at when there are no pictures."""

    def __init__(self, what: str, open_sensor: Callable[[], Sensor], check: str, patience: Patience) -> None:
        self._what = what
        self._open_sensor = open_sensor
        self._check = check
        self._patience = patience
        self._turn = threading.RLock()  # one at a time: prepare, start, stop, self_test, close
        self._state = threading.RLock()  # guards the three below, never for long
        self._look: _Look | None = None
        self._hold: SensorThread | None = None
        self._hanging: list[SensorThread] = []
        self._present = False
        self._fault: str | None = None
        self._last_fault: str | None = None
        self._closed = False

    def prepare(self) -> None:
        """Open and configure it, without looking."""
        self._usable()
        with self._turn:
            if self._look is None or self._look.over:
                self._look = None
                self._what = self._do("opening", SensorThread.open, self._patience.opening)
                self._present, self._fault = True, None

    def start(self) -> None:
        """Begin to look. A camera that is not open is opened first, which may take 4 s more."""
        self._usable()
        with self._turn:
            if self._look is not None and not self._look.over:
                raise RuntimeError("the camera looks already")
            self.prepare()
            self._do("starting", SensorThread.start, self._patience.starting)
            self._look = _Look()

    def frame(self, timeout: float) -> GreyFrame | None:
        """The next frame. After 2 s of waiting without one, however many calls that took, it is opened anew."""
        self._usable()
        look = self._look
        end = time.monotonic() + timeout
        while look is not None and self._look is look:
            if look.over:
                raise DeviceError(look.over)
            left = end - time.monotonic()
            if left <= 0:
                return None
            picture = self._glance(look, min(left, GLANCE))
            if picture is not None and self._look is look:
                return picture
        return None

    def stop(self) -> None:
        """Look no more."""
        no_event_loop()
        with self._state:  # before the turn, so that a frame under way returns at once
            look, self._look = self._look, None
        with self._turn:
            if look is not None and self._hold is not None:
                slow = self._patience.opening if look.reopening else 0.0
                self._do("stopping", SensorThread.stop, self._patience.stopping + slow)

    def health(self) -> Health:
        """How it is."""
        return Health(self._what, self._present, self._fault, self._last_fault)

    def self_test(self) -> Health:
        """Look for a moment, and say what was seen."""
        until = time.monotonic() + self._patience.opening + SETTLING
        try:
            self.start()
            try:
                picture = self._settled(until)
            finally:
                self.stop()
        except DeviceError:
            return self.health()
        if picture is None:
            return replace(self.health(), fault=f"camera: no pictures; {self._check}")
        seen, fault = _judged(picture)
        return replace(self.health(), what=f"{self._what}: {seen}", fault=fault)

    def close(self) -> None:
        """Stop and give it back. Blocks up to 2 s."""
        with self._state:
            self._closed, self._look = True, None
        with self._turn:
            with self._state:
                hold, self._hold = self._hold, None
            if hold is not None:
                closing = hold.let_go()
                if not wait((closing,), self._patience.stopping).done:
                    self._failed(f"camera: closing hangs; {self._check}")
                elif error := closing.exception():
                    self._failed(str(error))
            self._present = False

    def _usable(self) -> None:
        no_event_loop()
        if self._closed:
            raise RuntimeError("used after it was closed")

    def _do(self, doing: str, call: Callable[[SensorThread], T], limit: float) -> T:
        hold = self._held()
        future = hold.begin(call)
        if not wait((future,), limit).done:
            raise DeviceError(self._let_hang(hold, doing))
        try:
            return future.result()
        except DeviceError as error:
            raise DeviceError(self._failed(self._told(error))) from error

    def _held(self) -> SensorThread:
        with self._state:
            if self._hold is None:
                self._hanging = [hold for hold in self._hanging if hold.alive]
                if len(self._hanging) >= HANGING:
                    line = f"camera: {HANGING} calls to it hang; restart the kiosk's service, and {self._check}"
                    raise DeviceError(self._failed(line))
                self._hold = SensorThread(self._open_sensor)
            return self._hold

    def _let_hang(self, hold: SensorThread, doing: str) -> str:
        with self._state:
            if self._hold is hold:
                self._hold = None
                self._hanging.append(hold)
                hold.let_go()
        return self._failed(f"camera: {doing} hangs; {self._check}")

    def _glance(self, look: _Look, within: float) -> GreyFrame | None:
        """Wait a moment for a picture; None: not yet."""
        pending = self._pending(look)
        if pending is None:
            return None
        began = time.monotonic()
        done = wait((pending,), within).done
        took = time.monotonic() - began
        look.asked += took
        look.waited += took
        look.dark += took
        if not done:
            self._watch(look)
            return None
        reopened, look.pending, look.reopening = look.reopening, None, False
        try:
            picture = pending.result()
        except DeviceError as error:
            look.trouble = self._failed(self._told(error))
        else:
            self._seen(look, picture, reopened=reopened)
            return picture
        return None

    def _seen(self, look: _Look, picture: GreyFrame | None, *, reopened: bool) -> None:
        if reopened:
            look.waited, look.trouble, self._present = 0.0, None, True
        if picture is not None:
            look.waited, look.dark, look.reopened, look.trouble = 0.0, 0.0, 0, None
            self._present, self._fault = True, None

    def _pending(self, look: _Look) -> Future[GreyFrame | None] | None:
        """What is waited for: a picture or, when it was dark for too long, the camera opened anew; None: nothing."""
        with self._state:  # nothing is begun for a look that was stopped
            if look.pending is None and self._look is look:
                try:
                    look.pending = self._next(look)
                except DeviceError as error:
                    look.over = str(error)
            return look.pending

    def _next(self, look: _Look) -> Future[GreyFrame | None]:
        look.asked = 0.0
        if look.waited < self._patience.dark:
            return self._held().begin(SensorThread.picture)
        if look.reopened == REOPENINGS:
            self._held().begin(SensorThread.close)
            raise DeviceError(self._failed(look.trouble or self._no_pictures(look)))
        look.reopened += 1
        look.reopening, look.waited = True, 0.0
        self._fault = self._last_fault = look.trouble or self._no_pictures(look)
        return self._held().begin(SensorThread.again)

    def _watch(self, look: _Look) -> None:
        """A call that takes too long hangs: let it, and open the camera anew on another thread."""
        patience = self._patience
        limit = patience.opening + patience.starting if look.reopening else patience.dark
        with self._state:
            if look.asked >= limit and self._look is look and self._hold is not None:
                doing = "opening it anew" if look.reopening else "taking a picture"
                look.trouble = self._let_hang(self._hold, doing)
                look.pending, look.reopening, look.waited = None, False, patience.dark

    def _told(self, error: DeviceError) -> str:
        """What is wrong. While a call hangs it keeps the camera, and the library would blame another program."""
        if any(hold.alive for hold in self._hanging):
            return f"camera: an earlier call to it still hangs; restart the kiosk's service, and {self._check}"
        return str(error)

    def _no_pictures(self, look: _Look) -> str:
        return f"camera: no pictures for {look.dark:.0f} s; {self._check}"

    def _failed(self, line: str) -> str:
        self._present = False
        self._fault = self._last_fault = line
        return line

    def _settled(self, until: float) -> GreyFrame | None:
        """The last picture of the time in which the sensor finds its exposure; None when there is none at all."""
        picture = self.frame(max(until - time.monotonic(), SETTLING))
        settled = time.monotonic() + SETTLING
        while picture is not None and (left := settled - time.monotonic()) > 0:
            newer = self.frame(left)
            picture = picture if newer is None else newer
        return picture


def _judged(picture: GreyFrame) -> tuple[str, str | None]:
    """What is to be seen, in words and numbers, and what is wrong with it."""
    rows = picture[::4].astype(np.int16)
    brightness, sharpness = float(rows.mean()), float(np.abs(np.diff(rows, axis=1)).mean())
    seen = f"brightness {brightness:.0f} of 255, sharpness {sharpness:.1f}"
    if brightness < BLACK:
        return seen, "camera: its picture is all black: is the lens covered?"
    if brightness > WHITE:
        return seen, "camera: its picture is all white: does a lamp or the sun shine into it?"
    if sharpness < BLURRED:
        return f"{seen} (hardly an edge: is the lens clean and in focus?)", None
    return seen, None
