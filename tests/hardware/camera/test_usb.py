"""USB cameras: the real linuxpy over a stand-in for the kernel, with real bytes in each format."""

import errno
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from linuxpy.video.raw import BufferFlag
from phone_frames import Scene, phone
from PIL import Image
from v4l2_stand_in import UsbCamera

from hardware.camera.looking import PATIENT, Patience
from hardware.camera.usb import V4l2Camera
from hardware.config import CameraConfig, CameraKind
from hardware.errors import DeviceError
from hardware.ports import GreyFrame

CODE = "281010897274821897274821"
QUICK = Patience(opening=2, starting=1, stopping=1, dark=0.25)
BOTH = [(640, 480), (1280, 720)]
Plug = Callable[..., tuple[UsbCamera, V4l2Camera]]


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plug]:
    """Plug a camera in: the kernel's side of it, and ours."""
    cameras: list[V4l2Camera] = []

    def one(
        formats: dict[str, list[tuple[int, int]]] | None = None,
        size: tuple[int, int] = (1280, 720),
        patience: Patience = QUICK,
    ) -> tuple[UsbCamera, V4l2Camera]:
        kernel = UsbCamera(tmp_path / "video0", formats)
        monkeypatch.setattr("linuxpy.ioctl.fcntl", kernel)
        config = CameraConfig(CameraKind.V4L2, str(kernel.path), *size)
        cameras.append(V4l2Camera(config, kernel.device, patience=patience))
        return kernel, cameras[-1]

    yield one
    for camera in cameras:
        camera.close()


def _frame(camera: V4l2Camera) -> GreyFrame:
    camera.start()
    frame = camera.frame(5)
    camera.stop()
    assert frame is not None
    return frame


@pytest.mark.parametrize("name", ["GREY", "YUYV", "UYVY", "NV12", "YUV420"])
def test_the_luminance_of_each_format_is_taken_exactly_and_without_its_padding(plug: Plug, name: str) -> None:
    kernel, camera = plug({name: BOTH})
    kernel.scene = phone(CODE, Scene())
    frame = _frame(camera)
    assert (frame.shape, frame.dtype) == ((720, 1280), np.uint8)
    assert np.array_equal(frame, kernel.scene)
    assert {code.text for code in zxingcpp.read_barcodes(frame)} == {CODE}
    assert camera.health().what == f"v4l2 camera {kernel.path} (Stand-in), 1280x720 {name}"


@pytest.mark.parametrize("name", ["MJPEG", "JPEG"])
def test_a_jpeg_is_decoded_to_its_luminance(plug: Plug, name: str) -> None:
    kernel, camera = plug({name: BOTH})
    kernel.scene = phone(CODE, Scene())
    frame = _frame(camera)
    assert (frame.shape, frame.dtype) == ((720, 1280), np.uint8)
    assert np.abs(frame.astype(int) - kernel.scene).mean() < 3
    assert {code.text for code in zxingcpp.read_barcodes(frame)} == {CODE}


def test_a_jpeg_without_huffman_tables_as_usb_cameras_send_them_is_read(plug: Plug) -> None:
    kernel, camera = plug({"MJPEG": BOTH})
    kernel.frame = _without_tables(phone(CODE, Scene()))
    assert {code.text for code in zxingcpp.read_barcodes(_frame(camera))} == {CODE}


def _without_tables(picture: GreyFrame) -> bytes:
    out = BytesIO()
    Image.fromarray(picture).convert("RGB").save(out, "JPEG", quality=90)
    jpeg = out.getvalue()
    kept, at, marker = bytearray(jpeg[:2]), 2, 0
    while marker != 0xDA:  # the scan follows
        marker, length = jpeg[at + 1], 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        kept += b"" if marker == 0xC4 else jpeg[at : at + length]
        at += length
    return bytes(kept + jpeg[at:])


@pytest.mark.parametrize(
    ("formats", "size", "chosen"),
    [
        ({"MJPEG": BOTH, "YUYV": BOTH, "GREY": BOTH}, (1280, 720), "1280x720 GREY"),
        ({"MJPEG": BOTH, "NV12": BOTH, "UYVY": BOTH}, (1280, 720), "1280x720 UYVY"),
        ({"MJPEG": BOTH, "YUYV": [(640, 480)]}, (1280, 720), "1280x720 MJPEG"),
        ({"MJPEG": BOTH, "YUYV": [(640, 480)]}, (640, 480), "640x480 YUYV"),
        ({"H264": BOTH, "YUYV": [(640, 480)]}, (1920, 1080), "640x480 YUYV"),
    ],
)
def test_of_the_formats_nearest_in_size_it_takes_the_cheapest(
    plug: Plug, formats: dict[str, list[tuple[int, int]]], size: tuple[int, int], chosen: str
) -> None:
    _, camera = plug(formats, size)
    camera.prepare()
    assert camera.health().what.endswith(chosen)


def test_it_streams_only_from_start_to_stop_and_gives_its_buffers_back(plug: Plug) -> None:
    kernel, camera = plug()
    camera.prepare()
    assert (kernel.streaming, kernel.in_use) == (False, True)
    for _ in range(3):
        camera.start()
        assert kernel.streaming
        assert all(camera.frame(5) is not None for _ in range(5))
        camera.stop()
        assert (kernel.streaming, kernel.asked[-1]) == (False, "REQBUFS")
    assert kernel.opened == 1
    camera.close()
    assert not kernel.in_use


