"""The decoder: real frames through its real process, and processes that die, hang or lie."""

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from phone_frames import SIZES, Condition, Scene, phone, shot
from rough_readers import TEXT, WAYS_OUT, Mood, frame
from waits import PATIENCE, soon

from hardware.config import DecoderConfig
from hardware.decoding.decoder import A_WHILE, DEATHS, Decoder
from hardware.decoding.process import Cage, Died
from hardware.decoding.protocol import ROOM
from hardware.decoding.sample import TEST_TEXT
from hardware.ports import GreyFrame

CODE = "281010897274821897274821"
ROUGH = "rough_readers:Rough"
ONE_FRAME = DecoderConfig(sightings=1)
Make = Callable[..., Decoder]


class Clock:
    """Stands, until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def rough_readers_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tests / "support"), str(tests.parent))))


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Decoder] = []

    def one(config: DecoderConfig = ONE_FRAME, reader: str = ROUGH, **more: object) -> Decoder:
        made.append(Decoder(config, reader, **more))
        ready(made[-1])
        return made[-1]

    yield one
    for decoder in made:
        decoder.close()


def ready(decoder: Decoder) -> None:
    """Its process has come up; reading a frame says so, and what it reads does not count."""
    decoder.reset()
    if decoder._cage is not None:
        decoder._cage.ready(PATIENCE)


def child(decoder: Decoder) -> int:
    return decoder._cage._process.pid


def lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def descriptors() -> list[str]:
    return sorted(str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink())


# --- real frames, the real reader ---


@pytest.fixture
def decoder(make: Make) -> Decoder:
    return make(DecoderConfig(limit=PATIENCE), "rough_readers:unhurried")


SCENES = {
    "clean": Scene(),
    "turned": Scene(turned=8),
    "upside down": Scene(turned=180),
    "lying": Scene(turned=90),
    "blurred": Scene(blur=1.0),
    "noisy": Scene(noise=18),
    "dark": Scene(light=0.35),
    "all at once": Scene(turned=5, blur=0.8, noise=8, light=0.6),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_phone_that_is_held_still_counts_by_the_second_frame(decoder: Decoder, scene: Scene) -> None:
    picture = phone(CODE, scene)
    read = decoder.read(picture)
    assert read in {(), (CODE,)}  # two libraries, or both symbols, may have been read at once
    assert decoder.read(picture) == (CODE,)


@pytest.mark.parametrize("symbol", ["qr", "code128"])
def test_one_symbol_alone_is_enough(decoder: Decoder, symbol: str) -> None:
    picture = phone(CODE, Scene(turned=3), qr=symbol == "qr", code128=symbol == "code128")
    assert [decoder.read(picture) for _ in range(3)][1:] == [(CODE,)] * 2


def test_the_plane_may_be_a_part_of_a_larger_array(decoder: Decoder) -> None:
    buffer = np.zeros((1080, 1344), np.uint8)
    plane = buffer[:720, :1280]
    plane[:] = phone(CODE, Scene())
    plane.flags.writeable = False
    assert not plane.flags.c_contiguous
    decoder.read(plane)
    assert decoder.read(plane) == (CODE,)


def test_every_second_byte_of_packed_colours_may_be_the_plane(decoder: Decoder) -> None:
    packed = np.full((720, 2560), 128, np.uint8)
    packed[:, ::2] = phone(CODE, Scene())
    decoder.read(packed[:, ::2])
    assert decoder.read(packed[:, ::2]) == (CODE,)


def test_frames_of_any_size_are_read_by_the_same_process(decoder: Decoder) -> None:
    process = child(decoder)
    for size in (*SIZES, *reversed(SIZES)):
        taken = shot(Condition.CLEAN, size, 0)
        decoder.reset()
        decoder.read(taken.frame)
        assert decoder.read(taken.frame) == (taken.code,)
    assert child(decoder) == process


def test_clutter_holds_no_code(decoder: Decoder) -> None:
    assert [decoder.read(shot(Condition.EMPTY, SIZES[0], number).frame) for number in range(10)] == [()] * 10
    assert decoder.health().last_fault is None


def test_hard_frames_use_every_way_of_reading_and_none_needs_what_the_process_gave_up(decoder: Decoder) -> None:
    for condition in (Condition.CRACKED, Condition.GLARE, Condition.DARK):
        for number in range(6):
            decoder.read(shot(condition, SIZES[1], number).frame)
    assert decoder.health().last_fault is None


def test_symbols_that_no_wallet_shows_are_not_read(make: Make) -> None:
    ean = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    bars = np.pad(np.asarray(zxingcpp.write_barcode_to_image(ean, scale=4), dtype=np.uint8), 40, constant_values=255)
    assert zxingcpp.read_barcodes(bars)[0].text == "4006381333931"
    assert make(ONE_FRAME, "hardware.decoding.reader:reader").read(bars) == ()


def test_a_self_test_reads_a_picture_of_its_own(decoder: Decoder) -> None:
    health = decoder.self_test()
    assert re.match(r"decoder: zxing-cpp \d+\.\d+", health.what), "with its version"
    assert health.healthy


def test_a_self_test_needs_no_process_before_it() -> None:
    decoder = Decoder(DecoderConfig())
    assert decoder.health().what == "decoder"
    assert decoder.self_test().healthy
    decoder.close()


# --- which frames are read, and what counts ---


def test_a_code_counts_from_the_second_frame(make: Make) -> None:
    decoder = make(DecoderConfig(sightings=2))
    assert [decoder.read(frame(Mood.QR)) for _ in range(3)] == [(), (TEXT,), (TEXT,)]


def test_both_symbols_of_one_frame_count_at_once(make: Make) -> None:
    assert make(DecoderConfig(sightings=2)).read(frame(Mood.BOTH)) == (TEXT,)


def test_when_scanning_begins_anew_what_was_seen_does_not_count(make: Make) -> None:
    decoder = make(DecoderConfig(sightings=2))
    decoder.read(frame(Mood.QR))
    decoder.reset()
    assert decoder.read(frame(Mood.QR)) == ()


def test_texts_that_are_empty_or_too_long_are_dropped(make: Make) -> None:
    assert make().read(frame(Mood.TOO_LONG)) == (TEXT,)


def test_frames_in_which_nothing_changed_are_not_read_until_a_while_has_passed(make: Make) -> None:
    clock = Clock()
    decoder = make(clock=clock)
    for _ in range(5):
        decoder.read(frame(Mood.NOTHING))
    assert decoder.read(frame(Mood.HOW_OFTEN)) == ()  # it looks the same
    clock.now += 1
    assert decoder.read(frame(Mood.HOW_OFTEN)) == ("2",)


def test_frames_that_change_are_read(make: Make) -> None:
    decoder = make(clock=Clock())
    for light in range(50, 150, 20):
        decoder.read(frame(Mood.NOTHING, light=light))
    assert decoder.read(frame(Mood.HOW_OFTEN, light=200)) == ("6",)


# --- processes that die, hang or lie ---

DEADLY = {
    Mood.ABORT: "was ended by SIGABRT",
    Mood.LOOP: "took longer than 0.5 s for a frame",
    Mood.EAT: "ended with status 1",
    Mood.RAISE: "ended with status 1",
    Mood.LEAVE: "ended with status 7",
    Mood.RUBBISH: "answered what no reader says",
    Mood.ANOTHER_FRAME: "answered what no reader says",
}


@pytest.mark.parametrize("mood", DEADLY, ids=lambda mood: mood.name.lower())
def test_a_frame_that_ends_the_process_is_dropped_and_another_process_reads_the_next(make: Make, mood: Mood) -> None:
    decoder = make(DecoderConfig(sightings=1, limit=0.5, memory=64 * 1024 * 1024))
    first = child(decoder)
    assert decoder.read(frame(mood)) == ()
    assert not lives(first)
    assert child(decoder) != first
    decoder._cage.ready(PATIENCE)
    assert decoder.read(frame(Mood.HOW_OFTEN, light=200)) == ("1",)
    health = decoder.health()
    assert (health.fault, health.last_fault) == (None, f"decoder: its process {DEADLY[mood]}")
    assert TEXT not in repr(health)


def test_a_frame_that_ended_the_process_is_not_read_again_while_it_stays(make: Make) -> None:
    decoder = make(clock=Clock())
    decoder.read(frame(Mood.ABORT))
    second = child(decoder)
    decoder._cage.ready(PATIENCE)
    assert decoder.read(frame(Mood.ABORT)) == ()
    assert child(decoder) == second


def test_a_process_that_was_killed_between_frames_is_started_anew(make: Make) -> None:
    decoder = make()
    os.kill(child(decoder), 9)
    soon(lambda: Path(f"/proc/{child(decoder)}/stat").read_text().split(")")[1].split()[0] == "Z")
    assert decoder.read(frame(Mood.QR)) == ()
    assert decoder.health().last_fault == "decoder: its process was ended by SIGKILL"
    decoder._cage.ready(PATIENCE)
    assert decoder.read(frame(Mood.QR, light=200)) == (TEXT,)


def test_after_many_deaths_in_a_minute_no_process_is_started_until_it_is_over(make: Make) -> None:
    clock = Clock()
    decoder = make(clock=clock)
    for number in range(DEATHS):
        assert decoder.health().fault is None
        decoder._cage.ready(PATIENCE)
        decoder.read(frame(Mood.ABORT, light=40 * number + 20))
        clock.now += 1
    fault = decoder.health().fault
    assert fault is not None
    assert fault.startswith("decoder: its process was ended by SIGABRT, 5 times within a minute")
    assert decoder._cage is None
    assert decoder.read(frame(Mood.QR)) == ()
    assert decoder.self_test().fault == fault
    clock.now += A_WHILE - DEATHS
    assert decoder.health().fault is None
    ready(decoder)
    assert decoder.read(frame(Mood.QR)) == (TEXT,)


def test_without_a_library_the_technician_is_told_what_to_install() -> None:
    decoder = Decoder(ONE_FRAME, "rough_readers:missing")
    health = decoder.self_test()
    decoder.close()
    assert health.fault == "decoder: its process can't read: no library that reads codes: [31m pip install one"
    assert not health.present


def test_a_process_that_can_not_be_started_is_a_fault_and_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    before = descriptors()
    decoder = Decoder(ONE_FRAME, ROUGH)
    with monkeypatch.context() as without_python:
        without_python.setattr(sys, "executable", "/no/python/here")
        decoder.reset()
        assert decoder.health().fault == "decoder: its process can't be started (No such file or directory)"
        assert descriptors() == before
    ready(decoder)
    assert decoder.read(frame(Mood.QR)) == (TEXT,)
    assert decoder.health().fault is None
    decoder.close()


def test_a_reader_that_does_not_say_that_it_is_ready_is_not_believed() -> None:
    decoder = Decoder(ONE_FRAME, "rough_readers:wordy")
    assert decoder.self_test().fault == "decoder: its process answered what no reader says"
    decoder.close()


def test_a_self_test_that_reads_something_else_is_a_fault(make: Make) -> None:
    health = make().self_test()
    assert (health.present, health.fault) == (True, "decoder: it did not read its own test picture")


def test_frames_that_come_before_the_process_is_ready_wait_no_longer_than_for_a_frame() -> None:
    decoder = Decoder(DecoderConfig(limit=0.1), "rough_readers:mute")
    assert decoder.read(frame(Mood.QR)) == ()  # or it would wait for ever
    assert decoder.health().last_fault is None
    decoder.close()


def test_a_process_that_is_not_ready_in_time_is_ended() -> None:
    cage = Cage("rough_readers:mute", 2**26, 1.0, starting=0.3)
    with pytest.raises(Died, match=r"was not ready within 0\.3 s"):
        cage.ready(5)


# --- the cage ---


def test_no_way_out_of_the_process_is_open(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    victim = tmp_path / "victim"
    victim.write_bytes(b"journal")
    mode = victim.stat().st_mode
    assert make().read(frame(Mood.ESCAPE)) == (f"{len(WAYS_OUT)} tried",)
    assert [path.name for path in tmp_path.iterdir()] == ["victim"]
    assert (victim.read_bytes(), victim.stat().st_mode) == (b"journal", mode)


def test_a_module_that_lies_about_is_not_loaded(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "numpy.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    decoder = make()
    assert decoder.read(frame(Mood.QR)) is not None
    assert not (tmp_path / "ran").exists()
    process = Path(f"/proc/{child(decoder)}")
    assert b"\0-P\0-s\0" in (process / "cmdline").read_bytes()
    assert (process / "cwd").readlink() == Path("/")


def test_the_process_holds_nothing_but_its_socket_and_the_plane_and_knows_no_key(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KIOSK_SERVICE_PIN", "4711")
    with (tmp_path / "ledger").open("wb") as ledger:
        os.set_inheritable(ledger.fileno(), True)  # noqa: FBT003 - the standard library's own signature
        held, environment = make().read(frame(Mood.HELD))
    kinds = {
        name.split(":")[0] for name in held.split() if name.startswith(("/dev", "/memfd", "socket", str(tmp_path)))
    }
    assert kinds == {"/dev/null", "/memfd", "socket"}
    assert "ledger" not in held
    assert set(environment.split()) <= {
        "PATH",
        "PYTHONPATH",
        "LD_LIBRARY_PATH",
        "MALLOC_TRIM_THRESHOLD_",
        "LC_CTYPE",
    }


def test_the_process_has_limits(make: Make) -> None:
    limits = Path(f"/proc/{child(make())}/limits").read_text()
    found = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert {found[name] for name in ("Max core file size", "Max file size", "Max open files", "Max processes")} == {"0"}
    assert found["Max address space"] != "unlimited"


def test_no_code_is_in_the_processs_title(make: Make) -> None:
    decoder = make()
    decoder.read(frame(Mood.QR))
    assert TEXT.encode() not in Path(f"/proc/{child(decoder)}/cmdline").read_bytes()


def test_closing_leaves_no_process_and_no_descriptor() -> None:
    before = descriptors()
    decoder = Decoder(ONE_FRAME, ROUGH)
    ready(decoder)
    process = child(decoder)
    decoder.read(frame(Mood.QR))
    decoder.read(frame(Mood.ABORT, light=200))
    second = child(decoder)
    decoder.close()
    decoder.close()
    assert not lives(process)
    assert not lives(second)
    assert descriptors() == before


def test_closing_ends_a_reading_in_another_thread(make: Make) -> None:
    decoder = make(DecoderConfig(limit=30))
    read: list[tuple[str, ...]] = []
    reading = threading.Thread(target=lambda: read.append(decoder.read(frame(Mood.LOOP))))
    reading.start()
    soon(lambda: decoder._cage._frame == 1)
    decoder.close()
    reading.join(10)
    assert read == [()]
    assert decoder.health().last_fault is None


@pytest.mark.parametrize("mood", [Mood.NOTHING, Mood.LOOP], ids=["while it waits", "while it reads for ever"])
def test_the_process_ends_when_its_parent_is_killed(mood: Mood) -> None:
    program = f"""
