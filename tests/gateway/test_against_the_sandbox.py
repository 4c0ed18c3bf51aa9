from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from kiosk.gateway.client import Gateway
from kiosk.gateway.signing import RsaKey, ShaKey, TokenKey
from kiosk.gateway.wire import Dialect
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product
from kiosk.sale.outcome import Absent, Accepted, Approved, Closed, ConfirmedRefund, Pending, Refused
from kiosk.sale.payment_code import PaymentCode
from kiosk.sandbox.merchants import CLIENT_ID, SIGN_ID, TRANSACTION_KEY, Merchant
from kiosk.sandbox.server import Sandbox, SandboxSettings

pytestmark = pytest.mark.anyio

MakeOrder = Callable[..., Order]
MakeGateway = Callable[..., Gateway]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as running:
        yield running


@pytest.fixture
async def shopper(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        yield http


@pytest.fixture
def client(sandbox: Sandbox, gateway: MakeGateway) -> Gateway:
    return gateway(sandbox.url, client_id=CLIENT_ID, key=ShaKey(SIGN_ID, TRANSACTION_KEY))


@pytest.fixture
def fresh(order: MakeOrder) -> MakeOrder:
    return lambda *of: order(*of, expire_at=datetime.now(UTC) + timedelta(minutes=2))


@pytest.mark.parametrize("product", [Product.ORDER_CODE, Product.CASHIER_PAYMENT])
async def test_a_shown_code_is_paid_and_refunded_in_parts(
    product: Product, client: Gateway, shopper: httpx.AsyncClient, fresh: MakeOrder
) -> None:
    shown = fresh(product)
    pending = await client.pay(shown, None)
    assert isinstance(pending, Pending)
    assert pending.code
    assert await client.pay(shown, None) == pending
    assert (await shopper.post(f"/sandbox/orders/{shown.id}/pay")).is_success
    approved = await client.detail(shown)
    assert isinstance(approved, Approved)
    assert (approved.gateway_id, approved.refunds) == (pending.gateway_id, ())
    assert await client.refund(shown, "K1-0001R1", Amount(500, "KRW"), "jam") == Accepted()
    assert await client.refund(shown, "K1-0001R1", Amount(500, "KRW"), "jam") == Accepted()
    assert isinstance(await client.refund(shown, "K1-0001R2", Amount(1001, "KRW"), "jam"), Refused)
    refunded = await client.detail(shown)
    assert isinstance(refunded, Approved)
    assert refunded.refunds == (ConfirmedRefund("K1-0001R1", Amount(500, "KRW")),)


async def test_a_scanned_code_is_paid_and_cancelled(
    client: Gateway, shopper: httpx.AsyncClient, fresh: MakeOrder
) -> None:
    scan = fresh(Product.PAYMENT_CODE)
    code = (await shopper.post("/sandbox/codes", json={"behaviour": "pay"})).json()["code"]
    approved = await client.pay(scan, PaymentCode(code))
    assert isinstance(approved, Approved)
    assert approved.paid_at is not None
    assert abs(approved.paid_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert await client.cancel(scan) == Accepted()
    assert await client.detail(scan) == Closed()


async def test_a_code_that_cannot_be_charged_is_refused(client: Gateway, fresh: MakeOrder) -> None:
    assert isinstance(await client.pay(fresh(Product.PAYMENT_CODE), PaymentCode("281010897274821897274821")), Refused)


async def test_an_order_it_never_heard_of_is_absent_and_the_probe_is_healthy(client: Gateway, fresh: MakeOrder) -> None:
    assert await client.detail(fresh()) == Absent()
    assert await client.cancel(fresh()) == Absent()
    assert await client.probe() == Absent()
    news = client.clock_news()
    assert news is not None
    assert abs(news) < timedelta(seconds=30)


async def test_a_code_given_as_a_picture_is_read(gateway: MakeGateway, fresh: MakeOrder) -> None:
    pictures = Dialect(qr_value="image")
    async with Sandbox(SandboxSettings(dialect=pictures)) as running:
        key = ShaKey(SIGN_ID, TRANSACTION_KEY)
        pending = await gateway(running.url, client_id=CLIENT_ID, key=key, dialect=pictures).pay(fresh(), None)
    assert isinstance(pending, Pending)
    assert pending.code is not None
    assert pending.code.startswith("https://qr.wallet.example/")


async def test_with_a_token_both_sides_agree(gateway: MakeGateway, fresh: MakeOrder) -> None:
    key = TokenKey("T1", "token-1")
    async with Sandbox(SandboxSettings(merchants=(Merchant(key=key),))) as running:
        assert isinstance(await gateway(running.url, client_id=CLIENT_ID, key=key).pay(fresh(), None), Pending)
        other = gateway(running.url, client_id=CLIENT_ID, key=TokenKey("T1", "token-2"))
        assert not isinstance(await other.pay(fresh(), None), Pending)


async def test_with_rsa_both_sides_agree(gateway: MakeGateway, fresh: MakeOrder) -> None:
    ours, theirs = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    merchant = Merchant(key=RsaKey("R1", theirs, ours.public_key()))
    async with Sandbox(SandboxSettings(merchants=(merchant,))) as running:
        client = gateway(running.url, client_id=CLIENT_ID, key=RsaKey("R1", ours, theirs.public_key()))
        assert isinstance(await client.pay(fresh(), None), Pending)
