"""Supervised looking: what any camera promises, also when its library hangs, fails or gives nothing."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from waits import PATIENCE, soon

from hardware.camera.looking import Looking, Patience
from hardware.camera.supervised import SupervisedCamera
from hardware.errors import DeviceError
from hardware.ports import Camera, GreyFrame
from hardware.threads import Worker

QUICK = Patience(opening=0.5, starting=0.3, stopping=0.3, dark=0.25)
NO_PICTURES = r"camera: no pictures for \d s; check the cable"
HANGS = "camera: taking a picture hangs; check the cable"  # as one that a busy machine kept from running looks
GREY = np.tile(np.arange(0, 250, 10, dtype=np.uint8), (20, 1))


class Scripted:
    """A sensor, and the room it stands in. What is in `hangs` hangs until `left` is set."""

    what = "scripted camera, 25x20"

    def __init__(self) -> None:
        self.hangs: set[str] = set()
        self.fails: dict[str, Exception] = {}
        self.pictures: GreyFrame | None = GREY
        self.calls: list[str] = []
        self.slow: dict[str, float] = {}  # call -> seconds
        self.looking = False
        self.threads: set[int] = set()
        self.left = threading.Event()

    def open(self) -> "Scripted":
        self._did("open")
        return self

    def start(self) -> None:
        self._did("start")
        self.looking = True

    def picture(self, within: float) -> GreyFrame | None:
        self._did("picture")
        if self.pictures is None:
            time.sleep(within)
        return self.pictures

    def stop(self) -> None:
        self._did("stop")
        self.looking = False

    def close(self) -> None:
        self.looking = False
        self._did("close")

    def count(self, call: str) -> int:
        return self.calls.count(call)

    def _did(self, call: str) -> None:
        self.calls.append(call)
        self.threads.add(threading.get_ident())
        if call in self.hangs:
            self.left.wait()
        time.sleep(self.slow.get(call, 0))
        if error := self.fails.get(call):
            raise error


@pytest.fixture
def sensor() -> Iterator[Scripted]:
    sensor = Scripted()
    yield sensor
    sensor.left.set()


@pytest.fixture
def make(sensor: Scripted) -> Iterator[Callable[[Patience], SupervisedCamera]]:
    """A camera with this patience."""
    cameras: list[SupervisedCamera] = []

    def one(patience: Patience) -> SupervisedCamera:
        cameras.append(SupervisedCamera("scripted camera", sensor.open, "check the cable", patience))
        return cameras[-1]

    yield one
    sensor.left.set()
    for camera in cameras:
        camera.close()


@pytest.fixture
def camera(make: Callable[[Patience], SupervisedCamera]) -> SupervisedCamera:
    return make(QUICK)


@contextmanager
def _takes(least: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert least <= time.monotonic() - began


def _frames_until_error(camera: SupervisedCamera) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            camera.frame(0.1)
        except DeviceError as error:
            return str(error)
    pytest.fail("it never gave up")


def test_it_is_a_camera_and_making_it_touches_nothing(camera: SupervisedCamera, sensor: Scripted) -> None:
    as_camera: Camera = camera
    health = as_camera.health()
    assert (health.what, health.present, health.fault, health.healthy) == ("scripted camera", False, None, False)
    assert sensor.calls == []


def test_it_is_opened_by_prepare_and_looks_only_from_start_to_stop(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.prepare()
    camera.prepare()
    assert (sensor.calls, sensor.looking) == (["open"], False)
    assert camera.health().what == "scripted camera, 25x20"
    assert camera.health().healthy
    camera.start()
    assert sensor.looking
    assert camera.frame(1) is GREY
    camera.stop()
    camera.stop()
    assert sensor.calls == ["open", "start", "picture", "stop"]
    assert not sensor.looking


def test_it_can_look_again_and_again_without_being_opened_again(camera: SupervisedCamera, sensor: Scripted) -> None:
    for _ in range(3):
        camera.start()
        assert camera.frame(1) is GREY
        camera.stop()
    assert (sensor.count("open"), sensor.count("start"), sensor.count("stop")) == (1, 3, 3)


def test_the_library_is_only_called_on_one_thread_of_the_cameras_own(
    camera: SupervisedCamera, sensor: Scripted
) -> None:
    with ThreadPoolExecutor(1) as other:
        other.submit(camera.start).result()
    camera.frame(1)
    camera.stop()
    camera.prepare()
    camera.close()
    assert len(sensor.threads) == 1
    assert threading.get_ident() not in sensor.threads


def test_starting_twice_is_the_callers_mistake(camera: SupervisedCamera) -> None:
    camera.start()
    with pytest.raises(RuntimeError, match="looks already"):
        camera.start()
    assert camera.frame(1) is GREY


def test_preparing_and_testing_while_it_looks(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.start()
    camera.prepare()
    assert sensor.calls == ["open", "start"]
    with pytest.raises(RuntimeError, match="looks already"):
        camera.self_test()


def test_a_frame_without_a_start_is_none_at_once(camera: SupervisedCamera, sensor: Scripted) -> None:
    assert camera.frame(5) is None
    assert sensor.calls == []


def test_a_frame_waits_no_longer_than_it_is_told(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.pictures = None
    camera.start()
    assert camera.frame(0) is None
    with _takes(0.1):
        assert camera.frame(0.1) is None


def test_no_call_is_begun_while_one_is_under_way(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.hangs = {"picture"}
    camera.start()
    for _ in range(10):
        camera.frame(0.01)
    assert sensor.count("picture") == 1


@pytest.mark.parametrize("hangs", [set(), {"picture"}], ids=["dark", "hanging"])
def test_a_frame_under_way_returns_when_another_thread_stops(
    make: Callable[[Patience], SupervisedCamera], sensor: Scripted, hangs: set[str]
) -> None:
    patient = make(Patience(stopping=0.3))
    sensor.pictures, sensor.hangs = None, hangs
    patient.start()
    with ThreadPoolExecutor(2) as others:
        frame = others.submit(patient.frame, 3600)
        soon(lambda: sensor.count("picture") > 0)
        stop = others.submit(patient.stop)
        assert frame.result(PATIENCE) is None
        assert isinstance(stop.exception(), DeviceError if hangs else type(None))


def test_a_picture_that_comes_after_the_stop_is_not_given(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.start()
    sensor.hangs = {"picture"}
    with ThreadPoolExecutor(2) as others:
        frame = others.submit(camera.frame, 5)
        soon(lambda: sensor.count("picture") == 1)
        stop = others.submit(camera.stop)
        soon(lambda: camera._looking is None)
        sensor.left.set()
        assert frame.result() is None
        stop.result()


def test_nothing_is_begun_for_a_frame_when_the_stop_comes_just_before(
    camera: SupervisedCamera, sensor: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Looking._under_way

    def stopped(looking: Looking) -> object:
        camera.stop()  # as another thread might
        return begin(looking)

    monkeypatch.setattr(Looking, "_under_way", stopped)
    camera.start()
    assert camera.frame(1) is None
    camera.close()
    assert sensor.calls == ["open", "start", "stop", "close"]


@pytest.mark.parametrize(
    "call", [SupervisedCamera.prepare, SupervisedCamera.start, SupervisedCamera.stop, SupervisedCamera.self_test]
)
@pytest.mark.anyio
async def test_calls_that_block_are_refused_on_an_event_loop(
    camera: SupervisedCamera, call: Callable[[SupervisedCamera], object]
) -> None:
    with pytest.raises(RuntimeError, match="event loop"):
        call(camera)
    with pytest.raises(RuntimeError, match="event loop"):
        camera.frame(1)
    assert not camera.health().present


def test_a_closed_camera_is_given_back_and_can_not_be_used(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.start()
    camera.close()
    camera.close()
    assert sensor.calls[-1] == "close"
    assert not camera.health().present
    for call in (camera.prepare, camera.start, camera.self_test, lambda: camera.frame(1)):
        with pytest.raises(RuntimeError, match="closed"):
            call()
    camera.stop()


def test_closing_never_raises_and_never_waits_for_long(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.prepare()
    sensor.hangs = {"close"}
    with _takes(0.25):
        camera.close()
    assert camera.health().fault == "camera: closing hangs; check the cable"


def test_what_closing_said_is_told_as_a_fault(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.prepare()
    sensor.fails["close"] = OSError("cut")
    camera.close()
    assert camera.health().fault == "camera: closing failed: cut"


def test_what_can_not_be_opened_is_told_in_one_line_and_can_be_tried_again(
    camera: SupervisedCamera, sensor: Scripted
) -> None:
    sensor.fails["open"] = ValueError("no\n  such thing")
    with pytest.raises(DeviceError, match=r"^camera: opening failed: no such thing$"):
        camera.prepare()
    assert camera.health().fault == "camera: opening failed: no such thing"
    assert not camera.health().present
    del sensor.fails["open"]
    camera.prepare()
    assert camera.health().healthy
    assert camera.health().last_fault == "camera: opening failed: no such thing"


def test_an_error_without_words_is_told_by_its_name(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.fails["open"] = KeyError()
    with pytest.raises(DeviceError, match=r"^camera: opening failed: KeyError$"):
        camera.prepare()


def _start_and_stop(camera: SupervisedCamera) -> None:
    camera.start()
    camera.stop()


@pytest.mark.parametrize("call", ["start", "stop"])
def test_a_camera_that_fails_is_closed_and_opened_anew_at_the_next_start(
    camera: SupervisedCamera, sensor: Scripted, call: str
) -> None:
    sensor.fails[call] = RuntimeError("broken")
    sensor.fails["close"] = RuntimeError("broken as well")
    with pytest.raises(DeviceError, match=f"{call}\\w*ing failed: broken$"):
        _start_and_stop(camera)
    assert (sensor.calls[-1], sensor.looking) == ("close", False)
    sensor.fails.clear()
    camera.start()
    assert camera.frame(1) is GREY
    assert sensor.count("open") == 2
    assert camera.health().healthy


def test_short_waits_without_a_picture_count_together_until_it_is_opened_anew(
    camera: SupervisedCamera, sensor: Scripted
) -> None:
    sensor.pictures = None
    camera.start()
    with _takes(0.2):
        while sensor.count("open") == 1:
            assert camera.frame(0.03) is None
    assert re.fullmatch(NO_PICTURES, camera.health().fault or "")
    assert camera.health().present
    sensor.pictures = GREY
    while camera.frame(0.1) is None:
        pass
    assert camera.health().healthy


def test_time_in_which_nobody_waits_does_not_count(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.pictures = None
    camera.start()
    camera.frame(0.05)
    time.sleep(0.4)  # longer than it may be dark: this pause is what is tried
    camera.frame(0.05)
    assert sensor.count("open") == 1


def test_after_three_reopenings_without_a_picture_it_gives_up_and_closes(
    camera: SupervisedCamera, sensor: Scripted
) -> None:
    sensor.pictures = None
    camera.start()
    with _takes(0.9):
        assert re.fullmatch(f"{NO_PICTURES}|{HANGS}", _frames_until_error(camera))
    assert sensor.count("open") == 4
    soon(lambda: sensor.calls[-1] == "close")
    assert not camera.health().present
    with pytest.raises(DeviceError, match=r"no pictures|hangs"):
        camera.frame(1)
    camera.stop()
    assert camera.frame(0.1) is None


def test_the_time_that_opening_takes_is_not_time_without_pictures(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.pictures = None
    sensor.slow["open"] = 0.2
    camera.start()
    with _takes(4 * 0.25 + 3 * 0.2):
        _frames_until_error(camera)


@pytest.mark.parametrize("first", [SupervisedCamera.start, SupervisedCamera.prepare])
def test_after_giving_up_it_begins_anew(
    camera: SupervisedCamera, sensor: Scripted, first: Callable[[SupervisedCamera], None]
) -> None:
    sensor.pictures = None
    camera.start()
    _frames_until_error(camera)
    first(camera)
    assert camera.health().healthy
    camera.stop()
    camera.start()
    _frames_until_error(camera)
    assert sensor.count("open") == 8
    sensor.pictures = GREY
    camera.start()
    assert camera.frame(1) is GREY


def test_a_picture_between_them_sets_the_reopenings_back(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.start()
    for opened in range(2, 8):
        sensor.pictures = None
        while sensor.count("open") < opened:
            assert camera.frame(0.1) is None
        sensor.pictures = GREY
        while camera.frame(0.1) is None:
            pass


def test_a_camera_that_went_is_looked_for_three_times_and_told_by_its_own_words(
    camera: SupervisedCamera, sensor: Scripted
) -> None:
    camera.start()
    sensor.fails = {"picture": OSError("No such device"), "open": DeviceError("camera: it is not there")}
    with _takes(0.9):
        assert _frames_until_error(camera) == "camera: it is not there"
    assert sensor.count("open") == 4
    assert sensor.count("picture") == 1


def test_a_camera_that_comes_back_goes_on_by_itself(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.start()
    sensor.fails = {"picture": OSError("No such device"), "close": OSError("No such device")}
    assert camera.frame(0.1) is None
    assert camera.health().fault == "camera: taking a picture failed: No such device"
    sensor.fails = {}
    while camera.frame(0.1) is None:
        pass
    assert (sensor.count("open"), camera.health().healthy) == (2, True)


def test_a_library_that_hangs_holds_nobody_for_long(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.hangs = {"open"}
    with _takes(0.4), pytest.raises(DeviceError, match=r"^camera: opening hangs; check the cable$"):
        camera.prepare()
    assert not camera.health().present


def test_a_call_that_returns_late_gives_the_camera_back(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.hangs = {"open"}
    with pytest.raises(DeviceError, match="hangs"):
        camera.prepare()
    sensor.left.set()
    soon(lambda: sensor.calls == ["open", "close"])


def test_a_capture_that_hangs_is_left_behind_and_the_camera_opened_anew(
    camera: SupervisedCamera, sensor: Scripted
) -> None:
    camera.start()
    sensor.hangs = {"picture"}
    camera.frame(0.05)
    soon(lambda: sensor.count("picture") == 1)
    sensor.hangs = set()
    while camera.frame(0.1) is None:
        pass
    assert len(sensor.threads) == 2
    assert camera.health().last_fault == "camera: taking a picture hangs; check the cable"


def test_three_threads_may_hang_and_then_it_needs_a_restart(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.hangs = {"open"}
    for _ in range(3):
        with pytest.raises(DeviceError, match="opening hangs"):
            camera.prepare()
    for _ in range(3):
        with pytest.raises(DeviceError, match="3 calls to it hang; restart the kiosk's service"):
            camera.prepare()
    assert (len(sensor.threads), camera.health().present) == (3, False)
    sensor.left.set()  # they return after all
    soon(lambda: sensor.count("close") == 3)
    sensor.hangs = set()
    soon(lambda: _works(camera))


def _works(camera: SupervisedCamera) -> bool:
    try:
        camera.prepare()
    except DeviceError:
        return False
    return True


def test_reopenings_that_hang_end_in_the_same_way(camera: SupervisedCamera, sensor: Scripted) -> None:
    camera.start()
    sensor.hangs = {"picture", "start"}
    assert "3 calls to it hang" in _frames_until_error(camera)
    assert len(sensor.threads) == 3


def test_stopping_while_it_is_opened_anew_leaves_nothing_looking(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.pictures = None
    camera.start()
    sensor.hangs = {"open"}
    while sensor.count("open") == 1:
        camera.frame(0.05)
    slow = threading.Timer(0.4, sensor.left.set)  # longer than stopping alone may take
    slow.start()
    camera.stop()
    slow.join()
    assert sensor.calls[-1] == "stop"
    assert not sensor.looking


def test_its_own_test_says_what_it_saw_and_leaves_it_at_rest(camera: SupervisedCamera, sensor: Scripted) -> None:
    with _takes(0.4):
        health = camera.self_test()
    assert (health.what, health.fault) == ("scripted camera, 25x20: brightness 120 of 255, sharpness 10.0", None)
    assert not sensor.looking
    assert camera.health().what == "scripted camera, 25x20"


@pytest.mark.parametrize(
    ("value", "fault"),
    [(3, "camera: its picture is all black: is the lens covered?"), (255, "its picture is all white"), (128, None)],
)
def test_its_own_test_says_what_is_wrong_with_the_picture(
    camera: SupervisedCamera, sensor: Scripted, value: int, fault: str | None
) -> None:
    sensor.pictures = np.full((20, 25), value, np.uint8)
    health = camera.self_test()
    assert fault is health.fault is None or (fault or "?") in (health.fault or "")
    assert fault or "in focus?" in health.what
    assert camera.health().fault is None


def test_its_own_test_tells_what_fails_as_a_fault(camera: SupervisedCamera, sensor: Scripted) -> None:
    sensor.fails["start"] = OSError("cut")
    assert camera.self_test().fault == "camera: starting failed: cut"


def test_its_own_test_tells_that_no_picture_came_in_time(
    make: Callable[[Patience], SupervisedCamera], sensor: Scripted
) -> None:
    patient = make(Patience(opening=0.2))
    sensor.pictures = None
    with _takes(0.4):
        assert patient.self_test().fault == "camera: no pictures; check the cable"
    assert not sensor.looking


def test_its_own_test_says_that_it_gave_up(make: Callable[[Patience], SupervisedCamera], sensor: Scripted) -> None:
    sensor.pictures = None
    impatient = make(Patience(dark=0.25))
    assert re.fullmatch(NO_PICTURES, impatient.self_test().fault or "")


def test_a_worker_makes_its_calls_in_order_and_ends_after_the_last() -> None:
    worker = Worker("test")
    calls = [worker.begin(lambda number=number: number) for number in range(5)]
    failing = worker.begin(lambda: 1 // 0)
    worker.end()
    assert [call.result(1) for call in calls] == [0, 1, 2, 3, 4]
    assert isinstance(failing.exception(1), ZeroDivisionError)
    soon(lambda: not worker.alive)
