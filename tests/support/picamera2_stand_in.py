"""A stand-in for picamera2's Picamera2, where there is no libcamera: the calls that the driver makes, as they behave.

After picamera2 0.3.38: jobs wait in one queue and are done on the camera's own thread when a frame comes, `stop` is a
job like any other, requests keep their buffer until they are released. Stricter than the original where that lets a
mistake pass: starting twice and capturing before the start are errors.
"""

import atexit
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIDE = 64  # bytes to which rows are filled up, as on a Pi 5


class Bench:
    """What stands around the cameras: their cables, what is before them, and what they have been made to do."""

    def __init__(self) -> None:
        self.models = ["imx708"]
        self.controls = {
            "AfMode",
            "AfSpeed",
            "AeMeteringMode",
            "AeExposureMode",
            "ExposureValue",
            "FrameDurationLimits",
        }
        self.gives = "YUV420"  # what becomes of the format that is asked for
        self.scene: NDArray[np.uint8] | int = np.tile(np.arange(256, dtype=np.uint8), (4000, 16))
        self.frame_time = 0.005
        self.pictures = True  # False: the cable is loose, no frame comes any more
        self.fails: dict[str, Exception] = {}  # call -> what it raises
        self.acquired: StandIn | None = None
        self.opened: list[StandIn] = []
        self.calls: list[str] = []
        self._hangs: dict[str, threading.Event] = {}

    def library(self) -> type["StandIn"]:
        """The class Picamera2, with these cameras."""
        return type("Picamera2", (StandIn,), {"bench": self})

    @contextmanager
    def hanging(self, call: str) -> Iterator[None]:
        """The call hangs; when the block ends, those that hang return."""
        self._hangs[call] = over = threading.Event()
        try:
            yield
        finally:
            del self._hangs[call]
            over.set()

    def did(self, call: str) -> None:
        """A camera does this: note it, and hang or fail if it is to."""
        self.calls.append(call)
        if over := self._hangs.get(call):
            over.wait()
        if error := self.fails.get(call):
            raise error

    @property
    def looking(self) -> bool:
        """Whether a sensor is on."""
        return any(camera.started for camera in self.opened)


class StandIn:
    """A Picamera2 on a bench."""

    bench: Bench

    @classmethod
    def global_camera_info(cls) -> list[dict[str, object]]:
        return [{"Model": model, "Num": number} for number, model in enumerate(cls.bench.models)]

    def __init__(self, camera_num: int = 0) -> None:
        self.is_open = self.started = False
        self.out = 0  # requests that were not given back
        self.bench.opened.append(self)
        self.model = self.bench.models[camera_num]
        try:
            self.bench.did("open")
            self._acquire()
        except RuntimeError as error:
            raise RuntimeError("Camera __init__ sequence did not complete.") from error
        self.configuration: dict[str, Any] = {}
        self.applied: dict[str, object] = {}  # controls of this start
        self._controls: dict[str, object] = {}
        self._jobs: list[Job] = []
        self._lock = threading.RLock()
        self._off = threading.Event()
        atexit.register(self.close)

    def _acquire(self) -> None:
        if self.bench.acquired:
            raise RuntimeError("Failed to acquire camera: Device or resource busy")
        self.bench.acquired, self.is_open = self, True

    @property
    def camera_controls(self) -> dict[str, tuple[int, int, int]]:
        return dict.fromkeys(self.bench.controls, (0, 10, 0))

    def create_video_configuration(
        self,
        main: Mapping[str, Any] | None = None,
        raw: Mapping[str, Any] | None = {},
        buffer_count: int = 6,
        display: str | None = "main",
        encode: str | None = "main",
        queue: bool = True,  # noqa: FBT001, FBT002 - as the original has it
    ) -> dict[str, Any]:
        width, height = (main or {}).get("size", (1280, 720))
        size = (width - width % 2, height - height % 2)
        stream = {"format": "XBGR8888", **(main or {}), "size": size}
        return {"main": stream, "raw": raw, "buffer_count": buffer_count, "queue": queue} | {
            "display": display,
            "encode": encode,
        }

    def configure(self, camera_config: dict[str, Any]) -> None:
        self.bench.did("configure")
        if self.started:
            raise RuntimeError("Camera must be stopped before configuring")
        width = camera_config["main"]["size"][0]
        stream = {**camera_config["main"], "format": self.bench.gives, "stride": -(-width // STRIDE) * STRIDE}
        self.configuration = {**camera_config, "main": stream}

    def stream_configuration(self, name: str = "main") -> dict[str, Any]:
        return self.configuration[name]

    def set_controls(self, controls: Mapping[str, Any]) -> None:
        for name in controls:
            if name not in self.bench.controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
        self._controls |= controls

    def start(self) -> None:
        self.bench.did("start")
        if not self.configuration:
            raise RuntimeError("Camera has not been configured")
        if self.started:
            raise RuntimeError("started twice")
        self.applied, self._controls = self._controls, {}
        self.started = True
        self._off.clear()
        threading.Thread(target=self._run, name="stand-in camera", daemon=True).start()

    def capture_request(self, *, wait: bool) -> "Job":
        assert wait is False, "without a limit"
        self.bench.did("capture")
        if not self.started:
            raise RuntimeError("captured before the start")
        with self._lock:
            assert not self._jobs, "a capture is under way already"
            job = Job(self._take)
            self._jobs.append(job)
            return job

    def cancel_all_and_flush(self) -> None:
        with self._lock:
            jobs, self._jobs = self._jobs, []
            for job in jobs:
                job.future.set_exception(CancelledError())

    def stop(self) -> None:
        self.bench.did("stop")
        if not self.started:
            return
        job = Job(self._stop)
        with self._lock:
            self._jobs.append(job)
            self._work()
        job.future.result()

    def close(self) -> None:
        atexit.unregister(self.close)
        self.bench.did("close")
        if self.is_open:
            self.stop()
            self.is_open, self.bench.acquired = False, None

    def _run(self) -> None:
        while not self._off.wait(self.bench.frame_time):
            with self._lock:
                if self.bench.pictures and self.out < self.configuration["buffer_count"]:
                    self._work(frame=True)

    def _work(self, *, frame: bool = False) -> None:
        """One trip round the camera's loop: the first job, and those behind it as far as they can be done."""
        while self._jobs and (frame or self._jobs[0].do == self._stop):
            job = self._jobs.pop(0)
            frame = frame and job.do == self._stop
            job.future.set_result(job.do())

    def _take(self) -> "Request":
        self.out += 1
        return Request(self)

    def _stop(self) -> None:
        self.started = False
        self._off.set()


class Job:
    """A Job of picamera2's."""

    def __init__(self, do: Callable[[], object]) -> None:
        self.do = do
        self.future: Future[object] = Future()

    def get_result(self, timeout: float | None = None) -> object:
        return self.future.result(timeout)


class Request:
    """A CompletedRequest of picamera2's."""

    def __init__(self, camera: StandIn) -> None:
        self._camera: StandIn | None = camera

    def make_array(self, name: str) -> NDArray[np.uint8]:
        camera = self._camera
        assert camera is not None, "used after it was released"
        camera.bench.did("make_array")
        stream = camera.stream_configuration(name)
        (width, height), stride = stream["size"], stream["stride"]
        array = np.full((height * 3 // 2, stride), 128, np.uint8)
        scene = camera.bench.scene
        array[:height, :width] = scene if isinstance(scene, int) else scene[:height, :width]
        return array

    def release(self) -> None:
        assert self._camera is not None, "released twice"
        self._camera.out -= 1
        self._camera = None
