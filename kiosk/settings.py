"""The configuration: one TOML file, each value of which can be overridden as `KIOSK_SECTION__KEY`.

Each mistake is one line that names the file, the key, the value and what is expected. Names: interfaces.md. Secrets are
not here but in files of the credentials directory (`kiosk.credentials`).
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariable

from kiosk.board_settings import HardwareSection, Section
from kiosk.sale.money import MINOR_DIGITS, Amount, MoneyError
from kiosk.sale.order import AfterCrash, Product
from kiosk.sale.rules import Rules

DEFAULT = Path("/etc/kiosk/kiosk.toml")
NOT_OURS = frozenset({"KIOSK_CONFIG", "KIOSK_BENCH", "KIOSK_HYPOTHESIS_EXAMPLES"})  # no settings, though named so
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PASSWORD = re.compile(r"//[^/]*@")  # in an address


class SettingsError(Exception):
    """The configuration can't be used; one line for each mistake."""


# --- single values ---------------------------------------------------------------------------------------------------


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


Zone = Annotated[str, AfterValidator(_zone)]
Path_ = Annotated[str, AfterValidator(_path)]


# --- sections --------------------------------------------------------------------------------------------------------


def _state_dir() -> Path:
    return Path(os.environ.get("STATE_DIRECTORY", "/var/lib/kiosk"))


def _credentials_dir() -> Path:
    return Path(os.environ.get("CREDENTIALS_DIRECTORY", "/etc/kiosk/credentials"))


