"""`kiosk init`: a first configuration, written by asking seven questions; and what to do next."""

import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from kiosk.app.printable import printable
from kiosk.cli.plain import complain
from kiosk.cli.program import Yes, app, chosen_file, fail, say
from kiosk.settings import SettingsError, load

COLUMN = 45  # characters, where the example's comments begin
USUAL = Path("/etc/kiosk/kiosk.toml")  # whose state is in /var/lib/kiosk


@dataclass(frozen=True, slots=True)
class Question:
    """One value of the configuration. `choices`: the only ones; none: any that the configuration takes."""

    key: str
    asks: str
    default: str
    choices: tuple[str, ...] = ()


QUESTIONS = (
    Question("kiosk.id", "the kiosk's id, which begins each order's", "kiosk-0001"),
    Question("kiosk.language", "the language of the display", "ko", ("ko", "en")),
    Question(
        "gateway.base_url",
        "the gateway (in production https://acgateway.uqpay.com)",
        "https://acgateway.sandbox.uqpay.tech",
    ),
    Question("gateway.client_id", "the client id that UQPAY gave you", "M0001"),
    Question("gateway.sign_id", "the sign id that UQPAY gave you", "K0001"),
    Question("payment.kind", "what is sold", "vending", ("vending", "parking")),
    Question("hardware.board", "the board", "raspberrypi", ("raspberrypi", "simulated")),
)


@app.command()
def init(
    *,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing, and take what would be offered.")] = False,
    yes: Yes = False,
) -> None:
    """Write a commented configuration by asking seven questions, and make the directory for the credentials."""
    file = chosen_file()
    if file.exists() and not yes:
        if defaults or not sys.stdin.isatty():
            fail(f"{file} is there already: say --yes to write it anew", 2)
        if not typer.confirm(printable(f"{file} is there already. Write it anew?")):
            fail("nothing was written", 1)
    answers = {question.key: (question.default if defaults else _asked(question)) for question in QUESTIONS}
    answers["payment.description"] = "Parking" if answers["payment.kind"] == "parking" else "Vending machine"
    secrets, state = file.parent / "credentials", file.parent / "state"
    if file != USUAL:
        answers |= {"kiosk.credentials_dir": str(secrets), "kiosk.state_dir": str(state)}
    text = filled(files("kiosk.settings").joinpath("example.toml").read_text(encoding="utf-8"), answers)
    try:
        for directory in (secrets, *((state,) if file != USUAL else ())):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{error.filename}: can't be written: {error.strerror}; name another file with --config", 1)
    _told(file, secrets)


def filled(example: str, answers: dict[str, str]) -> str:
    """The example, with the answers in the place of its values; what else it shows as a default stays a comment."""
    section = ""
    lines = []
    for line in example.splitlines():
        section = line[1:].partition("]")[0] if line.startswith("[") else section
        name, equals, behind = line.removeprefix("# ").partition(" = ")
        answer = answers.get(f"{section}.{name}") if equals else None
        lines.append(line if answer is None else _set(name, answer, behind))
    return _without_optional(lines)


def _set(name: str, value: str, behind: str) -> str:
    _, mark, comment = behind.partition(" #")
    return f'{name} = "{value}"'.ljust(COLUMN) + f"#{comment}" if mark else f'{name} = "{value}"'


def _without_optional(lines: list[str]) -> str:
    """Where results and NOTIFICATIONs go is nothing that anybody can guess: those sections stay comments."""
    out, off = [], False
    for line in lines:
        if line.startswith("["):
            off = line.startswith(("[notifications.webhook]", "[listener]"))
        out.append(f"# {line}" if off and line and not line.startswith("#") else line)
    return "\n".join(out) + "\n"


def _asked(question: Question) -> str:
    choices = f" ({' or '.join(question.choices)})" if question.choices else ""
    while True:
        answer = str(typer.prompt(f"{question.asks}{choices}", default=question.default, err=True)).strip()
        if '"' in answer or "\\" in answer or not answer.isprintable():
            complain("expected a value without quotes and backslashes")
        elif question.choices and answer not in question.choices:
            complain(f"expected {' or '.join(question.choices)}")
        else:
            return answer


def _told(file: Path, secrets: Path) -> None:
    say(f"written: {file}")
    try:
        settings = load(file)
    except SettingsError as error:
        fail(str(error), 2)
    say(f"now put the secrets into {secrets}, one file each, mode 600: transaction-key and notification-key")
    where = f" --config {file}" if file != USUAL else ""
    say(f"then: kiosk{where} config check")
    say(
        f"and:  kiosk{where} run"
        if where or settings.hardware.board == "simulated"
        else "and:  systemctl restart kiosk"
    )
