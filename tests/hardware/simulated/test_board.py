"""The simulated board keeps to the contracts of `hardware.ports`, as strictly as a real one would."""

import threading
import time
import zlib
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from waits import soon

from hardware.board import open_board
from hardware.config import BoardConfig, DisplayConfig
from hardware.errors import DeviceError, ReleaseJammed
from hardware.ports import Board, Health, KeyAction, KeyEvent, Lamp, Pattern, Tune
from hardware.simulated.board import SimulatedBoard
from hardware.simulated.camera import DULL, SimulatedCamera
from hardware.simulated.part import SimulatedPart

KINDS = ["PNG", "JPEG"]


@pytest.fixture
def board() -> Iterator[SimulatedBoard]:
    board = SimulatedBoard(settle=0.02)
    yield board
    board.close()


def _png(size: tuple[int, int] = (60, 40), value: int = 200) -> bytes:
    out = BytesIO()
    Image.new("L", size, value).save(out, "PNG")
    return out.getvalue()


def _no_fault(fault: str | None) -> None:
    raise AssertionError(fault)


def test_it_is_a_board() -> None:
    display = DisplayConfig(width=240, height=320, mode="RGB", rotate=1)
    board: Board = open_board(BoardConfig("simulated", display=display))
    assert (board.display.size, board.display.mode) == ((320, 240), "RGB")
    board.close()


def test_keys_come_in_order_and_from_a_thread_of_the_keypads_own(board: SimulatedBoard) -> None:
    heard: list[tuple[str, int]] = []
    board.keypad.listen(lambda event: heard.append((event.keys, threading.get_ident())), _no_fault)
    board.keypad.press("1500#*ABCD")
    soon(lambda: len(heard) == 10)
    assert "".join(key for key, _ in heard) == "1500#*ABCD"
    assert {thread for _, thread in heard} != {threading.get_ident()}
    assert len({thread for _, thread in heard}) == 1


def test_what_is_no_key_is_refused_and_presses_nothing(board: SimulatedBoard) -> None:
    heard: list[str] = []
    board.keypad.listen(lambda event: heard.append(event.keys), _no_fault)
    with pytest.raises(ValueError, match="no such key"):
        board.keypad.press("1x")
    board.keypad.press("2")
    soon(lambda: heard == ["2"])


def test_lamps_that_are_not_named_keep_their_pattern(board: SimulatedBoard) -> None:
    board.lamps.show({Lamp.READY: Pattern.ON})
    board.lamps.show({Lamp.PAID: Pattern.FAST})
    assert board.lamps.patterns[Lamp.READY] is Pattern.ON
    assert board.lamps.patterns[Lamp.PAID] is Pattern.FAST
    board.close()
    assert set(board.lamps.patterns.values()) == {Pattern.OFF}


@pytest.mark.parametrize(("size", "mode"), [((64, 128), "1"), ((128, 128), "L"), ((127, 64), "1")])
def test_a_picture_of_another_size_or_mode_is_the_callers_mistake(
    board: SimulatedBoard, size: tuple[int, int], mode: str
) -> None:
    with pytest.raises(ValueError, match="for a display of"):
        board.display.show(Image.new(mode, size))


def test_the_display_keeps_its_own_copy(board: SimulatedBoard) -> None:
    picture = Image.new("1", (128, 128))
    board.display.show(picture)
    picture.putpixel((0, 0), 255)
    assert board.display.image.getpixel((0, 0)) == 0


def test_the_camera_sees_what_is_held_before_it_for_a_while_and_then_a_dull_nothing(board: SimulatedBoard) -> None:
    board.camera.start()
    board.camera.look(_png(), seconds=0.2)
    frame = board.camera.frame(0.5)
    assert frame is not None
    assert (frame.shape, frame.dtype) == ((40, 60), np.dtype(np.uint8))
    assert board.camera.seen() is not None

    def dull() -> bool:
        frame = board.camera.frame(0.5)
        return frame is not None and frame.shape == (480, 640) and bool((frame == DULL).all())

    soon(dull)
    assert board.camera.seen() is None


def test_a_camera_that_was_not_started_or_was_stopped_gives_no_frame(board: SimulatedBoard) -> None:
    assert board.camera.frame(0.01) is None
    board.camera.start()
    with pytest.raises(RuntimeError):
        board.camera.start()
    board.camera.stop()
    board.camera.stop()
    assert board.camera.frame(0.01) is None
    board.camera.start()


