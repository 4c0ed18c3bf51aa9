"""The service on a machine that was set up: it sells, heals itself, and keeps its secrets."""

import json
import re
import time

import pytest
from fleet_stand import GATEWAY, LOG, SECRETS, Stand

pytestmark = pytest.mark.usefixtures("installed")


def test_it_is_ready_and_says_how_it_is(stand: Stand) -> None:
    stand.until("idle")
    assert stand.unit("ActiveState") == "active"
    assert stand.unit("StatusText") == "idle"
    assert stand.unit("User") == "kiosk"


def test_a_sale_ends_paid(stand: Stand) -> None:
    stand.buy()


def restarted(stand: Stand, pid: str, limit: float = 60) -> None:
    end = time.monotonic() + limit
    while stand.unit("MainPID") in (pid, "0") or stand.unit("ActiveState") != "active":
        assert time.monotonic() < end, stand.machine.sh(LOG)
        time.sleep(0.3)


def test_killed_in_mid_sale_it_gives_back_what_was_paid_meanwhile_and_sells_on(stand: Stand) -> None:
    order, pid = stand.order(), stand.unit("MainPID")
    stand.machine.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "kiosk.service")
    stand.pay(order)
    restarted(stand, pid)
    assert stand.ends(order) == "given_back"
    books = stand.ask(f"{GATEWAY}/sandbox/orders/{order}")
    assert (books["charged"], books["given_back"]) == ("1500", "1500")
    stand.buy()


def test_killed_in_mid_sale_it_closes_the_code_that_nobody_has_paid(stand: Stand) -> None:
    order, pid = stand.order(), stand.unit("MainPID")
    stand.machine.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "kiosk.service")
    restarted(stand, pid)
    assert stand.ends(order) == "cancelled"
    stand.buy()


def test_a_daemon_that_stands_still_is_started_anew_by_the_watchdog(stand: Stand) -> None:
    stand.until("idle")
    assert stand.unit("WatchdogUSec") == "20s"
    pid = stand.unit("MainPID")
    stand.machine.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", "kiosk.service")
    restarted(stand, pid)
    assert "watchdog" in stand.machine.sh("journalctl -u kiosk -n 50 --no-pager -o cat").lower()
    stand.buy()


def test_a_reload_is_taken_in_mid_sale_and_a_mistake_is_not(stand: Stand) -> None:
    config = stand.machine.root / "etc/kiosk/kiosk.toml"
    before, pid = config.read_text(), stand.unit("MainPID")
    order = stand.order()
    try:
        for said, old, new in (
            ("reload: taken: payment.description", '"Parking"', '"Coffee"'),
            ("reload: the configuration is left as it was: ", "[payment]", "[payments]"),
        ):
            config.write_text(before.replace(old, new))
            stand.machine.run("systemctl", "reload", "kiosk.service")
            assert said in stand.machine.sh("journalctl -u kiosk -n 20 --no-pager -o cat")
    finally:
        config.write_text(before)
        stand.machine.run("systemctl", "reload", "kiosk.service")
    stand.pay(order)
    assert stand.ends(order) == "released"
    assert stand.unit("MainPID") == pid


def test_after_a_power_cut_it_sells_again_without_a_hand(stand: Stand) -> None:
    bought = stand.buy()
    stand.pull_the_plug_and_put_it_back()
    stand.until("idle")
    assert stand.ends(bought) == "released"
    stand.buy()


THEIR_OWN = "--exclude-dir=sandbox --exclude-dir=demo"  # these secrets are the demo's, whose code has them


def test_the_secrets_are_nobody_elses(stand: Stand) -> None:
    pid = stand.unit("MainPID")
    places = {
        "its environment": f"tr '\\0' '\\n' < /proc/{pid}/environ",
        "its command line": f"tr '\\0' ' ' < /proc/{pid}/cmdline",
        "systemctl show": "systemctl show kiosk.service; systemctl cat kiosk.service",
        "the journal": "journalctl --no-pager",
        "the card": f"grep -rlF {THEIR_OWN} -e {{secret}} /etc /opt/kiosk /var /home /root 2>/dev/null",
    }
    for secret in SECRETS.values():
        for place, script in places.items():
            said = stand.machine.sh(script.replace("{secret}", secret))
            if place == "the card":
                assert said == ""
            else:
                assert said != ""
                assert secret not in said, place
    for user in ("nobody", "admin"):
        for path in ("/run/credentials/kiosk.service/transaction-key", "/etc/kiosk/credentials/transaction-key.sealed"):
            assert "Permission denied" in stand.machine.run("runuser", "-u", user, "--", "cat", path)
        for script in ("ls /var/lib/kiosk", "cat /etc/kiosk/kiosk.toml"):
            assert "Permission denied" in stand.machine.run("runuser", "-u", user, "--", *script.split())


def test_systemd_finds_no_mistake_and_little_left_open(stand: Stand) -> None:
    names = "kiosk.service kiosk-report.service kiosk-report.timer kiosk-backup.service kiosk-backup.timer"
    said = stand.machine.sh(f"cd /etc/systemd/system && systemd-analyze verify --man=no {names}")
    assert said == ""
    exposure = stand.machine.run("systemd-analyze", "security", "--no-pager", "kiosk.service")
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", exposure)
    assert found, exposure
    assert float(found[1]) <= 1.5


def test_report_and_backup_run(stand: Stand) -> None:
    stand.buy()
    for unit in ("kiosk-report.service", "kiosk-backup.service"):
        stand.machine.run("systemctl", "start", unit, limit=60)
        shown = stand.machine.run("systemctl", "show", unit, "--property=Result", "--value")
        assert shown.strip() == "success", stand.machine.sh(f"journalctl -u {unit} -n 20 --no-pager -o cat")
    assert stand.machine.sh("ls /var/lib/kiosk/backup").strip() != ""
    timers = stand.machine.run("systemctl", "list-timers", "--no-pager", "kiosk-*")
    assert "kiosk-report.timer" in timers
    assert "kiosk-backup.timer" in timers


def test_a_technician_sees_how_it_is_and_that_nothing_is_broken(stand: Stand) -> None:
    stand.until("idle")
    assert "in service" in stand.machine.sh("kiosk status").splitlines()[0]
    report = json.loads(stand.machine.sh("kiosk diagnose --json || true"))
    assert {one["check"]: one["finding"] for one in report["findings"] if one["grade"] == "fault"} == {}
    grades = {one["check"]: one["grade"] for one in report["findings"]}
    for check in (
        "credentials.transaction-key",
        "credentials.pairs",
        "gateway.keys",
        "service.watchdog",
        "journal.chain",
    ):
        assert grades[check] == "good", check
    assert grades["service.unit"] in ("good", "warning")  # the tests before have killed it
    text = json.dumps(report)
    assert not [name for name, secret in SECRETS.items() if secret in text]
    stand.until("idle")


def test_a_person_finds_the_command_and_the_technician_the_bench(stand: Stand) -> None:
    order = stand.buy()
    said = stand.machine.run("runuser", "-u", "kiosk", "--", "kiosk", "orders", "--json")
    assert order in said
    said = stand.machine.run(
        "/opt/kiosk/current/.venv/bin/python", "-m", "hardware", "--config", "/etc/kiosk/kiosk.toml", "test"
    )
    assert "decoder" in said
