"""RSA keys from their files. Loads cryptography, so it is only imported where a configuration has such keys."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from kiosk.settings.reading import SettingsError

PRIVATE, PUBLIC = "rsa-private-key.pem", "gateway-public-key.pem"
SHORTEST = 2048  # bits
_Key = TypeVar("_Key", RSAPrivateKey, RSAPublicKey)


def rsa_key(file: Path, text: str) -> RSAPrivateKey | RSAPublicKey:
    """The key of a file, PRIVATE or PUBLIC, with this text. Raises SettingsError."""
    return _private(file, text) if file.name == PRIVATE else _public(file, text)


def pair(found: Mapping[str, object]) -> tuple[RSAPrivateKey | None, RSAPublicKey | None]:
    """Our private key and the gateway's public one, of what was found by file names."""
    private, public = found.get(PRIVATE), found.get(PUBLIC)
    return (
        private if isinstance(private, RSAPrivateKey) else None,
        public if isinstance(public, RSAPublicKey) else None,
    )


def _private(file: Path, text: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(f"{file}: expected an RSA private key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError(f"{file}: expected an RSA private key")
    return _long(file, key)


def _public(file: Path, text: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise SettingsError(f"{file}: expected an RSA public key in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise SettingsError(f"{file}: expected an RSA public key")
    return _long(file, key)


def _long(file: Path, key: _Key) -> _Key:
    if key.key_size < SHORTEST:
        raise SettingsError(f"{file}: has {key.key_size} bits; expected {SHORTEST} or more")
    return key
