"""Spoken prompts, by a real program in a directory of its own, which notes what it was to say."""

import logging
import time
from pathlib import Path

import pytest
from faces import faces

from kiosk.app.devices.voice import Voice, voice_mistakes
from kiosk.sale.money import Amount
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.settings.model import VoiceSection

PAID = Panel(Name.PAID, (Line(Text.PAID), Line(Text.AMOUNT, amount=Amount(1500, "KRW"))), Lights())
SCAN = Panel(Name.SCANNING, (Line(Text.HOLD_CODE, seconds=30), Line(Text.STAR_GIVES_UP)), Lights())
PROGRAM = (
    '#!/bin/sh\nfor word in "$@"; do printf "%s|" "$word" >> "{said}"; done\necho >> "{said}"\nexec sleep {lasts}\n'
)


class Heard:
    """A program that speaks, and what it said. `lasts`: seconds that it takes for that."""

    def __init__(self, directory: Path, name: str = "espeak-ng", lasts: int = 60) -> None:
        self.file = directory / name
        self._said = directory / f"{name}.said"
        self.file.write_text(PROGRAM.format(said=self._said, lasts=lasts))
        self.file.chmod(0o755)

    def lines(self, count: int) -> list[str]:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            said = self._said.read_text().splitlines() if self._said.exists() else []
            if len(said) >= count:
                return said
            time.sleep(0.02)
        pytest.fail("nothing was said")


def test_a_panel_is_said_in_the_language_of_its_shopper_and_once(tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    voice = Voice(VoiceSection(program=str(heard.file), speed=120, volume=180))
    voice.say(PAID, "ko")
    voice.say(PAID, "ko")
    assert heard.lines(1) == ["-v|ko|-s|120|-a|180|--|감사합니다. 1,500원|"]
    voice.say(Panel(Name.PAID, PAID.lines, Lights(), turned=True), "ko")
    assert heard.lines(2)[1] == "-v|en|-s|120|-a|180|--|Thank you!. KRW 1,500|"
    voice.close()


def test_keys_are_called_by_their_names_and_seconds_are_not_counted(tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    voice = Voice(VoiceSection(program=str(heard.file)))
    voice.say(SCAN, "en")
    first = heard.lines(1)
    assert " star  stop" in first[0]
    for seconds in (29, 28):
        voice.say(Panel(Name.SCANNING, (Line(Text.HOLD_CODE, seconds=seconds), SCAN.lines[1]), Lights()), "en")
    voice.say(PAID, "en")
    assert len(heard.lines(2)) == 2
    voice.close()


def test_what_is_new_ends_what_was_still_being_said(tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    voice = Voice(VoiceSection(program=str(heard.file)))
    voice.say(PAID, "en")
    heard.lines(1)
    first = voice.speaks
    voice.say(SCAN, "en")
    assert first is not None
    assert first.poll() is not None
    second = voice.speaks
    assert second is not None
    assert second.poll() is None
    voice.close()
    assert second.poll() is not None


def test_a_recorded_prompt_goes_before_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    player, program = Heard(tmp_path, "aplay"), Heard(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (tmp_path / "ko").mkdir()
    (tmp_path / "ko" / "paid.wav").touch()
    voice = Voice(VoiceSection(program=str(program.file), folder=str(tmp_path)))
    voice.say(PAID, "ko")
    assert player.lines(1) == [f"-q|{tmp_path}/ko/paid.wav|"]
    voice.say(SCAN, "ko")
    assert "카메라" in program.lines(1)[0]
    voice.close()


def test_a_voice_that_is_not_there_is_told_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    voice = Voice(VoiceSection(program=str(tmp_path / "none")))
    with caplog.at_level(logging.WARNING):
        for panel in (PAID, SCAN, PAID):
            voice.say(panel, "en")
    assert [record.getMessage() for record in caplog.records] == [f"voice: {tmp_path}/none: No such file or directory"]
    voice.close()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_screen_can_be_said(tmp_path: Path, language: str) -> None:
    voice = Voice(VoiceSection(program=str(Heard(tmp_path, lasts=0).file)))
    for face in faces(Amount(12_500, "KRW"), operator=("Kim", "02-1")):
        words = voice.command(face.panel, language)[-1]
        assert words.strip()
        assert not set("#*") & set(words), face.name
        assert "https" not in words, "a code is no prompt"


def test_a_program_or_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    program, folder = voice_mistakes(VoiceSection(program="espeak-none", folder=str(tmp_path / "none")))[:2]
    assert program.startswith('voice.program = "espeak-none": no such program here')
    assert folder.startswith(f'voice.folder = "{tmp_path}/none": no such directory')
    assert voice_mistakes(VoiceSection(program=str(Heard(tmp_path).file))) == ()
