"""Raspberry Pi cameras, through picamera2 (0.3.19 or newer: it must be able to cancel captures).

It knows picamera2, and how to set a sensor for the lit screen of a phone; supervision is `supervised`'s. The library
comes with Raspberry Pi OS, for the system's Python only, and is loaded when the camera is opened.
"""

import atexit
import importlib
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from functools import partial
from typing import Protocol, TypeAlias, TypedDict

from hardware.camera.looking import PATIENT, Patience
from hardware.camera.sensor import one_line
from hardware.camera.supervised import SupervisedCamera
from hardware.config import CameraConfig
from hardware.errors import DeviceError
from hardware.ports import GreyFrame

CHECK = "check the ribbon cable and the supply"
BUFFERS = 4  # as many as keep a sensor going while one is being copied
LAST_CAPTURE = 0.5  # seconds that a cancelled capture may take to say whether it was cancelled in time

# libcamera's controls for a lit screen before a dark surrounding, each set where the sensor has it ("Controls" in
# libcamera's reference): without them the screen is one white patch.
FOR_SCREENS: Mapping[str, object] = {
    "AfMode": 2,  # continuous: phones come to any distance
    "AfSpeed": 1,  # fast
    "AeMeteringMode": 0,  # weighted to the centre
    "AeExposureMode": 1,  # short: less blur from a shaking hand
    "ExposureValue": -0.5,  # a little darker than grey: the lit screen is not blown out
    "FrameDurationLimits": (33_333, 66_667),  # microseconds: 30 to 15 frames a second
}


class Stream(TypedDict):
    """A stream as it was configured; picamera2 says more of it."""

    format: str
    size: tuple[int, int]  # width, height


class Request(Protocol):
    """picamera2's CompletedRequest: a buffer of the camera's, with a picture."""

    def make_array(self, name: str) -> GreyFrame:
        """A copy of a stream's buffer."""

    def release(self) -> None:
        """Give the buffer back to the camera; must be called once."""


class Job(Protocol):
    """picamera2's Job: a capture under way."""

    def get_result(self, timeout: float | None = None) -> Request:
        """The picture that was asked for. May raise TimeoutError."""


class Picamera2(Protocol):
    """What is used of picamera2's Picamera2."""

    def __init__(self, camera_num: int = 0) -> None: ...
    @staticmethod
    def global_camera_info() -> list[dict[str, object]]:
        """One for each camera that is connected."""

    @property
    def camera_controls(self) -> Mapping[str, object]:
        """The sensor's, by name."""

    def create_video_configuration(
        self,
        *,
        main: Mapping[str, object],
        raw: None,
        buffer_count: int,
        display: None,
        encode: None,
        queue: bool,
    ) -> dict[str, object]:
        """A configuration to take, with the rest as it is for video."""

    def configure(self, camera_config: dict[str, object]) -> None:
        """Take a configuration."""

    def stream_configuration(self, name: str = "main") -> Stream:
        """A stream as it came to be."""

    def set_controls(self, controls: Mapping[str, object]) -> None:
        """Set what the sensor does from the next picture on."""

    def start(self) -> None:
        """Begin to look."""

    def capture_request(self, *, wait: bool) -> Job:
        """Ask for a picture; it comes when there is one."""

    def cancel_all_and_flush(self) -> None:
        """Ask for nothing any more."""

    def stop(self) -> None:
        """Look no more."""

    def close(self) -> None:
        """Give the camera back."""


Library: TypeAlias = Callable[[], type[Picamera2]]


def picamera2() -> type[Picamera2]:
    """The class of the installed picamera2. DeviceError: there is none, or it does not fit this Python."""
    try:
        library: type[Picamera2] = importlib.import_module("picamera2").Picamera2
    except ModuleNotFoundError as error:
        raise DeviceError(
            f"camera: {error.name} is not installed; apt install python3-picamera2, "
            "and make the venv with --system-site-packages from the system's Python"
        ) from None
    except Exception as error:
        raise DeviceError(
            f"camera: picamera2 can't be loaded ({one_line(error)}); "
            "it needs the system's Python and numpy: apt install --reinstall python3-picamera2 python3-libcamera"
        ) from error
    return library


