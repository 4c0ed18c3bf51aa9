"""One pulse of an output, from a thread of its own. It knows how a pulse is ended in time, and nothing of what it does.

The thread begins the pulse, waits on the monotonic clock and ends it: whoever asked for it may hang, raise or be
killed. lgpio could time it as well (`tx_pulse`), but in a thread too, of the same process: its pulses are high first,
wrong for an active-low relay, and one that is cut short leaves a level that nobody promises. What it would spare us is
a C library that never gives the interpreter back; systemd's watchdog ends such a process.
"""

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum, auto

from gpiozero import OutputDevice

from hardware.pins.part import let_go
from hardware.pins.troubles import troubles


class Driven(Enum):
    """For how long an output was."""

    NOT = auto()
    CUT_SHORT = auto()
    WHOLE = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a pulse. `trouble`: what the pin raised, at its beginning or at its end."""

    driven: Driven
    trouble: Exception | None = None


class Pulse:
    """One pulse, never longer than `seconds`."""

    def __init__(self, output: OutputDevice, seconds: float) -> None:
        self._output = output
        self._seconds = seconds
        self._ending = threading.Event()
        self._outcome: Future[Outcome] = Future()
        self._thread = threading.Thread(target=self._run, name="release", daemon=True)

    def begin(self) -> None:
        """Begin it. The thread that will end it runs before the output is driven, or it is not driven."""
        self._thread.start()

    def outcome(self) -> Outcome:
        """Wait until it is over. Raises what was a mistake in the program."""
        return self._outcome.result()

    def end(self) -> None:
        """End it now if it is not over, or see that it never begins."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._outcome.set_result(self._driven())
        except BaseException as error:  # noqa: BLE001 - it is the caller's, who waits for the outcome
            self._outcome.set_exception(error)

    def _driven(self) -> Outcome:
        until = time.monotonic() + self._seconds
        driven, trouble = Driven.NOT, None
        if self._ending.is_set():
            return Outcome(driven)
        try:
            self._output.on()
            driven = Driven.CUT_SHORT if self._ending.wait(until - time.monotonic()) else Driven.WHOLE
        except troubles() as error:
            trouble = error
        finally:
            rest = self._rest()
        return Outcome(driven, rest or trouble)

    def _rest(self) -> Exception | None:
        try:
            self._output.off()
        except troubles() as error:
            let_go(self._output)  # what can't be switched off may still be made an input, which drives nothing
            return error
        return None
