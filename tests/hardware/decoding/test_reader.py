"""Reading codes off planes: what is tried, in which order, and what it reads."""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray
from phone_frames import SIZES, Condition, Scene, empty, phone, shot
from PIL import Image
from pyzbar import pyzbar

from hardware.decoding import reader as reading
from hardware.decoding.libraries import Attempt, Seen, Zbar, Zxing, _whatever_it_raises, zbar, zxing
from hardware.decoding.protocol import Code, Library, Symbol
from hardware.decoding.reader import (
    ANYWAY,
    BESIDE,
    BUDGET,
    MOST_PIXELS,
    Reader,
    Step,
    Voice,
    _enlarged,
    both,
    reader,
    zbar_alone,
)
from hardware.decoding.sightings import Sightings

CODE = "281010897274821897274821"
EMPTY = np.full((720, 1280), 100, np.uint8)
Grey = NDArray[np.uint8]
Read = Callable[[Grey], list[Code]]


def texts(codes: list[Code]) -> list[str]:
    return list(dict.fromkeys(code.text for code in codes))


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt is made: what can be read is asked here, not how fast this machine is today."""
    monkeypatch.setattr(reading, "BUDGET", math.inf)
    monkeypatch.setattr(reading, "BESIDE", math.inf)


def off_arrays(made: Reader) -> Read:
    """The reader, of planes as they are made here."""
    return lambda plane: made(Image.fromarray(plane))


@pytest.fixture(scope="module")
def best() -> Read:
    return off_arrays(reader())


@pytest.fixture(scope="module")
def second() -> Read:
    return off_arrays(zbar_alone(zbar()))


# --- the frames of the benchmark, a few of each ---


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("condition", [one for one in Condition if one is not Condition.EMPTY])
def test_what_zxing_or_zbar_read_alone_is_read_here(best: Read, condition: Condition, size: tuple[int, int]) -> None:
    for number in range(3):
        taken = shot(condition, size, number)
        alone = {code.text for code in zxingcpp.read_barcodes(taken.frame)}
        alone |= {code.data.decode() for code in pyzbar.decode(taken.frame)}
        assert taken.code not in alone or taken.code in texts(best(taken.frame))


@pytest.mark.parametrize("number", range(20))
def test_nothing_is_read_where_nothing_is(best: Read, second: Read, number: int) -> None:
    assert (best(empty(number)), second(empty(number))) == ([], [])


@pytest.mark.parametrize("symbol", list(Symbol))
def test_it_says_which_symbol_a_text_was_read_from(best: Read, second: Read, symbol: Symbol) -> None:
    picture = phone(CODE, Scene(), qr=symbol is Symbol.QR, code128=symbol is Symbol.CODE128)
    assert {(code.symbol, code.text) for code in best(picture)} == {(symbol, CODE)}
    assert {code.by for code in best(picture)} == set(Library)
    assert {(code.symbol, code.text, code.by) for code in second(picture)} == {(symbol, CODE, Library.ZBAR)}


@pytest.mark.parametrize("scene", [Scene(turned=8), Scene(blur=1.0), Scene(light=0.35), Scene(turned=90)])
def test_pyzbar_alone_reads_photos_that_are_not_quite_straight_or_sharp_or_bright(second: Read, scene: Scene) -> None:
    assert texts(second(phone(CODE, scene))) == [CODE]


def test_pyzbar_alone_reads_no_other_symbols_either(second: Read) -> None:
    ean = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    picture = np.pad(np.asarray(zxingcpp.write_barcode_to_image(ean, scale=4), dtype=np.uint8), 40, constant_values=255)
    assert pyzbar.decode(picture)[0].data == b"4006381333931"
    assert second(picture) == []


def test_a_qr_that_fills_the_frame_is_read(best: Read) -> None:
    matrix = np.array([[0 if dark else 255 for dark in row] for row in segno.make_qr(CODE).matrix], np.uint8)
    assert texts(best(np.pad(matrix, 2, constant_values=255).repeat(28, 0).repeat(28, 1))) == [CODE]


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (16, 16), (2, 4000)])
def test_planes_of_any_shape_are_read(best: Read, second: Read, shape: tuple[int, int]) -> None:
    plane = np.full(shape, 128, np.uint8)
    assert (best(plane), second(plane)) == ([], [])


# --- what came up in the field ---


@pytest.mark.parametrize("size", [2, 3, 16])
def test_a_part_of_a_split_qr_is_no_code(best: Read, second: Read, size: int) -> None:
    for part in segno.make_sequence("2810060200123456789012342810060200" * 2, symbol_count=size):
        matrix = np.array([[0 if dark else 255 for dark in row] for row in part.matrix], np.uint8)
        plane = np.pad(matrix, 4, constant_values=255).repeat(8, 0).repeat(8, 1)
        for turned in range(4):
            turned_plane = np.ascontiguousarray(np.rot90(plane, turned))
            assert (best(turned_plane), second(turned_plane)) == ([], [])


@pytest.mark.parametrize("mode", ["2810" * 6, "HTTPS://X.EXAMPLE", "https://x.example/a", "카카오페이"])
@pytest.mark.parametrize("level", "lmqh")
def test_a_whole_qr_of_any_kind_is_one(best: Read, mode: str, level: str) -> None:
    made = segno.make_qr(mode, error=level, encoding="utf-8" if mode == "카카오페이" else None)
    matrix = np.array([[0 if dark else 255 for dark in row] for row in made.matrix], np.uint8)
    assert texts(best(np.pad(matrix, 4, constant_values=255).repeat(8, 0).repeat(8, 1))) == [mode]


def test_a_poster_does_not_hide_the_code_beside_it(best: Read) -> None:
    poster = np.array([[0 if dark else 255 for dark in row] for row in segno.make_qr("https://shop.example").matrix])
    plane = phone(CODE, Scene(turned=90), qr=False).copy()
    square = np.pad(poster.astype(np.uint8), 4, constant_values=255).repeat(5, 0).repeat(5, 1)
    plane[10 : 10 + len(square), 10 : 10 + len(square)] = square
    assert set(texts(best(plane))) == {"https://shop.example", CODE}


def test_a_phone_in_its_dark_mode_is_read(best: Read, second: Read) -> None:
    assert texts(best(255 - phone(CODE, Scene(), code128=False))) == [CODE]
    assert texts(second(255 - phone(CODE, Scene(), code128=False))) == [CODE]


def test_a_text_is_the_codes_bytes_and_no_persons_reading_of_it(best: Read) -> None:
    bars = zxingcpp.create_barcode("(01)04012345678901", zxingcpp.BarcodeFormat.Code128, gs1=True)
    picture = np.asarray(zxingcpp.write_barcode_to_image(bars, scale=3), np.uint8)
    assert "(" not in "".join(texts(best(np.pad(picture.repeat(2, 0), 30, constant_values=255))))


def test_a_library_that_raises_loses_its_vote_on_that_frame_alone() -> None:
    def broken(_plane: Image.Image) -> list[Seen]:
        raise ValueError("4294967295 is not a valid ZBarOrientation")

    def out_of_memory(_plane: Image.Image) -> list[Seen]:
        raise MemoryError  # the cage's limit: that ends the process

    plane = Image.new("L", (2, 2))
    assert _whatever_it_raises(broken, plane) == []
    with pytest.raises(MemoryError):
        _whatever_it_raises(out_of_memory, plane)


def field(name: str, corner: tuple[int, int]) -> Grey:
    """A piece of a frame from the field, where it was."""
    with Image.open(Path(__file__).parent / "misread" / f"{name}.png") as piece:
        pixels = np.asarray(piece.convert("L"))
    plane = EMPTY.copy()
    plane[corner[0] : corner[0] + pixels.shape[0], corner[1] : corner[1] + pixels.shape[1]] = pixels
    return plane


@pytest.mark.parametrize(
    ("name", "right"), [("whole-frame", "512080962965256040783570"), ("quick-look", "998063196890343343692376")]
)
def test_a_misread_with_a_right_check_sum_never_counts(best: Read, name: str, right: str) -> None:
    """zxing-cpp misreads the first ones on all their pixels, and the second ones on every other pixel."""
    sightings, wrong = Sightings(2), set[str]()
    for now in range(10):
        codes = best(field(f"{name}-{now % 2}", (270, 420)))
        assert set(sightings.see(codes, now / 15)) <= {right}
        wrong |= {code.text for code in codes} - {right}
    assert bool(wrong) == (name == "whole-frame")


# --- what this machine has ---


def not_here() -> Zbar:
    raise ImportError("Unable to find zbar shared library")


def no_wheel() -> Zxing:
    raise ImportError("No module named 'zxingcpp'")


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (reader, ["zxing-cpp", "pyzbar"]),
        (lambda: reader(second=not_here), ["zxing-cpp"]),
        (lambda: reader(first=no_wheel), ["pyzbar"]),
    ],
    ids=["both libraries", "zxing-cpp alone", "pyzbar alone"],
)
def test_whatever_this_machine_has_is_used_and_said(found: object, what: list[str]) -> None:
    made = found()
    assert made.what == ", then ".join(what)
    assert texts(off_arrays(made)(phone(CODE, Scene(turned=5)))) == [CODE]


def test_pyzbar_without_the_systems_library_is_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "pyzbar"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr("ctypes.util.find_library", "lib{}-that-is-not-there.so.0".format)
    with pytest.raises(ImportError, match=r"libzbar-that-is-not-there\.so\.0"):
        zbar()


def test_with_neither_library_it_says_what_to_install() -> None:
    with pytest.raises(ImportError, match="pip install zxing-cpp, or apt install libzbar0"):
        reader(first=no_wheel, second=not_here)


def test_both_read_a_frame_that_neither_reads_at_once() -> None:
    """Deep noise, far away: only smoothed or smaller."""
    made = both(zxing(), zbar())
    shots = [shot(Condition.CRACKED, SIZES[2], number) for number in range(10)]
    taken = [(one.code, Image.fromarray(one.frame)) for one in shots]
    quick = sum(code in [seen.text for seen in zxing().quick(plane)] for code, plane in taken)
    assert sum(code in texts(made(plane)) for code, plane in taken) > quick


# --- the order of attempts ---


class Attempts:
    """Attempts that are written down, and read nothing but what they are told to."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.reads: dict[str, list[Seen]] = {}
        self.takes: dict[str, float] = {}  # seconds, of a clock of its own
        self.clock = 0.0
        self.planes: dict[str, tuple[int, ...]] = {}

    def named(self, name: str) -> Attempt:
        def attempt(plane: Image.Image) -> list[Seen]:
            self.made.append(name)
            self.planes[name] = (plane.height, plane.width)
            self.clock += self.takes.get(name, 0.0)
            return self.reads.get(name, [])

        return attempt

    def monotonic(self) -> float:
        return self.clock


