"""What strangers can hand to this machine, each as a function of bytes that raises where the program does not do right.

A target is opened once and called often. What it raises is a finding; what the program is allowed to refuse, it hides.
"""

import asyncio
import contextlib
import gc
import hashlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import numpy as np
from sample_orders import order

from hardware.config import KeyTiming
from hardware.decoding.process import Cage
from hardware.decoding.protocol import LONGEST, MOST, BadAnswer, unpacked
from hardware.keypad.keys import Keys
from hardware.ports import KeyAction
from kiosk.gateway import messages
from kiosk.gateway.notices import BadNotice, NoticeReader
from kiosk.gateway.signing import ShaKey, ambiguous, canonical, read_json
from kiosk.gateway.wire import JsonObject
from kiosk.listener import Answer, listener
from kiosk.sale.money import Amount
from kiosk.sale.outcome import Accepted, Approved
from kiosk.serving.server import serving
from kiosk.settings.emvco import BadPayload, check, crc

Target: TypeAlias = Callable[[bytes], None]
ZONE = ZoneInfo("Asia/Singapore")
KEY = ShaKey("N1", "a-key-of-the-fuzzers")
GOOD = b"POST /notification HTTP/1.1\r\nHost: k\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def _in_one_line(refusal: ValueError) -> None:
    assert str(refusal).isprintable()


def _read(data: bytes) -> JsonObject | None:
    try:
        return read_json(data)
    except ValueError as error:
        _in_one_line(error)
        return None


@contextlib.contextmanager
def signing() -> Iterator[Target]:
    """A body is signed in one way; one that is not ambiguous says in its signed text what it says."""

    def target(data: bytes) -> None:
        body = _read(data)
        assert not KEY.verify({}, data.decode("latin-1"))
        if body is None:
            return
        text, signature = canonical(body), KEY.sign(body)
        assert KEY.verify(body, signature.upper())
        assert not KEY.verify({**body, "oneMore": "1"}, signature)
        flat = all(isinstance(value, str) for value in body.values())
        if flat and not ambiguous(body):
            said = {name: value for name, value in body.items() if value}
            assert dict(pair.split("=", 1) for pair in text.split("&") if pair) == said

    yield target


@contextlib.contextmanager
def answers() -> Iterator[Target]:
    """Whatever the gateway's answer is: money is taken or given back only for this order and this amount."""
    asked = order("K1-0001", amount=Amount(1500, "KRW"), gateway_id="UQ-1")

    def target(data: bytes) -> None:
        answer = _read(data)
        if answer is None:
            return
        for outcome in (messages.read_pay(answer, asked, ZONE), messages.read_detail(answer, asked, ZONE)):
            if isinstance(outcome, Approved):
                assert (outcome.order_id, outcome.amount) == (asked.id, asked.amount)
                assert outcome.gateway_id == asked.gateway_id
        entry = messages.read_entry(answer, "UQ-1", ZONE)
        assert not isinstance(entry, Approved) or entry.gateway_id == "UQ-1"
        for done in (messages.read_cancel(answer, asked), messages.read_refund(answer, asked, "K1-0001-R1")):
            assert not isinstance(done, Accepted) or asked.id in str(answer)
        messages.shows_picture(answer)

    yield target


@contextlib.contextmanager
def notices() -> Iterator[Target]:
    """A NOTIFICATION is believed only with its signature; with a right one it is read or refused."""
    reader = NoticeReader("M1", KEY, ZONE)

    def target(data: bytes) -> None:
        wrong = hashlib.sha256(data).hexdigest()
        with contextlib.suppress(BadNotice):
            reader.read({"clientid": "M1", "sign": wrong}, data)
            raise AssertionError("believed with a signature that is none")
        if (body := _read(data)) is not None:
            with contextlib.suppress(BadNotice):
                reader.read({"clientid": "M1", "sign": KEY.sign(body)}, data)

    yield target


