"""`kiosk status` against a running daemon."""

import asyncio
import json

import pytest
from kiosk_process import World

pytestmark = pytest.mark.anyio


async def test_a_healthy_kiosk_is_in_service_and_tells_its_last_sale(kiosk: World) -> None:
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    await kiosk.named("paid")
    said = await kiosk.run("status", "--json")
    assert said.returncode == 0, said.stderr
    status = json.loads(said.stdout)
    assert (status["in_service"], status["troubles"], status["released"]) == (True, [], 1)
    assert status["last_sale"]["order_id"] == shown["order_id"]
    assert status["last_sale"]["amount"] == {"value": "1500", "currency": "KRW"}
    assert status["clock"]["offset_seconds"] is not None
    assert status["gateway"]["answered_at"]
    assert set(status["parts"]) == {"display", "lamps", "buzzer", "keypad", "camera", "decoder", "release"}
    page = await kiosk.run("status")
    assert "in service" in page.stdout.splitlines()[0]
    assert "1500 KRW" in page.stdout


async def test_a_gateway_that_refuses_is_named_with_its_words_and_its_hour(kiosk: World) -> None:
    await asyncio.to_thread(kiosk.daemon.stop)
    await kiosk.faults({"detail": {"bad_signature": {}}})
    await asyncio.to_thread(kiosk.daemon.start)
    await kiosk.until(lambda _: any("signature" in line for line in kiosk.daemon.log))
    said = await kiosk.run("status", "--json")
    status = json.loads(said.stdout)
    assert said.returncode == 0
    assert status["in_service"] is False
    (trouble,) = (one for one in status["troubles"] if one["part"] == "gateway")
    assert "signature is wrong" in trouble["what"]
    assert trouble["since"] >= status["started_at"]
    assert "signature is wrong" in status["gateway"]["trouble"]
    said_why = "gateway: an answer whose signature is wrong"
    assert any("WARNING out of service;" in line and said_why in line for line in kiosk.daemon.log)
    assert "OUT OF SERVICE" in (await kiosk.run("status")).stdout.splitlines()[0]


async def test_a_daemon_that_is_not_there_is_one_line(kiosk: World) -> None:
    await asyncio.to_thread(kiosk.daemon.stop)
    said = await kiosk.run("status")
    assert said.returncode == 1
    assert "the daemon does not answer" in said.stderr
    assert len(said.stderr.splitlines()) == 1
