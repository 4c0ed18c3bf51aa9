"""The command line, against the running daemon."""

import asyncio
import json
import stat

import pytest
from kiosk_process import World

pytestmark = pytest.mark.anyio


async def _paid(kiosk: World) -> str:
    shown = await kiosk.shown()
    await kiosk.scan(shown["qr"])
    await kiosk.named("paid")
    await kiosk.told(shown["order_id"], "payment.paid", "release.done")
    return str(shown["order_id"])


async def test_refunds_in_parts_up_to_what_was_paid(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    for amount, back in (("500", "500"), ("300", "800")):
        done = await kiosk.run("refund", order_id, amount)
        assert done.returncode == 0, done.stderr
        assert f"{amount} KRW given back" in done.stdout
        assert (await kiosk.gateway_order(order_id))["given_back"] == back
    too_much = await kiosk.run("refund", order_id, "701")
    assert too_much.returncode == 1
    assert "between 0 and 700 KRW" in too_much.stderr
    assert (await kiosk.run("refund", order_id[-6:], "--yes")).returncode == 0
    assert (await kiosk.gateway_order(order_id))["given_back"] == "1500"
    await kiosk.told(order_id, "payment.paid", "release.done", *["payment.refunded"] * 3)


async def test_what_cannot_be_an_amount_is_usage_and_gives_nothing_back(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    for amount in ("", " ", "ten", "0", "0.5", "1e3", "1,000"):
        done = await kiosk.run("refund", order_id, amount)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), amount
    negative = await kiosk.run("refund", order_id, "--", "-5")
    assert (negative.returncode, len(negative.stderr.splitlines())) == (2, 1)
    assert (await kiosk.gateway_order(order_id))["given_back"] == "0"


async def test_cancel_gives_all_of_it_back(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    unsaid = await kiosk.run("cancel", order_id)
    assert (unsaid.returncode, unsaid.stdout, len(unsaid.stderr.splitlines())) == (2, "", 1)
    assert "--yes" in unsaid.stderr
    assert (await kiosk.gateway_order(order_id))["given_back"] == "0"
    done = await kiosk.run("cancel", order_id, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    order = await kiosk.gateway_order(order_id)
    assert (order["status"], order["given_back"]) == ("closed", "1500")
    again = await kiosk.run("cancel", order_id, "--yes")
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1


async def test_inquire_asks_the_gateway(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    done = await kiosk.run("inquire", order_id)
    assert (done.returncode, done.stdout.strip()) == (0, f"{order_id}: released")


async def test_an_inquiry_without_a_network_fails_and_says_so(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    await kiosk.faults({"detail": {"drop_before": {}}})
    done = await kiosk.run("inquire", order_id)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "could not be asked" in done.stderr


@pytest.mark.parametrize("words", [("refund",), ("refund", "1500"), ("cancel",)], ids=" ".join)
async def test_without_a_terminal_nobody_gives_all_back_without_saying_so(kiosk: World, words: tuple[str, ...]) -> None:
    order_id = await _paid(kiosk)
    verb, *amount = words
    done = await kiosk.run(verb, order_id, *amount)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "1500 KRW" in done.stderr
    assert (await kiosk.gateway_order(order_id))["given_back"] == "0"


async def test_a_refund_that_the_gateway_refuses_exits_1_with_its_reason(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    gateway_id = (await kiosk.gateway_order(order_id))["gateway_order_id"]
    await kiosk.client.put(f"{kiosk.sandbox}/sandbox/faults", json={"refund": {"refused": {}}})
    done = await kiosk.run("refund", order_id, "500")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "100005" in done.stderr
    assert (await kiosk.gateway_order(gateway_id))["given_back"] == "0"


async def test_a_refund_that_takes_its_time_is_not_yet_known(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    await kiosk.faults({"refund": {"slow": {"seconds": 600}}})
    done = await kiosk.run("refund", order_id, "500")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
    assert "not yet known" in done.stderr


async def test_orders_and_order_and_report_show_what_happened(kiosk: World) -> None:
    order_id = await _paid(kiosk)
    await kiosk.run("refund", order_id, "500")
    listed = json.loads((await kiosk.run("orders", "--json")).stdout)
    assert [(one["order_id"], one["state"], one["refunded"]["value"]) for one in listed] == [
        (order_id, "released", "500")
    ]
    assert order_id in (await kiosk.run("orders")).stdout
    assert json.loads((await kiosk.run("orders", "--state", "unresolved", "--json")).stdout) == []
    assert (await kiosk.run("orders", "--state", "nonsense")).returncode == 2
    one = json.loads((await kiosk.run("order", order_id[-6:], "--json")).stdout)
    assert [step["kind"] for step in one["history"]] == ["pay", "release", "refund"]
    assert all(step["answer"] for step in one["history"])
    report = await kiosk.run("report")
    assert report.returncode == 0
    assert "paid 1500 KRW = released 1500 KRW + given back 0 KRW + open 0 KRW" in report.stdout
    unknown = await kiosk.run("order", "ZZZZZZ")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (1, 1)


async def test_the_outbox_is_empty_when_the_operator_has_everything(kiosk: World) -> None:
    await _paid(kiosk)
    await kiosk.until(lambda state: state["outbox"] == {"pending": 0, "quarantined": 0})
    assert (await kiosk.run("outbox")).stdout.strip() == "nothing waits"
    assert json.loads((await kiosk.run("outbox", "--json")).stdout) == []
    assert (await kiosk.run("outbox", "retry")).returncode == 0


async def test_money_moves_only_through_a_socket_that_its_owner_alone_can_open(kiosk: World) -> None:
    socket = kiosk.daemon.config.parent / "state" / "control.sock"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600


async def test_without_a_daemon_there_is_one_line(kiosk: World) -> None:
    await asyncio.to_thread(kiosk.daemon.stop)
    done = await kiosk.run("cancel", "ZZZZZZ")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "is it running" in done.stderr


async def test_drained_it_sells_nothing_until_it_is_undrained_and_the_operator_hears_of_both(kiosk: World) -> None:
    said = await kiosk.run("drain", "--reason", "new price list")
    assert (said.returncode, "kiosk undrain" in said.stdout) == (0, True)
    await kiosk.named("out_of_service")
    await kiosk.keys("1500#1")
    assert "drained" in (await kiosk.run("status")).stdout
    assert "new price list" in (await kiosk.run("status")).stdout
    assert (await kiosk.state())["state"] == "out_of_service"
    assert (await kiosk.run("undrain")).returncode == 0
    await kiosk.named("idle")
    assert any(one.type == "kiosk.fault" for one in kiosk.operator.received)
