"""The commands about the configuration: to check it, and to show it as it is understood."""

import contextlib
import tomllib
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.plain import complain, write
from kiosk.cli.program import Json, app, chosen_file, configured, fail, load_again, say, say_json
from kiosk.sale import show
from kiosk.sale.events import Moment
from kiosk.sale.order import Product
from kiosk.sale.state import EntryShown, Kiosk
from kiosk.settings import Settings, SettingsError, rules, shown
from kiosk.settings.fitness import unfit
from kiosk.settings.reading import placed

config_app = typer.Typer(no_args_is_help=True, help="The configuration.")
app.add_typer(config_app, name="config")


@config_app.command("check")
def config_check(*, as_json: Json = False) -> None:
    """Check the configuration, the wiring and the credentials."""
    wrong: list[str] = []
    warnings: list[str] = []
    sections: frozenset[str] = frozenset()
    try:
        settings: Settings | None = load_again()
    except SettingsError as error:
        wrong, settings, sections = [str(error)], error.rest, error.sections
    if settings:
        wrong += _together(settings, board="hardware" not in sections)
        warnings += _warnings(settings) if "hardware" not in sections else ()
    if as_json:
        mistakes = [line for lines in wrong for line in lines.splitlines()]
        heights = _heights(settings) if settings and not wrong else {}
        say_json({"ok": not wrong, "mistakes": mistakes, "warnings": warnings, "letters_mm": heights})
        raise typer.Exit(2 if wrong else 0)
    for warning in warnings:
        complain(f"warning: {warning}")
    if wrong:
        fail("\n".join(wrong), 2)
    if settings and (heights := _heights(settings)):
        told = ", ".join(f"{name} {height:.1f} mm" for name, height in heights.items())
        say(f"the smallest letters: {told}")
    say("the configuration and the credentials are in order")


def _together(settings: Settings, *, board: bool) -> Iterator[str]:
    """What is wrong with values that are right by themselves, with what they name, and with the machine. `board`:
    whether [hardware] is understood.
    """
    from kiosk.app.devices.config import hardware_mistakes  # noqa: PLC0415 - the hardware is not for `kiosk orders`
    from kiosk.app.devices.voice import voice_mistakes  # noqa: PLC0415 - likewise
    from kiosk.screens import FontMissing, find_fonts  # noqa: PLC0415 - its fonts are not for the others
    from kiosk.settings.credentials import needed, read_credentials  # noqa: PLC0415 - with keys comes cryptography

    about_board = hardware_mistakes(settings) if board else ()
    about_voice = voice_mistakes(settings.voice) if settings.voice else ()
    service = "service-pin" in needed(settings)
    yield from placed(chosen_file(), (*about_board, *about_voice, *unfit(settings, service=service)))
    try:
        find_fonts()
        if Product.ENTRY_CODE in settings.payment.products and board and not about_board:
            yield from placed(chosen_file(), _unshowable(settings))
    except FontMissing as error:
        yield str(error)
    try:
        read_credentials(settings)
    except SettingsError as error:
        yield str(error)


def _warnings(settings: Settings) -> Iterator[str]:
    """What shoppers would trip over."""
    from kiosk.app.devices.config import hardware_mistakes  # noqa: PLC0415 - likewise
    from kiosk.app.devices.legibility import illegible  # noqa: PLC0415 - likewise
    from kiosk.screens import FontMissing  # noqa: PLC0415 - likewise

    if not hardware_mistakes(settings):
        with contextlib.suppress(FontMissing):  # which is a mistake
            yield from placed(chosen_file(), tuple(illegible(settings)))


def _heights(settings: Settings) -> dict[str, float]:
    """How tall letters are, in mm, where the pixels' pitch is known."""
    from kiosk.app.devices.legibility import heights  # noqa: PLC0415 - likewise

    return heights(settings)


def _unshowable(settings: Settings) -> Iterator[str]:
    """The static code is known now, so it can be seen now whether the display can show it."""
    from kiosk.app.devices.config import board_config  # noqa: PLC0415 - likewise
    from kiosk.screens import CodeNotShowable, render  # noqa: PLC0415 - likewise

    numbers, size = rules(settings), board_config(settings).display.size
    shown = Kiosk(numbers, EntryShown(numbers.most, numbers.code_lifetime), orders={}, troubles={})
    panel = show.panel(shown, Moment(0.0, datetime.now(ZoneInfo(settings.gateway.timezone))))
    try:
        render(panel, language=settings.kiosk.language, size=size, mode="1")
    except CodeNotShowable as error:
        yield f"payment.entry_code: {error}; it takes a larger display ([hardware.display])"


@config_app.command("show")
def config_show(*, as_json: Json = False) -> None:
    """Show the configuration as it is understood; of addresses, which may hold secrets, the scheme and the host."""
    from kiosk.app.devices.config import spelt_out  # noqa: PLC0415 - the hardware is not for `kiosk orders`

    text = shown(spelt_out(configured()))
    if as_json:
        say_json(tomllib.loads(text))
    else:
        write(text)
