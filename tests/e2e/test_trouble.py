"""What happens when: power cuts, restarts, a dead network, a stop in mid-sale; with the daemon as a process."""

import asyncio
import signal
import socket
import time
from io import BytesIO
from pathlib import Path

import counted_kiosk
import pytest
from kiosk_process import World
from PIL import Image

pytestmark = pytest.mark.anyio


async def test_a_code_that_was_shown_when_the_power_went_is_closed_at_the_next_start(kiosk: World) -> None:
    shown = await kiosk.shown()
    kiosk.daemon.stop(signal.SIGKILL)
    await kiosk.start()
    await kiosk.told(shown["order_id"], "payment.cancelled")
    assert (await kiosk.gateway_order(shown["order_id"]))["status"] == "closed"


async def test_a_payment_made_while_the_power_was_away_is_given_back(kiosk: World) -> None:
    shown = await kiosk.shown()
    kiosk.daemon.stop(signal.SIGKILL)
    await kiosk.scan(shown["qr"])
    await kiosk.start()
    await kiosk.told(shown["order_id"], "payment.paid", "payment.refunded")
    assert (await kiosk.gateway_order(shown["order_id"]))["given_back"] == "1500"
    assert (await kiosk.state())["released"] == 0


async def test_a_stop_in_mid_sale_closes_the_code_first(kiosk: World) -> None:
    shown = await kiosk.shown()
    assert await asyncio.to_thread(kiosk.daemon.stop, signal.SIGTERM) == 0
    assert (await kiosk.gateway_order(shown["order_id"]))["status"] == "closed"
    assert "Traceback" not in "\n".join(kiosk.daemon.log)


async def _releasing(kiosk: World, seconds: str) -> str:
    """A sale whose goods take so long to fall; the order's id, once its release has begun."""
    await asyncio.to_thread(kiosk.daemon.stop)
    kiosk.daemon.program = (counted_kiosk.__file__,)
    kiosk.daemon.env["SETTLE"] = seconds
    await kiosk.start()
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    await kiosk.recorded(shown["order_id"], "releasing")
    order_id: str = shown["order_id"]
    return order_id


async def test_a_power_cut_while_goods_fall_is_doubt_that_a_person_settles_and_no_jam(kiosk: World) -> None:
    order_id = await _releasing(kiosk, "10")
    kiosk.daemon.stop(signal.SIGKILL)
    await kiosk.start()
    await kiosk.told(order_id, "payment.paid", "release.unconfirmed")
    assert (await kiosk.gateway_order(order_id))["given_back"] == "0"
    report = await kiosk.run("report")
    assert f"unconfirmed: {order_id}" in report.stdout
    assert "open 0" in report.stdout
    unwise = await kiosk.run("settle", order_id, "--released")
    assert (unwise.returncode, len(unwise.stderr.splitlines())) == (2, 1)
    settled = await kiosk.run("settle", order_id, "--released", "--reason", "the camera shows it")
    assert (settled.returncode, settled.stderr) == (0, "")
    await kiosk.told(order_id, "payment.paid", "release.unconfirmed", "payment.settled")
    assert "unconfirmed" not in (await kiosk.run("report")).stdout
    assert "released: the camera shows it" in (await kiosk.run("order", order_id)).stdout


@pytest.mark.parametrize(
    ("after_crash", "given_back", "last"), [("ask", "0", "payment.unresolved"), ("refund", "1500", "payment.refunded")]
)
async def test_the_operator_chooses_what_a_power_cut_in_that_second_means(
    kiosk: World, after_crash: str, given_back: str, last: str
) -> None:
    kiosk.daemon.env["KIOSK_RELEASE__AFTER_CRASH"] = after_crash
    order_id = await _releasing(kiosk, "10")
    kiosk.daemon.stop(signal.SIGKILL)
    await kiosk.start()
    await kiosk.told(order_id, "payment.paid", "release.unconfirmed", last)
    assert (await kiosk.gateway_order(order_id))["given_back"] == given_back
    assert (await kiosk.state())["released"] == 0


