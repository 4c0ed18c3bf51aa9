"""A camera's sensor, and the thread that holds it. It knows no vendor's library, and no limit of time.

Cameras hang: a capture that never ends, mostly for a loose cable or a weak supply (picamera2 issues 794 and 952), but
opening, starting and stopping hang as well (issues 1264 and 1275). So everything is done with a sensor on one thread,
for which nobody has to wait.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Protocol, TypeVar

from hardware.errors import DeviceError
from hardware.ports import GreyFrame
from hardware.threads import Worker

T = TypeVar("T")

GLANCE = 0.05  # seconds that one call for a picture takes at most: so long may `stop` have to wait for its turn


class Sensor(Protocol):
    """An opened and configured camera. It looks between `start` and `stop`. Every call may raise anything, or hang."""

    @property
    def what(self) -> str:
        """The camera in a person's words, with the size of its pictures."""
        ...

    def start(self) -> None:
        """Begin to look."""
        ...

    def picture(self, within: float) -> GreyFrame | None:
        """The next picture, which is not the camera's memory any more; None when none came `within` seconds."""
        ...

    def stop(self) -> None:
        """Look no more, and be ready to start again."""
        ...

    def close(self) -> None:
        """Stop, and give the camera back to the system."""
        ...


class SensorThread:
    """A sensor in the hands of one thread: all but `begin`, `let_go` and `alive` is called there, and needs no lock.

    What fails raises DeviceError and leaves the sensor closed.
    """

    def __init__(self, open_sensor: Callable[[], Sensor]) -> None:
        self._open_sensor = open_sensor
        self._sensor: Sensor | None = None
        self._worker = Worker("camera")

    def begin(self, call: Callable[["SensorThread"], T]) -> Future[T]:
        """Make the call on the thread, after those that were begun before."""
        return self._worker.begin(partial(call, self))

    def let_go(self) -> Future[None]:
        """Close the sensor and end the thread, once the calls that were begun return."""
        closed = self.begin(SensorThread.close)
        self._worker.end()
        return closed

    @property
    def alive(self) -> bool:
        """Whether the thread has not ended."""
        return self._worker.alive

    def open(self) -> str:
        """Have the sensor open; what it is, in a person's words."""
        if self._sensor is None:
            with in_words("opening"):
                self._sensor = self._open_sensor()
        return self._sensor.what

    def start(self) -> None:
        """Open it if need be, and begin to look."""
        self.open()
        with self._or_close("starting") as sensor:
            sensor.start()

    def picture(self) -> GreyFrame | None:
        """The next picture; None when none came at once, or when it failed before and waits to be opened anew."""
        if self._sensor is None:
            time.sleep(GLANCE)  # who asks in a loop does not spin
            return None
        with self._or_close("taking a picture") as sensor:
            return sensor.picture(GLANCE)

    def again(self) -> GreyFrame | None:
        """Close it, open it anew and go on looking."""
        with contextlib.suppress(DeviceError):  # it is given up in any case
            self.close()
        self.start()
        return self.picture()

    def stop(self) -> None:
        """Look no more."""
        if self._sensor is not None:
            with self._or_close("stopping") as sensor:
                sensor.stop()

    def close(self) -> None:
        """Give it back to the system."""
        sensor, self._sensor = self._sensor, None
        if sensor is not None:
            with in_words("closing"):
                sensor.close()

    @contextlib.contextmanager
    def _or_close(self, doing: str) -> Iterator[Sensor]:
        assert self._sensor is not None  # noqa: S101 - it looks or was opened just now; mypy can't see it
        try:
            with in_words(doing):
                yield self._sensor
        except DeviceError:
            with contextlib.suppress(DeviceError):  # the first trouble is the one to tell
                self.close()
            raise


@contextlib.contextmanager
def in_words(doing: str) -> Iterator[None]:
    """Whatever a vendor's library raises becomes a DeviceError of one line."""
    try:
        yield
    except DeviceError:
        raise
    except Exception as error:
        raise DeviceError(f"camera: {doing} failed: {one_line(error)}") from error


def one_line(error: BaseException) -> str:
    """What an exception says, in one line of 200 characters at most."""
    return " ".join(str(error).split())[:200] or type(error).__name__
