"""The commands about the configuration: to check it, and to show it as it is understood."""

from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.program import app, chosen_file, configured, fail, say
from kiosk.sale import show
from kiosk.sale.events import Moment
from kiosk.sale.order import Product
from kiosk.sale.state import EntryShown, Kiosk
from kiosk.settings import Settings, SettingsError, rules, shown

config_app = typer.Typer(no_args_is_help=True, help="The configuration.")
app.add_typer(config_app, name="config")


@config_app.command("check")
def config_check() -> None:
    """Check the configuration, the wiring and the credentials."""
    from kiosk.app.devices.config import hardware_mistakes  # noqa: PLC0415 - the hardware is not for `kiosk orders`
    from kiosk.settings.credentials import read_credentials  # noqa: PLC0415 - with the check of keys comes cryptography

    settings = configured()
    wrong = [f"{chosen_file()}: {mistake}" for mistake in hardware_mistakes(settings)]
    try:
        read_credentials(settings)
    except SettingsError as error:
        wrong.append(str(error))
    if wrong:
        fail("\n".join(wrong), 2)
    if Product.ENTRY_CODE in settings.payment.products:
        _check_entry_code(settings)
    say("the configuration and the credentials are in order")


def _check_entry_code(settings: Settings) -> None:
    """The static code is known now, so it can be seen now whether the display can show it."""
    from kiosk.app.devices.config import board_config  # noqa: PLC0415 - likewise
    from kiosk.screens import CodeNotShowable, FontMissing, render  # noqa: PLC0415 - its fonts are not for the others

    numbers, size = rules(settings), board_config(settings).display.size
    shown = Kiosk(numbers, EntryShown(numbers.most, numbers.code_lifetime), orders={}, troubles={})
    panel = show.panel(shown, Moment(0.0, datetime.now(ZoneInfo(settings.gateway.timezone))))
    try:
        render(panel, language=settings.kiosk.language, size=size, mode="1")
    except CodeNotShowable as error:
        fail(f"payment.entry_code: {error}; it takes a larger display ([hardware.display])", 2)
    except FontMissing as error:
        fail(str(error), 1)


@config_app.command("show")
def config_show() -> None:
    """Show the configuration as it is understood, with secrets hidden."""
    from kiosk.app.devices.config import spelt_out  # noqa: PLC0415 - the hardware is not for `kiosk orders`

    print(shown(spelt_out(configured())))  # noqa: T201 - a program's word to its user