from hardware.decoding.process import Cage
from rough_readers import Mood, frame
cage = Cage("{ROUGH}", 2**26, 1.0)
cage.ready(20)
print(cage._process.pid, flush=True)
cage._limit = 60
cage.read(frame(Mood.{mood.name}))
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        process = int(parent.stdout.readline())
        time.sleep(0.01)
        parent.kill()
    soon(lambda: not lives(process) or Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] == "Z")


# --- callers ---


def test_it_is_not_used_after_it_was_closed(make: Make) -> None:
    decoder = make()
    decoder.close()
    for call in (decoder.reset, decoder.self_test, lambda: decoder.read(frame(Mood.QR))):
        with pytest.raises(RuntimeError, match="closed"):
            call()


def test_it_is_not_called_on_an_event_loop(make: Make) -> None:
    decoder = make()

    async def read() -> None:
        decoder.read(frame(Mood.QR))

    with pytest.raises(RuntimeError, match="event loop"):
        asyncio.run(read())


def test_a_frame_larger_than_any_cameras_is_the_callers_error(make: Make) -> None:
    large: GreyFrame = np.broadcast_to(np.uint8(0), (ROOM // 4096 + 1, 4096))
    with pytest.raises(ValueError, match=r"4096x16385 pixels"):
        make().read(large)


def test_the_test_text_is_no_payment_code() -> None:
    assert not any(letter.isdigit() for letter in TEST_TEXT)
