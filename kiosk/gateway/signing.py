"""Signatures over JSON bodies: the canonical string, the three kinds of key, and a reader that keeps what was signed.

Knows nothing of HTTP or orders. The gateway's form is not one-to-one (values are not escaped), so a signature
vouches for a body only beside TLS, or where the body is not `ambiguous`; and readers check every field they act on.
"""

import base64
import binascii
import codecs
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NoReturn, TypeAlias

from kiosk.gateway.wire import MAX_BODY, NAME, DigestName, Field, Header, JsonObject, JsonValue, SaltSeparator, SignType

if TYPE_CHECKING:  # a kiosk without RSA keys does without the library
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

__all__ = [
    "JsonObject",
    "JsonValue",
    "Key",
    "Number",
    "RsaKey",
    "ShaKey",
    "TokenKey",
    "ambiguous",
    "canonical",
    "read_json",
]

DEEPEST = 16  # objects and arrays within one another


class Number(str):
    """A number of a JSON text, as it was written there: 10, 10.0 and 1E1 are signed differently."""

    __slots__ = ()


# --- the canonical string --------------------------------------------------------------------------------------------


def canonical(body: JsonObject) -> str:
    """The string that is signed (gateway/README.md, "Signing"), without the key's salt.

    Fields that are null, "" or empty (also after this rule was applied within) are dropped; `name=value` is sorted by
    name and joined with `&`; an object is written `|a=1&b=2|`, an array `[x,y]`; other values as in the JSON text.
    """
    written = ((name, _written(value)) for name, value in body.items())
    return "&".join(f"{name}={value}" for name, value in sorted(written) if value)


def _written(value: JsonValue) -> str:
    """A value as it stands in the canonical string; "" if it is to be dropped."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case Mapping():
            inner = canonical(value)
            return f"|{inner}|" if inner else ""
        case Sequence():
            items = [text for text in map(_written, value) if text]
            return f"[{','.join(items)}]" if items else ""


def ambiguous(value: JsonValue, signs: str = "&=|") -> bool:
    """Whether the canonical string could be read as another body too: a value has `&`, `=` or `|` in it.

    The fields of a payAction hold addresses: there `&` and `=` are expected, and move nothing out of it.
    """
    match value:
        case str():
            return any(sign in value for sign in signs)
        case Mapping():
            return any(
                ambiguous(inner, "|" if name == Field.PAY_ACTION and not isinstance(inner, str) else signs)
                for name, inner in value.items()
            )
        case Sequence():
            return any(ambiguous(item, signs) for item in value)
        case _:
            return False


# --- keys ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShaKey:
    """A shared secret, appended as `key=<secret>` and hashed; lower-case hex. `secret` is never shown."""

    sign_id: str
    secret: str = field(repr=False)
    digest: DigestName = "sha256"
    separator: SaltSeparator = "&"

    sign_type: ClassVar[SignType] = SignType.SHA
    header: ClassVar[Header] = Header.SIGN

    def sign(self, body: JsonObject) -> str:
        """The value of the `sign` header."""
        text = canonical(body)
        salted = f"{text}{self.separator if text else ''}key={self.secret}"
        return hashlib.new(self.digest, salted.encode()).hexdigest()

    def shaped(self, signature: str) -> bool:
        """Whether this could be a signature at all: hex, and as long as one is."""
        length = 2 * hashlib.new(self.digest).digest_size
        return len(signature) == length and re.fullmatch(r"[0-9A-Fa-f]+", signature, re.ASCII) is not None

    def verify(self, body: JsonObject, signature: str) -> bool:
        """Whether the signature, in hex of either case, is this body's. Takes the same time for any wrong one."""
        return hmac.compare_digest(self.sign(body).encode(), signature.lower().encode())