@pytest.fixture
def attempts() -> Attempts:
    return Attempts()


@pytest.fixture
def made(attempts: Attempts) -> Read:
    one, two, three = (Voice(Library.ZXING, attempts.named(name)) for name in ("one", "two", "three"))
    steps = (Step(one), Step(two, whole=True), Step(three))
    voices = tuple(Voice(library, attempts.named(library.name)) for library in Library)
    return off_arrays(Reader("attempts", attempts.named("quick"), voices, steps))


BUSY = shot(Condition.CLEAN, SIZES[1], 0).frame


def test_on_a_frame_that_is_not_busy_only_the_quick_attempt_is_made_but_now_and_then(
    attempts: Attempts, made: Reader
) -> None:
    for _ in range(ANYWAY):
        assert made(EMPTY) == []
    assert attempts.made == ["quick"] * ANYWAY + ["one"]
    assert (attempts.planes["quick"], attempts.planes["one"]) == ((360, 640), (720, 1280))


def test_where_the_quick_look_finds_a_code_both_libraries_read_it_and_its_own_reading_counts_nothing(
    attempts: Attempts, made: Reader
) -> None:
    attempts.reads["quick"] = [Seen(Symbol.QR, "misread", 0, 0, 640, 360)]
    attempts.reads["ZXING"] = attempts.reads["ZBAR"] = [Seen(Symbol.QR, CODE, 10, 20, 30, 40)]
    assert made(BUSY) == [Code(Symbol.QR, CODE, library, (20, 30)) for library in Library]
    assert attempts.made == ["quick", "ZXING", "ZBAR"]


