"""Orders and a client of the gateway, for the tests of this room."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import IPv4Address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.gateway.client import Gateway
from kiosk.gateway.exchange import Account
from kiosk.gateway.signing import ShaKey
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product, Requested

SEOUL = timezone(timedelta(hours=9))
MakeOrder = Callable[..., Order]
MakeGateway = Callable[..., Gateway]


@pytest.fixture
def singapore() -> ZoneInfo:
    return ZoneInfo("Asia/Singapore")


@pytest.fixture
def order() -> MakeOrder:
    def make(product: Product = Product.ORDER_CODE, **fields: object) -> Order:
        """An order over 1500 KRW that expires at 19:35 in Seoul, which is 18:35 in Singapore."""
        values = {
            "id": "K1-0001",
            "amount": Amount(1500, "KRW"),
            "created_at": datetime(2026, 11, 23, 10, 30, tzinfo=UTC),
            "expire_at": datetime(2026, 11, 23, 19, 35, tzinfo=SEOUL),
            "since": datetime(2026, 11, 23, 10, 30, tzinfo=UTC),
            "phase": Requested(),
        }
        return Order(product=product, **(values | fields))

    return make


@pytest.fixture
async def gateway(singapore: ZoneInfo) -> AsyncIterator[MakeGateway]:
    async with AsyncExitStack() as house:

        def make(url: str, **fields: object) -> Gateway:
            key = fields.setdefault("key", ShaKey("K0001", "TESTKEY"))
            values = {
                "base_url": url,
                "client_id": "M0001",
                "terminal_id": "kiosk-0001",
                "sign_type": key.sign_type,
                "zone": singapore,
                "description": "Ticket",
            }
            client = Gateway(Account(**(values | fields)))
            house.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A server's TLS for 127.0.0.1, with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
