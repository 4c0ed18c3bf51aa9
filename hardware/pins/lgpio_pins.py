"""gpiozero's pins on lgpio, with two mends. Loads lgpio: only `factory` imports it, with care and late."""

import logging

import lgpio
from gpiozero.pins.lgpio import LGPIOFactory, LGPIOPin

_log = logging.getLogger(__name__)


class SteadyPin(LGPIOPin):  # type: ignore[misc]  # gpiozero ships no types
    """An output that begins at its level, and edges that can't end lgpio's thread."""

    def output_with_state(self, state: float) -> None:
        """Drive the pin at this level from the first moment.

        gpiozero claims it low and sets its level then: a pulse of some 50 microseconds for an active-low relay.
        """
        if self.function == "output":  # lgpio does not claim it again
            self.state = state
        else:
            lgpio.gpio_claim_output(self.factory._handle, self._number, int(state))  # noqa: SLF001 - it has no other way

    def _call_when_changed(self, chip: int, gpio: int, level: int, ticks: int) -> None:
        """Deliver an edge. What that raises would end lgpio's one thread for edges, and every key and sensor with it.

        gpiozero itself raises when a callback is taken away under an edge that comes in.
        """
        try:
            super()._call_when_changed(chip, gpio, level, ticks)
        except Exception:  # noqa: BLE001 - whatever it is, the thread must live
            _log.exception("an edge of GPIO%d found nobody", gpio)


class SteadyFactory(LGPIOFactory):  # type: ignore[misc]  # likewise
    """gpiozero's factory on lgpio, of steady pins."""

    def __init__(self) -> None:
        super().__init__()
        self.pin_class = SteadyPin
