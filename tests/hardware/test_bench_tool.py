"""`python -m hardware`: what a technician sees, with the wiring of a configuration and on a machine without any."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardware.__main__ import _hidden, app
from hardware.config import BoardConfig, BuzzerConfig, ReleaseConfig
from hardware.pins.drawing import wiring_svg
from hardware.pins.header import HEADER
from hardware.pins.wiring import wires
from hardware.simulated.board import SimulatedBoard
from hardware.table import board_from

README = Path(__file__).parents[2]


def bench(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hardware", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        input=given,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "160"},
        cwd=README,
    )


def test_the_wiring_is_a_table_of_every_pin() -> None:
    done = bench("wiring")
    assert done.returncode == 0
    for wire in wires(BoardConfig("raspberrypi")):
        assert any(
            [str(wire.pin), str(wire.header), wire.part] == line.replace("│", " ").split()[:3]
            for line in done.stdout.splitlines()
        ), wire


def test_what_is_wrong_with_a_configuration_is_said_and_ends_with_1(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text("[hardware.release]\npin = 17\n[hardware.display]\nwidth = 100\n")
    done = bench("--config", str(config), "wiring")
    assert done.returncode == 1
    assert "GPIO17" in done.stdout
    assert "100x128" in done.stdout


@pytest.mark.parametrize("text", ["[hardware", '[hardware.lamps]\nkind = "candles"', "[hardware.lamps]\nkind = 'rgb'"])
def test_a_configuration_that_makes_no_sense_is_one_line(tmp_path: Path, text: str) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(text)
    done = bench("--config", str(config), "wiring")
    assert done.returncode == 1
    assert "kiosk --config" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["lamps", "tunes", "card", "look"])
def test_without_hardware_a_part_says_in_one_line_what_is_missing(command: str) -> None:
    done = bench(command)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (
        ("GPIO" in done.stdout)
        or ("display" in done.stdout)
        or ("buzzer" in done.stdout)
        or ("picamera2" in done.stdout)
    )


def test_the_release_is_driven_only_after_a_yes() -> None:
    done = bench("pulse", given="n\n")
    assert done.returncode == 1
    assert "Aborted" in done.stderr
    done = bench("pulse", given="y\n")
    assert done.returncode == 1
    assert "GPIO" in done.stdout


def test_every_part_is_tested_and_those_that_are_missing_are_named() -> None:
    done = bench("test")
    assert done.returncode == 1
    for part in ("keypad", "lamps", "display", "camera", "release", "decoder"):
        assert part in done.stdout
    assert "in order" in done.stdout  # the decoder works anywhere
    assert "Traceback" not in done.stderr


def test_leaving_a_board_safe_names_what_it_could_not_reach() -> None:
    done = bench("off")
    assert done.returncode == 1
    assert "release" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("say", "shows"), [(("--say", "Out of order"), "words"), ((), "nothing")])
def test_a_board_that_is_left_safe_keeps_the_words_on_its_display(
    monkeypatch: pytest.MonkeyPatch, say: tuple[str, ...], shows: str
) -> None:
    board = SimulatedBoard()
    monkeypatch.setattr("hardware.__main__.open_board", lambda _config: board)
    done = CliRunner().invoke(app, ["off", *say])
    assert done.exit_code == 0, done.output
    assert (board.display.image.getbbox() is not None) is (shows == "words")


def test_long_numbers_are_hidden_but_for_their_ends() -> None:
    assert _hidden("281012345678901234567890") == "28******************7890"
    assert _hidden("test") == "test"


def test_the_picture_in_the_readme_is_of_the_wiring_it_names() -> None:
    import tomllib  # noqa: PLC0415 - for this test alone

    table = tomllib.loads((README / ".readme" / "wiring.toml").read_text(encoding="utf-8"))["hardware"]
    board = board_from(table)
    assert board == BoardConfig("raspberrypi", buzzer=BuzzerConfig(18), release=ReleaseConfig(confirm=4))
    assert (README / ".readme" / "wiring.svg").read_text(encoding="utf-8") == wiring_svg(board)


def test_each_wire_is_drawn_from_its_part_to_its_pin() -> None:
    board = BoardConfig("raspberrypi")
    svg = wiring_svg(board)
    assert svg.count("<path ") == len(wires(board))
    for wire in wires(board):
        assert f"{wire.use} \u00b7 GPIO{wire.pin}" in svg
        assert f"GPIO{wire.pin} {HEADER[wire.pin]}<" in svg or f">{HEADER[wire.pin]} GPIO{wire.pin}<" in svg
