"""SIGHUP: the configuration is read anew while the kiosk sells."""

import asyncio
import signal
import time

import pytest
from kiosk_process import World
from waits import PATIENCE

pytestmark = pytest.mark.anyio


async def reload(kiosk: World, *edits: tuple[str, str]) -> str:
    """Edit the configuration and have it taken; what the daemon said of it."""
    text = kiosk.daemon.config.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    kiosk.daemon.config.write_text(text)
    said = len(kiosk.daemon.log)
    assert kiosk.daemon.process
    kiosk.daemon.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + PATIENCE
    while not (found := [line for line in kiosk.daemon.log[said:] if "reload:" in line]):
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    return found[0].partition("reload: ")[2]


async def test_what_the_shopper_reads_and_may_do_is_otherwise_from_now_on(kiosk: World) -> None:
    before = (await kiosk.state())["screen"]
    said = await reload(
        kiosk,
        ('language = "en"', 'language = "ko"'),
        ('"Parking"', '"Coffee"'),
        ("[payment]\n", '[payment]\nmax_amount = "1000"\n'),
    )
    assert said == "taken: kiosk.language, payment.description, payment.max_amount"
    await kiosk.until(lambda state: state["screen"] != before)
    await kiosk.keys("1500#")
    refused = await kiosk.until(lambda state: any("1,000원 이하" in line for line in state["screen"]))
    assert refused["state"] == "entering"
    await kiosk.keys("*900#1")
    shown = await kiosk.until(lambda state: bool(state["qr"]))
    await kiosk.scan((await kiosk.gateway_order(shown["order_id"]))["code"])
    await kiosk.named("paid")


async def test_a_mistake_leaves_the_running_configuration_and_the_sale_as_they_are(kiosk: World) -> None:
    shown = await kiosk.shown()
    said = await reload(kiosk, ('"Parking"', '"Coffee"'), ("[payment]\n", '[payment]\nmax_amount = "much"\n'))
    assert said.startswith("the configuration is left as it was: ")
    assert "payment.max_amount = 'much'" in said
    await kiosk.scan((await kiosk.gateway_order(shown["order_id"]))["code"])
    await kiosk.named("paid")


async def test_what_takes_a_restart_is_named_and_nothing_else_is_held_up(kiosk: World) -> None:
    said = await reload(kiosk, ('"Parking"', '"Coffee"'), ('sign_id = "', 'device_os = "ANDROID"\nsign_id = "'))
    assert said == "taken: payment.description; takes a restart: gateway.device_os"
    await kiosk.shown()


async def test_results_go_to_the_new_address(kiosk: World) -> None:
    said = await reload(
        kiosk, ('[notifications.webhook]\nurl = "http://127.0.0.1', '[notifications.webhook]\nurl = "http://localhost')
    )
    assert said == "taken: notifications.webhook.url"
    shown = await kiosk.shown()
    await kiosk.scan((await kiosk.gateway_order(shown["order_id"]))["code"])
    await kiosk.told(shown["order_id"], "payment.paid", "release.done")
