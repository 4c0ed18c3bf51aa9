"""TLS that breaks after its handshake: no exception, no success, and nothing that could end the daemon."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk.gateway.client import Gateway
from kiosk.gateway.exchange import Account
from kiosk.gateway.signing import ShaKey
from kiosk.gateway.wire import SignType
from kiosk.outbox.webhook import Later, Webhook
from kiosk.sale.outcome import Unknown
from kiosk.transport import Transport

pytestmark = pytest.mark.anyio
RUBBISH = b"\x17\x03\x03\x00\x20" + b"x" * 32  # a record of application data that nobody encrypted


def certificate(directory: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = directory / "public.pem", directory / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return public, private


@asynccontextmanager
async def server_that_breaks(public: Path, private: Path) -> AsyncIterator[int]:
    """Shakes hands, reads the request, and answers with a record that is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)

    def serve(listening: socket.socket) -> None:
        accepted, _ = listening.accept()
        with accepted, context.wrap_socket(accepted, server_side=True) as secure:
            secure.recv(65536)
            with socket.socket(fileno=socket.dup(secure.fileno())) as raw:
                raw.sendall(RUBBISH)
                raw.shutdown(socket.SHUT_RDWR)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(asyncio.to_thread(serve, listening))
        yield listening.getsockname()[1]
        await asyncio.gather(serving, return_exceptions=True)


def trusting(public: Path) -> Transport:
    return Transport(1.0, lambda: ssl.create_default_context(cafile=public))


async def test_an_answer_of_the_gateway_that_breaks_off_is_unknown(tmp_path: Path) -> None:
    public, private = certificate(tmp_path)
    async with server_that_breaks(public, private) as port:
        key = ShaKey("K", "s")
        zone = ZoneInfo("Asia/Singapore")
        gateway = Gateway(Account(f"https://localhost:{port}", "M", "T", SignType.SHA, key, zone, "x"))
        gateway._exchange._transport = trusting(public)
        assert isinstance(await gateway.probe(), Unknown)
        await gateway.aclose()


async def test_an_answer_of_the_operator_that_breaks_off_is_tried_again_later(tmp_path: Path) -> None:
    public, private = certificate(tmp_path)
    async with server_that_breaks(public, private) as port:
        webhook = Webhook(f"https://localhost:{port}/x", "whsec_" + "QUJD" * 8)
        webhook._transport = trusting(public)
        assert isinstance(await webhook.post("msg_1", "{}", datetime.now(UTC)), Later)
        await webhook.aclose()


async def test_whom_the_operators_way_trusts_is_not_for_the_environment_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, private = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    async with server_that_breaks(public, private) as port:
        webhook = Webhook(f"https://localhost:{port}/x", "whsec_" + "QUJD" * 8)
        assert await webhook.post("msg_1", "{}", datetime.now(UTC)) == Later("no answer (ConnectError)")
        await webhook.aclose()
