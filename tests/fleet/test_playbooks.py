"""What an operator asks of kiosks that are set up."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from fleet_stand import CHECKOUT, SECRETS, Operator, Stand


@pytest.mark.usefixtures("installed")
def test_diagnose_shows_all_kiosks_in_one_table(operator: Operator, stand: Stand) -> None:
    stand.until("idle")
    ran = operator.play("diagnose.yml")
    assert ran.code == 0, ran.said
    assert ran.count("changed") == 0
    row = next(line for line in ran.said.splitlines() if "kiosk-0001" in line and " MB " in line)
    version = stand.machine.run("cat", "/opt/kiosk/current/RELEASE").strip()
    assert f" {version} " in row
    assert " active " in row
    assert " idle" in row


def test_diagnose_has_a_row_for_a_kiosk_that_can_not_be_reached(operator: Operator) -> None:
    ran = operator.play("diagnose.yml", ansible_ssh_common_args="-o ControlPath=none -o ProxyCommand='false'")
    row = next(line for line in ran.said.splitlines() if "unreachable  " in line)
    assert "kiosk-0001" in row


@pytest.mark.usefixtures("installed")
def test_collect_brings_an_archive_without_secrets(operator: Operator, stand: Stand) -> None:
    order = stand.buy()
    before = set(collected())
    ran = operator.play("collect.yml")
    assert ran.code == 0, ran.said
    (archive,) = set(collected()) - before
    try:
        with tarfile.open(archive) as tar:
            texts = {member.name: tar.extractfile(member).read().decode() for member in tar.getmembers()}  # type: ignore[union-attr]
    finally:
        archive.unlink()
    assert set(texts) == {"journal.txt", "unit.txt", "orders.json", "outbox.json", "configuration.toml"}
    assert order in texts["orders.json"]
    assert "running; front panel" in texts["journal.txt"]
    assert 'url = "http://127.0.0.1:18071/..."' in texts["configuration.toml"]
    for secret in SECRETS.values():
        assert not any(secret in text for text in texts.values())
    assert stand.machine.sh("ls -d /tmp/*.kiosk").startswith("ls: ")


def collected() -> list[Path]:
    return list((CHECKOUT / "ansible/collected").glob("kiosk-0001-*.tar.gz"))


@pytest.mark.parametrize("arch", ["aarch64"])
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_a_release_for_a_pi_has_a_wheel_for_everything(tmp_path: Path, arch: str, python: str) -> None:
    builder = CHECKOUT / "ansible/roles/kiosk/files/release.py"
    archive = tmp_path / "release.tar"
    subprocess.run(
        [sys.executable, str(builder), "build", f"--machine={arch}", f"--python={python}", f"--archive={archive}"],
        check=True,
        timeout=300,
    )
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        requirements = tar.extractfile("requirements.txt").read().decode()  # type: ignore[union-attr]
    wheels = [name for name in names if name.endswith(".whl")]
    assert len(wheels) == requirements.count("==") + 1
    native = [wheel for wheel in wheels if not wheel.endswith("-any.whl")]
    assert native
    assert all(wheel.endswith(f"_{arch}.whl") for wheel in native)
    assert "systemd-python" not in requirements
