import base64
import os
from pathlib import Path

import pytest
from configurations import PLAIN, written
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kiosk.settings import Settings, SettingsError, load
from kiosk.settings.credentials import Credentials, read_credentials

SECRET = "s3cret-of-the-bench"
OTHER = "an0ther-of-the-bench"
WEBHOOK = "whsec_YmVuY2ggc2VjcmV0LCBvcGVucyBub3RoaW5n"
PAIR = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GATEWAYS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it is to be refused


def key(size: int) -> str:
    """An operator's webhook secret of so many bytes."""
    return f"whsec_{base64.b64encode(bytes(range(size))).decode()}"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, lock: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def keep(directory: Path, **secrets: str) -> None:
    """Write credentials; `rsa_private_key_pem` is the file rsa-private-key.pem."""
    for name, secret in secrets.items():
        file = directory / name.replace("_pem", ".pem").replace("_", "-")
        file.touch(mode=0o600)
        file.write_text(secret)


def settings(directory: Path, kind: str = "SHA", *, whole: bool = False) -> Settings:
    text = PLAIN.replace("/srv/credentials", str(directory)).replace("[gateway]", f'[gateway]\nsign_type = "{kind}"')
    if whole:
        text += '[listener]\nlisten = "127.0.0.1:0"\n[notifications.webhook]\nurl = "https://operator.example"\n'
    return load(written(directory, text))


def refusal(directory: Path, kind: str = "SHA", *, whole: bool = False) -> str:
    with pytest.raises(SettingsError) as error:
        read_credentials(settings(directory, kind, whole=whole))
    assert SECRET not in str(error.value)
    assert error.value.__cause__ is None
    return str(error.value).replace(f"{directory}/", "")


def test_only_what_is_needed_is_read(tmp_path: Path) -> None:
    keep(tmp_path, transaction_key=f"  {SECRET}\n", notification_key=OTHER, token=SECRET, webhook_secret=WEBHOOK)
    assert read_credentials(settings(tmp_path)) == Credentials(transaction_key=SECRET)
    assert read_credentials(settings(tmp_path, "TOKEN")) == Credentials(token=SECRET)
    whole = read_credentials(settings(tmp_path, whole=True))
    assert whole == Credentials(transaction_key=SECRET, notification_key=OTHER, webhook_secret=WEBHOOK)


def test_a_pair_of_rsa_keys_is_read(tmp_path: Path) -> None:
    keep(tmp_path, rsa_private_key_pem=pem(PAIR), gateway_public_key_pem=public_pem(GATEWAYS))
    found = read_credentials(settings(tmp_path, "RSA"))
    assert found.private_key is not None
    assert found.private_key.private_numbers() == PAIR.private_numbers()
    assert found.gateway_key == GATEWAYS.public_key()
    assert found.transaction_key == ""


def test_a_repr_shows_nothing() -> None:
    held = Credentials(SECRET, SECRET, SECRET, SECRET, PAIR, PAIR.public_key())
    assert repr(held) == "Credentials()"


def test_a_missing_one_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "transaction-key: not found; expected a credential, see README"
    keep(tmp_path, transaction_key=SECRET)
    missing = refusal(tmp_path, whole=True).splitlines()
    assert [line.partition(":")[0] for line in missing] == ["notification-key", "webhook-secret"]
    keep(tmp_path, notification_key=OTHER)
    assert refusal(tmp_path, whole=True).startswith("webhook-secret: not found")


def test_an_empty_one_is_named(tmp_path: Path) -> None:
    keep(tmp_path, transaction_key=" \n")
    assert refusal(tmp_path) == "transaction-key: is empty; expected a credential"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_one_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    keep(tmp_path, transaction_key=SECRET)
    (tmp_path / "transaction-key").chmod(mode)
    assert refusal(tmp_path) == f"transaction-key: others can read it (mode {mode:04o}); chmod 600 transaction-key"


def test_systemds_own_directory_has_modes_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, transaction_key=SECRET)
    (tmp_path / "transaction-key").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path)[:-1])
    assert "others can read it" in refusal(tmp_path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_credentials(settings(tmp_path)).transaction_key == SECRET


def test_one_that_is_no_text_or_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "transaction-key").mkdir(mode=0o700)
    assert refusal(tmp_path) == "transaction-key: can't be read: IsADirectoryError"
    (tmp_path / "token").touch(mode=0o600)
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    assert refusal(tmp_path, "TOKEN") == "token: can't be read: UnicodeDecodeError"


@pytest.mark.parametrize(
    "secret",
    [
        SECRET,
        f"whsec_{SECRET}",
        "whsec_",
        WEBHOOK.removeprefix("whsec_"),
        "whsec_AA==",
        key(23),
        key(65),
        key(24) + "%",
    ],
)
def test_a_webhook_secret_has_its_prefix_and_is_base64(tmp_path: Path, secret: str) -> None:
    keep(tmp_path, transaction_key=SECRET, notification_key=OTHER, webhook_secret=secret)
    assert refusal(tmp_path, whole=True) == "webhook-secret: expected whsec_ followed by the Base64 of 24 to 64 bytes"


