"""Wrong texts at the edge of what can be read: how many count, and how many phones are read, beside the libraries.

`python tests/benchmarks/misreads.py [--phones N] [--quick] [--json FILE]`. Each phone is held before the camera for a
few frames, with a hand that is still, trembles or moves; its code is 0.9 to 3 pixels a module, more or less blurred and
noisy. What a library alone reads counts once it said so on two frames, as most programs have it.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import segno
import zxingcpp
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hardware.config import DecoderConfig
from hardware.decoding.libraries import zbar
from hardware.decoding.reader import reader
from hardware.decoding.sightings import Sightings

PHONES = 5000
QUICK = 100
FRAMES = 6  # of one phone
SIZE = (640, 360)
FIRST = 100_000  # the number of the first phone: the rule was chosen on those before
OURS, ZXING, ZBAR = "this decoder", "zxing-cpp, twice", "zbar, twice"
Grey = NDArray[np.uint8]
Read = Callable[[Grey, float], list[str]]


@dataclass(frozen=True)
class Row:
    """What became of the phones of one width of a module, in tenths of a pixel. `wrong`: phones by which a wrong text
    counted; `seconds`: the median until the right one did, of frames read one after the other.
    """

    reader: str
    tenths: int
    phones: int
    right: int
    wrong: int
    milliseconds: float


def held(number: int) -> tuple[str, int, list[Grey]]:
    """A phone's code, its module in tenths of a pixel, and the frames of it."""
    random = np.random.default_rng((18, number))
    code = "28" + "".join(str(digit) for digit in random.integers(0, 10, 22))
    wide = random.uniform(0.9, 3.0)
    drawn = _qr(code) if random.random() < 0.25 else _bars(code, random)
    size = (round(drawn.width * wide / 8), round(drawn.height * wide / 8))
    tremor = random.choice((0.1, 0.6, 2.5))  # pixels from frame to frame
    blur, noise = random.uniform(0, 0.45) * wide, random.uniform(0, 14)
    light = (random.uniform(10, 70), random.uniform(120, 250))
    turned = random.uniform(-4, 4)
    place = np.array([(SIZE[0] - size[0]) / 2, (SIZE[1] - size[1]) / 2]) + random.uniform(-20, 20, 2)
    frames = []
    for _ in range(FRAMES):
        place = place + random.normal(0, tremor, 2)
        seen = _laid(drawn, wide / 8, turned, place).filter(ImageFilter.GaussianBlur(blur))
        lit = light[0] + np.asarray(seen, np.float32) / 255 * (light[1] - light[0])
        frames.append(np.clip(lit + random.normal(0, noise, lit.shape), 0, 255).astype(np.uint8))
    return code, int(wide * 10), frames


def _bars(code: str, random: Generator) -> Image.Image:
    symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128)
    bars = np.asarray(zxingcpp.write_barcode_to_image(symbol, scale=1, add_quiet_zones=False))[:1]
    return _inked(np.pad(bars, ((0, 0), (12, 12)), constant_values=255).repeat(int(random.integers(20, 50)), 0))


def _qr(code: str) -> Image.Image:
    matrix = np.array([[0 if dark else 255 for dark in row] for row in segno.make_qr(code, error="m").matrix], np.uint8)
    return _inked(np.pad(matrix, 4, constant_values=255))


def _inked(modules: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(modules.repeat(8, 0).repeat(8, 1))


def _laid(drawn: Image.Image, scale: float, turned: float, place: NDArray[np.float64]) -> Image.Image:
    """The code at a place between pixels, each pixel the mean of what falls on it."""
    angle, fine = np.radians(turned), 3  # samples across a pixel
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    to_code = (
        *(cos / fine, sin / fine, -(cos * place[0] + sin * place[1])),
        *(-sin / fine, cos / fine, sin * place[0] - cos * place[1]),
    )
    size = (SIZE[0] * fine, SIZE[1] * fine)
    how = (Image.Transform.AFFINE, to_code, Image.Resampling.BILINEAR)
    return drawn.transform(size, *how, fillcolor=255).reduce(fine)


def show(phones: int, first: int = FIRST) -> list[Row]:
    """Show each phone to each reader, one after the other."""
    ours, formats, second = reader(), zxingcpp.barcode_formats_from_str("QRCode|Code128"), zbar()

    def with_sightings() -> Read:
        sightings = Sightings(DecoderConfig().sightings)
        return lambda frame, now: list(sightings.see(ours(Image.fromarray(frame)), now))

    def twice(read: Callable[[Grey], list[str]]) -> Callable[[], Read]:
        def made() -> Read:
            seen: Counter[str] = Counter()

            def counted(frame: Grey, _now: float) -> list[str]:
                seen.update(set(read(frame)))
                return [text for text, times in seen.items() if times > 1]

            return counted

        return made

    readers: dict[str, Callable[[], Read]] = {
        OURS: with_sightings,
        ZXING: twice(lambda frame: [code.text for code in zxingcpp.read_barcodes(frame, formats=formats)]),
        ZBAR: twice(lambda frame: [seen.text for seen in second.read(Image.fromarray(frame))]),
    }
    counts: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    took: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for number in range(first, first + phones):
        code, tenths, frames = held(number)
        for name, made in readers.items():
            key, read, began, right, wrong = (name, tenths), made(), time.perf_counter(), False, False
            for index, frame in enumerate(frames):
                texts = read(frame, index / 15)
                wrong |= any(text != code for text in texts)
                if code in texts and not right:
                    right = True
                    took[key].append(time.perf_counter() - began)
            counts[key].update(phones=1, right=right, wrong=wrong)
        sys.stderr.write(f"\r{number + 1 - first} of {phones} phones")
    return [
        Row(name, tenths, n["phones"], n["right"], n["wrong"], _median(took[name, tenths]))
        for (name, tenths), n in sorted(counts.items())
    ]


def _median(seconds: list[float]) -> float:
    return round(float(np.median(seconds)) * 1000, 2) if seconds else float("nan")


def report(rows: list[Row]) -> str:
    """Tables, for people."""
    names = list(dict.fromkeys(row.reader for row in rows))
    lines = ["", f"{'pixels a module':18}" + "".join(f"{name + ': read, wrong':>32}" for name in names)]
    ranges = {f"{low / 10:.1f} to {(low + 3) / 10:.1f}": range(low, low + 3) for low in range(9, 30, 3)}
    for name_of, tenths in {**ranges, "all": range(9, 31)}.items():
        lines.append(f"{name_of:18}" + "".join(_cell(rows, name, tenths) for name in names))
    return "\n".join(lines)


def _cell(rows: list[Row], name: str, tenths: range) -> str:
    of = [row for row in rows if row.reader == name and row.tenths in tenths]
    phones, right, wrong = (sum(getattr(row, what) for row in of) for what in ("phones", "right", "wrong"))
    time_ = float(np.median([row.milliseconds for row in of if row.right])) if right else float("nan")
    return f"{f'{right} of {phones} ({time_:.1f} ms), {wrong}':>32}"


def main() -> None:
    """Measure as asked, print a table, write JSON."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--phones", type=int, default=PHONES, help=f"how many ({PHONES})")
    asked.add_argument("--quick", action="store_true", help=f"{QUICK} of them: half a minute")
    asked.add_argument("--first", type=int, default=FIRST, help=argparse.SUPPRESS)
    asked.add_argument("--json", type=Path, metavar="FILE")
    options = asked.parse_args()
    rows = show(QUICK if options.quick else options.phones, options.first)
    sys.stdout.write(report(rows) + "\n")
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