@pytest.mark.parametrize("agree", [True, False])
def test_what_was_read_is_covered_up_and_the_rest_is_looked_at_for_a_moment_or_as_long_as_there_is_doubt(
    attempts: Attempts, made: Read, monkeypatch: pytest.MonkeyPatch, *, agree: bool
) -> None:
    monkeypatch.setattr(reading, "BESIDE", BESIDE)
    monkeypatch.setattr(reading, "time", attempts)
    attempts.reads["quick"] = [Seen(Symbol.QR, "poster", 0, 0, 20, 20)]  # the phone is in the middle
    attempts.reads["ZXING"] = [Seen(Symbol.QR, "poster", 0, 0, 40, 40)]
    attempts.reads["ZBAR"] = attempts.reads["ZXING"] if agree else []
    attempts.takes["one"] = BESIDE + 0.001
    assert {code.text for code in made(BUSY)} == {"poster"}
    assert attempts.made == ["quick", "ZXING", "ZBAR", "one", *([] if agree else ["two", "three"])]
    attempts.made.clear()
    made(BUSY)
    assert attempts.made[3] == ("two" if agree else "one")  # it goes on where it stopped


def test_what_the_libraries_do_not_find_again_is_looked_for_with_care(attempts: Attempts, made: Read) -> None:
    attempts.reads["quick"] = [Seen(Symbol.CODE128, "misread", 250, 100, 390, 150)]
    assert made(BUSY) == []
    assert attempts.made == ["quick", "ZXING", "ZBAR", "one", "two", "three"]


