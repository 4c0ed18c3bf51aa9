"""Spoken prompts, for people who see little: by a program that speaks, or from recorded files, to the headphone jack.

What is newly said ends what was still being said. A voice that fails is told once in the log, and stops nothing.
"""

import logging
import shutil
import subprocess
from pathlib import Path

from kiosk.sale.panel import Panel
from kiosk.screens import Language, lines
from kiosk.screens.texts import spoken
from kiosk.settings.model import VoiceSection

_log = logging.getLogger(__name__)
KEYS = {"ko": {"#": "우물정자", "*": "별표"}, "en": {"#": "hash", "*": "star"}}


class Voice:
    """Says what a panel says, when it says something else than before. All calls return within a few milliseconds.

    `speaks`: the program that says it, or said it last.
    """

    def __init__(self, section: VoiceSection) -> None:
        self._section = section
        self.speaks: subprocess.Popen[bytes] | None = None
        self._said: tuple[object, ...] = ()
        self._fails = False

    def say(self, panel: Panel, language: Language) -> None:
        """Say it, in the language that this shopper reads; the seconds that pass are not said."""
        said = (panel.name, panel.amount, panel.turned, *(line.text for line in panel.lines))
        if said == self._said:
            return
        self._said = said
        self._stop()
        try:
            self.speaks = subprocess.Popen(  # noqa: S603 - the operator's program, and no shell
                self.command(panel, language),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._fails = False
        except OSError as error:
            if not self._fails:
                _log.warning("voice: %s: %s", self._section.program, error.strerror, extra={"EVENT": "Voice"})
            self._fails = True

    def close(self) -> None:
        """Say no more."""
        self._stop()

    def command(self, panel: Panel, language: Language) -> list[str]:
        """The program that says it, with its words."""
        told = spoken(panel, language)
        file = self._recorded(panel, told)
        if file:
            return ["aplay", "-q", str(file)]
        words = ". ".join(lines(panel, language))
        for key, name in KEYS[told].items():
            words = words.replace(key, f" {name} ")
        section = self._section
        return [section.program, "-v", told, "-s", str(section.speed), "-a", str(section.volume), "--", words]

    def _recorded(self, panel: Panel, told: Language) -> Path | None:
        """`FOLDER/ko/paid.wav`: by the language, and the name of the heading's text."""
        if not self._section.folder:
            return None
        file = Path(self._section.folder) / told / f"{panel.lines[0].text}.wav"
        return file if file.is_file() else None

    def _stop(self) -> None:
        if self.speaks is not None:
            self.speaks.kill()
            self.speaks.wait()
            self.speaks = None


def voice_mistakes(section: VoiceSection) -> tuple[str, ...]:
    """One line, which begins with its key, for each mistake."""
    wrong = []
    if shutil.which(section.program) is None:
        wrong.append(
            f'voice.program = "{section.program}": no such program here; expected espeak-ng (apt install espeak-ng)'
        )
    if section.folder and not Path(section.folder).is_dir():
        wrong.append(f'voice.folder = "{section.folder}": no such directory; expected one with ko/ and en/')
    if section.folder and shutil.which("aplay") is None:
        wrong.append(f'voice.folder = "{section.folder}": nothing plays files here; apt install alsa-utils')
    return tuple(wrong)
