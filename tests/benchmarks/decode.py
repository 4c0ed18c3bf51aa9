"""The decoder beside what else there is: how many phones each reads, how long it takes, what it reads where nothing is.

`python tests/benchmarks/decode.py [--frames N] [--quick] [--false-reads N] [--json FILE]`. Every reader sees every
frame, one reader after the other on the same frame, so that what else the machine does disturbs all alike. A frame
counts as read when the right code is among what was read on it alone, so nobody gains from earlier frames.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from jsqr import jsqr
from phone_frames import SIZES, Condition, Grey, Size, empty, shot
from PIL import Image

from hardware.config import DecoderConfig
from hardware.decoding.decoder import Decoder
from hardware.decoding.reader import reader
from hardware.decoding.sightings import Sightings

OURS, WHOLE_WAY, EXAMPLE, ZXING, OPENCV, ZBARIMG, JSQR = (
    "this decoder",
    "the same, as a process",
    "pyzbar, picamera2's example",
    "zxing-cpp",
    "OpenCV QRCodeDetector",
    "zbarimg",
    "jsQR on node",
)
CONVERSION = "grey to four bytes a pixel"  # not a reader, and not printed
PASS = "one pass over the plane"
FIRST = 1000  # the number of the first frame: the strategy was chosen on those before
FRAMES = 528  # 16 of each condition and size
EMPTIES = 3  # times as many frames without a phone: they differ more
FALSE_READS = 10_000
Read = Callable[[Grey], list[str]]


@dataclass(frozen=True)
class Row:
    """What one reader made of the frames of one condition and size. `milliseconds`: the median for a frame;
    `slow`: what nine of ten stay below.
    """

    reader: str
    condition: str
    size: str
    frames: int
    right: int
    wrong: int
    milliseconds: float
    slow: float


def measure(frames: int = FRAMES, sizes: Sequence[Size] = SIZES) -> list[Row]:
    """Show about as many frames to each reader; at least one of each condition and size."""
    each = max(1, round(frames / len(Condition) / len(sizes)))
    rows = []
    with _readers() as readers:
        for size in sizes:
            for condition in Condition:
                rows += _rows(readers, condition, size, each)
    return rows


def _rows(readers: dict[str, Read], condition: Condition, size: Size, frames: int) -> list[Row]:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    took: defaultdict[str, list[float]] = defaultdict(list)
    if condition is Condition.EMPTY:
        frames *= EMPTIES
    for number in range(FIRST, FIRST + frames):
        taken = shot(condition, size, number)
        for name, read in readers.items():
            began = time.perf_counter()
            texts = read(taken.frame)
            took[name].append(time.perf_counter() - began)
            right[name] += taken.code in texts
            wrong[name] += any(text != taken.code for text in texts)
    size_name = f"{size[0]}x{size[1]}"
    return [
        Row(name, condition, size_name, frames, right[name], wrong[name], _median(took[name]), _slow(took[name]))
        for name in readers
    ]


def _median(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 3)


def _slow(seconds: list[float]) -> float:
    return round(float(np.percentile(seconds, 90)) * 1000, 3)


@contextlib.contextmanager
def _readers() -> Iterator[dict[str, Read]]:
    ours = reader()
    formats = zxingcpp.barcode_formats_from_str("QRCode|Code128")
    opencv = cv2.QRCodeDetector()
    cv2.setNumThreads(1)  # nobody else uses more

    def alone(frame: Grey) -> list[str]:
        return [code.text for code in ours(Image.fromarray(frame))]

    def as_a_process(frame: Grey) -> list[str]:
        decoder.reset()
        return list(decoder.read(frame))

    def one_pass(frame: Grey) -> list[str]:
        frame.sum()
        return []

    colours: dict[tuple[int, ...], Grey] = {}

    def example(frame: Grey) -> list[str]:
        return [code.data.decode(errors="replace") for code in pyzbar.decode(colours[frame.shape])]

    def as_the_camera_gives_it(frame: Grey) -> list[str]:
        """Not timed: the example's camera makes four bytes of each pixel, and ours the grey plane."""
        colours.clear()
        colours[frame.shape] = np.dstack([frame] * 4)
        return []

    decoder = Decoder(DecoderConfig(sightings=1))
    with contextlib.closing(decoder), jsqr() as on_node:
        decoder.self_test()
        readers: dict[str, Read] = {
            PASS: one_pass,
            OURS: alone,
            WHOLE_WAY: as_a_process,
            CONVERSION: as_the_camera_gives_it,
            EXAMPLE: example,
            ZXING: lambda frame: [code.text for code in zxingcpp.read_barcodes(frame, formats=formats)],
            OPENCV: lambda frame: [text for text in opencv.detectAndDecode(frame)[:1] if text],
            ZBARIMG: _zbarimg,
        }
        yield readers | ({JSQR: on_node} if on_node else {})
        if fault := decoder.health().last_fault:
            raise RuntimeError(fault)  # what it did not read was then not for the frames