def test_a_large_picture_is_scaled_down_and_a_huge_one_refused(board: SimulatedBoard) -> None:
    board.camera.start()
    board.camera.look(_png((4000, 1000)))
    frame = board.camera.frame(0.5)
    assert frame is not None
    assert frame.shape == (480, 1920)
    with pytest.raises(ValueError, match="megapixels"):
        board.camera.look(_png((5000, 5000)))


@pytest.mark.parametrize("body", [b"", b"not a picture", _png()[:40], b"GIF89a" + bytes(40)])
def test_what_is_no_picture_is_refused_in_one_line(board: SimulatedBoard, body: bytes) -> None:
    with pytest.raises(ValueError, match="no picture") as error:
        board.camera.look(body)
    assert len(str(error.value).splitlines()) == 1


def test_a_release_confirms_by_itself(board: SimulatedBoard) -> None:
    board.release.fire()
    assert board.release.released == 1
    assert board.release.confirm() is False


def test_a_release_can_be_confirmed_by_hand() -> None:
    board = SimulatedBoard(settle=30)
    fired = threading.Thread(target=board.release.fire)
    fired.start()
    soon(board.release.confirm)
    fired.join(5)
    assert board.release.released == 1
    board.close()


def test_a_jam_stops_the_release_under_way_or_the_next_one(board: SimulatedBoard) -> None:
    assert board.release.jam() is True
    with pytest.raises(ReleaseJammed):
        board.release.fire()
    assert board.release.released == 0
    board.release.fire()
    assert board.release.released == 1


@pytest.mark.parametrize("part", ["lamps", "display", "camera", "release"])
def test_a_part_that_fails_says_so_until_it_is_mended(board: SimulatedBoard, part: str) -> None:
    use = {
        "lamps": lambda: board.lamps.show({}),
        "display": lambda: board.display.show(Image.new("1", (128, 128))),
        "camera": board.camera.start,
        "release": board.release.fire,
    }[part]
    broken = getattr(board, part)
    broken.fail("the cable is loose")
    with pytest.raises(DeviceError, match="the cable is loose"):
        use()
    broken.mend()
    use()


@pytest.mark.anyio
async def test_nothing_that_blocks_may_be_called_on_an_event_loops_thread(board: SimulatedBoard) -> None:
    for blocking in (
        lambda: board.display.show(Image.new("1", (128, 128))),
        board.camera.start,
        lambda: board.camera.frame(0.1),
        board.camera.stop,
        board.release.fire,
    ):
        with pytest.raises(RuntimeError, match="thread"):
            blocking()


def test_a_closed_board_is_dark_and_not_to_be_used(board: SimulatedBoard) -> None:
    board.display.show(Image.new("1", (128, 128), 1))
    board.close()
    board.close()
    assert board.display.image.getbbox() is None
    with pytest.raises(RuntimeError, match="closed"):
        board.lamps.show({})
    with pytest.raises(RuntimeError, match="closed"):
        board.release.fire()


def test_a_frame_under_way_ends_with_nothing_when_the_camera_is_stopped(board: SimulatedBoard) -> None:
    board.camera.start()
    ended = threading.Event()

    def look() -> None:
        while board.camera.frame(0.5) is not None:
            pass
        ended.set()

    looking = threading.Thread(target=look)
    looking.start()
    board.camera.stop()
    assert ended.wait(5)
    looking.join(5)


def test_a_release_that_is_driven_is_not_driven_again() -> None:
    board = SimulatedBoard(settle=30)
    fired = threading.Thread(target=board.release.fire)
    fired.start()
    soon(board.release._driven.locked)
    with pytest.raises(RuntimeError, match="driven already"):
        board.release.fire()
    soon(board.release.confirm)
    fired.join(5)
    assert board.release.released == 1
    board.close()


def test_a_release_under_way_can_jam() -> None:
    board = SimulatedBoard(settle=30)
    jams: list[str] = []

    def fire() -> None:
        try:
            board.release.fire()
        except ReleaseJammed as jam:
            jams.append(str(jam))

    fired = threading.Thread(target=fire)
    fired.start()
    soon(board.release._driven.locked)
    board.release.jam()
    fired.join(5)
    assert len(jams) == 1
    assert board.release.released == 0
    assert board.release.confirm() is False
    board.close()