@pytest.mark.parametrize(
    ("private", "said"),
    [
        (SECRET, "expected an RSA private key in PEM without a password"),
        (public_pem(PAIR), "expected an RSA private key in PEM without a password"),
        (pem(PAIR, BestAvailableEncryption(b"x")), "expected an RSA private key in PEM without a password"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "expected an RSA private key"),
    ],
    ids=["no PEM", "a public key", "with a password", "another kind"],
)
def test_what_is_no_rsa_private_key_is_refused(tmp_path: Path, private: str, said: str) -> None:
    keep(tmp_path, rsa_private_key_pem=private, gateway_public_key_pem=public_pem(GATEWAYS))
    assert refusal(tmp_path, "RSA") == f"rsa-private-key.pem: {said}"


@pytest.mark.parametrize(
    ("public", "said"),
    [
        (SECRET, "expected an RSA public key in PEM"),
        (pem(PAIR), "expected an RSA public key in PEM"),
        (public_pem(ec.generate_private_key(ec.SECP256R1())), "expected an RSA public key"),
    ],
    ids=["no PEM", "a private key", "another kind"],
)
def test_what_is_no_rsa_public_key_is_refused(tmp_path: Path, public: str, said: str) -> None:
    keep(tmp_path, rsa_private_key_pem=pem(PAIR), gateway_public_key_pem=public)
    assert refusal(tmp_path, "RSA") == f"gateway-public-key.pem: {said}"


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_webhook_secret_stands_for_24_to_64_bytes(tmp_path: Path, size: int) -> None:
    keep(tmp_path, transaction_key=SECRET, notification_key=OTHER, webhook_secret=key(size))
    assert read_credentials(settings(tmp_path, whole=True)).webhook_secret == key(size)


@pytest.mark.parametrize(("kind", "name"), [("SHA", "transaction_key"), ("TOKEN", "token")])
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    keep(tmp_path, **{name: SECRET[:15]})
    said = refusal(tmp_path, kind)
    assert said == f"{name.replace('_', '-')}: has 15 bytes; expected 16 or more, which nobody guesses"
    assert SECRET[:15] not in said


def test_rsa_keys_have_2048_bits(tmp_path: Path) -> None:
    keep(tmp_path, rsa_private_key_pem=pem(SHORT), gateway_public_key_pem=public_pem(SHORT))
    assert refusal(tmp_path, "RSA").splitlines() == [
        "rsa-private-key.pem: has 1024 bits; expected 2048 or more",
        "gateway-public-key.pem: has 1024 bits; expected 2048 or more",
    ]


def test_two_keys_are_two(tmp_path: Path) -> None:
    keep(tmp_path, transaction_key=SECRET, notification_key=f"{SECRET}\n", webhook_secret=WEBHOOK)
    said = refusal(tmp_path, whole=True)
    assert said == f"{tmp_path}: transaction-key and notification-key are the same; expected two"


def test_our_own_public_key_is_not_the_gateways(tmp_path: Path) -> None:
    keep(tmp_path, rsa_private_key_pem=pem(PAIR), gateway_public_key_pem=public_pem(PAIR))
    said = refusal(tmp_path, "RSA")
    assert said.endswith(": gateway-public-key.pem is that of our own rsa-private-key.pem; expected the gateway's")


def test_a_pipe_in_a_keys_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "transaction-key", mode=0o600)
    assert refusal(tmp_path) == "transaction-key: is no file; expected a credential"


def test_a_file_without_end_is_not_read_to_it(tmp_path: Path) -> None:
    keep(tmp_path, transaction_key="x" * 70_000)
    assert refusal(tmp_path) == "transaction-key: has more than 65536 characters; expected a credential"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_directory_that_others_can_write_into_is_refused(tmp_path: Path, mode: int) -> None:
    keep(tmp_path, transaction_key=SECRET)
    tmp_path.chmod(mode)
    assert refusal(tmp_path).endswith(f": others can write into it (mode {mode:04o}); chmod 700 {tmp_path}")


STRANGER = 54321
REAL_USER = os.geteuid()


def give_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it belong to another user; who is not root can't, and is another user instead."""
    if REAL_USER == 0:
        os.chown(path, STRANGER, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: STRANGER)


def test_a_key_that_belongs_to_a_stranger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, transaction_key=SECRET)
    give_away(tmp_path / "transaction-key", monkeypatch)
    assert "transaction-key: belongs to " in refusal(tmp_path)


def test_a_directory_of_a_stranger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, transaction_key=SECRET)
    wanted = with_state(tmp_path)
    give_away(tmp_path, monkeypatch)
    with pytest.raises(SettingsError, match=f"{tmp_path}: belongs to "):
        read_credentials(wanted)


def test_what_root_looks_at_may_be_the_daemons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, transaction_key=SECRET)
    wanted = with_state(tmp_path)
    for path in (tmp_path, tmp_path / "transaction-key", wanted.kiosk.state_dir):
        give_away(path, monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert read_credentials(wanted).transaction_key == SECRET


def with_state(directory: Path) -> Settings:
    """The settings, with a state directory that is there."""
    wanted, state = settings(directory), directory / "state"
    state.mkdir()
    return wanted.model_copy(update={"kiosk": wanted.kiosk.model_copy(update={"state_dir": state})})
