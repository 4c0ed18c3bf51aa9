"""Service mode at the machine's own keys and display: the PIN, the menu, what it does and what is told of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from kiosk_process import World, world
from PIL import Image

from kiosk.demo.stage import WEBHOOK_SECRET
from kiosk.diagnostics.compact import decoded
from kiosk.diagnostics.pin import FILE, hashed

pytestmark = pytest.mark.anyio
PIN = "273915"


@pytest.fixture
async def kiosk(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as played:
        await asyncio.to_thread(played.daemon.stop)
        file = tmp_path / "credentials" / "service-pin"
        file.touch(mode=0o600)
        file.write_text(hashed(PIN))
        await played.start()
        yield played


async def call(kiosk: World) -> None:
    (await kiosk.client.post(f"{kiosk.daemon.panel}/api/keys", json={"keys": "D", "how": "hold"})).raise_for_status()
    await kiosk.named("service")


async def screen(kiosk: World, words: str) -> dict:
    return await kiosk.until(lambda state: words in " ".join(state["screen"]))


async def enter(kiosk: World, pin: str = PIN) -> None:
    await call(kiosk)
    await kiosk.keys(f"{pin}#")
    await screen(kiosk, "1 Status")


def told(kiosk: World) -> list[str]:
    return [str(one.what) for one in kiosk.operator.received if one.type == "kiosk.service"]


async def until_told(kiosk: World, what: str) -> None:
    end = time.monotonic() + 20
    while what not in told(kiosk):
        assert time.monotonic() < end, told(kiosk)
        await asyncio.sleep(0.05)


async def test_a_held_key_and_the_pin_open_the_menu_and_the_operator_hears_of_it(kiosk: World) -> None:
    await enter(kiosk)
    await until_told(kiosk, "service mode opened")
    await kiosk.keys("**")
    await kiosk.named("idle")
    assert PIN not in "\n".join(kiosk.daemon.log)


async def test_two_keys_together_do_so_on_a_keypad_without_letters(kiosk: World) -> None:
    await kiosk.client.post(f"{kiosk.daemon.panel}/api/keys", json={"keys": "*#", "how": "together"})
    await kiosk.named("service")
    assert "Service PIN" in (await screen(kiosk, "Service PIN"))["screen"]


async def test_it_does_not_open_while_a_payment_is_under_way(kiosk: World) -> None:
    shown = await kiosk.shown()
    await kiosk.client.post(f"{kiosk.daemon.panel}/api/keys", json={"keys": "D", "how": "hold"})
    await asyncio.sleep(0.3)
    assert (await kiosk.state())["qr"] == shown["qr"]


async def test_a_wrong_pin_is_counted_on_disk_and_a_restart_does_not_help(kiosk: World) -> None:
    count = kiosk.daemon.config.parent / "state" / FILE
    await call(kiosk)
    await kiosk.keys("0000#")
    await screen(kiosk, "wrong: wait")
    assert count.read_text() == "1"
    await asyncio.to_thread(kiosk.daemon.stop)
    count.write_text("9")  # the next one waits for minutes, however busy this machine is
    await kiosk.start()
    await call(kiosk)
    await kiosk.keys(f"{PIN}#")
    await screen(kiosk, "wrong: wait")
    assert (await kiosk.run("pin", "--unlock")).returncode == 0
    await call_again(kiosk)
    await kiosk.keys(f"{PIN}#")
    await screen(kiosk, "1 Status")
    assert not count.exists()


async def call_again(kiosk: World) -> None:
    """The menu may have closed by itself meanwhile."""
    if (await kiosk.state())["state"] != "service":
        await call(kiosk)


async def test_the_status_ends_with_a_code_that_a_phone_takes_home(kiosk: World) -> None:
    await enter(kiosk)
    await kiosk.keys("1")
    await screen(kiosk, "in service")
    for _ in range(9):
        await kiosk.keys("#")
        await asyncio.sleep(0.1)
        if code := (await kiosk.state())["qr"]:
            break
    assert code.startswith("KS1:KIOSK-0001:")
    await kiosk.display(code)
    read = decoded(code, WEBHOOK_SECRET)
    assert read.genuine
    assert "in service" in read.lines[0] or "out of service" in read.lines[0]
    said = await kiosk.run("status", "--decode", code)
    assert said.returncode == 0
    assert "the signature is right" in said.stdout
    forged = await kiosk.run("status", "--decode", code.replace("U0", "U9"))
    assert forged.returncode == 1
    assert "not this kiosk's signature" in forged.stdout + forged.stderr


async def test_out_of_use_holds_across_a_restart_and_back_in_use_ends_it(kiosk: World) -> None:
    await enter(kiosk)
    await kiosk.keys("9")
    await screen(kiosk, "done")
    await until_told(kiosk, "taken out of use")
    await kiosk.keys("***")
    await kiosk.named("out_of_service")
    await asyncio.to_thread(kiosk.daemon.stop)
    await asyncio.to_thread(kiosk.daemon.start)
    await kiosk.until(lambda state: state["screen"][-1] == "Taken out of use")
    await enter(kiosk)
    await kiosk.keys("9")
    await screen(kiosk, "done")
    await kiosk.keys("***")
    await kiosk.named("idle")


async def test_a_listed_order_is_refunded_after_a_yes(kiosk: World) -> None:
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    await kiosk.named("paid")
    await kiosk.named("idle")
    await enter(kiosk)
    await kiosk.keys("3")
    await screen(kiosk, "released")
    await kiosk.keys("1")
    await screen(kiosk, "1 Refund")
    await kiosk.keys("1")
    await screen(kiosk, "goes back")
    assert (await kiosk.gateway_order(shown["order_id"]))["given_back"] == "0"
    await kiosk.keys("#")
    await screen(kiosk, "asked for")
    await kiosk.one_at_gateway(lambda order: order["given_back"] == "1500")
    await until_told(kiosk, f"refund of order {shown['order_id']} asked for")


async def test_the_release_is_driven_after_a_yes_and_told_before(kiosk: World) -> None:
    await enter(kiosk)
    await kiosk.keys("8")
    await screen(kiosk, "Goods come out")
    await kiosk.keys("*")
    await screen(kiosk, "1 Status")
    assert (await kiosk.state())["released"] == 0
    await kiosk.keys("8")
    await screen(kiosk, "Goods come out")
    await kiosk.keys("#")
    await kiosk.until(lambda state: state["released"] == 1)
    await until_told(kiosk, "release driven, without a sale")


async def test_the_gateway_test_says_what_is_wrong_and_what_to_do(kiosk: World) -> None:
    await enter(kiosk)
    await kiosk.keys("4")
    await screen(kiosk, "no trouble")
    await kiosk.keys("*")
    await kiosk.faults({"detail": {"bad_signature": {}}})
    await screen(kiosk, "1 Status")
    await kiosk.keys("4")
    await screen(kiosk, "our key does not fit")


async def test_each_key_lights_up_and_those_that_are_left_are_named(kiosk: World) -> None:
    await enter(kiosk)
    await kiosk.keys("5")
    await screen(kiosk, "press each key")
    await kiosk.keys("123A456B")
    state = await screen(kiosk, "seen B")
    assert "789C*0#D" in state["screen"]
    await kiosk.keys("789C*0#D")
    await screen(kiosk, "done")


async def test_without_a_pin_nobody_gets_in(kiosk: World) -> None:
    (kiosk.daemon.config.parent / "credentials" / "service-pin").unlink()
    await asyncio.to_thread(kiosk.daemon.stop)
    await kiosk.start()
    await call(kiosk)
    await screen(kiosk, "no PIN is set")
    await kiosk.keys("1#")
    assert "no PIN is set" in " ".join((await kiosk.state())["screen"])
    await kiosk.keys("*")
    await kiosk.named("idle")


async def test_the_pages_are_drawn(kiosk: World) -> None:
    before = (await kiosk.client.get(f"{kiosk.daemon.panel}/api/display.png")).content
    await enter(kiosk)
    end = time.monotonic() + 10
    while True:
        after = (await kiosk.client.get(f"{kiosk.daemon.panel}/api/display.png")).content
        if after != before and Image.open(BytesIO(after)).convert("L").getextrema() == (0, 255):
            break
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
