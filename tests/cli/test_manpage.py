"""kiosk(1): of every command, and fit for man itself."""

import subprocess
import sys
from importlib.resources import files

from kiosk.cli import commands  # noqa: F401 - which adds every command
from kiosk.cli.manpage import page
from kiosk.cli.program import app


def test_the_page_that_is_kept_is_what_the_commands_say() -> None:
    command = [sys.executable, "-m", "kiosk.cli.manpage", "--check", str(files("kiosk.cli") / "kiosk.1")]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0


def test_every_command_is_on_it() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(names) > 15
    for name in (*names, "outbox show", "outbox retry", "config check"):
        assert f".SS kiosk {name}" in page().replace("\\-", "-"), name


def test_groff_has_no_complaint() -> None:
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
