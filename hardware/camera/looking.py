"""One looking of a camera, from start to stop: pictures, and the camera opened anew when they stay away.

It knows when a camera counts as dark and when it is given up. There is one clock: the seconds for which somebody waited
for a picture. While nobody waits nobody knows whether one would come, and that time does not count.
"""

import threading
import time
from concurrent.futures import wait
from dataclasses import dataclass

from hardware.camera.calls import Call, SensorCalls
from hardware.camera.sensor import GLANCE, SensorThread
from hardware.errors import DeviceError
from hardware.health import Condition
from hardware.ports import GreyFrame

REOPENINGS = 3  # in a row, without a picture between them


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a camera may take. `dark`: without a picture while one is waited for, until it is opened anew."""

    opening: float = 4.0
    starting: float = 2.0
    stopping: float = 2.0
    dark: float = 2.0


PATIENT = Patience()


class Looking:
    """What `frame` waits for. The sensor looks already. `over`: why there will be no more pictures; None: there will.

    One thread at a time calls `frame`; `stop` may be called by any other.
    """

    def __init__(self, calls: SensorCalls, condition: Condition, check: str, patience: Patience) -> None:
        self._calls = calls
        self._condition = condition
        self._check = check
        self._patience = patience
        self.over: str | None = None
        self._lock = threading.Lock()  # held while something is begun: nothing is, once it was stopped
        self._stopped = False
        self._call: Call[GreyFrame | None] | None = None  # never a second one while one is under way
        self._reopening = False  # whether that is what is under way
        self._reopened = 0  # since the last picture
        self._trouble: str | None = None  # what was wrong since it was last opened
        self._clock = 0.0  # seconds waited; the three below are its readings:
        self._asked = 0.0  # when what is under way was begun
        self._opened = 0.0  # when it was last opened, or gave a picture
        self._seen = 0.0  # when it gave its last picture

    def frame(self, timeout: float) -> GreyFrame | None:
        """The next picture; None: none in time, or it was stopped. Raises DeviceError once it is `over`."""
        end = time.monotonic() + timeout
        while not self._stopped:
            if self.over:
                raise DeviceError(self.over)
            left = end - time.monotonic()
            if left <= 0:
                return None
            picture = self._glance(min(left, GLANCE))
            if picture is not None and not self._stopped:
                return picture
        return None

    def stop(self) -> float:
        """Wait for nothing any more. The seconds that what is under way may still take, beyond a glance."""
        with self._lock:
            self._stopped = True
            return self._patience.opening if self._reopening else 0.0

    def _glance(self, within: float) -> GreyFrame | None:
        """Wait a moment for a picture; None: not yet."""
        call = self._under_way()
        if call is None:
            return None
        began = time.monotonic()
        done = wait((call.future,), within).done
        self._clock += time.monotonic() - began
        if done:
            return self._taken(call)
        self._leave_what_hangs(call)
        return None

    def _under_way(self) -> Call[GreyFrame | None] | None:
        """The call that is waited for, begun if there is none: for a picture or, after dark, to open it anew."""
        with self._lock:
            if self._call is None and not self._stopped:
                self._asked = self._clock
                try:
                    self._call = self._next()
                except DeviceError as error:
                    self.over = str(error)
            return self._call

    def _next(self) -> Call[GreyFrame | None]:
        if self._clock - self._opened < self._patience.dark:
            return self._calls.begin(SensorThread.picture)
        trouble = self._trouble or f"camera: no pictures for {self._clock - self._seen:.0f} s; {self._check}"
        if self._reopened == REOPENINGS:
            self._calls.begin(SensorThread.close)
            self._condition.lost(trouble)
            raise DeviceError(trouble)
        self._condition.ails(trouble)
        self._reopened += 1
        self._reopening, self._opened = True, self._clock
        return self._calls.begin(SensorThread.again)

    def _taken(self, call: Call[GreyFrame | None]) -> GreyFrame | None:
        """What came of a call that is over."""
        reopened, self._call, self._reopening = self._reopening, None, False
        try:
            picture = call.future.result()
        except DeviceError as error:
            self._trouble = self._calls.failed(error)
            return None
        if reopened:
            self._opened, self._trouble = self._clock, None
            self._condition.answers()
        if picture is not None:
            self._opened = self._seen = self._clock
            self._reopened, self._trouble = 0, None
            self._condition.works()
        return picture

    def _leave_what_hangs(self, call: Call[GreyFrame | None]) -> None:
        """Leave a call behind that takes too long; the camera is opened anew next."""
        limit = self._patience.opening + self._patience.starting if self._reopening else self._patience.dark
        with self._lock:
            if self._clock - self._asked >= limit and not self._stopped:
                self._trouble = self._calls.leave(call, "opening it anew" if self._reopening else "taking a picture")
                self._call, self._reopening = None, False
                self._opened = self._clock - self._patience.dark