@dataclass(frozen=True, slots=True)
class RsaKey:
    """Our private key, to sign; the other side's public key, to verify. SHA256withRSA, PKCS#1 v1.5, Base64, no salt.

    A side that only verifies (NOTIFICATIONs) needs no private key, and one that only signs no public key.
    """

    sign_id: str
    private_key: "RSAPrivateKey | None" = field(default=None, repr=False)
    public_key: "RSAPublicKey | None" = field(default=None, repr=False)

    sign_type: ClassVar[SignType] = SignType.RSA
    header: ClassVar[Header] = Header.SIGN

    def sign(self, body: JsonObject) -> str:
        """The value of the `sign` header. Raises ValueError if there is no private key."""
        if self.private_key is None:
            raise ValueError(f"RSA key {self.sign_id} can't sign: it has no private key")
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - the key is the library's
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - likewise

        signature = self.private_key.sign(canonical(body).encode(), PKCS1v15(), SHA256())
        return base64.b64encode(signature).decode()

    def shaped(self, signature: str) -> bool:
        """Whether this could be a signature at all: Base64, and as long as the public key's are."""
        length = 0 if self.public_key is None else 4 * -(-self.public_key.key_size // 24)
        return len(signature) == length and re.fullmatch(r"[0-9A-Za-z+/]+=*", signature, re.ASCII) is not None

    def verify(self, body: JsonObject, signature: str) -> bool:
        """Whether the signature, in Base64, is this body's. Raises ValueError if there is no public key."""
        if self.public_key is None:
            raise ValueError(f"RSA key {self.sign_id} can't verify: it has no public key")
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - likewise
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - likewise
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - likewise

        try:
            decoded = base64.b64decode(signature.encode(), validate=True)
            self.public_key.verify(decoded, canonical(body).encode(), PKCS1v15(), SHA256())
        except (binascii.Error, InvalidSignature):
            return False
        return True


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A token that vouches for the sender, whatever the body says. `token` is never shown."""

    sign_id: str
    token: str = field(repr=False)

    sign_type: ClassVar[SignType] = SignType.TOKEN
    header: ClassVar[Header] = Header.TOKEN

    def sign(self, _body: JsonObject) -> str:
        """The value of the `token` header."""
        return self.token

    def verify(self, _body: JsonObject, signature: str) -> bool:
        """Whether this is the token. For the gateway's side: answers carry none, and TLS alone vouches for them."""
        return hmac.compare_digest(self.token.encode(), signature.encode())


Key: TypeAlias = ShaKey | RsaKey | TokenKey
"""Each: `sign_id`, `sign_type`, `header` (which takes `sign`'s value), `sign(body)`, `verify(body, signature)`."""


# --- reading ---------------------------------------------------------------------------------------------------------


def read_json(content: bytes) -> JsonObject:
    """Read a JSON object so that it can be verified: numbers stay as written (`Number`), a byte order mark is skipped.

    Raises ValueError, with a line that shows nothing of the content: more than 64 KiB, not UTF-8, not JSON, not an
    object, a name twice in one object or none of the gateway's kind, NaN or Infinity, half a surrogate pair, nested
    deeper than 16.
    """
    if len(content) > MAX_BODY:
        raise ValueError(f"more than {MAX_BODY} bytes")
    try:
        body: JsonValue = json.loads(
            content.removeprefix(codecs.BOM_UTF8).decode(),
            object_pairs_hook=_without_repeats,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_no_constant,
        )
        _check(body, 1)
    except (UnicodeError, json.JSONDecodeError):  # both would show the content
        raise ValueError("not JSON in UTF-8") from None
    except RecursionError:
        raise ValueError(f"nested deeper than {DEEPEST}") from None
    if not isinstance(body, Mapping):
        raise ValueError("not a JSON object")  # noqa: TRY004 - it is the content that is wrong, not the caller
    return body


def _without_repeats(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a name stands twice in one object")
    if not all(NAME.fullmatch(name) for name in body):
        raise ValueError("a name is none of the gateway's")
    return body


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN or Infinity, which are not JSON")


def _check(value: JsonValue, depth: int) -> None:
    match value:
        case str():
            value.encode()
        case Mapping() | Sequence():
            if depth > DEEPEST:
                raise ValueError(f"nested deeper than {DEEPEST}")
            if isinstance(value, Mapping):
                _check(list(value), depth)
                value = list(value.values())
            for item in value:
                _check(item, depth + 1)
        case _:
            pass
