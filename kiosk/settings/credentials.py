"""The credentials: one file each in the credentials directory, read once at start.

Under systemd they come by LoadCredential=, which nobody else can read; elsewhere the files must be readable by their
owner only. No secret is in a repr or a message.
"""

import base64
import binascii
import os
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from kiosk.settings.model import Settings
from kiosk.settings.reading import SettingsError


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was found; "" and None for what this configuration does not need."""

    transaction_key: str = field(default="", repr=False)
    notification_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    service_pin: str = field(default="", repr=False)
    private_key: RSAPrivateKey | None = field(default=None, repr=False)
    gateway_key: RSAPublicKey | None = field(default=None, repr=False)


def read_credentials(settings: Settings) -> Credentials:
    """Read what the configuration needs. Raises SettingsError: one line about the first file that can't be used."""
    directory, wanted = settings.kiosk.credentials_dir, needed(settings)
    private, public = "rsa-private-key.pem", "gateway-public-key.pem"
    return Credentials(
        transaction_key=_text(directory / "transaction-key") if "transaction-key" in wanted else "",
        notification_key=_text(directory / "notification-key") if "notification-key" in wanted else "",
        token=_text(directory / "token") if "token" in wanted else "",
        webhook_secret=_webhook_secret(directory / "webhook-secret") if "webhook-secret" in wanted else "",
        service_pin=_text(directory / "service-pin") if "service-pin" in wanted else "",
        private_key=_private_key(directory / private) if private in wanted else None,
        gateway_key=_public_key(directory / public) if public in wanted else None,
    )


def needed(settings: Settings) -> tuple[str, ...]:
    """The files that the configuration needs."""
    kind = settings.gateway.sign_type
    names = {"SHA": ["transaction-key"], "TOKEN": ["token"], "RSA": ["rsa-private-key.pem", "gateway-public-key.pem"]}
    wanted = names[kind]
    if settings.listener is not None and kind != "RSA":
        wanted.append("notification-key")
    if settings.notifications.webhook is not None:
        wanted.append("webhook-secret")
    pin = settings.kiosk.credentials_dir / "service-pin"  # without one, nobody gets into service mode
    if _there(pin) or _there(_sealed(pin)):
        wanted.append("service-pin")
    return tuple(wanted)


def _there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # a directory that we may not look into
        return False


def read_one(file: Path) -> str | RSAPrivateKey | RSAPublicKey:
    """One of the files, by its name. Raises SettingsError."""
    match file.name:
        case "rsa-private-key.pem":
            return _private_key(file)
        case "gateway-public-key.pem":
            return _public_key(file)
        case "webhook-secret":
            return _webhook_secret(file)
        case _:
            return _text(file)


def _text(file: Path) -> str:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        text = file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return _unsealed(file)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: can't be read: {type(error).__name__}") from None
    if mode & 0o077 and not _is_systemds(file):
        raise SettingsError(f"{file}: others can read it (mode {mode:04o}); chmod 600 {file}")
    if not text:
        raise SettingsError(f"{file}: is empty; expected a credential")
    return text


def _sealed(file: Path) -> Path:
    """Where ansible/ puts it: sealed to the machine, for systemd to open (LoadCredentialEncrypted=)."""
    return file.with_name(f"{file.name}.sealed")


def _unsealed(file: Path) -> str:
    """What a sealed credential holds, for root at the command line; the daemon gets it from systemd."""
    sealed = _sealed(file)
    try:
        found = sealed.exists()
        opened = ["systemd-creds", "decrypt", f"--name={file.name}", str(sealed), "-"]
        if not found:
            raise SettingsError(f"{file}: not found; expected a credential, see README")
        return subprocess.run(opened, capture_output=True, text=True, timeout=20, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        raise SettingsError(
            f"{sealed}: can't be opened; only root can, on the machine that it was sealed on: sudo"
        ) from None


def _is_systemds(file: Path) -> bool:
    """Whether systemd put it there (LoadCredential=), in a directory that it lets nobody else see."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    return bool(directory) and file.parent == Path(directory or "")


def _webhook_secret(file: Path) -> str:
    text = _text(file)
    try:
        if text.startswith("whsec_") and base64.b64decode(text.removeprefix("whsec_"), validate=True):
            return text
    except binascii.Error:
        pass
    raise SettingsError(f"{file}: expected whsec_ followed by Base64")


def _private_key(file: Path) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(_text(file).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(f"{file}: expected an RSA private key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError(f"{file}: expected an RSA private key")
    return key


def _public_key(file: Path) -> RSAPublicKey:
    try:
        key = load_pem_public_key(_text(file).encode())
    except (ValueError, UnsupportedAlgorithm):
        raise SettingsError(f"{file}: expected an RSA public key in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise SettingsError(f"{file}: expected an RSA public key")
    return key
