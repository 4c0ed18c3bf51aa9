"""USB cameras, through linuxpy: any camera that Linux shows as /dev/videoN and that streams.

It knows V4L2's pixel formats and where the luminance is in each. Supervision is `supervised`'s.
"""

import errno
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image

from hardware.camera.looking import PATIENT, Patience
from hardware.camera.sensor import one_line
from hardware.camera.supervised import SupervisedCamera
from hardware.config import CameraConfig
from hardware.errors import DeviceError
from hardware.ports import GreyFrame

if TYPE_CHECKING:
    from linuxpy.video.device import Device, Format

CHECK = "check the USB cable and the supply"
BUFFERS = 2  # of the driver: with more, frames would be older
OpenDevice: TypeAlias = Callable[[str], "Device"]
Luminance: TypeAlias = Callable[[bytes, "Format"], GreyFrame | None]


def v4l2_device(path: str) -> "Device":
    """The device at this path, not yet open. DeviceError: linuxpy is not installed."""
    try:
        from linuxpy.video.device import Device  # noqa: PLC0415 - only kiosks with a USB camera need it
    except ImportError:
        raise DeviceError("camera: linuxpy is not installed; pip install linuxpy") from None
    return Device(path)


class V4l2Camera(SupervisedCamera):
    """A USB camera. `open_device`: linuxpy's device for a path."""

    def __init__(
        self, config: CameraConfig, open_device: OpenDevice = v4l2_device, *, patience: Patience = PATIENT
    ) -> None:
        path = f"/dev/video{config.device}" if config.device.isdecimal() else config.device
        what = f"v4l2 camera {path}, {config.width}x{config.height}"
        super().__init__(what, partial(_open, path, config, open_device), CHECK, patience)


def _plane(data: bytes, format_: "Format") -> GreyFrame | None:
    """Luminance first, a byte for each pixel, in rows of `bytes_per_line`; colours, if any, follow."""
    size = format_.height * format_.bytes_per_line
    if len(data) < size:
        return None  # the cable or the bus lost a part of it
    return np.frombuffer(data, np.uint8, size).reshape(format_.height, format_.bytes_per_line)[:, : format_.width]


def _packed(first: int, data: bytes, format_: "Format") -> GreyFrame | None:
    """Luminance in every second byte, from the `first`."""
    size = format_.height * format_.bytes_per_line
    if len(data) < size:
        return None  # likewise
    rows = np.frombuffer(data, np.uint8, size).reshape(format_.height, format_.bytes_per_line)
    return rows[:, first : 2 * format_.width : 2]


def _jpeg(data: bytes, _: "Format") -> GreyFrame | None:
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as image:
            image.draft("L", image.size)  # leaves the colours undecoded
            return np.asarray(image.convert("L"))
    except (OSError, SyntaxError, ValueError):  # Pillow's words for broken pictures
        return None


# By V4L2's names (linux/videodev2.h), the cheapest first: a JPEG takes ten times as long as all the others.
LUMINANCE: dict[str, Luminance] = {
    "GREY": _plane,
    "YUYV": partial(_packed, 0),
    "UYVY": partial(_packed, 1),
    "NV12": _plane,
    "YUV420": _plane,
    "MJPEG": _jpeg,
    "JPEG": _jpeg,
}


class _UsbSensor:
    def __init__(self, device: "Device", config: CameraConfig) -> None:
        from linuxpy.video.device import BufferFlag, VideoCapture  # noqa: PLC0415 - as above; the device came from it

        self._device = device
        self._capture = VideoCapture(device, size=BUFFERS)
        self._broken = BufferFlag.ERROR
        self._format = self._choose(config)
        self._luminance = LUMINANCE[self._format.pixel_format.name]
        size = f"{self._format.width}x{self._format.height}"
        self.what = f"v4l2 camera {device.filename} ({device.info.card}), {size} {self._format.pixel_format.name}"

    def start(self) -> None:
        try:
            self._capture.open()
        except OSError as error:
            raise DeviceError(_in_words(self._device.filename, error)) from error

    def picture(self, within: float) -> GreyFrame | None:
        frame = self._capture.buffer.frame_reader.read(within)
        if frame is None or self._broken in frame.flags:
            return None
        return self._luminance(frame.data, self._format)

    def stop(self) -> None:
        self._capture.close()

    def close(self) -> None:
        try:
            self._capture.close()
        finally:
            self._device.close()

    def _choose(self, config: CameraConfig) -> "Format":
        """Of the formats that give luminance, the one nearest in size; of those, the cheapest."""
        offered = {one.pixel_format.name: one.pixel_format for one in self._capture.formats()}
        chosen: list[Format] = []
        for name in LUMINANCE:
            if name in offered:
                self._capture.set_format(config.width, config.height, offered[name])
                chosen.append(self._capture.get_format())  # the driver takes the nearest size that it has
        if not chosen:
            known = ", ".join(offered) or "no video"
            raise DeviceError(f"camera: {self._device.filename} gives {known}; expected one of {', '.join(LUMINANCE)}")
        best = min(chosen, key=lambda one: abs(one.width - config.width) + abs(one.height - config.height))
        self._capture.set_format(best.width, best.height, best.pixel_format)
        return self._capture.get_format()


def _open(path: str, config: CameraConfig, open_device: OpenDevice) -> _UsbSensor:
    device = open_device(path)
    try:
        device.open()
        return _UsbSensor(device, config)
    except OSError as error:
        device.close()
        raise DeviceError(_in_words(path, error)) from error
    except BaseException:
        device.close()
        raise


def _in_words(path: str | Path, error: OSError) -> str:
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return f"camera: {path} is not there; is the USB camera plugged in? ls /dev/v4l/by-id"
        case errno.EACCES | errno.EPERM:
            return f"camera: {path} may not be opened: is the user in the group video?"
        case errno.EBUSY:
            return f"camera: {path} can't be had: another program uses the camera; end it (fuser {path})"
        case errno.ENOTTY:
            return f"camera: {path} is no camera; expected /dev/videoN or /dev/v4l/by-id/..."
        case _:
            return f"camera: {path} can't be opened ({one_line(error)}); {CHECK}"
