"""The configuration, put into the words of the parts: who we are to the gateway, and what verifies it."""

from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.gateway.exchange import Account
from kiosk.gateway.notices import NoticeReader
from kiosk.gateway.signing import Key, RsaKey, ShaKey, TokenKey
from kiosk.gateway.wire import Dialect, Paths, SignType
from kiosk.settings import Settings
from kiosk.settings.credentials import Credentials


def account(settings: Settings, credentials: Credentials) -> Account:
    """Who we are to the gateway, and how it wants to be spoken to."""
    gateway = settings.gateway
    paths = gateway.paths
    return Account(
        base_url=gateway.base_url,
        client_id=gateway.client_id,
        terminal_id=settings.kiosk.id,
        sign_type=SignType(gateway.sign_type),
        key=_transaction_key(settings, credentials),
        zone=ZoneInfo(gateway.timezone),
        description=settings.payment.description,
        notify_url=gateway.notify_url,
        dialect=Dialect(
            digest=gateway.digest,
            salt_separator=gateway.salt_separator,
            qr_value=gateway.qr_value,
            device_os=gateway.device_os,
            paths=Paths(pay=paths.pay, refund=paths.refund, cancel=paths.cancel, detail=paths.detail),
        ),
    )


def notice_reader(settings: Settings, credentials: Credentials) -> NoticeReader:
    """What reads NOTIFICATIONs: with TOKEN too they are verified with the notification key."""
    gateway = settings.gateway
    key: ShaKey | RsaKey
    if gateway.sign_type == SignType.RSA:
        key = RsaKey(gateway.sign_id, public_key=credentials.gateway_key)
    else:
        key = ShaKey(gateway.sign_id, credentials.notification_key, gateway.digest, gateway.salt_separator)
    return NoticeReader(gateway.client_id, key, ZoneInfo(gateway.timezone))


def _transaction_key(settings: Settings, credentials: Credentials) -> Key:
    gateway = settings.gateway
    match SignType(gateway.sign_type):
        case SignType.SHA:
            return ShaKey(gateway.sign_id, credentials.transaction_key, gateway.digest, gateway.salt_separator)
        case SignType.RSA:
            return RsaKey(gateway.sign_id, credentials.private_key, credentials.gateway_key)
        case SignType.TOKEN:
            return TokenKey(gateway.sign_id, credentials.token)
        case never:
            assert_never(never)