class Picamera2Camera(SupervisedCamera):
    """A camera on the Pi's ribbon connector. `library`: where the class Picamera2 comes from."""

    def __init__(self, config: CameraConfig, library: Library = picamera2, *, patience: Patience = PATIENT) -> None:
        what = f"picamera2 camera {config.device}, {config.width}x{config.height}"
        super().__init__(what, partial(_open, config, library), CHECK, patience)


class _PiSensor:
    def __init__(self, camera: Picamera2, name: str) -> None:
        stream = camera.stream_configuration("main")
        width, height = stream["size"]
        if stream["format"] != "YUV420":
            raise DeviceError(f'{name} gives {stream["format"]}, not YUV420; for a USB camera set kind = "v4l2"')
        self.what = f"picamera2 {name}, {width}x{height}"
        self._luminance = slice(height), slice(width)  # of a YUV420 array: colours are below it, padding beside it
        self._camera = camera
        self._controls = {control: value for control, value in FOR_SCREENS.items() if control in camera.camera_controls}
        self._capture: Job | None = None

    def start(self) -> None:
        self._camera.set_controls(self._controls)  # each time: picamera2 forgets them once the camera was started
        self._camera.start()

    def picture(self, within: float) -> GreyFrame | None:
        if self._capture is None:
            self._capture = self._camera.capture_request(wait=False)
        try:
            request = self._capture.get_result(timeout=within)
        except TimeoutError:
            return None
        self._capture = None
        try:
            return request.make_array("main")[self._luminance]
        finally:
            request.release()

    def stop(self) -> None:
        self._drop_capture()
        self._camera.stop()

    def close(self) -> None:
        self._drop_capture()
        self._camera.close()

    def _drop_capture(self) -> None:
        """Cancel the capture under way: picamera2 stops only when those before are done (its issue 1264)."""
        capture, self._capture = self._capture, None
        if capture is None:
            return
        self._camera.cancel_all_and_flush()
        try:
            capture.get_result(timeout=LAST_CAPTURE).release()  # it was done already
        except (CancelledError, TimeoutError):
            return


def _open(config: CameraConfig, library: Library) -> _PiSensor:
    picamera2_class = library()
    number, name = _chosen(config.device, picamera2_class.global_camera_info())
    try:
        camera = picamera2_class(number)
    except Exception as error:
        raise DeviceError(_why_not_opened(name, error)) from error
    atexit.unregister(camera.close)  # closing it is our part; a camera that hangs must not hold up the process's end
    try:
        camera.configure(
            camera.create_video_configuration(
                main={"format": "YUV420", "size": (config.width, config.height)},  # its first plane is the grey frame
                raw=None,  # else it reserves memory for the sensor's own format, too
                buffer_count=BUFFERS,
                display=None,
                encode=None,
                queue=False,  # a frame from now, not the last one
            )
        )
        return _PiSensor(camera, name)
    except BaseException:
        camera.close()
        raise


def _chosen(device: str, cameras: list[dict[str, object]]) -> tuple[int, str]:
    if not cameras:
        raise DeviceError(
            "camera: no camera found; check the ribbon cable's direction and that it sits, "
            "and camera_auto_detect=1 in /boot/firmware/config.txt; then rpicam-hello --list-cameras"
        )
    if not device.isdecimal() or int(device) >= len(cameras):
        known = ", ".join(f"{number} ({camera['Model']})" for number, camera in enumerate(cameras))
        raise DeviceError(f'camera: device = "{device}": there is no such camera; expected {known}')
    number = int(device)
    return number, f"camera {number} ({cameras[number]['Model']})"


def _why_not_opened(name: str, error: BaseException) -> str:
    chain = [error]
    while (cause := chain[-1].__cause__) is not None:
        chain.append(cause)
    if any(isinstance(error, PermissionError) for error in chain):
        return f"{name} may not be opened: is the user in the group video?"
    words = " ".join(one_line(error) for error in chain)
    if "did not complete" in words or "busy" in words:
        return f"{name} can't be had: another program uses the camera (rpicam-hello, a second kiosk?); end it"
    return f"{name} can't be opened ({one_line(chain[-1])}); {CHECK}"
