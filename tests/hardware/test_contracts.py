"""The contracts of `hardware.ports`, held by every board: the simulated one, and the real drivers on mock pins.

With KIOSK_BENCH=1 what needs no hands runs on real wiring as well: the pins of hardware/README.md, or those of
the configuration that $KIOSK_CONFIG names.
"""

import asyncio
import fcntl
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from phone_frames import Scene, phone
from PIL import Image, ImageDraw
from waits import soon
from whole_boards import RIGS, Rig

from hardware.board import open_board
from hardware.config import BoardConfig
from hardware.errors import DeviceError, ReleaseJammed
from hardware.ports import Board, KeyAction, Lamp, Part, Pattern, Tune
from hardware.table import board_from

pytestmark = pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning")
CODE = "281010897274821897274821"
PARTS = ["keypad", "lamps", "buzzer", "display", "camera", "release"]
BOARDS = [*RIGS, *(["bench"] if os.environ.get("KIOSK_BENCH") == "1" else [])]


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    rig = RIGS[request.param]()
    yield rig
    rig.close()


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    if request.param in RIGS:
        rig = RIGS[request.param]()
        yield rig.board
        rig.close()
        return
    file = os.environ.get("KIOSK_CONFIG")
    table = tomllib.loads(Path(file).read_text(encoding="utf-8"))["hardware"] if file else {}
    with (tmp_path_factory.getbasetemp().parent / "bench.lock").open("w") as lock:  # one bench, many workers
        fcntl.flock(lock, fcntl.LOCK_EX)
        board = open_board(board_from(table) if file else BoardConfig("raspberrypi"))
        yield board
        board.close()


def picture(board: Board) -> Image.Image:
    image = Image.new(board.display.mode, board.display.size)
    width, height = board.display.size
    ImageDraw.Draw(image).rectangle((3, 5, width // 2, height // 3), fill="white")
    return image


# --- what any board does, real wiring too ---


def test_each_part_is_ready_says_what_it_is_and_is_healthy(board: Board) -> None:
    for name in PARTS:
        part: Part | None = getattr(board, name)
        if part is not None:
            part.prepare()
            part.prepare()
            health = part.health()
            assert (health.healthy, health.fault) == (True, None), health
            assert health.what
            assert part.self_test().healthy, name


def test_a_board_that_nobody_prepared_closes_twice(board: Board) -> None:
    board.close()
    board.close()


def test_every_lamp_takes_every_pattern(board: Board) -> None:
    for pattern in Pattern:
        board.lamps.show(dict.fromkeys(Lamp, pattern))


def test_a_picture_of_another_size_is_the_callers_mistake(board: Board) -> None:
    width, height = board.display.size
    with pytest.raises(ValueError, match="for a display of"):
        board.display.show(Image.new(board.display.mode, (width + 1, height)))
    board.display.show(picture(board))
    board.display.rest(1)
    board.display.show(picture(board))


def test_a_camera_gives_frames_only_between_start_and_stop(board: Board) -> None:
    camera = board.camera
    assert camera is not None
    camera.prepare()
    assert camera.frame(0.05) is None
    camera.start()
    with pytest.raises(RuntimeError):
        camera.start()
    frames = [camera.frame(2) for _ in range(3)]
    assert all(frame is not None and frame.ndim == 2 for frame in frames)
    camera.stop()
    camera.stop()
    assert camera.frame(0.05) is None


def test_calls_that_block_are_refused_on_an_event_loop(board: Board) -> None:
    async def on_the_loop(call: Callable[[], object]) -> None:
        call()

    camera = board.camera
    assert camera is not None
    for call in (lambda: board.display.show(picture(board)), board.release.fire, camera.start):
        with pytest.raises(RuntimeError, match="thread"):
            asyncio.run(on_the_loop(call))


# --- what takes hands and eyes ---


def test_keys_come_once_each_in_order(rig: Rig) -> None:
    heard: list[str] = []
    faults: list[str | None] = []
    rig.board.keypad.listen(
        lambda event: heard.append(event.keys) if event.action is KeyAction.PRESSED else None, faults.append
    )
    soon(lambda: rig.board.keypad.health().present)
    rig.press("1500#")
    soon(lambda: len(heard) == 5)
    rig.press("*D")
    soon(lambda: len(heard) == 7)
    assert "".join(heard) == "1500#*D"
    assert faults == []
    rig.board.keypad.close()


def test_lamps_that_are_not_named_keep_their_pattern_and_all_go_dark(rig: Rig) -> None:
    rig.board.lamps.show({Lamp.READY: Pattern.ON})
    rig.board.lamps.show({Lamp.PAID: Pattern.ON})
    assert [rig.lit(lamp) for lamp in Lamp] == [True, False, True, False]
    rig.board.lamps.close()
    assert not any(rig.lit(lamp) for lamp in Lamp)


def test_what_is_shown_is_what_a_person_sees(rig: Rig) -> None:
    wanted = picture(rig.board)
    rig.board.display.show(wanted)
    assert rig.displayed().tobytes() == wanted.convert("1").tobytes()
    rig.board.display.rest(1)
    rig.board.display.show(wanted)
    assert rig.displayed().tobytes() == wanted.convert("1").tobytes()
    rig.board.display.close()
    assert rig.displayed().getbbox() is None


def test_the_camera_sees_what_is_held_before_it(rig: Rig) -> None:
    frame = phone(CODE, Scene())
    rig.hold(frame)
    camera = rig.board.camera
    assert camera is not None
    camera.start()
    seen = camera.frame(2)
    assert seen is not None
    assert seen.shape == frame.shape
    assert abs(int(seen.mean()) - int(frame.mean())) <= 2
    camera.stop()


def test_goods_that_come_out_confirm_and_goods_that_do_not_jam(rig: Rig) -> None:
    rig.board.release.fire()
    rig.goods_come(out=False)
    with pytest.raises(ReleaseJammed):
        rig.board.release.fire()
    rig.goods_come(out=True)
    rig.board.release.fire()
    assert isinstance(ReleaseJammed(""), DeviceError)


def test_each_tune_begins_at_once(rig: Rig) -> None:
    assert rig.board.buzzer is not None
    for tune in Tune:
        rig.board.buzzer.play(tune)
    assert rig.board.buzzer.health().healthy
