"""Calls to a sensor for which nobody waits longer than he likes. It knows what is done about one that hangs.

A call that hangs is left behind, with its thread and the sensor that this holds; the next one is made on another
thread. Should the call return one day, its thread closes that sensor and ends.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from hardware.camera.sensor import Sensor, SensorThread
from hardware.errors import DeviceError
from hardware.health import Condition

T = TypeVar("T")

HANGING = 3  # threads that may hang at the same time


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A call that was begun, and the thread on which it is made."""

    future: Future[T]
    thread: SensorThread


class SensorCalls:
    """All calls to a camera's sensor, one after the other. What is wrong goes to its `condition`.

    `check`: what a technician should look at when it hangs.
    """

    def __init__(self, open_sensor: Callable[[], Sensor], condition: Condition, check: str) -> None:
        self._open_sensor = open_sensor
        self._condition = condition
        self._check = check
        self._lock = threading.Lock()  # guards the two below, never for long
        self._thread: SensorThread | None = None
        self._hanging: list[SensorThread] = []

    @property
    def hold_it(self) -> bool:
        """Whether a thread may hold the sensor, and none of its calls was left behind."""
        return self._thread is not None

    def make(self, doing: str, call: Callable[[SensorThread], T], limit: float) -> T:
        """Make a call and wait for it, `limit` seconds at most. Raises DeviceError."""
        begun = self.begin(call)
        if not wait((begun.future,), limit).done:
            raise DeviceError(self.leave(begun, doing))
        try:
            return begun.future.result()
        except DeviceError as error:
            raise DeviceError(self.failed(error)) from error

    def begin(self, call: Callable[[SensorThread], T]) -> Call[T]:
        """Have a call made after those before it. Raises DeviceError when too many hang."""
        with self._lock:
            if self._thread is None:
                self._hanging = [thread for thread in self._hanging if thread.alive]
                if len(self._hanging) >= HANGING:
                    line = f"camera: {HANGING} calls to it hang; restart the kiosk's service, and {self._check}"
                    raise DeviceError(self._lost(line))
                self._thread = SensorThread(self._open_sensor)
            return Call(self._thread.begin(call), self._thread)

    def leave(self, call: Call[T], doing: str) -> str:
        """Leave a call behind that hangs; what is wrong, in a line."""
        with self._lock:
            if self._thread is call.thread:
                self._thread = None
                self._hanging.append(call.thread)
                call.thread.let_go()
        return self._lost(f"camera: {doing} hangs; {self._check}")

    def failed(self, error: DeviceError) -> str:
        """Note what a call raised; what is wrong, in a line.

        While a call hangs it keeps the camera, and the library would blame another program.
        """
        if any(thread.alive for thread in self._hanging):
            return self._lost(
                f"camera: an earlier call to it still hangs; restart the kiosk's service, and {self._check}"
            )
        return self._lost(str(error))

    def close(self, limit: float) -> None:
        """Give the sensor back, and end the thread; wait for that `limit` seconds at most. Raises nothing."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        closing = thread.let_go()
        if not wait((closing,), limit).done:
            self._lost(f"camera: closing hangs; {self._check}")
        elif error := closing.exception():
            self._lost(str(error))

    def _lost(self, line: str) -> str:
        self._condition.lost(line)
        return line
