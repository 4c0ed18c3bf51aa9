"""A stand-in for the kernel's side of a USB camera, under the real linuxpy: opening, waiting, ioctls and mapped memory.

After the kernel's V4L2 reference ("Streaming I/O (Memory Mapping)"). Its buffers are a sparse file, which linuxpy maps
as it would map the driver's memory. Frames are real bytes in the format that was set.
"""

import errno
import io
import os
import select
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from linuxpy.io import fopen
from linuxpy.video import raw
from linuxpy.video.device import Device
from numpy.typing import NDArray
from PIL import Image

PADDING = 32  # bytes beside each row
SPACE = 1 << 23  # bytes between two buffers
CAPTURE = raw.BufType.VIDEO_CAPTURE
OFFERED = {"YUYV": [(640, 480), (1280, 720)]}


class UsbCamera:
    """A camera at `path`. `formats`: V4L2's names, each with the sizes that it has."""

    def __init__(self, path: Path, formats: dict[str, list[tuple[int, int]]] | None = None) -> None:
        self.path = path
        self.formats = OFFERED if formats is None else formats
        self.scene = np.tile(np.arange(256, dtype=np.uint8), (2000, 8))
        self.frame_time = 0.005
        self.pictures = True  # False: it hangs
        self.frame: bytes | None = None  # instead of the scene's
        self.flags = 0  # of each buffer
        self.fails: dict[str, int] = {}  # ioctl -> errno
        self.plugged = True
        self.streaming = False
        self.opened = 0
        self.asked: list[str] = []
        self._files: list[io.FileIO] = []
        self._format = raw.v4l2_pix_format()
        self._queued: list[int] = []
        self._off = threading.Event()
        self.os = os  # these three are what linuxpy wants of a system
        self.select = SimpleNamespace(select=self._select)
        path.touch()
        os.truncate(path, 4 * SPACE)

    def device(self, path: str) -> Device:
        """The device of linuxpy on this system."""
        return Device(path, io=self)

    def open(self, path: str, read_write: bool, *, blocking: bool) -> io.FileIO:  # noqa: FBT001 - as linuxpy calls it
        if not self.plugged:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        if "open" in self.fails:
            raise OSError(self.fails["open"], os.strerror(self.fails["open"]))
        self.opened += 1
        file = fopen(path, read_write, blocking=blocking)
        self._files.append(file)
        return file

    @property
    def in_use(self) -> bool:
        """Whether somebody has it open."""
        return any(not file.closed for file in self._files)

    def ioctl(self, _: object, request: int, argument: object) -> int:
        """Do what the driver would."""
        name = raw.IOC(request).name
        self.asked.append(name)
        if not self.plugged:
            raise OSError(errno.ENODEV, "No such device")
        if number := self.fails.get(name):
            raise OSError(number, os.strerror(number))
        getattr(self, f"_{name.lower()}")(argument)
        return 0

    def _select(
        self, read: Sequence[Device], _w: object, _x: object, timeout: float | None
    ) -> tuple[Sequence[Device], tuple[()], tuple[()]]:
        if not self.plugged:
            return read, (), ()  # the kernel wakes who waits for a device that goes
        if not (self.streaming and self.pictures and self._queued):
            time.sleep(timeout or 0)
            return (), (), ()
        time.sleep(self.frame_time)
        ready, _, _ = select.select(read, (), (), 0)  # a file is always ready
        return ready, (), ()

    def _querycap(self, caps: raw.v4l2_capability) -> None:
        caps.card = b"Stand-in"
        caps.device_caps = caps.capabilities = raw.Capability.VIDEO_CAPTURE | raw.Capability.STREAMING

    def _enum_fmt(self, fmt: raw.v4l2_fmtdesc) -> None:
        if fmt.type != CAPTURE or fmt.index >= len(self.formats):
            raise OSError(errno.EINVAL, "Invalid argument")
        fmt.pixelformat = raw.PixelFormat[list(self.formats)[fmt.index]]

    def _s_fmt(self, fmt: raw.v4l2_format) -> None:
        pix = fmt.fmt.pix
        name = raw.PixelFormat(pix.pixelformat).name
        wanted = pix.width * pix.height
        pix.width, pix.height = min(self.formats[name], key=lambda size: abs(size[0] * size[1] - wanted))
        if name in ("MJPEG", "JPEG"):
            pix.bytesperline = 0
            pix.sizeimage = pix.width * pix.height
        else:
            pix.bytesperline = pix.width * (2 if name in ("YUYV", "UYVY") else 1) + PADDING
            pix.sizeimage = pix.bytesperline * pix.height * (3 if name in ("NV12", "YUV420") else 2) // 2
        self._format = pix

    def _g_fmt(self, fmt: raw.v4l2_format) -> None:
        fmt.fmt.pix = self._format

    def _reqbufs(self, _: raw.v4l2_requestbuffers) -> None:
        assert not self.streaming
        self._queued = []

    def _querybuf(self, buffer: raw.v4l2_buffer) -> None:
        buffer.length = self._format.sizeimage
        buffer.m.offset = buffer.index * SPACE

    def _qbuf(self, buffer: raw.v4l2_buffer) -> None:
        assert buffer.index not in self._queued
        self._queued.append(buffer.index)

    def _dqbuf(self, buffer: raw.v4l2_buffer) -> None:
        assert self.streaming
        data = self.frame if self.frame is not None else self._bytes()
        buffer.index = self._queued.pop(0)
        buffer.bytesused = len(data)
        buffer.flags = self.flags
        with self.path.open("r+b") as memory:
            os.pwrite(memory.fileno(), data, buffer.index * SPACE)

    def _streamon(self, _: object) -> None:
        assert self._queued, "no buffers"
        self.streaming = True

    def _streamoff(self, _: object) -> None:
        self.streaming = False

    def _bytes(self) -> bytes:
        """The scene in the format that was set, with other bytes where colours and padding are."""
        pix = self._format
        name, width, height = raw.PixelFormat(pix.pixelformat).name, pix.width, pix.height
        luminance: NDArray[np.uint8] = self.scene[:height, :width]
        if name in ("MJPEG", "JPEG"):
            out = io.BytesIO()
            Image.fromarray(luminance).convert("RGB").save(out, "JPEG", quality=90)
            return out.getvalue()
        rows = np.full((pix.sizeimage // pix.bytesperline, pix.bytesperline), 99, np.uint8)
        match name:
            case "YUYV":
                rows[:height, 0 : 2 * width : 2] = luminance
            case "UYVY":
                rows[:height, 1 : 2 * width : 2] = luminance
            case _:
                rows[:height, :width] = luminance
        return rows.tobytes()
