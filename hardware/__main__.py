"""The bench: `python -m hardware` tries a board's parts one by one, without a kiosk and without money.

With --config FILE it takes the board from that file's [hardware]; without, the board of README.md beside this file.
"""

import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from hardware.board import open_board
from hardware.config import BoardConfig
from hardware.decoding.decoder import Decoder
from hardware.display.panels import unfit
from hardware.display.sign import sign
from hardware.display.supervised import test_card
from hardware.errors import DeviceError
from hardware.pins.drawing import wiring_svg
from hardware.pins.wiring import mistakes, wires
from hardware.ports import Board, Health, KeyEvent, Lamp, Part, Pattern, Tune
from hardware.table import board_from

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Try the parts of a board, one by one.")
out = Console(highlight=False)
LIT = 0.7  # seconds for each pattern of a lamp


class _Chosen:
    board = BoardConfig("raspberrypi")


def _fail(line: str) -> NoReturn:
    typer.echo(line)  # in one piece, however narrow the terminal
    raise typer.Exit(1)


@app.callback()
def _bench(config: Annotated[Path | None, typer.Option(help="A kiosk's configuration file.")] = None) -> None:
    """Try the parts of a board, one by one."""
    if config:
        try:
            _Chosen.board = board_from(tomllib.loads(config.read_text(encoding="utf-8")).get("hardware", {}))
        except (OSError, ValueError, KeyError, TypeError) as error:
            _fail(f"{config}: {error}; try: kiosk --config {config} config check")


@contextmanager
def _board() -> Iterator[Board]:
    board = open_board(_Chosen.board)
    try:
        yield board
    except DeviceError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        pass
    finally:
        board.close()


@app.command()
def wiring(svg: Annotated[Path | None, typer.Option(help="Draw it as well, to this file.")] = None) -> None:
    """Show which wire goes where, and what is wrong with that."""
    if svg:
        svg.write_text(wiring_svg(_Chosen.board), encoding="utf-8")
    table = Table("GPIO", "header pin", "part", "use")
    for wire in sorted(wires(_Chosen.board), key=lambda wire: wire.header or 0):
        table.add_row(str(wire.pin), str(wire.header or "none"), wire.part, wire.use)
    out.print(table)
    wrong = (*mistakes(_Chosen.board), *unfit(_Chosen.board.display))
    for line in wrong:
        typer.echo(line)
    raise typer.Exit(1 if wrong else 0)


def _parts(board: Board) -> dict[str, Part]:
    parts: dict[str, Part | None] = {
        "keypad": board.keypad,
        "lamps": board.lamps,
        "buzzer": board.buzzer,
        "display": board.display,
        "camera": board.camera,
        "release": board.release,
    }
    return {name: part for name, part in parts.items() if part is not None}


@app.command()
def test() -> None:
    """Test every part that can be tested without a person. Nothing is released."""
    found: list[Health] = []
    with _board() as board:
        table = Table("part", "what", "finding")
        for name, part in _parts(board).items():
            with out.status(f"testing the {name}"):
                health = part.self_test()
            found.append(health)
            table.add_row(name, health.what, health.fault or ("in order" if health.present else "not there"))
        decoder = Decoder(_Chosen.board.decoder)
        health = decoder.self_test()
        decoder.close()
        found.append(health)
        table.add_row("decoder", health.what, health.fault or "in order")
        out.print(table)
    raise typer.Exit(0 if all(health.healthy for health in found) else 1)


@app.command()
def keys() -> None:
    """Show each key that is pressed, until Ctrl-C."""
    out.print("press keys; Ctrl-C ends it")

    def on_key(event: KeyEvent) -> None:
        out.print(f"{event.keys}  {event.action}", markup=False)

    def on_fault(fault: str | None) -> None:
        typer.echo(fault or "the keypad works again")

    with _board() as board:
        board.keypad.listen(on_key, on_fault)
        while True:
            time.sleep(1)


@app.command()
def lamps() -> None:
    """Light each lamp in each pattern."""
    with _board() as board:
        for lamp in Lamp:
            for pattern in (Pattern.ON, Pattern.SLOW, Pattern.FAST):
                out.print(f"{lamp}: {pattern}")
                board.lamps.show({**dict.fromkeys(Lamp, Pattern.OFF), lamp: pattern})
                time.sleep(LIT)


@app.command()
def tunes() -> None:
    """Play each tune."""
    with _board() as board:
        if board.buzzer is None:
            raise DeviceError("no buzzer is configured ([hardware.buzzer])")
        for tune in Tune:
            out.print(str(tune))
            board.buzzer.play(tune)
            time.sleep(2 * LIT)


@app.command()
def card(seconds: Annotated[float, typer.Option(help="How long to show it.")] = 10) -> None:
    """Draw a test card on the display."""
    with _board() as board:
        began = time.monotonic()
        board.display.show(test_card(board.display.size, board.display.mode))
        out.print(f"{board.display.health().what}: drawn in {(time.monotonic() - began) * 1000:.0f} ms")
        time.sleep(seconds)


@app.command()
def look(seconds: Annotated[float, typer.Option(help="How long to look.")] = 60) -> None:
    """Print what the camera reads. Of long numbers, which may be payment codes, only the ends."""
    with _board() as board:
        if board.camera is None:
            raise DeviceError("no camera is configured ([hardware.camera])")
        decoder = Decoder(_Chosen.board.decoder)
        try:
            board.camera.prepare()
            board.camera.start()
            frames, end = 0, time.monotonic() + seconds
            while time.monotonic() < end:
                frame = board.camera.frame(0.5)
                frames += frame is not None
                for text in decoder.read(frame) if frame is not None else ():
                    out.print(f"{_hidden(text)}  after {frames} frames", markup=False)
            out.print(f"{frames / seconds:.1f} frames a second")
        finally:
            decoder.close()


@app.command()
def pulse() -> None:
    """Drive the release once, after a yes: goods come out, a barrier opens."""
    typer.confirm("Goods may come out, or a barrier open. Drive the release?", abort=True)
    with _board() as board:
        began = time.monotonic()
        board.release.fire()
        out.print(f"released, and confirmed after {time.monotonic() - began:.2f} s")


@app.command()
def off(
    say: Annotated[list[str] | None, typer.Option(help="A line to leave on the display; may be given again.")] = None,
) -> None:
    """Leave everything safe: lamps dark, release at rest, display blank or with words. For when nobody serves."""
    trouble = []
    with _board() as board:
        for name, part in _parts(board).items():
            if name in ("lamps", "release", "display"):
                try:
                    part.prepare()
                except DeviceError as error:
                    trouble.append(f"{name}: {error}")
        if say:
            try:
                board.display.show(sign(tuple(say), board.display.size, board.display.mode))
                board.display.rest(1)  # dimmed: nobody knows for how long it stays
                board.display.leave()
            except DeviceError:
                pass  # told above
    for line in trouble:
        typer.echo(line)
    raise typer.Exit(1 if trouble else 0)


def _hidden(text: str) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) < 12 else f"{text[:2]}{'*' * (len(text) - 6)}{text[-4:]}"


if __name__ == "__main__":
    app()
