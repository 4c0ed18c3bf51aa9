"""The credentials: one file each in the credentials directory, read once at start.

Under systemd they come by LoadCredential=, which nobody else can read; elsewhere the files must be readable by their
owner only. No secret is in a repr or a message.
"""

import hmac
import os
import pwd
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kiosk.settings.model import Settings
from kiosk.settings.reading import SettingsError
from kiosk.settings.values import webhook_key

if TYPE_CHECKING:  # a kiosk without RSA keys does without the library
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

Credential: TypeAlias = "str | RSAPrivateKey | RSAPublicKey"
SHORTEST = 16  # bytes of a key or token
LARGEST = 64 * 1024  # characters of a file


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was found; "" and None for what this configuration does not need."""

    transaction_key: str = field(default="", repr=False)
    notification_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    service_pin: str = field(default="", repr=False)
    private_key: "RSAPrivateKey | None" = field(default=None, repr=False)
    gateway_key: "RSAPublicKey | None" = field(default=None, repr=False)


def read_credentials(settings: Settings) -> Credentials:
    """Read what the configuration needs. Raises SettingsError: a line for each file that can't be used."""
    directory, wanted = settings.kiosk.credentials_dir, needed(settings)
    found: dict[str, Credential] = {}
    wrong = [*_open_to_others(directory, settings.kiosk.state_dir)]
    for name in wanted:
        try:
            found[name] = read_one(directory / name)
        except SettingsError as error:
            wrong.append(str(error))
    wrong += alike(directory, found)
    if wrong:
        raise SettingsError("\n".join(wrong))
    private, public = _pair(found)
    texts = {name.replace("-", "_"): text for name, text in found.items() if isinstance(text, str)}
    return Credentials(**texts, private_key=private, gateway_key=public)


def _open_to_others(directory: Path, state_dir: Path) -> Iterator[str]:
    """Whoever may write into the directory may put a key of their own there."""
    try:
        found = directory.stat()
    except OSError:
        return  # each file is named as not found
    if found.st_mode & 0o022:
        yield f"{directory}: others can write into it (mode {stat.S_IMODE(found.st_mode):04o}); chmod 700 {directory}"
    if found.st_uid not in _us(state_dir if state_dir.exists() else directory):
        yield f"{directory}: belongs to {_name(found.st_uid)}, neither to root nor to {_name(os.geteuid())}"


def alike(directory: Path, found: Mapping[str, Credential]) -> Iterator[str]:
    """A line for each two keys that are one: whoever holds one end's then speaks for both."""
    texts = [(name, text) for name, text in found.items() if isinstance(text, str) and name != "service-pin"]
    for (one, text), (other, same) in combinations(texts, 2):
        if hmac.compare_digest(text.encode(), same.encode()):
            yield f"{directory}: {one} and {other} are the same; expected two"
    private, public = _pair(found)
    if private and private.public_key() == public:
        yield f"{directory}: gateway-public-key.pem is that of our own rsa-private-key.pem; expected the gateway's"


def _pair(found: Mapping[str, Credential]) -> "tuple[RSAPrivateKey | None, RSAPublicKey | None]":
    """Our private key and the gateway's public one."""
    if all(isinstance(secret, str) for secret in found.values()):
        return None, None
    from kiosk.settings.rsa import pair  # noqa: PLC0415 - loads the library

    return pair(found)


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


def read_one(file: Path) -> Credential:
    """One of the files, by its name. Raises SettingsError."""
    match file.name:
        case "rsa-private-key.pem" | "gateway-public-key.pem":
            from kiosk.settings.rsa import rsa_key  # noqa: PLC0415 - likewise

            return rsa_key(file, _text(file))
        case "webhook-secret":
            return _webhook_secret(file)
        case "service-pin":
            return _text(file)
        case _:
            return _secret(file)


def _text(file: Path) -> str:
    try:
        with open(file, encoding="utf-8", opener=_at_once) as opened:
            found = os.fstat(opened.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise SettingsError(f"{file}: is no file; expected a credential")
            text = opened.read(LARGEST + 1)
    except FileNotFoundError:
        return _unsealed(file)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: can't be read: {type(error).__name__}") from None
    mode = stat.S_IMODE(found.st_mode)
    if not _is_systemds(file):
        if mode & 0o077:
            raise SettingsError(f"{file}: others can read it (mode {mode:04o}); chmod 600 {file}")
        if found.st_uid not in _us(file.parent):
            raise SettingsError(f"{file}: belongs to {_name(found.st_uid)}; chown it to root or {_name(os.geteuid())}")
    if len(text) > LARGEST:
        raise SettingsError(f"{file}: has more than {LARGEST} characters; expected a credential")
    if not text.strip():
        raise SettingsError(f"{file}: is empty; expected a credential")
    return text.strip()


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for anybody, as a FIFO would."""
    return os.open(path, flags | os.O_NONBLOCK)


def _secret(file: Path) -> str:
    text = _text(file)
    if len(text.encode()) < SHORTEST:
        raise SettingsError(
            f"{file}: has {len(text.encode())} bytes; expected {SHORTEST} or more, which nobody guesses"
        )
    return text


def _us(daemons: Path) -> tuple[int, ...]:
    """To whom a key may belong. What root looks at may be the daemon's, to whom `daemons` belongs."""
    return (0, os.geteuid() or daemons.stat().st_uid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


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
        webhook_key(text)
    except ValueError as error:
        raise SettingsError(f"{file}: {error}") from None
    return text