@pytest.mark.parametrize("seconds", ["2", "12"])
async def test_a_stop_waits_for_goods_on_their_way(kiosk: World, seconds: str) -> None:
    order_id = await _releasing(kiosk, seconds)
    assert await asyncio.to_thread(kiosk.daemon.stop, signal.SIGTERM) == 0
    await kiosk.start()
    await kiosk.told(order_id, "payment.paid", "release.done")


async def test_a_second_daemon_on_the_same_directory_refuses_to_start(kiosk: World) -> None:
    second = await kiosk.run("run")
    assert second.returncode == 1
    assert len(second.stderr.splitlines()) == 1


async def test_out_of_service_while_the_gateway_is_silent_and_back_by_itself(kiosk: World) -> None:
    shown = await kiosk.shown()
    await kiosk.faults({call: {"drop_before": {}} for call in ("pay", "detail", "cancel", "refund")})
    await kiosk.keys("*")
    await kiosk.until(lambda state: not state["online"])
    await kiosk.faults({})
    await kiosk.named("cancelled")
    await kiosk.until(lambda state: state["online"])
    assert (await kiosk.gateway_order(shown["order_id"]))["status"] == "closed"
    await kiosk.keys("*")
    await kiosk.named("idle")


async def test_a_start_without_a_gateway_shows_so_on_the_glass_and_the_lamps(kiosk: World) -> None:
    await asyncio.to_thread(kiosk.daemon.stop)
    await kiosk.faults({call: {"drop_before": {}} for call in ("pay", "detail", "cancel", "refund")})
    await asyncio.to_thread(kiosk.daemon.start)
    end = time.monotonic() + 20
    while True:
        png = (await kiosk.client.get(f"{kiosk.daemon.panel}/api/display.png")).content
        bright = sum(Image.open(BytesIO(png)).convert("L").histogram()[101:])
        if bright > 100:
            break
        assert time.monotonic() < end, "the display is dark"
        await asyncio.sleep(0.05)
    state = await kiosk.state()
    assert (state["state"], state["lights"]["fault"]) == ("out_of_service", "on")
    await kiosk.faults({})
    await kiosk.until(lambda state: state["state"] == "idle")


async def test_a_success_for_another_amount_is_never_paid_and_is_that_orders_trouble_alone(kiosk: World) -> None:
    await kiosk.client.put(f"{kiosk.sandbox}/sandbox/notify-url", json={"url": ""})
    await kiosk.faults({"detail": {"wrong_amount": {"times": 2}}})
    began = time.monotonic()
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    seen = []
    while (state := await kiosk.state())["state"] == "showing_code":
        seen.append((state["online"], state["released"]))
        await asyncio.sleep(0.05)
    assert set(seen) == {(True, 0)}
    assert time.monotonic() - began > 5 + 3 + 3  # seconds: the third DETAIL was the first to be believed
    await kiosk.named("paid")


async def test_systemd_hears_of_readiness_state_and_health(kiosk: World, tmp_path: Path) -> None:
    await asyncio.to_thread(kiosk.daemon.stop)
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        kiosk.daemon.env = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
        await kiosk.start()
        while heard.count("WATCHDOG=1") < 3 or "STATUS=idle" not in heard:
            heard.append(await asyncio.to_thread(lambda: systemd.recv(200).decode()))
        stopped = asyncio.to_thread(kiosk.daemon.stop, signal.SIGTERM)
        assert await stopped == 0
        while heard[-1] != "STOPPING=1":
            heard.append(await asyncio.to_thread(lambda: systemd.recv(200).decode()))
    assert "READY=1" in heard


async def test_a_journal_whose_log_was_removed_sells_nothing_any_more_and_is_not_begun_anew(kiosk: World) -> None:
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    await kiosk.named("paid")
    await kiosk.told(shown["order_id"], "payment.paid", "release.done")
    await kiosk.until(lambda state: state["state"] == "idle")
    for name in ("journal.db-wal", "journal.db-shm"):
        (kiosk.daemon.config.parent / "state" / name).unlink()
    await kiosk.keys("1500#1")
    await kiosk.named("out_of_service")
    assert len(await kiosk.gateway_orders()) == 1
    kiosk.daemon.stop(signal.SIGKILL)
    refused = await kiosk.run("run")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    assert "not what this kiosk wrote last" in refused.stderr
