"""Where `kiosk` begins. The daemon goes straight to work; everything else goes by the command line's library, which,
with its tables, is not held by a board of 512 MB that sells.
"""

import gc
import os
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType


def main() -> None:
    """Run the daemon, or another command."""
    words = config_first(sys.argv[1:])
    match words:
        case ["run"]:
            sys.exit(_run(None))
        case ["--config", file, "run"]:
            sys.exit(_run(Path(file)))
        case [word, "run"] if word.startswith("--config="):
            sys.exit(_run(Path(word.removeprefix("--config="))))
        case _:
            from kiosk.cli.commands import command  # noqa: PLC0415 - not in the daemon

            command(words)


def _run(config: Path | None) -> int:
    """Run the daemon; how it ended. What is imported is no garbage: none is looked for until it is in service."""
    gc.disable()
    # or zoneinfo reads all that Python was built with to learn where zones are, a third of a megabyte
    os.environ.setdefault("PYTHONTZPATH", "/usr/share/zoneinfo")
    # httpx and uvicorn have command lines too, which load click, rich and multiprocessing; nothing here asks them
    sys.modules["httpx._main"] = None  # type: ignore[assignment] # so the import system knows "there is none"
    _instead("uvicorn.main", Server=None, main=None, run=None)
    # pydantic would look for plugins in everything that is installed, and load zipfile and csv to do so
    _instead("pydantic.plugin._loader", get_plugins=tuple)
    # uvicorn reads no file of how to log; what else wants such files, later, has the true modules
    _instead("logging.config")
    _instead("configparser", RawConfigParser=None)
    from kiosk.cli.serve import serve  # noqa: PLC0415 - the daemon's weight is not for the other commands

    del sys.modules["logging.config"], sys.modules["configparser"]
    return serve(config)


def _instead(module: str, **names: object) -> None:
    """A module that has these names only, which a library takes from it."""
    sys.modules[module] = ModuleType(module)
    vars(sys.modules[module]).update(names)


def config_first(words: Sequence[str]) -> list[str]:
    """The words of a command line, with --config before the command, wherever it was given."""
    chosen: list[str] = []
    others: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            others += [word, *rest]
        elif word == "--config":
            file = [*islice(rest, 1)]
            (chosen if file else others).extend([word, *file])
        elif word.startswith("--config="):
            chosen.append(word)
        else:
            others.append(word)
    return [*chosen, *others]
