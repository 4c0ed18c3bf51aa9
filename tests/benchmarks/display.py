"""What a display costs: `python tests/benchmarks/display.py [--json FILE]`.

Each panel is driven as the kiosk drives it, by luma's own drivers on a bus in memory (tests/support/display_bus.py), so
the times are the host's alone; the bytes are those that would go over the wire.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import numpy as np
from display_bus import DisplayBench
from interleaved import Figure
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from hardware.config import Bus, DisplayConfig
from hardware.display.opening import open_panel
from hardware.display.panels import PANELS, OpenPanel

FRAMES = 40
SIZES = {"ssd1306": (128, 64), "sh1106": (128, 64), "ssd1309": (128, 64), "st7789": (240, 240)}  # else the largest
COLUMNS = {
    "panel": "panel",
    "ms": "host, ms a picture",
    "whole": "bytes, whole picture",
    "least": "bytes, the least",
    "ratio": "ratio",
    "same": "bytes, same picture",
    "digit": "bytes, one digit changed",
}


def measure(*, quick: bool) -> Iterator[Figure]:  # noqa: ARG001 - it is quick
    """Of each panel, what a digit more costs on the wire, and a picture the host."""
    for row in panels():
        yield Figure("display", f"{row['panel']}: a digit more", float(row["digit"]), "bytes", kept=True)
        yield Figure("display", f"{row['panel']}: a picture, the host's part", float(row["ms"]), "ms")


def panels() -> list[dict[str, str | float]]:
    """A row for each panel, with the keys of COLUMNS; the median of FRAMES pictures in which every pixel may change."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Image.Image.getdata", DeprecationWarning)  # luma's
        return [_row(name) for name, panel in PANELS.items() if panel.sizes]


def _row(name: str) -> dict[str, str | float]:
    panel = PANELS[name]
    width, height = SIZES.get(name) or max(panel.sizes)
    bus = panel.buses[0]
    bench = DisplayBench(DisplayConfig(name, width, height, panel.mode, bus, 1 if bus is Bus.I2C else 0))
    bench.panel.data = bench.panel.command = _nobody  # its memory is for tests; here it would be measured as well
    device = open_panel(bench.config, bench.pins, bench.buses)
    pictures = [_noise((width, height), panel.mode, seed) for seed in range(FRAMES)]
    times, whole = [], 0
    for picture in pictures:
        device.forget()
        began = time.perf_counter()
        whole = _sent(bench, device, picture)
        times.append((time.perf_counter() - began) * 1000)
    same = _sent(bench, device, pictures[-1])
    _sent(bench, device, _amount((width, height), panel.mode, "15,000"))
    digit = _sent(bench, device, _amount((width, height), panel.mode, "15,800"))
    device.close(blank=True)
    least = width * height * panel.shades.value // 8
    return {
        "panel": f"{name} {width}x{height}, {bus}",
        "ms": round(statistics.median(times), 2),
        "whole": whole,
        "least": least,
        "ratio": round(whole / least, 2),
        "same": same,
        "digit": digit,
    }


def _sent(bench: DisplayBench, device: OpenPanel, picture: Image.Image) -> int:
    """How many bytes the picture takes."""
    before = bench.bytes
    device.draw(picture)
    return bench.bytes - before


def _noise(size: tuple[int, int], mode: str, seed: int) -> Image.Image:
    width, height = size
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)).convert(mode)


def _amount(size: tuple[int, int], mode: str, text: str) -> Image.Image:
    picture = Image.new(mode, size)
    font = ImageFont.load_default(size[1] // 3)
    ImageDraw.Draw(picture).text((size[0] // 2, size[1] // 2), text, "white", font, "mm")
    return picture


def _nobody(_: object) -> None:
    """Take what is sent."""


def main() -> None:
    """Print the table, and write the rows as JSON where that is asked for."""
    parser = argparse.ArgumentParser(description="What a display costs: time of the host, bytes on the wire.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to this file as well")
    given = parser.parse_args()
    rows = panels()
    table = Table(*COLUMNS.values())
    for row in rows:
        table.add_row(*(str(row[key]) for key in COLUMNS))
    Console().print(table)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
