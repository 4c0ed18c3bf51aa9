"""What all commands share, run as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from configurations import PLAIN, written

from kiosk.cli.entry import config_first


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "KIOSK_CONFIG": "/none.toml"},
    )


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ([], []),
        (["orders", "--json"], ["orders", "--json"]),
        (["config", "show", "--config", "a.toml"], ["--config", "a.toml", "config", "show"]),
        (["orders", "--config=a.toml", "--json"], ["--config=a.toml", "orders", "--json"]),
        (["--config", "a.toml", "orders"], ["--config", "a.toml", "orders"]),
        (["orders", "--config"], ["orders", "--config"]),
        (["order", "--", "--config", "a"], ["order", "--", "--config", "a"]),
    ],
)
def test_the_configuration_is_named_before_or_after_the_command(given: list[str], taken: list[str]) -> None:
    assert config_first(given) == taken


@pytest.mark.parametrize("place", [0, 1, 2])
def test_it_is_the_same_wherever_it_is_named(tmp_path: Path, place: int) -> None:
    words = ["config", "show"]
    words[place:place] = ["--config", str(written(tmp_path, PLAIN))]
    done = kiosk(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'id = "bench-7"' in done.stdout


@pytest.mark.parametrize("words", [[], ["orders"], ["config"], ["config", "check"]])
def test_help_has_a_short_name_everywhere(words: list[str]) -> None:
    short, long = kiosk(*words, "-h"), kiosk(*words, "--help")
    assert (short.returncode, short.stderr) == (0, "")
    assert short.stdout == long.stdout
    assert "Usage" in short.stdout
