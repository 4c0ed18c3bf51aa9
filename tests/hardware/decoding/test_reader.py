"""Reading codes off planes: what is tried, in which order, and what it reads."""

import math

import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray
from phone_frames import SIZES, Condition, Scene, empty, phone, shot
from pyzbar import pyzbar

from hardware.decoding import reader as reading
from hardware.decoding.libraries import Attempt, Zbar, Zxing, zbar, zxing
from hardware.decoding.protocol import Code, Symbol
from hardware.decoding.reader import ANYWAY, BUDGET, MOST_PIXELS, Reader, Step, _enlarged, both, reader, zbar_alone

CODE = "281010897274821897274821"
EMPTY = np.full((720, 1280), 100, np.uint8)
Grey = NDArray[np.uint8]


def texts(codes: list[Code]) -> list[str]:
    return list(dict.fromkeys(code.text for code in codes))


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt is made: what can be read is asked here, not how fast this machine is today."""
    monkeypatch.setattr(reading, "BUDGET", math.inf)


@pytest.fixture(scope="module")
def best() -> Reader:
    return reader()


@pytest.fixture(scope="module")
def second() -> Reader:
    return zbar_alone(zbar())


# --- the frames of the benchmark, a few of each ---


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("condition", [one for one in Condition if one is not Condition.EMPTY])
def test_what_zxing_or_zbar_read_alone_is_read_here(best: Reader, condition: Condition, size: tuple[int, int]) -> None:
    for number in range(3):
        taken = shot(condition, size, number)
        alone = {code.text for code in zxingcpp.read_barcodes(taken.frame)}
        alone |= {code.data.decode() for code in pyzbar.decode(taken.frame)}
        assert taken.code not in alone or taken.code in texts(best(taken.frame))


@pytest.mark.parametrize("number", range(20))
def test_nothing_is_read_where_nothing_is(best: Reader, second: Reader, number: int) -> None:
    assert (best(empty(number)), second(empty(number))) == ([], [])


@pytest.mark.parametrize("symbol", list(Symbol))
def test_it_says_which_symbol_a_text_was_read_from(best: Reader, second: Reader, symbol: Symbol) -> None:
    picture = phone(CODE, Scene(), qr=symbol is Symbol.QR, code128=symbol is Symbol.CODE128)
    assert set(best(picture)) == set(second(picture)) == {Code(symbol, CODE)}


@pytest.mark.parametrize("scene", [Scene(turned=8), Scene(blur=1.0), Scene(light=0.35), Scene(turned=90)])
def test_pyzbar_alone_reads_photos_that_are_not_quite_straight_or_sharp_or_bright(second: Reader, scene: Scene) -> None:
    assert texts(second(phone(CODE, scene))) == [CODE]


def test_pyzbar_alone_reads_no_other_symbols_either(second: Reader) -> None:
    ean = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    picture = np.pad(np.asarray(zxingcpp.write_barcode_to_image(ean, scale=4), dtype=np.uint8), 40, constant_values=255)
    assert pyzbar.decode(picture)[0].data == b"4006381333931"
    assert second(picture) == []


def test_a_qr_that_fills_the_frame_is_read(best: Reader) -> None:
    matrix = np.array([[0 if dark else 255 for dark in row] for row in segno.make_qr(CODE).matrix], np.uint8)
    assert texts(best(np.pad(matrix, 2, constant_values=255).repeat(28, 0).repeat(28, 1))) == [CODE]


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (16, 16), (2, 4000)])
def test_planes_of_any_shape_are_read(best: Reader, second: Reader, shape: tuple[int, int]) -> None:
    plane = np.full(shape, 128, np.uint8)
    assert (best(plane), second(plane)) == ([], [])


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
    assert [word for word in made.what.split() if word[0].isalpha() and word != "then"] == what
    assert texts(made(phone(CODE, Scene(turned=5)))) == [CODE]


def test_with_neither_library_it_says_what_to_install() -> None:
    with pytest.raises(ImportError, match="pip install zxing-cpp, or apt install libzbar0"):
        reader(first=no_wheel, second=not_here)


def test_both_read_a_frame_that_neither_reads_at_once() -> None:
    """Deep noise, far away: only smoothed or smaller."""
    made = both(zxing(), zbar())
    frames = [shot(Condition.CRACKED, SIZES[2], number) for number in range(10)]
    quick = sum(taken.code in texts(zxing().quick(taken.frame)) for taken in frames)
    assert sum(taken.code in texts(made(taken.frame)) for taken in frames) > quick


# --- the order of attempts ---


class Attempts:
    """Attempts that are written down, and read nothing but what they are told to."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.reads: dict[str, list[Code]] = {}
        self.takes: dict[str, float] = {}  # seconds, of a clock of its own
        self.clock = 0.0
        self.planes: dict[str, tuple[int, ...]] = {}

    def named(self, name: str) -> Attempt:
        def attempt(plane: Grey) -> list[Code]:
            self.made.append(name)
            self.planes[name] = plane.shape
            self.clock += self.takes.get(name, 0.0)
            return self.reads.get(name, [])

        return attempt

    def monotonic(self) -> float:
        return self.clock


@pytest.fixture
def attempts() -> Attempts:
    return Attempts()


@pytest.fixture
def made(attempts: Attempts) -> Reader:
    steps = (Step(attempts.named("one")), Step(attempts.named("two"), whole=True), Step(attempts.named("three")))
    return Reader("attempts", attempts.named("quick"), steps)


BUSY = shot(Condition.CLEAN, SIZES[1], 0).frame


def test_on_a_frame_that_is_not_busy_only_the_quick_attempt_is_made_but_now_and_then(
    attempts: Attempts, made: Reader
) -> None:
    for _ in range(ANYWAY):
        assert made(EMPTY) == []
    assert attempts.made == ["quick"] * ANYWAY + ["one"]
    assert (attempts.planes["quick"], attempts.planes["one"]) == ((360, 640), (720, 1280))


def test_what_the_quick_attempt_reads_is_enough(attempts: Attempts, made: Reader) -> None:
    attempts.reads["quick"] = [Code(Symbol.QR, CODE)]
    assert made(BUSY) == [Code(Symbol.QR, CODE)]
    assert attempts.made == ["quick"]


def test_on_a_busy_frame_the_others_follow_until_one_reads_something(attempts: Attempts, made: Reader) -> None:
    attempts.reads["two"] = [Code(Symbol.CODE128, CODE)]
    assert made(BUSY) == [Code(Symbol.CODE128, CODE)]
    assert attempts.made == ["quick", "one", "two"]
    assert attempts.planes["one"] < attempts.planes["two"] == BUSY.shape


def test_when_there_is_no_time_for_an_attempt_it_is_the_first_on_the_next_frame(
    attempts: Attempts, made: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BUDGET", BUDGET)
    monkeypatch.setattr(reading, "time", attempts)
    attempts.takes["one"] = BUDGET + 0.01
    assert made(BUSY) == made(BUSY) == []
    assert attempts.made == ["quick", "one", "quick", "two", "three", "one"]
    made(BUSY)
    assert attempts.made[6:] == ["quick", "one"]


def test_an_enlarged_plane_has_its_limit() -> None:
    assert _enlarged(np.zeros((100, 200), np.uint8)).shape == (300, 600)
    assert _enlarged(np.zeros((1080, 1920), np.uint8)).size <= MOST_PIXELS * 1.01
    assert _enlarged(np.zeros((3000, 4000), np.uint8)).shape == (3000, 4000)
