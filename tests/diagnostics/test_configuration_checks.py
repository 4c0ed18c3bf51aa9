"""Mistakes of people, really made in files of a real directory: each is found, and no secret is told."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from diagnosed import alone, diagnosed, faults

from kiosk.demo.stage import write_config
from kiosk.diagnostics.checks.configuration import configuration_checks, credential_checks
from kiosk.diagnostics.findings import Check, Finding, Grade
from kiosk.settings import Settings, load

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_config(tmp_path, gateway="http://127.0.0.1:1", operator="http://127.0.0.1:2", panel_port=8080)


def changed(file: Path, old: str, new: str) -> Settings:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return load(file)


def checks(settings: Settings, *mistakes: str, illegible: tuple[str, ...] = ()) -> Iterable[Check]:
    yield from configuration_checks(settings, Path("kiosk.toml"), mistakes, lambda: illegible)
    yield from credential_checks(settings)


async def test_a_healthy_configuration_is_silent(file: Path) -> None:
    seen = await diagnosed(checks(load(file)))
    assert {one.grade for one in seen.values()} == {Grade.GOOD}, seen


def test_wrong_wiring_is_found(file: Path) -> None:
    found = alone(checks(load(file), "GPIO 5 is used twice", "no such driver"), "configuration.hardware")
    assert found.grade is Grade.FAULT
    assert found.finding == "GPIO 5 is used twice; no such driver"
    assert "kiosk config check" in found.next_step


def test_a_display_that_is_too_small_is_a_warning(file: Path) -> None:
    found = alone(checks(load(file), illegible=("a code needs 70 pixels",)), "configuration.display")
    assert (found.grade, found.finding) == (Grade.WARNING, "a code needs 70 pixels")


def test_two_ports_alike_are_found(file: Path) -> None:
    settings = changed(file, 'listen = "127.0.0.1:0"', 'listen = "0.0.0.0:8080"')
    found = alone(checks(settings), "configuration.ports")
    assert (found.grade, "8080" in found.finding) == (Grade.FAULT, True)


@pytest.mark.parametrize(
    ("host", "grade"),
    [("0.0.0.0", Grade.WARNING), ("192.0.2.1", Grade.WARNING), ("[::1]", Grade.GOOD), ("localhost", Grade.GOOD)],  # noqa: S104
)
def test_a_panel_beyond_loopback_is_told(file: Path, host: str, grade: Grade) -> None:
    settings = changed(file, 'listen = "127.0.0.1:8080"', f'listen = "{host}:8080"')
    found = alone(checks(settings), "configuration.panel")
    assert found.grade is grade
    assert grade is Grade.GOOD or "ssh -L" in found.next_step


def credential(file: Path, name: str, text: str, mode: int = 0o600) -> Finding:
    secret = file.parent / "credentials" / name
    secret.write_text(text)
    secret.chmod(mode)
    return alone(checks(load(file)), f"credentials.{name}")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("transaction-key", "", "is empty"),
        ("transaction-key", "too-short", "has 9 bytes"),
        ("transaction-key", '"sandbox-transaction-key"', "quotes"),
        ("notification-key", "sandbox notification key", "blanks"),
        ("notification-key", "x" * 600, "600 characters"),
        ("webhook-secret", "whsec_c2hvcnQ=", "24 to 64 bytes"),
        ("webhook-secret", "whsec_%%%", "whsec_ followed by the Base64"),
    ],
)
def test_a_key_that_was_not_copied_whole_is_found(file: Path, name: str, text: str, words: str) -> None:
    found = credential(file, name, text)
    assert found.grade is Grade.FAULT
    assert words in found.finding
    assert "copy it anew" in found.next_step or "put it there anew" in found.next_step
    assert not text or text not in str(found)


def test_a_key_that_others_can_read_is_found(file: Path) -> None:
    found = credential(file, "transaction-key", "sandbox-transaction-key", 0o644)
    assert (found.grade, "others can read it" in found.finding) == (Grade.FAULT, True)


async def test_a_key_that_is_not_there_is_one_fault(file: Path) -> None:
    (file.parent / "credentials" / "transaction-key").unlink()
    seen = await diagnosed(checks(load(file)))
    assert faults(seen) == ["credentials.transaction-key"]
    assert seen["credentials.pairs"].grade is Grade.SKIPPED


def test_one_key_copied_over_the_other_is_found(file: Path) -> None:
    credential(file, "notification-key", "sandbox-transaction-key")
    found = alone(checks(load(file)), "credentials.pairs")
    assert found.grade is Grade.FAULT
    assert "transaction-key and notification-key are the same" in found.finding
    assert "sandbox" not in str(found)


OURS, THEIRS, SMALL = (rsa.generate_private_key(65537, bits) for bits in (2048, 2048, 1024))


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_our_own_public_key_in_the_gateways_place_is_found(file: Path) -> None:
    changed(file, 'sign_id = "K0001"', 'sign_id = "K0001"\nsign_type = "RSA"')
    credential_file = file.parent / "credentials"
    for name, text in (("rsa-private-key.pem", pem(OURS)), ("gateway-public-key.pem", public(THEIRS))):
        (credential_file / name).touch(mode=0o600)
        (credential_file / name).write_text(text)
    assert alone(checks(load(file)), "credentials.pairs").grade is Grade.GOOD
    (credential_file / "gateway-public-key.pem").write_text(public(OURS))
    found = alone(checks(load(file)), "credentials.pairs")
    assert (found.grade, "our own" in found.finding) == (Grade.FAULT, True)
    (credential_file / "rsa-private-key.pem").write_text(pem(SMALL))
    assert "1024 bits" in alone(checks(load(file)), "credentials.rsa-private-key.pem").finding
