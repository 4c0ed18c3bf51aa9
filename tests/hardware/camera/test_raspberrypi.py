"""Raspberry Pi cameras, over a stand-in for picamera2."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from phone_frames import Scene, phone
from picamera2_stand_in import Bench
from waits import soon

from hardware.camera.looking import Patience
from hardware.camera.raspberrypi import FOR_SCREENS, Picamera2Camera, _open
from hardware.config import CameraConfig
from hardware.errors import DeviceError

CODE = "281010897274821897274821"
QUICK = Patience(opening=0.6, starting=0.4, stopping=0.4, dark=0.25)
Make = Callable[..., Picamera2Camera]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def make(bench: Bench) -> Iterator[Make]:
    """A camera on the bench; when the test ends each is closed, and every request has been given back."""
    cameras: list[Picamera2Camera] = []

    def one(device: str = "0", width: int = 1280, height: int = 720) -> Picamera2Camera:
        config = CameraConfig(device=device, width=width, height=height)
        cameras.append(Picamera2Camera(config, bench.library, patience=QUICK))
        return cameras[-1]

    yield one
    for camera in cameras:
        camera.close()
    assert all(opened.out == 0 for opened in bench.opened)


@pytest.fixture
def camera(make: Make) -> Picamera2Camera:
    return make()


def test_making_it_touches_nothing(camera: Picamera2Camera, bench: Bench) -> None:
    assert camera.health().what == "picamera2 camera 0, 1280x720"
    assert bench.calls == []


def test_it_is_opened_and_configured_without_looking(camera: Picamera2Camera, bench: Bench) -> None:
    camera.prepare()
    assert (bench.calls, bench.looking) == (["open", "configure"], False)
    assert camera.health().what == "picamera2 camera 0 (imx708), 1280x720"
    assert camera.health().healthy


def test_one_small_grey_stream_is_asked_for_and_nothing_that_nobody_looks_at(
    camera: Picamera2Camera, bench: Bench
) -> None:
    camera.prepare()
    configuration = bench.opened[0].configuration
    assert configuration["main"]["format"] == "YUV420"
    assert configuration["main"]["size"] == (1280, 720)
    assert (configuration["raw"], configuration["display"], configuration["encode"]) == (None, None, None)
    assert (configuration["buffer_count"], configuration["queue"]) == (4, False)


def test_a_frame_is_the_luminance_alone_though_rows_are_padded(make: Make, bench: Bench) -> None:
    bench.scene = phone(CODE, Scene())
    camera = make(width=1270, height=710)
    camera.start()
    frame = camera.frame(2)
    assert frame is not None
    assert (frame.shape, frame.dtype, frame.strides) == ((710, 1270), np.uint8, (1280, 1))
    assert np.array_equal(frame, bench.scene[:710, :1270])
    assert {code.text for code in zxingcpp.read_barcodes(frame)} == {CODE}


def test_a_size_that_picamera2_changes_is_the_size_of_the_frames(make: Make) -> None:
    camera = make(width=641, height=481)
    camera.start()
    frame = camera.frame(2)
    assert frame is not None
    assert frame.shape == (480, 640)
    assert camera.health().what.endswith("640x480")


def test_every_buffer_goes_back_to_the_camera(camera: Picamera2Camera, bench: Bench) -> None:
    camera.start()
    assert all(camera.frame(2) is not None for _ in range(20))  # it has four
    assert bench.opened[0].out == 0


def test_a_picture_that_can_not_be_copied_goes_back_as_well(camera: Picamera2Camera, bench: Bench) -> None:
    camera.start()
    bench.fails["make_array"] = MemoryError("no memory")
    camera.frame(0.1)
    assert camera.health().fault == "camera: taking a picture failed: no memory"
    assert bench.opened[0].out == 0
    bench.fails.clear()
    assert camera.frame(2) is not None


def test_the_sensor_is_set_for_a_lit_screen_at_every_start(camera: Picamera2Camera, bench: Bench) -> None:
    for _ in range(2):
        camera.start()
        assert bench.opened[0].applied == FOR_SCREENS
        camera.stop()
    assert FOR_SCREENS["FrameDurationLimits"] == (33_333, 66_667)


def test_a_sensor_is_only_told_what_it_has(camera: Picamera2Camera, bench: Bench) -> None:
    bench.controls = {"ExposureValue", "Brightness"}  # no motor in its lens
    camera.start()
    assert bench.opened[0].applied == {"ExposureValue": -0.5}


def test_the_sensor_is_off_except_between_start_and_stop(camera: Picamera2Camera, bench: Bench) -> None:
    for _ in range(3):
        camera.start()
        assert bench.looking
        assert camera.frame(2) is not None
        camera.stop()
        assert not bench.looking
    camera.start()
    camera.close()
    assert not bench.looking
    assert len(bench.opened) == 1


def test_stopping_with_a_capture_under_way_that_never_ends_does_not_hang(camera: Picamera2Camera, bench: Bench) -> None:
    camera.start()
    bench.pictures = False
    assert camera.frame(0.1) is None
    camera.stop()
    assert (bench.looking, camera.health().healthy) == (False, True)


def test_a_capture_that_is_done_as_it_is_stopped_gives_its_buffer_back(bench: Bench) -> None:
    sensor = _open(CameraConfig(), bench.library)
    sensor.start()
    bench.pictures = False
    while sensor.picture(0.02) is not None:
        pass
    bench.pictures = True
    soon(lambda: bench.opened[0].out == 1)
    sensor.stop()
    assert bench.opened[0].out == 0
    sensor.close()


def test_a_capture_outlives_frames_that_do_not_wait_for_it(camera: Picamera2Camera, bench: Bench) -> None:
    camera.start()
    bench.pictures = False
    for _ in range(5):
        assert camera.frame(0.02) is None
    assert bench.calls.count("capture") == 1
    bench.pictures = True
    assert camera.frame(2) is not None
    assert bench.calls.count("capture") == 1


def test_a_loose_cable_is_opened_anew_three_times_and_then_told(camera: Picamera2Camera, bench: Bench) -> None:
    camera.start()
    bench.pictures = False
    with pytest.raises(DeviceError, match=r"^camera: no pictures for \d s; check the ribbon cable and the supply$"):
        camera.frame(20)
    soon(lambda: bench.acquired is None)
    assert len(bench.opened) == 4
    bench.pictures = True
    camera.start()
    assert camera.frame(2) is not None


@pytest.mark.parametrize("call", ["open", "configure", "start", "stop", "close", "capture"])
def test_whatever_hangs_in_libcamera_holds_nobody_and_is_told(camera: Picamera2Camera, bench: Bench, call: str) -> None:
    with bench.hanging(call):
        fault = _fault_of(camera)
        assert fault
        assert "check the ribbon cable and the supply" in fault
        assert "hang" in fault
    camera.close()
    soon(lambda: bench.acquired is None)  # what hung has closed its camera in the end


def _fault_of(camera: Picamera2Camera) -> str | None:
    try:
        camera.start()
        camera.frame(0.7)
        camera.stop()
    except DeviceError as error:
        return str(error)
    camera.close()
    return camera.health().last_fault


def test_while_the_hanging_thread_has_the_camera_it_can_not_be_had(camera: Picamera2Camera, bench: Bench) -> None:
    camera.prepare()
    with bench.hanging("start"):
        with pytest.raises(DeviceError, match="starting hangs"):
            camera.start()
        with pytest.raises(DeviceError, match="an earlier call to it still hangs; restart the kiosk's service"):
            camera.start()
    soon(lambda: bench.acquired is None)
    camera.start()
    assert camera.frame(2) is not None


def test_no_camera_is_told_with_what_to_check(camera: Picamera2Camera, bench: Bench) -> None:
    bench.models = []
    with pytest.raises(DeviceError, match="no camera found; check the ribbon cable's direction"):
        camera.prepare()
    assert not camera.health().present


@pytest.mark.parametrize("device", ["2", "-1", "front"])
def test_a_camera_that_is_not_among_those_found_is_told(make: Make, bench: Bench, device: str) -> None:
    bench.models = ["imx708", "ov5647"]
    with pytest.raises(DeviceError, match=rf'"{device}": there is no such camera; expected 0 \(imx708\), 1 \(ov5647\)'):
        make(device).prepare()


def test_the_second_camera_can_be_chosen(make: Make, bench: Bench) -> None:
    bench.models = ["imx708", "ov5647"]
    camera = make("1", 640, 480)
    camera.prepare()
    assert camera.health().what == "picamera2 camera 1 (ov5647), 640x480"


def test_a_camera_that_another_program_has_is_told(camera: Picamera2Camera, make: Make) -> None:
    camera.prepare()
    other = make()
    with pytest.raises(DeviceError, match=r"camera 0 \(imx708\) can't be had: another program uses the camera"):
        other.prepare()
    camera.close()
    other.prepare()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "may not be opened: is the user in the group video"),
        (RuntimeError("Camera grab failed"), "another program uses the camera"),
        (OSError("I/O error"), "can't be opened .I/O error.; check the ribbon cable"),
    ],
)
def test_what_opening_says_is_put_into_words(
    camera: Picamera2Camera, bench: Bench, error: Exception, words: str
) -> None:
    bench.fails["open"] = error
    with pytest.raises(DeviceError, match=words) as told:
        camera.prepare()
    assert len(str(told.value).splitlines()) == 1


def test_a_configuration_that_fails_gives_the_camera_back(camera: Picamera2Camera, bench: Bench) -> None:
    bench.fails["configure"] = RuntimeError("Configuration failed")
    with pytest.raises(DeviceError, match="opening failed: Configuration failed"):
        camera.prepare()
    assert bench.acquired is None


def test_a_usb_camera_is_sent_to_the_other_driver(camera: Picamera2Camera, bench: Bench) -> None:
    bench.gives = "MJPEG"
    with pytest.raises(DeviceError, match='gives MJPEG, not YUV420; for a USB camera set kind = "v4l2"'):
        camera.prepare()
    assert bench.acquired is None


def test_its_own_test_finds_a_covered_lens(camera: Picamera2Camera, bench: Bench) -> None:
    assert "(imx708), 1280x720: brightness 12" in camera.self_test().what
    bench.scene = 16
    health = camera.self_test()
    assert health.fault == "camera: its picture is all black: is the lens covered?"
    assert not bench.looking


def test_without_picamera2_it_is_told_what_to_install() -> None:
    assert find_spec("picamera2") is None, "this machine has it: try the real one"
    camera = Picamera2Camera(CameraConfig())
    with pytest.raises(DeviceError, match=r"picamera2 is not installed; apt install python3-picamera2.*--system-site"):
        camera.prepare()
    camera.close()


def test_a_picamera2_that_does_not_fit_this_python_is_told(tmp_path: Path) -> None:
    (tmp_path / "picamera2.py").write_text("raise ImportError('libcamera.so.0.5:\\n cannot open')")
    said = _python("from hardware.camera.raspberrypi import picamera2\npicamera2()", tmp_path)
    assert "camera: picamera2 can't be loaded (libcamera.so.0.5: cannot open); it needs the system's Python" in said


def test_the_installed_picamera2_is_used(tmp_path: Path) -> None:
    (tmp_path / "picamera2.py").write_text("class Picamera2: here = 'the installed one'")
    assert "the installed one" in _python(
        "from hardware.camera.raspberrypi import picamera2\nprint(picamera2().here)", tmp_path
    )


def test_a_camera_that_hangs_does_not_hold_up_the_end_of_the_process(tmp_path: Path) -> None:
    lines = """
    from picamera2_stand_in import Bench
    from hardware.camera.raspberrypi import Picamera2Camera
    from hardware.config import CameraConfig
    bench = Bench()
    camera = Picamera2Camera(CameraConfig(), bench.library)
    camera.start()
    bench._hangs["close"] = __import__("threading").Event()
    camera.close()
    print(camera.health().fault)
    """
    assert "closing hangs" in _python("\n".join(line.strip() for line in lines.splitlines()), tmp_path)


def _python(lines: str, path: Path) -> str:
    support = Path(__file__).parents[2] / "support"
    code = f"import sys\nsys.path[:0] = [{str(path)!r}, {str(support)!r}]\n{lines}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False)
    return ran.stdout + ran.stderr
