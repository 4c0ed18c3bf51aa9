"""The configuration's sections and their values, each of which can be overridden as `KIOSK_SECTION__KEY`.

Each key is explained in example.toml. Secrets are not here but in files of the credentials directory (`credentials`).
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from kiosk.sale.money import MINOR_DIGITS, Amount, MoneyError
from kiosk.sale.order import AfterCrash, Product
from kiosk.sale.rules import Kind, Rules
from kiosk.settings import emvco
from kiosk.settings.board import HardwareSection, Section
from kiosk.settings.values import (
    Currency,
    GatewayUrl,
    Listen,
    NotifyUrl,
    Pattern,
    Products,
    UrlPath,
    WebUrl,
    Zone,
)

Response: TypeAlias = Annotated[float, Field(ge=25, le=600)]


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
    language_button: Literal["A", "B", "C", "D", ""] = "A"
    timezone: Zone = "Asia/Seoul"


class PathsSection(Section):
    """[gateway.paths]: where each call is, below base_url."""

    pay: UrlPath = "/pay"
    detail: UrlPath = "/detail"
    cancel: UrlPath = "/cancel"
    refund: UrlPath = "/refund"


class GatewaySection(Section):
    """[gateway], with the switches for what the gateway does not document."""

    base_url: GatewayUrl
    client_id: Annotated[str, Field(min_length=1)]
    sign_type: Literal["SHA", "RSA", "TOKEN"] = "SHA"
    sign_id: Annotated[str, Field(min_length=1)]
    timezone: Zone = "Asia/Singapore"
    notify_url: NotifyUrl = ""
    digest: Literal["sha256", "sha512", "sha1"] = "sha256"
    salt_separator: Literal["&", ""] = "&"
    qr_value: Literal["text", "image"] = "text"
    device_os: Annotated[str, Field(min_length=1)] = "LINUX"
    paths: PathsSection = Field(default_factory=dict, validate_default=True)


class PaymentSection(Section):
    """[payment]. `kind`: the words on the display."""

    kind: Kind = Kind.VENDING
    currency: Currency = "KRW"
    products: Products = (Product.ORDER_CODE, Product.PAYMENT_CODE)
    description: Annotated[str, Field(min_length=1, max_length=256)]
    code_lifetime: Annotated[float, Field(ge=30, le=3600)] = 120
    min_amount: str = "100"
    max_amount: str = "200000"
    payment_code_pattern: Pattern = "^[0-9]{16,32}$"
    entry_code: Annotated[str, Field(validate_default=True)] = ""
    confirm_notifications: Literal["detail", "signature"] = "detail"
    max_in_doubt: Annotated[int, Field(ge=1)] = 3

    @model_validator(mode="after")
    def _consistent(self) -> "PaymentSection":
        if not 0 < self.amount("min_amount").minor <= self.amount("max_amount").minor:
            raise ValueError(f"min_amount = {self.min_amount!r}: expected more than 0 and not more than max_amount")
        return self

    @field_validator("min_amount", "max_amount")
    @classmethod
    def _an_amount(cls, text: str, others: ValidationInfo) -> str:
        currency = others.data.get("currency", "")
        try:
            if currency:
                Amount.parse(text, currency)
        except MoneyError:
            example = "100" if MINOR_DIGITS[currency] == 0 else "1.00"
            raise ValueError(f'expected an amount of {currency} such as "{example}"') from None
        return text

    @field_validator("entry_code")
    @classmethod
    def _a_static_code(cls, payload: str, others: ValidationInfo) -> str:
        if Product.ENTRY_CODE in others.data.get("products", ()):
            if not payload:
                raise ValueError("expected the static EMVCo payload, for payment.products has ENTRY_CODE")
            emvco.check(payload, others.data.get("currency", ""))
        return payload

    def amount(self, key: Literal["min_amount", "max_amount"]) -> Amount:
        """One of the limits."""
        return Amount.parse(getattr(self, key), self.currency)


class ReleaseSection(Section):
    """[release]: `after_crash`, what is done about a release that was begun when the power went."""

    after_crash: AfterCrash = AfterCrash.ASSUME_RELEASED


class OperatorSection(Section):
    """[operator]: whom a shopper in doubt can call."""

    name: Annotated[str, Field(max_length=24)] = ""
    phone: Annotated[str, Field(max_length=24)] = ""


class TimesSection(Section):
    """[times]: how long screens stay, in seconds. Those that wait for a key give 20 seconds of warning."""

    entering: Response = 30
    choosing: Response = 30
    scanning: Response = 30
    claim: Response = 30
    result: Annotated[float, Field(ge=3, le=120)] = 6


class VoiceSection(Section):
    """[voice]: spoken prompts. `program` takes espeak-ng's options; `speed` in words a minute, `volume` 0 to 200.
    `folder`: recorded ones, `ko/paid.wav`, which go before it.
    """

    program: Annotated[str, Field(min_length=1)] = "espeak-ng"
    speed: Annotated[int, Field(ge=80, le=300)] = 150
    volume: Annotated[int, Field(ge=0, le=200)] = 100
    folder: str = ""


class WebhookSection(Section):
    """[notifications.webhook]: where results go."""

    url: WebUrl


class NotificationsSection(Section):
    """[notifications]. Without a webhook, results stay in the outbox."""

    webhook: WebhookSection | None = None


class ListenSection(Section):
    """[listener] and [panel]: where each listens."""

    listen: Listen

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port; 0 for any free one."""
        return int(self.listen.rpartition(":")[2])


class Settings(Section):
    """The whole configuration."""

    model_config = ConfigDict(defer_build=False)

    kiosk: KioskSection
    gateway: GatewaySection
    payment: PaymentSection
    release: ReleaseSection = Field(default_factory=dict, validate_default=True)
    operator: OperatorSection = Field(default_factory=dict, validate_default=True)
    times: TimesSection = Field(default_factory=dict, validate_default=True)
    voice: VoiceSection | None = None
    hardware: HardwareSection = Field(default_factory=dict, validate_default=True)
    notifications: NotificationsSection = Field(default_factory=dict, validate_default=True)
    listener: ListenSection | None = None
    panel: ListenSection = Field(default_factory=lambda: {"listen": "127.0.0.1:8080"}, validate_default=True)


def _language_key(settings: Settings) -> str:
    """The key of the other language, where the keypad has it; an input device does not say which it has."""
    keypad, key = settings.hardware.keypad, settings.kiosk.language_button
    return key if keypad.kind == "input_device" or keypad.keys is None or key in keypad.keys else ""


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
        confirm_notifications=payment.confirm_notifications == "detail",
        max_in_doubt=payment.max_in_doubt,
        after_crash=settings.release.after_crash,
        kind=payment.kind,
        operator=(settings.operator.name, settings.operator.phone),
        language_key=_language_key(settings),
        **dict(settings.times),
    )
