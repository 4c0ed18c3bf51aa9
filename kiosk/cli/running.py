"""The commands that run something until it is told to stop: the daemon, the demo, the local gateway."""

import asyncio
from typing import Annotated, Literal

import typer

from kiosk.cli.program import app, chosen_file, fail


@app.command()
def run() -> None:
    """Run the daemon, until SIGTERM."""
    from kiosk.cli.serve import serve  # noqa: PLC0415 - the daemon's weight is not for `kiosk orders`

    raise typer.Exit(serve(chosen_file()))


@app.command()
def demo(
    *,
    script: Annotated[
        bool, typer.Option("--script", help="Play a purchase of each product, without a person.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the front panel.")] = 8080,
    phone_port: Annotated[int, typer.Option(min=0, max=65535, help="Of the shopper's phone; 0: a free one.")] = 0,
    lang: Annotated[Literal["ko", "en"], typer.Option(help="Of display and front panel.")] = "en",
    display: Annotated[
        Literal["128x64", "128x128", "240x240", "320x240", "800x480"], typer.Option(help="Its size in pixels.")
    ] = "128x128",
    currency: Annotated[Literal["KRW", "SGD"], typer.Option(help="Of all amounts.")] = "KRW",
    slow: Annotated[bool, typer.Option("--slow", help="The gateway takes five seconds for each answer.")] = False,
) -> None:
    """Run the whole kiosk on this machine, without hardware and without an account."""
    from kiosk import demo as played  # noqa: PLC0415 - likewise
    from kiosk.app.opening import DaemonError  # noqa: PLC0415 - likewise

    try:
        look = played.Look(lang, display, currency)
        good = asyncio.run(played.script() if script else played.stage(port, phone_port, look, slow=slow))
    except KeyboardInterrupt:
        return
    except DaemonError as error:
        fail(str(error), 1)
    except OSError as error:
        fail(error.strerror or str(error), 1)
    if not good:
        raise typer.Exit(1)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where it listens, on 127.0.0.1.")] = 8070,
    notify_url: Annotated[str, typer.Option(help="Where NOTIFICATIONs go whose order names no other address.")] = "",
) -> None:
    """Run the local gateway alone, with the demo's keys."""
    from kiosk import demo as played  # noqa: PLC0415 - likewise

    try:
        asyncio.run(played.gateway_alone(port, notify_url))
    except KeyboardInterrupt:
        return
    except OSError as error:
        fail(error.strerror or str(error), 1)
