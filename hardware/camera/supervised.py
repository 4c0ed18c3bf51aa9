"""A camera under supervision, of any kind: it is opened, looks, is tested and closed, whatever its library does.

It knows in which order a sensor is used. What is done about calls that hang is `calls`'s, about pictures that stay away
`looking`'s; nobody waits for either longer than `Patience` says.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from hardware.camera.calls import SensorCalls
from hardware.camera.judging import judged
from hardware.camera.looking import Looking, Patience
from hardware.camera.sensor import Sensor, SensorThread
from hardware.errors import DeviceError
from hardware.health import Condition
from hardware.ports import GreyFrame, Health
from hardware.threads import no_event_loop

SETTLING = 0.5  # seconds in which a sensor finds its exposure


class SupervisedCamera:
    """A camera (hardware.ports) with any sensor. `check`: what a technician looks at when there are no pictures."""

    def __init__(self, what: str, open_sensor: Callable[[], Sensor], check: str, patience: Patience) -> None:
        self._check = check
        self._patience = patience
        self._condition = Condition(what)
        self._calls = SensorCalls(open_sensor, self._condition, check)
        self._turn = threading.RLock()  # one at a time: prepare, start, stop, self_test, close
        self._looking: Looking | None = None
        self._closed = False

    def prepare(self) -> None:
        """Open and configure it, without looking."""
        self._usable()
        with self._turn:
            if not self._looks:
                self._looking = None
                self._condition.is_called(self._calls.make("opening", SensorThread.open, self._patience.opening))
                self._condition.works()

    def start(self) -> None:
        """Begin to look. A camera that is not open is opened first, which may take 4 s more."""
        self._usable()
        with self._turn:
            if self._looks:
                raise RuntimeError("the camera looks already")
            self.prepare()
            self._calls.make("starting", SensorThread.start, self._patience.starting)
            self._looking = Looking(self._calls, self._condition, self._check, self._patience)

    def frame(self, timeout: float) -> GreyFrame | None:
        """The next frame. After 2 s of waiting without one, however many calls that took, it is opened anew."""
        self._usable()
        looking = self._looking
        return None if looking is None else looking.frame(timeout)

    def stop(self) -> None:
        """Look no more."""
        no_event_loop()
        looking = self._looking
        if looking is None:
            return
        slow = looking.stop()  # before the turn, so that a frame under way returns at once
        with self._turn:
            if self._looking is not looking:
                return
            self._looking = None
            if self._calls.hold_it:
                self._calls.make("stopping", SensorThread.stop, self._patience.stopping + slow)

    def health(self) -> Health:
        """How it is."""
        return self._condition.health

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
        health = self.health()
        if picture is None:
            return replace(health, fault=f"camera: no pictures; {self._check}")
        seen, fault = judged(picture)
        return replace(health, what=f"{health.what}: {seen}", fault=fault)

    def close(self) -> None:
        """Stop and give it back. Blocks up to 2 s."""
        self._closed = True
        if (looking := self._looking) is not None:
            looking.stop()
        with self._turn:
            self._looking = None
            self._calls.close(self._patience.stopping)
            self._condition.gone()

    @property
    def _looks(self) -> bool:
        return self._looking is not None and self._looking.over is None

    def _usable(self) -> None:
        no_event_loop()
        if self._closed:
            raise RuntimeError("used after it was closed")

    def _settled(self, until: float) -> GreyFrame | None:
        """The last picture of the time in which the sensor finds its exposure; None when there is none at all."""
        picture = self.frame(max(until - time.monotonic(), SETTLING))
        settled = time.monotonic() + SETTLING
        while picture is not None and (left := settled - time.monotonic()) > 0:
            newer = self.frame(left)
            picture = picture if newer is None else newer
        return picture
