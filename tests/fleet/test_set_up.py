"""site.yml, on a blank machine and on one that is set up."""

import re
from importlib.metadata import version

import pytest
from fleet_stand import SECRETS, SETTINGS, Installed, Operator, Stand

# What --check can't foresee: these follow from what was installed before them.
AFTERWARDS = {
    "kiosk : Unpack it",
    "kiosk : Start it now and at each power-on",
    "hardening : Have it at each power-on",
    "raspberry_pi : Ask for it at each power-on",
}
BY_ANOTHER = {"kiosk : Make the folder of the secrets"}  # a handler before it has made it by then


def test_the_blank_machine_is_set_up(installed: Installed) -> None:
    assert installed.first.code == 0
    print(f"a blank machine sells after {installed.first.took:.0f} s")  # noqa: T201 - a figure, shown with -rP
    assert f"kiosk-0001 sells, with {version('kiosk')}-" in installed.first.said


def test_a_second_run_changes_nothing(installed: Installed) -> None:
    assert installed.second.code == 0, installed.second.said[-3000:]
    assert installed.second.count("changed") == 0, installed.second.changed


def test_check_says_what_would_change_and_changes_nothing(installed: Installed) -> None:
    assert installed.preview.code == 0, installed.preview.said[-3000:]
    assert installed.untouched == ""
    assert installed.preview.changed - installed.first.changed <= BY_ANOTHER
    assert installed.first.changed - installed.preview.changed <= AFTERWARDS
    for line in ("+dtparam=i2c_arm=on", "+PasswordAuthentication no", "+RuntimeWatchdogSec=14", '+id = "kiosk-0001"'):
        assert line in installed.preview.said
    assert "policy drop" in installed.preview.said


@pytest.mark.parametrize("run", ["preview", "first", "second"])
def test_no_secret_is_in_what_ansible_says(installed: Installed, run: str) -> None:
    said = getattr(installed, run).said
    for secret in SECRETS.values():
        assert secret not in said


def test_the_machine_is_closed(installed: Installed, stand: Stand) -> None:
    assert installed.first.code == 0
    sshd = stand.machine.run("sshd", "-T")
    assert "passwordauthentication no" in sshd
    assert "permitrootlogin no" in sshd
    rules = stand.machine.run("nft", "list", "ruleset")
    assert "policy drop" in rules
    assert re.findall(r"tcp dport (\d+) accept", rules) == ["22"]
    assert stand.machine.run("systemctl", "is-enabled", "nftables.service", "ssh.service").split() == ["enabled"] * 2
    assert stand.machine.sh("passwd --status root").split()[1] == "L"


def test_the_card_the_clock_and_the_watchdog_are_looked_after(installed: Installed, stand: Stand) -> None:
    assert installed.first.code == 0
    config = (stand.machine.root / "boot/firmware/config.txt").read_text()
    assert config.index("otg_mode=1") < config.index("[all]\ndtparam=i2c_arm=on") < config.index("dtparam=watchdog=on")
    shown = stand.machine.run("systemctl", "show", "--property=RuntimeWatchdogUSec")
    assert shown.strip() == "RuntimeWatchdogUSec=14s"
    assert "SystemMaxUse=64M" in stand.machine.run("systemd-analyze", "cat-config", "systemd/journald.conf")
    assert stand.machine.run("systemctl", "is-enabled", "systemd-timesyncd.service").strip() == "enabled"


def test_no_compiler_and_no_registry_were_needed(installed: Installed, stand: Stand) -> None:
    assert installed.first.code == 0
    assert stand.machine.sh("command -v gcc cc") == ""
    assert stand.machine.sh("ip -brief address show up | cut -d' ' -f1").split() == ["lo"]
    release = stand.machine.run("readlink", "/opt/kiosk/current").strip()
    assert re.fullmatch(rf"releases/{re.escape(version('kiosk'))}-[0-9a-f]{{8}}", release)
    assert stand.machine.run("cat", "/opt/kiosk/current/RELEASE").strip() == release.removeprefix("releases/")
    assert re.match(
        r"kiosk \d+\.\d+\.\d+( \([0-9a-f]{12}(-dirty)?\))?$", stand.machine.run("kiosk", "--version").strip()
    )


SEEN = ("kiosk_python", "hardening_visitor")  # of the machine; said to be otherwise