def _zbarimg(frame: Grey) -> list[str]:
    """Of zbar-tools; a process for each frame, as scripts use it."""
    header = f"P5 {frame.shape[1]} {frame.shape[0]} 255\n".encode()
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-Scode128.enable", "PGM:-"],
        input=header + frame.tobytes(),
        capture_output=True,
        check=False,
    )
    return done.stdout.decode(errors="replace").split()


@dataclass(frozen=True)
class FalseReads:
    """Of frames without a code: how many this decoder read something on, and how often a text would have counted."""

    frames: int
    read: int
    counted: int


def false_reads(frames: int = FALSE_READS) -> FalseReads:
    """Show frames without a code, as one long scan: by twos of one scene, so that two readings could add up."""
    ours, sightings = reader(), Sightings(DecoderConfig().sightings)
    read = counted = 0
    for number in range(frames):
        codes = ours(Image.fromarray(empty(number)))
        read += bool(codes)
        counted += bool(sightings.see(codes, number / 15))
    return FalseReads(frames, read, counted)


def report(rows: list[Row], false: FalseReads | None) -> str:
    """Tables, for people."""
    names = [name for name in dict.fromkeys(row.reader for row in rows) if name != CONVERSION]
    readers = [name for name in names if name != PASS]
    phones = [condition for condition in Condition if condition is not Condition.EMPTY]
    lines = ["", "Frames read, per cent", _line("", readers)]
    for condition in (*phones, "overall"):
        of = [row for row in rows if row.condition == condition or (condition == "overall" and row.condition in phones)]
        lines.append(_line(condition, [_rate(of, name) for name in readers]))
    lines += ["", "Frames on which a wrong text was read", _line("", readers)]
    lines.append(_line("", [str(sum(row.wrong for row in rows if row.reader == name)) for name in readers]))
    for what, conditions in (("with a phone", phones), ("without", [Condition.EMPTY])):
        lines += ["", f"Milliseconds for a frame {what}, median", _line("", names)]
        for size in dict.fromkeys(row.size for row in rows):
            of = [row for row in rows if row.size == size and row.condition in conditions]
            lines.append(_line(size, [f"{_time(of, name):.2f}" for name in names]))
            if conditions == [Condition.EMPTY]:
                slow = {row.reader: row.slow for row in of}
                lines.append(_line(" nine of ten", [f"{slow[name]:.2f}" for name in names]))
    nothing = [row for row in rows if row.size == "1280x720" and row.condition == Condition.EMPTY]
    lines += [
        "",
        "An empty frame at 1280x720, beside this decoder's time (alone; as a process, frame and answer carried)",
    ]
    for name in (EXAMPLE, PASS):
        one, other = (_time(nothing, name) / _time(nothing, ours) for ours in (OURS, WHOLE_WAY))
        lines.append(f"{name}: {_times(one)}; {_times(other)}")
    if false:
        lines += ["", f"{false.frames} frames without a code: {false.read} misread, {false.counted} texts counted"]
    return "\n".join(lines)


def _line(first: str, cells: list[str]) -> str:
    return f"{first:12}" + "".join(f"{cell:>29}" for cell in cells)


def _rate(rows: list[Row], name: str) -> str:
    of = [row for row in rows if row.reader == name]
    return f"{100 * sum(row.right for row in of) / sum(row.frames for row in of):.1f}"


def _time(rows: list[Row], name: str) -> float:
    """The median over conditions of the median over frames: conditions have as many frames each."""
    return statistics.median(row.milliseconds for row in rows if row.reader == name)


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times as long" if ratio >= 1 else f"1/{1 / ratio:.1f} as long"


def main() -> None:
    """Measure as asked, print tables, write JSON."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--frames", type=int, default=FRAMES, help=f"about how many ({FRAMES})")
    asked.add_argument("--quick", action="store_true", help="one frame of each kind: half a minute")
    asked.add_argument(
        "--false-reads", type=int, default=0, metavar="N", help=f"also N frames without a code ({FALSE_READS})"
    )
    asked.add_argument("--json", type=Path, metavar="FILE")
    options = asked.parse_args()
    rows = measure(1 if options.quick else options.frames)
    false = false_reads(options.false_reads) if options.false_reads else None
    sys.stdout.write(report(rows, false) + "\n")
    if options.json:
        found = {"rows": [asdict(row) for row in rows], "false_reads": asdict(false) if false else None}
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
