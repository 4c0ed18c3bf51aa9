"""`kiosk`, which prints at its end which modules it has loaded: `python module_lister.py --config FILE run`."""

import atexit
import json
import sys

from kiosk.cli.entry import main


def _tell() -> None:
    print(json.dumps(sorted(sys.modules)))  # noqa: T201 - said to the test


atexit.register(_tell)
main()