@pytest.mark.parametrize("beside", [(700, 10, 740, 40), (-300, -300, -200, -200), (10, 400, 20, 450)])
def test_a_library_that_finds_a_code_beside_the_plane_loses_it_and_nothing_else(
    attempts: Attempts, made: Read, beside: tuple[int, int, int, int]
) -> None:
    attempts.reads["quick"] = [Seen(Symbol.QR, "misread", *beside)]
    attempts.reads["one"] = [Seen(Symbol.QR, CODE, 100, 100, 200, 200), Seen(Symbol.QR, "misread", *(2000, 2000) * 2)]
    assert [code.text for code in made(BUSY)] == [CODE, "misread"]
    assert attempts.made == ["quick", "one", "ZBAR"]


def test_on_a_busy_frame_the_others_follow_until_one_reads_something(attempts: Attempts, made: Read) -> None:
    attempts.reads["two"] = [Seen(Symbol.CODE128, CODE, 100, 200, 300, 240)]
    attempts.reads["ZBAR"] = [Seen(Symbol.CODE128, "another", 132, 16, 532, 26)]
    assert made(BUSY) == [
        Code(Symbol.CODE128, CODE, Library.ZXING, (200, 0)),
        Code(Symbol.CODE128, "another", Library.ZBAR, (200, 0)),
    ]
    assert attempts.made == ["quick", "one", "two", "ZBAR"]
    assert attempts.planes["one"] < attempts.planes["two"] == BUSY.shape
    assert attempts.planes["ZBAR"] == (43, 664)  # the code and around it, its bars twice as wide and a quarter as long


def test_when_there_is_no_time_for_an_attempt_it_is_the_first_on_the_next_frame(
    attempts: Attempts, made: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BUDGET", BUDGET)
    monkeypatch.setattr(reading, "time", attempts)
    attempts.takes["one"] = BUDGET + 0.01
    assert made(BUSY) == made(BUSY) == []
    assert attempts.made == ["quick", "one", "quick", "two", "three", "one"]
    made(BUSY)
    assert attempts.made[6:] == ["quick", "one"]


def test_an_enlarged_plane_has_its_limit() -> None:
    assert _enlarged(Image.new("L", (200, 100))).size == (600, 300)
    assert math.prod(_enlarged(Image.new("L", (1920, 1080))).size) <= MOST_PIXELS * 1.01
    assert _enlarged(Image.new("L", (4000, 3000))).size == (4000, 3000)