def test_a_closed_keypad_is_silent_and_every_other_part_refuses(board: SimulatedBoard) -> None:
    heard: list[str] = []
    board.keypad.listen(lambda event: heard.append(event.keys), _no_fault)
    board.camera.start()
    board.close()
    board.keypad.press("1")
    board.camera.stop()
    for use in (
        board.camera.start,
        lambda: board.camera.frame(0.1),
        lambda: board.display.show(Image.new("1", (128, 128))),
    ):
        with pytest.raises(RuntimeError, match="closed"):
            use()
    assert heard == []
    assert not board.keypad._thread.is_alive()


def test_a_picture_of_a_hundred_megapixels_or_more_is_refused_before_it_is_read(board: SimulatedBoard) -> None:
    for side in (10_000, 20_000):
        header = b"IHDR" + side.to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
        png = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + header + zlib.crc32(header).to_bytes(4)
        with pytest.raises(ValueError, match=r"^the picture has more than 20 megapixels$"):
            board.camera.look(png + (0).to_bytes(4) + b"IDAT" + zlib.crc32(b"IDAT").to_bytes(4))


@settings(max_examples=60)
@given(
    where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), kept=st.floats(0, 1), kind=st.sampled_from(KINDS)
)
def test_a_broken_picture_is_seen_or_refused_in_one_line(where: float, byte: int, kept: float, kind: str) -> None:
    out = BytesIO()
    Image.effect_noise((40, 30), 60).save(out, kind)
    broken = bytearray(out.getvalue())
    broken[int(where * len(broken))] = byte
    camera = SimulatedCamera()
    said = "seen"
    try:
        camera.look(bytes(broken[: int(kept * len(broken))]))
    except ValueError as refused:
        said = str(refused)
    assert (said == "seen") == (camera.seen() is not None)
    assert len(said.splitlines()) == 1


# --- keys that are held, chords, sounds, rest, and how each part is ---


def test_a_held_key_and_a_chord_are_told_as_the_contract_says(board: SimulatedBoard) -> None:
    heard: list[KeyEvent] = []
    board.keypad.listen(heard.append, _no_fault)
    board.keypad.hold("D")
    board.keypad.together("*#")
    soon(lambda: len(heard) == 4)
    assert heard == [
        KeyEvent(KeyAction.PRESSED, "D"),
        KeyEvent(KeyAction.HELD, "D"),
        KeyEvent(KeyAction.PRESSED, "*"),
        KeyEvent(KeyAction.TOGETHER, "*#"),
    ]


def test_a_keypad_that_fails_says_so_takes_no_key_and_says_when_it_works_again(board: SimulatedBoard) -> None:
    heard: list[str] = []
    said: list[str | None] = []
    board.keypad.listen(lambda event: heard.append(event.keys), said.append)
    board.keypad.fail("its plug is out")
    board.keypad.press("1")
    assert said == ["its plug is out"]
    time.sleep(0.05)
    board.keypad.mend()
    board.keypad.press("2")
    soon(lambda: heard == ["2"])
    assert said == ["its plug is out", None]
    assert board.keypad.health().last_fault == "its plug is out"


def test_the_buzzer_remembers_what_it_played(board: SimulatedBoard) -> None:
    board.buzzer.play(Tune.CODE)
    board.buzzer.play(Tune.GOOD)
    assert list(board.buzzer.played) == [Tune.CODE, Tune.GOOD]


def test_a_resting_display_wakes_with_the_next_picture(board: SimulatedBoard) -> None:
    board.display.rest(3)
    assert board.display.depth == 3
    board.display.show(Image.new("1", (128, 128)))
    assert board.display.depth == 0


@pytest.mark.parametrize("name", ["keypad", "lamps", "buzzer", "display", "camera", "release"])
def test_each_part_says_how_it_is(board: SimulatedBoard, name: str) -> None:
    part: SimulatedPart = getattr(board, name)
    part.prepare()
    assert part.self_test().healthy
    part.fail("it is wet")
    assert (part.health().healthy, part.health().fault) == (False, "it is wet")
    with pytest.raises(DeviceError, match="it is wet"):
        part.prepare()
    part.mend()
    part.prepare()
    assert part.health() == Health(f"simulated {name}", present=True, last_fault="it is wet")
