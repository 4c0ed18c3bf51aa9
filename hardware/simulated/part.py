"""What all simulated parts have in common: they say how they are, can be made to fail, and are strict with callers."""

from hardware.errors import DeviceError
from hardware.health import Condition
from hardware.ports import Health
from hardware.threads import no_event_loop


class SimulatedPart:
    """A part that works until it is told to fail, and can't be used once it was closed."""

    what = "simulated part"

    def __init__(self) -> None:
        self._condition = Condition(f"simulated {self.what}")
        self._condition.works()
        self._closed = False

    def fail(self, what: str) -> None:
        """Fail from now on."""
        self._condition.ails(what)

    def mend(self) -> None:
        """Work again."""
        self._condition.ails(None)

    def prepare(self) -> None:
        """Be ready."""
        no_event_loop()
        self._use()

    def health(self) -> Health:
        """How it is."""
        return self._condition.health

    def self_test(self) -> Health:
        """Nothing in it can break by itself."""
        no_event_loop()
        return self.health()

    def close(self) -> None:
        """Close it; may be called twice."""
        self._closed = True

    def _use(self) -> None:
        if self._closed:
            raise RuntimeError("used after it was closed")
        if fault := self._condition.health.fault:
            raise DeviceError(fault)