@contextlib.contextmanager
def static_codes() -> Iterator[Target]:
    """A payload that is taken has its checksum, is not for one payment, and has no amount of its own."""

    def target(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        for payload in (text, f"{text}6304{crc(f'{text}6304'.encode()):04X}"):
            try:
                check(payload, "KRW")
            except BadPayload as bad:
                _in_one_line(bad)
            else:
                assert payload.startswith("000201")
                assert payload[-4:].upper() == f"{crc(payload[:-4].encode()):04X}"
                assert "5303410" in payload

    yield target


@contextlib.contextmanager
def keys() -> Iterator[Target]:
    """Contacts that close and open in any order: a key is pressed no more often than it closes, and held only then."""

    def target(data: bytes) -> None:
        names = "123456789*0#"
        pad = Keys(names, ("*#",), KeyTiming())
        closed: set[str] = set()
        now, closings, pressed = 0.0, 0, 0
        for key, wait in zip(data[::2], data[1::2], strict=False):
            name = names[key % len(names)]
            closings += name not in closed
            closed ^= {name}
            now += wait / 1000
            for moment in (now, min(max(now, pad.due), now + 120)):
                now = moment
                for event in pad.read(closed, moment, unsure=closed if key >= 250 else frozenset()):
                    assert set(event.keys) <= set(names)
                    pressed += event.action is not KeyAction.HELD
                assert pressed <= closings
                assert pad.due >= moment or not pad.quiet
        pad.read(frozenset(), now + 1000)
        pad.read(frozenset(), now + 2000)
        assert pad.quiet
        assert pad.faults == ()

    yield target


@contextlib.contextmanager
def readings() -> Iterator[Target]:
    """What the process that reads says, if it is in the hands of a stranger: believed in bounds, or refused."""

    def target(data: bytes) -> None:
        with contextlib.suppress(BadAnswer):
            codes = unpacked(data, int.from_bytes(data[:4], "little"))
            assert len(codes) <= MOST
            assert all(1 <= len(code.text) <= LONGEST for code in codes)

    yield target


@contextlib.contextmanager
def frames() -> Iterator[Target]:
    """Any frame: it is read, and the process lives. The first bytes are the scale and the width."""
    cage = Cage("hardware.decoding.reader:reader", 256 * 1024 * 1024, 30.0, 120.0)
    cage.ready(120.0)

    def target(data: bytes) -> None:
        if len(data) < 3:
            return
        scale, width = 1 + data[0] % 4, 1 + data[1]
        rows = len(data[2:]) // width
        if rows:
            plane = np.frombuffer(data, np.uint8, rows * width, 2).reshape(rows, width)
            cage.read(np.ascontiguousarray(np.kron(plane, np.ones((scale, scale), np.uint8))))

    try:
        yield target
    finally:
        cage.close()


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextlib.contextmanager
def requests() -> Iterator[Target]:
    """Any bytes at the listener: the connection ends, nothing is an error of ours, and the next one is answered."""
    gc.collect()  # what another test left behind complains when it is collected, and that is nobody's complaint here
    complaints = _Complaints()
    logging.getLogger().addHandler(complaints)
    with _listening() as port:
        comers = iter(range(2**30))

        def asked(data: bytes) -> bytes:
            number = next(comers)
            source = (f"127.{1 + number // 250 % 250}.{number // 62500 % 250}.{1 + number % 250}", 0)
            with socket.create_connection(("127.0.0.1", port), 60, source) as line:
                came = b""
                with contextlib.suppress(ConnectionError):
                    line.sendall(data)
                    line.shutdown(socket.SHUT_WR)
                    while part := line.recv(65536):
                        came += part
            return came

        def target(data: bytes) -> None:
            came = asked(data)
            assert came == b"" or came.startswith(b"HTTP/1.1 ")
            assert complaints.said == [], "; ".join(complaints.said)
            assert asked(GOOD).startswith(b"HTTP/1.1 200 ")

        yield target
    logging.getLogger().removeHandler(complaints)


@contextlib.contextmanager
def _listening() -> Iterator[int]:
    """A listener in a thread of its own, with the times and shares that it has."""
    address: Future[str] = Future()
    ended = threading.Event()

    async def accept(_headers: Mapping[str, str], _body: bytes) -> Answer:  # what bodies say is the target `notices`
        return Answer.ACCEPTED

    async def serve() -> None:
        async with serving(listener(accept, b"{}"), host="127.0.0.1", port=0) as url:
            address.set_result(url)
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="listener")
    thread.start()
    try:
        yield urlsplit(address.result(60)).port or 0
    finally:
        ended.set()
        thread.join()


TARGETS: Mapping[str, Callable[[], contextlib.AbstractContextManager[Target]]] = {
    "signing": signing,
    "answers": answers,
    "notices": notices,
    "static_codes": static_codes,
    "keys": keys,
    "readings": readings,
    "frames": frames,
    "requests": requests,
}
