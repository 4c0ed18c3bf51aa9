"""The decoder of a kiosk: frames go in, the texts that count come out.

It knows which frames need reading, which readings count, and that the process that reads may die of a frame: that frame
is dropped, and another process started. Reading itself is `hardware.decoding.reader`'s, in that process.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from hardware.config import DecoderConfig
from hardware.decoding.process import Cage, Died
from hardware.decoding.protocol import Code
from hardware.decoding.sightings import Sightings
from hardware.health import Condition
from hardware.ports import GreyFrame, Health
from hardware.threads import no_event_loop

if TYPE_CHECKING:
    from hardware.decoding.stillness import Stillness

READER = "hardware.decoding.reader:reader"
LIBRARIES = ("zxing-cpp", "pyzbar")
DEATHS = 5  # within A_WHILE: then no other process is started until the oldest of them is past
A_WHILE = 60.0  # seconds
TEST_STARTING = 4.0  # seconds that a self-test waits for the process


class Decoder:
    """Reads QR and Code 128 off grey frames, in a process of its own.

    `reader`: "module:name" of what makes the process's Reader. `clock`: seconds, monotonic. Any thread may call; a call
    waits for the one under way.
    """

    def __init__(
        self, config: DecoderConfig, reader: str = READER, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._config = config
        self._reader = reader
        self._clock = clock
        self._turn = threading.RLock()
        self._cage: Cage | None = None
        self._condition = Condition("decoder")
        self._condition.answers()  # it is there once it is asked
        self._sightings = Sightings(config.sightings)
        self._stillness: Stillness | None = None  # until a frame comes
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._closed = False

    def reset(self) -> None:
        """Scanning begins anew: what was seen before does not count. Starts the process, without waiting for it."""
        no_event_loop()
        with self._turn:
            self._usable()
            self._sightings.forget()
            if self._stillness:
                self._stillness.forget()
            self._start()

    def read(self, frame: GreyFrame) -> tuple[str, ...]:
        """The texts on the frame that count now, as found, each once, none longer than 4096 characters.

        Blocks up to twice `DecoderConfig.limit`. A frame of which the process dies, or that comes while none can be
        had, holds nothing; `health` says so.
        """
        no_event_loop()
        with self._turn:
            self._usable()
            now = self._clock()
            stillness = self._stillness = self._stillness or _nothing_seen()
            if stillness.still(frame, now):
                return ()
            codes = self._codes(frame, self._config.limit)
            if codes is None:
                return ()
            stillness.held(code=bool(codes), now=now)
            return self._sightings.see(codes, now)

    def health(self) -> Health:
        """How it is. Missing libraries are a fault, and a process that dies again and again; a single death is over."""
        health = self._condition.health
        if health.fault is None and self._resting():
            fault = f"{health.last_fault}, {DEATHS} times within a minute: no codes are read until that is over"
            return replace(health, fault=fault)
        return health

    def self_test(self) -> Health:
        """Read a picture that is made here."""
        from hardware.decoding.sample import TEST_TEXT, sample  # noqa: PLC0415 - loads numpy

        no_event_loop()
        with self._turn:
            self._usable()
            codes = self._codes(sample(), TEST_STARTING)
            health = self.health()
        if health.fault is None and codes is None:
            return replace(health, fault="decoder: its process is not ready yet; try again")
        if health.fault is None and {code.text for code in codes or ()} != {TEST_TEXT}:
            return replace(health, fault="decoder: it did not read its own test picture")
        return health

    def close(self) -> None:
        """End the process. A `read` under way in another thread returns nothing."""
        self._closed = True
        if (cage := self._cage) is not None:
            cage.kill()
        with self._turn:
            if self._cage is not None:
                self._cage.close()
                self._cage = None

    def _usable(self) -> None:
        if self._closed:
            raise RuntimeError("used after it was closed")

    def _codes(self, frame: GreyFrame, starting: float) -> tuple[Code, ...] | None:
        """What is read on the frame, nothing when that ended the process; None: no process was ready to read it."""
        self._start()
        cage = self._cage
        if cage is None:
            return None
        try:
            if not cage.ready(starting):
                return None
            self._condition.is_called(f"decoder: {_with_versions(cage.what or '')}")
            self._condition.works()
            return cage.read(frame)
        except Died as death:
            self._mourn(cage, death)
            return () if cage.what else None

    def _start(self) -> None:
        if self._cage is None and not self._resting() and not self._closed:
            try:
                self._cage = Cage(self._reader, self._config.memory, self._config.limit)
            except Died as death:
                self._note(death, was_ready=False)

    def _mourn(self, cage: Cage, death: Died) -> None:
        """Note why the process ended, and start another, so that it is ready by the next frame."""
        self._cage = None
        if not self._closed:
            self._note(death, was_ready=cage.what is not None)
            self._start()

    def _note(self, death: Died, *, was_ready: bool) -> None:
        fault = f"decoder: its process {death}"
        if was_ready:
            self._condition.had(fault)
        else:
            self._condition.lost(fault)
        self._deaths.append(self._clock())

    def _resting(self) -> bool:
        return len(self._deaths) == DEATHS and self._clock() - self._deaths[0] < A_WHILE


def _with_versions(libraries: str) -> str:
    """The process names them. To look their versions up costs 3 MB, more than that one has for all it reads with."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - not where nothing is scanned

    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            libraries = libraries.replace(name, f"{name} {version(name)}")
    return libraries


def _nothing_seen() -> "Stillness":
    from hardware.decoding.stillness import Stillness  # noqa: PLC0415 - loads numpy, as whoever made a frame has

    return Stillness()
