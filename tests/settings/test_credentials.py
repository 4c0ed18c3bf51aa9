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
WEBHOOK = "whsec_YmVuY2ggc2VjcmV0"
PAIR = rsa.generate_private_key(public_exponent=65537, key_size=2048)


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
    keep(tmp_path, transaction_key=f"  {SECRET}\n", notification_key="n", token="t", webhook_secret=WEBHOOK)
    assert read_credentials(settings(tmp_path)) == Credentials(transaction_key=SECRET)
    assert read_credentials(settings(tmp_path, "TOKEN")) == Credentials(token="t")
    whole = read_credentials(settings(tmp_path, whole=True))
    assert whole == Credentials(transaction_key=SECRET, notification_key="n", webhook_secret=WEBHOOK)


def test_a_pair_of_rsa_keys_is_read(tmp_path: Path) -> None:
    keep(tmp_path, rsa_private_key_pem=pem(PAIR), gateway_public_key_pem=public_pem(PAIR))
    found = read_credentials(settings(tmp_path, "RSA"))
    assert found.private_key is not None
    assert found.private_key.private_numbers() == PAIR.private_numbers()
    assert found.gateway_key == PAIR.public_key()
    assert found.transaction_key == ""


def test_a_repr_shows_nothing() -> None:
    held = Credentials(SECRET, SECRET, SECRET, SECRET, PAIR, PAIR.public_key())
    assert repr(held) == "Credentials()"


def test_a_missing_one_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "transaction-key: not found; expected a credential, see README"
    keep(tmp_path, transaction_key=SECRET)
    assert refusal(tmp_path, whole=True).startswith("notification-key: not found")
    keep(tmp_path, notification_key="n")
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


@pytest.mark.parametrize("secret", [SECRET, f"whsec_{SECRET}", "whsec_", "YmVuY2ggc2VjcmV0"])
def test_a_webhook_secret_has_its_prefix_and_is_base64(tmp_path: Path, secret: str) -> None:
    keep(tmp_path, transaction_key="t", notification_key="n", webhook_secret=secret)
    assert refusal(tmp_path, whole=True) == "webhook-secret: expected whsec_ followed by Base64"


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
    keep(tmp_path, rsa_private_key_pem=private, gateway_public_key_pem=public_pem(PAIR))
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