def without(name: str) -> dict[str, str]:
    return {secret: text for secret, text in SECRETS.items() if secret != name}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kiosk_settings": None}, ["missing required arguments", "kiosk_settings"]),
        ({"kiosk_id": None}, ["missing required arguments", "kiosk_id"]),
        ({"kiosk_secrets": None}, ["missing required arguments", "kiosk_secrets"]),
        ({"kiosk_id": "number one"}, ["kiosk_id", "number one", "1 to 18 of"]),
        ({"kiosk_secrets": without("transaction-key")}, ["kiosk_secrets['transaction-key']"]),
        ({"kiosk_secrets": {**SECRETS, "webhook-secret": "whsec"}}, ["kiosk_secrets['webhook-secret']", "Base64"]),
        ({"kiosk_settings": {"payment": {}}}, ["kiosk_settings", "gateway"]),
        ({"kiosk_settings": {**SETTINGS, "hardware": {}}}, ["no Raspberry Pi", "kiosk_settings.hardware.board"]),
        ({"kiosk_python": "3.9"}, ["Python 3.9", "3.11"]),
        ({"hardening_visitor": "root"}, ["would not any more", "ansible_user"]),
        ({"raspberry_pi_watchdog_seconds": 20}, ["raspberry_pi_watchdog_seconds", "15"]),
    ],
)
def test_a_wrong_variable_is_named_and_nothing_is_changed(
    installed: Installed, operator: Operator, changed: dict[str, object], words: list[str]
) -> None:
    assert installed.first.code == 0
    seen = [f"--extra-vars={name}={value}" for name, value in changed.items() if name in SEEN]
    ran = operator.play("site.yml", *seen, **changed)
    assert ran.code == 2, ran.said
    assert ran.count("failed") == 1
    assert ran.count("changed") == 0
    for word in words:
        assert word in ran.said
    for secret in SECRETS.values():
        assert secret not in ran.said


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("usr/local/bin/df", "#!/bin/sh\necho Avail; echo 512\n", "has 512 MB free on /; expected 1000 MB"),
        ("usr/local/bin/date", "#!/bin/sh\necho 1700000000\n", "days off this machine's"),
        ("etc/os-release", 'ID=ubuntu\nNAME="Ubuntu"\nVERSION_ID="22.04"\nID_LIKE=debian\n', "expected Debian or Rasp"),
    ],
)
def test_a_machine_that_is_not_fit_is_told_so_and_nothing_is_changed(
    installed: Installed, operator: Operator, stand: Stand, file: str, text: str, words: str
) -> None:
    assert installed.first.code == 0
    path = stand.machine.root / file
    before = path.read_text() if path.exists() else None
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    try:
        ran = operator.play("site.yml")
    finally:
        path.unlink()
        if before is not None:
            path.write_text(before)
    assert ran.code == 2, ran.said
    assert words in ran.said.replace("\n", " ")
    assert ran.count("changed") == 0


def test_a_configuration_that_the_kiosk_refuses_is_not_installed(
    installed: Installed, operator: Operator, stand: Stand
) -> None:
    assert installed.first.code == 0
    before = (stand.machine.root / "etc/kiosk/kiosk.toml").read_text()
    ran = operator.play(
        "site.yml", kiosk_settings={**SETTINGS, "payment": {"description": "Parking", "min_amount": "many"}}
    )
    assert ran.code == 2
    assert re.search(r"payment\.min_amount = '+many'+: expected an amount", ran.said.replace("\\", ""))
    assert (stand.machine.root / "etc/kiosk/kiosk.toml").read_text() == before
    stand.buy()


def test_a_secret_that_the_gateway_refuses_ends_red_and_the_right_one_green(
    installed: Installed, operator: Operator, stand: Stand
) -> None:
    assert installed.first.code == 0
    another = {**SECRETS, "transaction-key": "of-another-merchant"}
    ran = operator.play("site.yml", kiosk_secrets=another, kiosk_tries=5)
    mended = operator.play("site.yml")
    assert ran.code == 2
    assert "kiosk-0001 does not sell: active, out of service; " in ran.said.replace("\n", " ")
    assert "gateway: an answer whose signature is wrong" in ran.said.replace("\n", " ")
    assert mended.code == 0, mended.said[-3000:]
    assert mended.changed == {
        "kiosk : Seal what is new",
        "kiosk : See whether what runs is older than what is configured",
    }
    stand.buy()
