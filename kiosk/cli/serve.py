"""The daemon, as `kiosk run`: until SIGTERM, and how it ended.

Imports neither the command line's library nor its tables: they would be held for as long as the daemon runs.
"""

import asyncio
import gc
import logging
from pathlib import Path

from kiosk.app import logs
from kiosk.app.opening import DaemonError
from kiosk.app.run import run_until_stopped
from kiosk.app.seclusion import seclude
from kiosk.cli.plain import INTERRUPTED, complain
from kiosk.journal import JournalError
from kiosk.settings import SettingsError, load
from kiosk.settings.credentials import read_credentials


def serve(config: Path | None) -> int:
    """Run it with the configuration that is named, or the usual one. 0: told to stop; 1: failed; 2: misconfigured."""
    try:
        seclude()
        settings = load(config)
        logs.configure(logging.INFO, settings.kiosk.id)
        asyncio.run(run_until_stopped(settings, read_credentials(settings), lambda: load(config)))
    except SettingsError as error:
        complain(str(error))
        return 2
    except (DaemonError, JournalError) as error:
        complain(str(error))
        return 1
    except OSError as error:  # a disk, a directory or a port that is not as it was asked for
        complain(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
        return 1
    except KeyboardInterrupt:  # before the daemon takes the signal itself
        return INTERRUPTED
    finally:
        gc.unfreeze()  # or libraries complain of what they think has leaked
    return 0
