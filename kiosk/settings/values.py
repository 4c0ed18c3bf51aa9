"""Single values of the configuration: what each has to look like, and the line that says so when it does not."""

import base64
import re
from typing import Annotated, TypeAlias
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from kiosk.sale.money import MINOR_DIGITS
from kiosk.sale.order import Product

WEBHOOK_KEY = range(24, 65)  # bytes (Standard Webhooks)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("expected a time zone such as Asia/Seoul") from None
    return name


def _parts(url: str) -> SplitResult | None:
    """An address with a host, without a password; None when it is not one. Configurations are shown, passwords not."""
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and parts.port != 0  # reading the port raises ValueError for what is none
    except ValueError:
        return None
    return parts if whole and "@" not in parts.netloc and not re.search(r"\s", url) else None


def _gateway_url(url: str) -> str:
    parts = _parts(url)
    if parts and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return url.rstrip("/")
    raise ValueError("expected an https:// address without a password (http:// is for this machine only)")


def _web_url(url: str) -> str:
    parts = _parts(url)
    if parts and parts.scheme in ("https", "http"):
        return url
    raise ValueError("expected an http(s):// address without a password")


def _notify_url(url: str) -> str:
    return _web_url(url) if url else ""


def _path(path: str) -> str:
    if re.fullmatch(r"/[A-Za-z0-9/_.-]*", path):
        return path
    raise ValueError("expected a path such as /pay")


def _currency(code: str) -> str:
    if code in MINOR_DIGITS:
        return code
    raise ValueError("expected ISO 4217 letters of a currency that is supported, such as KRW")


def _products(products: tuple[Product, ...]) -> tuple[Product, ...]:
    if 0 < len(products) == len(set(products)):
        return products
    raise ValueError("expected one product or more, each once")


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise ValueError("expected a regular expression such as ^[0-9]{16,32}$") from None
    return text


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if host and port.isascii() and port.isdigit() and int(port) <= 65535:
        return text
    raise ValueError("expected HOST:PORT such as 127.0.0.1:8080")


Zone: TypeAlias = Annotated[str, AfterValidator(_zone)]
UrlPath: TypeAlias = Annotated[str, AfterValidator(_path)]
GatewayUrl: TypeAlias = Annotated[str, AfterValidator(_gateway_url)]
WebUrl: TypeAlias = Annotated[str, AfterValidator(_web_url)]
NotifyUrl: TypeAlias = Annotated[str, AfterValidator(_notify_url)]
Currency: TypeAlias = Annotated[str, AfterValidator(_currency)]
Products: TypeAlias = Annotated[tuple[Product, ...], AfterValidator(_products)]
Pattern: TypeAlias = Annotated[str, AfterValidator(_pattern)]
Listen: TypeAlias = Annotated[str, AfterValidator(_listen)]


def webhook_key(secret: str) -> bytes:
    """The key that an operator's webhook secret stands for. Raises ValueError, in a line without the secret."""
    text = secret.strip()
    try:
        key = base64.b64decode(text[6:] + "=" * (-len(text[6:]) % 4), validate=True)
    except ValueError:
        key = b""
    if not text.startswith("whsec_") or len(key) not in WEBHOOK_KEY:
        raise ValueError("expected whsec_ followed by the Base64 of 24 to 64 bytes")
    return key
