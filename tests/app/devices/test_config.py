"""The configuration's [hardware], spelt out for a person: what the file does not say is what the board has."""

import tomllib
from pathlib import Path

import pytest
from configurations import PLAIN, written

from kiosk.app.devices.config import board_config, spelt_out
from kiosk.settings import Settings, load, shown

BUZZER = "\n[hardware.buzzer]\npin = 18\n"


@pytest.mark.parametrize("text", ["", '\n[hardware.lamps]\nkind = "rgb"\nred = 5\ngreen = 6\nblue = 13\n', BUZZER])
def test_it_is_the_same_board_and_leaves_nothing_out(tmp_path: Path, text: str) -> None:
    settings = load(written(tmp_path, PLAIN + text))
    said = tomllib.loads(shown(spelt_out(settings)))
    assert board_config(Settings(**said)) == board_config(settings)
    hardware = said["hardware"]
    assert hardware["board"] == "raspberrypi"
    assert (hardware["release"]["pin"], hardware["release"]["confirm"]) == (26, False)
    assert (hardware["display"]["driver"], hardware["display"]["large"]) == ("sh1107", False)
    assert ("buzzer" in hardware) == (text == BUZZER)
