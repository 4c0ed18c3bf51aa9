"""Looking for payment codes: the camera looks exactly while it is told to, and what it reads becomes an event."""

import asyncio
import time
from typing import Protocol

from kiosk.app.devices.health import DeviceTrouble, PartHealth
from kiosk.app.inbox import Inbox
from kiosk.sale.events import CodeScanned, Part
from kiosk.sale.payment_code import PaymentCode

AGAIN = 5.0  # seconds between two tries of a camera that failed
FRAME = 0.5  # seconds to wait for a camera frame
AT_START = 0.3  # seconds of looking: nobody who reads "hold your code before the camera" is as quick
GONE = 1.5  # seconds after which what is not read any more has left


class Reader(Protocol):
    """The camera with its decoder. All calls block, are made in a thread, and raise DeviceTrouble and nothing else."""

    def test_camera(self) -> None:
        """See whether it looks."""

    def start_camera(self) -> None:
        """Begin to look."""

    def read_codes(self, timeout: float) -> tuple[str, ...]:
        """The codes on the next frame, which is waited for this many seconds."""

    def stop_camera(self) -> None:
        """Look no more."""


class Scanner:
    """Reads codes while it is told to look."""

    def __init__(self, reader: Reader, inbox: Inbox) -> None:
        self._reader = reader
        self._inbox = inbox
        self._health = PartHealth(inbox)
        self._wanted = asyncio.Event()

    def look(self, *, wanted: bool) -> None:
        """Look from now on, or no more."""
        if wanted:
            self._wanted.set()
        else:
            self._wanted.clear()

    async def watch(self) -> None:
        """Look whenever that is wanted, for ever. A camera that fails is tried until it looks again."""
        tested = False
        while True:
            try:
                if not tested:
                    await asyncio.to_thread(self._reader.test_camera)
                    self._health.works(Part.CAMERA)
                    tested = True
                await self._wanted.wait()
                await asyncio.to_thread(self._reader.start_camera)
                try:
                    await self._scan()
                finally:
                    await asyncio.to_thread(self._reader.stop_camera)
            except DeviceTrouble as trouble:
                tested = False
                self._health.failed(Part.CAMERA, str(trouble))
                await asyncio.sleep(AGAIN)

    async def _scan(self) -> None:
        began = time.monotonic()
        there: dict[str, float] = {}  # in view from the start, and when last: a poster, or a phone held already
        while self._wanted.is_set():
            for text in await asyncio.to_thread(self._reader.read_codes, FRAME):
                now = time.monotonic()
                if now - began < AT_START or now - there.get(text, -GONE) < GONE:
                    there[text] = now
                else:
                    there.pop(text, None)
                if self._wanted.is_set():
                    self._inbox.post(CodeScanned(PaymentCode(text), held_up=text not in there))