def test_closing_while_it_looks_stops_it(plug: Plug) -> None:
    kernel, camera = plug()
    camera.start()
    camera.close()
    assert (kernel.streaming, kernel.in_use) == (False, False)


def test_its_own_test_says_what_it_saw(plug: Plug) -> None:
    kernel, camera = plug()
    kernel.scene = phone(CODE, Scene())
    health = camera.self_test()
    assert health.healthy
    assert "(Stand-in), 1280x720 YUYV: brightness 1" in health.what
    assert not kernel.streaming


def test_frames_of_which_a_part_was_lost_are_passed_over(plug: Plug) -> None:
    for name in ("GREY", "YUYV", "MJPEG"):
        kernel, camera = plug({name: BOTH}, patience=PATIENT)
        kernel.frame = b"\xff\xd8 no picture"
        camera.start()
        assert camera.frame(0.1) is None
        kernel.frame, kernel.flags = None, BufferFlag.ERROR
        camera.frame(0.1)  # one may have been on its way
        assert camera.frame(0.05) is None
        kernel.flags = 0
        assert camera.frame(1) is not None
        assert kernel.opened == 1
        camera.close()


def test_a_camera_that_gives_no_frames_is_opened_anew_and_then_given_up(plug: Plug) -> None:
    kernel, camera = plug()
    kernel.pictures = False
    camera.start()
    with pytest.raises(DeviceError, match=r"^camera: no pictures for \d s; check the USB cable and the supply$"):
        camera.frame(10)
    assert kernel.opened == 4


def test_a_cable_that_is_pulled_and_put_back_is_noticed_by_itself(plug: Plug) -> None:
    kernel, camera = plug()
    camera.start()
    assert camera.frame(5) is not None
    kernel.plugged = False
    while camera.health().healthy:
        camera.frame(0.05)
    assert camera.health().fault == "camera: taking a picture failed: [Errno 19] No such device"
    kernel.plugged, kernel.streaming = True, False
    while camera.frame(0.1) is None:
        pass
    assert (kernel.opened, camera.health().healthy) == (2, True)


@pytest.mark.parametrize(
    ("call", "number", "words"),
    [
        ("open", errno.EACCES, "may not be opened: is the user in the group video"),
        ("open", errno.ENXIO, "is not there; is the USB camera plugged in"),
        ("S_FMT", errno.EBUSY, "another program uses the camera"),
        ("STREAMON", errno.EBUSY, "another program uses the camera"),
        ("QUERYCAP", errno.ENOTTY, "is no camera; expected /dev/videoN"),
        ("S_FMT", errno.EIO, "can't be opened .*check the USB cable"),
    ],
)
def test_what_can_not_be_opened_is_told_in_words_for_a_technician(
    plug: Plug, call: str, number: int, words: str
) -> None:
    kernel, camera = plug()
    kernel.fails[call] = number
    with pytest.raises(DeviceError, match=words) as error:
        camera.start()
    assert str(error.value).startswith(f"camera: {kernel.path} ")
    assert len(str(error.value).splitlines()) == 1
    assert (kernel.in_use, camera.health().fault) == (False, str(error.value))
    kernel.fails.clear()
    camera.start()
    assert camera.frame(5) is not None


@pytest.mark.parametrize(("formats", "known"), [({}, "no video"), ({"H264": BOTH}, "H264")])
def test_a_device_without_luminance_is_told(plug: Plug, formats: dict[str, list[tuple[int, int]]], known: str) -> None:
    kernel, camera = plug(formats)
    with pytest.raises(DeviceError, match=f"gives {known}; expected one of GREY, YUYV"):
        camera.prepare()
    assert not kernel.in_use


def test_without_linuxpy_it_is_told_what_to_install() -> None:
    lines = """
    import sys
    sys.modules["linuxpy"] = None  # as if it were not installed
    from hardware.config import CameraConfig
    from hardware.camera.usb import V4l2Camera
    camera = V4l2Camera(CameraConfig(device="0"))
    print(camera.self_test().fault)
    """
    code = "\n".join(line.strip() for line in lines.splitlines())
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert ran.stdout == "camera: linuxpy is not installed; pip install linuxpy\n"


def test_a_number_is_the_n_of_dev_video_n() -> None:
    assert V4l2Camera(CameraConfig(CameraKind.V4L2, "7")).health().what == "v4l2 camera /dev/video7, 1280x720"


def test_a_device_that_is_not_there_is_told_by_the_real_system(tmp_path: Path) -> None:
    camera = V4l2Camera(CameraConfig(CameraKind.V4L2, str(tmp_path / "video9")))
    with pytest.raises(DeviceError, match=r"video9 is not there; is the USB camera plugged in\?"):
        camera.prepare()
    camera.close()


def test_a_file_that_is_no_camera_is_told_by_the_real_system(tmp_path: Path) -> None:
    (tmp_path / "video9").touch()
    camera = V4l2Camera(CameraConfig(CameraKind.V4L2, str(tmp_path / "video9")))
    with pytest.raises(DeviceError, match="video9 is no camera"):
        camera.prepare()
    camera.close()
