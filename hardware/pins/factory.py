"""The one door to the header's pins: gpiozero's factory on lgpio, for all parts of this process.

Never gpiozero's own choice: that falls back in silence to another library when lgpio can't start, and a keypad without
edges is the result (gpiozero issues 1106 and 1130).
"""

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

from gpiozero import GPIOZeroError
from gpiozero.pins.pi import PiFactory

from hardware.errors import DeviceError

PinFactory: TypeAlias = Callable[[], PiFactory]
_once = threading.Lock()


def pin_factory() -> PiFactory:
    """The pins of this Raspberry Pi. The first call opens the chip; DeviceError when there is none to open."""
    with _once:
        return _open()


def edges_alive() -> bool:
    """Whether edges still reach anyone: lgpio has one thread for all of them, which an exception in it would end."""
    import lgpio  # noqa: PLC0415 - loading it starts that thread

    return bool(lgpio._notify_thread.is_alive())  # noqa: SLF001 - lgpio offers no other way to ask


@cache  # a call that raised is not remembered
def _open() -> PiFactory:
    try:
        _load_lgpio()
        from hardware.pins.lgpio_pins import SteadyFactory  # noqa: PLC0415 - needs lgpio, loaded with care above
    except ImportError:
        raise DeviceError("GPIO: lgpio is not installed; apt install python3-lgpio (hardware/README.md)") from None
    except OSError as error:
        raise DeviceError(f"GPIO: lgpio can't make its pipe: {error.strerror}; is /tmp writable?") from None
    import lgpio  # noqa: PLC0415 - loaded above

    try:
        return SteadyFactory()
    except GPIOZeroError as error:
        raise DeviceError(f"GPIO: this is no Raspberry Pi that gpiozero knows ({error})") from None
    except lgpio.error as error:
        raise DeviceError(f"GPIO: {str(error).strip(chr(39))}; is the user in the group gpio?") from None


def _load_lgpio() -> None:
    """Load lgpio in a directory where it can make its pipe, and leave neither the pipe nor the directory behind.

    lgpio makes a pipe in the working directory when it is loaded, and goes to $LG_WD when that is set. Under systemd
    the working directory is often `/`, which can't be written.
    """
    home = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="kiosk-lgpio-", ignore_cleanup_errors=True) as place:
        os.environ["LG_WD"] = place
        try:
            import lgpio  # noqa: PLC0415, F401 - loading it is the point
        finally:
            with contextlib.suppress(KeyError):
                del os.environ["LG_WD"]
            os.chdir(home)