class KioskSection(Section):
    """[kiosk]. `id` begins each order id, so it is short: order and refund ids have at most 32 characters."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,18}$")]
    state_dir: Path = Field(default_factory=_state_dir)
    credentials_dir: Path = Field(default_factory=_credentials_dir)
    language: Literal["ko", "en"] = "ko"
    timezone: Zone = "Asia/Seoul"


class PathsSection(Section):
    """[gateway.paths]: where each call is, below base_url."""

    pay: Path_ = "/pay"
    detail: Path_ = "/detail"
    cancel: Path_ = "/cancel"
    refund: Path_ = "/refund"


class GatewaySection(Section):
    """[gateway], with the switches for what the gateway does not document."""

    base_url: Annotated[str, AfterValidator(_gateway_url)]
    client_id: Annotated[str, Field(min_length=1)]
    sign_type: Literal["SHA", "RSA", "TOKEN"] = "SHA"
    sign_id: Annotated[str, Field(min_length=1)]
    timezone: Zone = "Asia/Singapore"
    notify_url: Annotated[str, AfterValidator(_notify_url)] = ""
    digest: Literal["sha256", "sha512", "sha1"] = "sha256"
    salt_separator: Literal["&", ""] = "&"
    qr_value: Literal["text", "image"] = "text"
    device_os: Annotated[str, Field(min_length=1)] = "LINUX"
    paths: PathsSection = PathsSection()


class PaymentSection(Section):
    """[payment]."""

    currency: Annotated[str, AfterValidator(_currency)] = "KRW"
    products: Annotated[tuple[Product, ...], AfterValidator(_products)] = (Product.ORDER_CODE, Product.PAYMENT_CODE)
    description: Annotated[str, Field(min_length=1, max_length=256)]
    code_lifetime: Annotated[float, Field(ge=30, le=3600)] = 120
    min_amount: str = "100"
    max_amount: str = "200000"
    payment_code_pattern: Annotated[str, AfterValidator(_pattern)] = "^[0-9]{16,32}$"
    entry_code: str = ""
    max_in_doubt: Annotated[int, Field(ge=1)] = 3

    @model_validator(mode="after")
    def _consistent(self) -> "PaymentSection":
        least, most = self.amount("min_amount"), self.amount("max_amount")
        if not 0 < least.minor <= most.minor:
            raise ValueError(f"min_amount = {self.min_amount!r}: expected more than 0 and not more than max_amount")
        if Product.ENTRY_CODE in self.products and not is_emvco(self.entry_code):
            raise ValueError(
                "entry_code: expected the static EMVCo payload, with its checksum (tag 63), for ENTRY_CODE"
            )
        return self

    def amount(self, key: Literal["min_amount", "max_amount"]) -> Amount:
        """One of the limits."""
        text = getattr(self, key)
        try:
            return Amount.parse(text, self.currency)
        except MoneyError:
            example = "100" if MINOR_DIGITS[self.currency] == 0 else "1.00"
            raise ValueError(f'{key} = "{text}": expected an amount of {self.currency} such as "{example}"') from None


class ReleaseSection(Section):
    """[release]: `after_crash`, what is done about a release that was begun when the power went."""

    after_crash: AfterCrash = AfterCrash.ASSUME_RELEASED


class WebhookSection(Section):
    """[notifications.webhook]: where results go."""

    url: Annotated[str, AfterValidator(_web_url)]


class NotificationsSection(Section):
    """[notifications]. Without a webhook, results stay in the outbox."""

    webhook: WebhookSection | None = None


class ListenSection(Section):
    """[listener] and [panel]: where each listens."""

    listen: Annotated[str, AfterValidator(_listen)]

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port; 0 for any free one."""
        return int(self.listen.rpartition(":")[2])


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="KIOSK_", env_nested_delimiter="__", case_sensitive=False
    )

    kiosk: KioskSection
    gateway: GatewaySection
    payment: PaymentSection
    release: ReleaseSection = ReleaseSection()
    hardware: HardwareSection = HardwareSection()
    notifications: NotificationsSection = NotificationsSection()
    listener: ListenSection | None = None
    panel: ListenSection = ListenSection(listen="127.0.0.1:8080")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file, which is read by `load` and comes as arguments."""
        return env_settings, init_settings


# --- reading ---------------------------------------------------------------------------------------------------------


def settings_file(path: Path | None) -> Path:
    """The file: `path`, else $KIOSK_CONFIG, else /etc/kiosk/kiosk.toml."""
    return path or Path(os.environ.get("KIOSK_CONFIG", DEFAULT))


def load(path: Path | None) -> Settings:
    """Read the file. Raises SettingsError."""
    file = settings_file(path)
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file}: not found; name the file with --config or $KIOSK_CONFIG") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: is not TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{file}: can't be read: {why}") from None
    _refuse_unknown_variables(os.environ)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError("\n".join(f"{file}: {_line(one)}" for one in error.errors())) from None
    except UnreadableVariable:  # pydantic reads lists from the environment as JSON
        raise SettingsError('environment: KIOSK_PAYMENT__PRODUCTS: expected JSON such as ["ORDER_CODE"]') from None


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    sections = tuple(f"KIOSK_{name.upper()}__" for name in Settings.model_fields)
    for name in environment:
        if name.startswith("KIOSK_") and name not in NOT_OURS and not name.upper().startswith(sections):
            raise SettingsError(f"environment: {name}: no such setting; expected KIOSK_SECTION__KEY")


def _line(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails, which it does not export for use
    key, value = ".".join(str(part) for part in error["loc"]), _PASSWORD.sub("//...@", repr(error["input"]))
    match error["type"]:
        case "missing":
            return f"{key}: missing; it has to be set"
        case "extra_forbidden":  # without its value: it may be a secret at a wrong place
            return f"{key}: no such setting"
        case "model_type":
            return f"{key} = {value}: expected a section, [{key}]"
        case "value_error" if isinstance(error["input"], dict):  # a section whose values do not fit each other
            return f"{key}.{error['msg'].removeprefix('Value error, ')}"
        case _:
            return f"{key} = {value}: {_expected(error['type'], error['msg'], error.get('ctx', {}))}"


EXPECTED = {  # pydantic's kinds of mistakes, with its limits, as a person would say it
    "string_type": "text in quotes",
    "path_type": "text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "tuple_type": "a list, in brackets",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "greater_than_equal": "{ge:g} or more",
    "less_than_equal": "{le:g} or less",
    "string_too_short": "something, not nothing",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text that matches {pattern}",
}


def _expected(kind: str, message: str, limits: Mapping[str, Any]) -> str:
    if kind in EXPECTED:
        return f"expected {EXPECTED[kind].format(**limits)}"
    return message.removeprefix("Value error, ").replace("Input should be", "expected")


def shown(settings: Settings) -> str:
    """The configuration as understood, as TOML. It holds no secrets."""
    return "\n".join(_toml(settings.model_dump(mode="json", exclude_none=True), ()))


def _toml(section: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"[{'.'.join(path)}]"] if path else []
    lines += [f"{key} = {_value(value)}" for key, value in section.items() if not isinstance(value, dict)]
    for key, value in section.items():
        if isinstance(value, dict):
            lines += ["", *_toml(value, (*path, key))]
    return lines


def _value(value: object) -> str:
    """A value of TOML, which JSON's strings, numbers and lists are, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def rules(settings: Settings) -> Rules:
    """The numbers of a sale."""
    payment = settings.payment
    return Rules(
        kiosk_id=settings.kiosk.id,
        products=payment.products,
        least=payment.amount("min_amount"),
        most=payment.amount("max_amount"),
        code_lifetime=payment.code_lifetime,
        payment_code_pattern=re.compile(payment.payment_code_pattern),
        entry_code=payment.entry_code,
        max_in_doubt=payment.max_in_doubt,
        after_crash=settings.release.after_crash,
    )


def is_emvco(payload: str) -> bool:
    """Whether an EMVCo merchant-presented payload ends with its right checksum: tag 63, CRC-16/CCITT-FALSE (EMVCo
    "QR Code Specification for Payment Systems", merchant-presented mode, 4.7.3).
    """
    if not re.fullmatch(r"000201.{4,500}6304[0-9A-Fa-f]{4}", payload):
        return False
    crc = 0xFFFF
    for byte in payload[:-4].encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{crc:04X}" == payload[-4:].upper()
