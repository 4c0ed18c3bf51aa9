"""Signatures, checked against what is computed here by hand: nothing of kiosk.gateway.signing makes the expectation."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from sandbox_merchant import Clock, MerchantSide, Receiver

from kiosk.gateway.signing import RsaKey, ShaKey, TokenKey
from kiosk.sandbox.merchants import Merchant
from kiosk.sandbox.server import Sandbox, SandboxSettings

pytestmark = pytest.mark.anyio

PAY = {
    "paymentMethod": "KAKAOPAY",
    "product": "ORDER_CODE",
    "merchantOrderId": "A-1",
    "amount": "1500",
    "currency": "KRW",
    "expireAt": "2026-11-23 12:02:00",
    "goods": {"description": "Parking & more"},
    "riskData": {"Device": {"os": "LINUX", "id": ""}},
    "terminalId": None,
}
PAY_TEXT = (
    "amount=1500&currency=KRW&expireAt=2026-11-23 12:02:00&goods=|description=Parking & more|&merchantOrderId=A-1"
    "&paymentMethod=KAKAOPAY&product=ORDER_CODE&riskData=|Device=|os=LINUX||"
)
SHA_HEADERS = {"clientId": "M-SHA", "signType": "SHA", "signId": "K-1"}


def sha(text: str, key: str = "shhh") -> str:
    return hashlib.sha256(f"{text}&key={key}".encode()).hexdigest()


def answer_text(body: dict) -> str:
    """The text of PAY's answer, written out."""
    data = body["data"]
    return (
        f"data=|amount=1500&currency=KRW&merchantOrderId=A-1&payAction=|redirectUrl={data['payAction']['redirectUrl']}"
        f"&type=QRCODE|&product=ORDER_CODE&status=processing&uqOrderId={data['uqOrderId']}|"
        f"&respCode=000000&respMsg=Success"
    )


@pytest.fixture(scope="module")
def gateway_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def merchant_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
async def http(
    clock: Clock, listener: Receiver, gateway_key: rsa.RSAPrivateKey, merchant_key: rsa.RSAPrivateKey
) -> AsyncIterator[httpx.AsyncClient]:
    gateway_rsa = RsaKey("K-2", gateway_key, merchant_key.public_key())
    merchants = (
        Merchant("M-SHA", ShaKey("K-1", "shhh"), ShaKey("K-1", "psst"), listener.url),
        Merchant("M-RSA", gateway_rsa, gateway_rsa, listener.url),
        Merchant("M-TOKEN", TokenKey("K-3", "a-token"), ShaKey("K-3", "psst"), listener.url),
        Merchant("M-OLD", ShaKey("K-4", "shhh", "sha512", ""), ShaKey("K-4", "psst")),
    )
    async with (
        Sandbox(SandboxSettings(merchants, now=clock)) as sandbox,
        httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as client,
    ):
        yield client


async def test_sha_request_and_answer_are_signed_over_the_documented_text(http: httpx.AsyncClient) -> None:
    answer = await http.post("/pay", json=PAY, headers={**SHA_HEADERS, "sign": sha(PAY_TEXT), "requestId": "r1"})
    assert answer.json()["respCode"] == "000000"
    assert answer.headers["sign"] == sha(answer_text(answer.json()))
    assert {name: answer.headers[name] for name in SHA_HEADERS} == SHA_HEADERS
    assert answer.headers["requestId"] == "r1"


async def test_sha_in_upper_case_is_the_same_signature(http: httpx.AsyncClient) -> None:
    headers = {**SHA_HEADERS, "sign": sha(PAY_TEXT).upper(), "requestId": "r1"}
    assert (await http.post("/pay", json=PAY, headers=headers)).json()["respCode"] == "000000"


@pytest.mark.parametrize(
    "text",
    [
        PAY_TEXT.replace("1500", "15"),
        PAY_TEXT.replace("|os=LINUX|", "|id=&os=LINUX|"),
        PAY_TEXT + "&terminalId=",
        PAY_TEXT.replace("&", "", 1),
    ],
)
async def test_a_signature_over_anything_else_is_refused_in_a_signed_answer(http: httpx.AsyncClient, text: str) -> None:
    answer = await http.post("/pay", json=PAY, headers={**SHA_HEADERS, "sign": sha(text), "requestId": "r1"})
    assert answer.status_code == 200
    assert answer.json() == {"respCode": "100001", "respMsg": "sign: wrong"}
    assert answer.headers["sign"] == sha("respCode=100001&respMsg=sign: wrong")


async def test_another_key_is_refused(http: httpx.AsyncClient) -> None:
    headers = {**SHA_HEADERS, "sign": sha(PAY_TEXT, "guessed"), "requestId": "r1"}
    assert (await http.post("/pay", json=PAY, headers=headers)).json()["respCode"] == "100001"


async def test_digest_and_separator_of_the_salt_belong_to_the_key(http: httpx.AsyncClient) -> None:
    signature = hashlib.sha512(f"{PAY_TEXT}key=shhh".encode()).hexdigest()
    headers = {"clientId": "M-OLD", "signType": "SHA", "signId": "K-4", "sign": signature, "requestId": "r1"}
    answer = await http.post("/pay", json=PAY, headers=headers)
    assert answer.headers["sign"] == hashlib.sha512(f"{answer_text(answer.json())}key=shhh".encode()).hexdigest()


async def test_rsa_is_verified_with_the_merchants_and_signed_with_the_gateways_key(
    http: httpx.AsyncClient, listener: Receiver, gateway_key: rsa.RSAPrivateKey, merchant_key: rsa.RSAPrivateKey
) -> None:
    signature = base64.b64encode(merchant_key.sign(PAY_TEXT.encode(), padding.PKCS1v15(), SHA256())).decode()
    headers = {"clientId": "M-RSA", "signType": "RSA", "signId": "K-2", "sign": signature, "requestId": "r1"}
    answer = await http.post("/pay", json=PAY, headers=headers)
    gateway_key.public_key().verify(
        base64.b64decode(answer.headers["sign"]), answer_text(answer.json()).encode(), padding.PKCS1v15(), SHA256()
    )
    await http.post("/sandbox/orders/A-1/decline")
    [notified] = await listener.wait_for(1)
    gateway_key.public_key().verify(
        base64.b64decode(notified.headers["sign"]),
        f"data=|amount=1500&currency=KRW&merchantOrderId=A-1&product=ORDER_CODE&status=fail&transactionType=PAYMENT"
        f"&uqOrderId={notified.data['uqOrderId']}|".encode(),
        padding.PKCS1v15(),
        SHA256(),
    )
    assert notified.headers["signtype"] == "RSA"


async def test_rsa_by_another_key_is_refused(http: httpx.AsyncClient, gateway_key: rsa.RSAPrivateKey) -> None:
    signature = base64.b64encode(gateway_key.sign(PAY_TEXT.encode(), padding.PKCS1v15(), SHA256())).decode()
    headers = {"clientId": "M-RSA", "signType": "RSA", "signId": "K-2", "sign": signature, "requestId": "r1"}
    assert (await http.post("/pay", json=PAY, headers=headers)).json()["respCode"] == "100001"


async def test_a_token_stands_for_the_signature_and_is_never_sent_back(
    http: httpx.AsyncClient, listener: Receiver
) -> None:
    headers = {"clientId": "M-TOKEN", "signType": "TOKEN", "signId": "K-3", "token": "a-token", "requestId": "r1"}
    answer = await http.post("/pay", json=PAY, headers=headers)
    assert answer.json()["respCode"] == "000000"
    assert "sign" not in answer.headers
    assert "token" not in answer.headers
    await http.post("/sandbox/orders/A-1/decline")
    [notified] = await listener.wait_for(1)
    data = json.loads(notified.content)["data"]
    assert notified.headers["signtype"] == "SHA"
    assert notified.headers["sign"] == sha(
        f"data=|amount=1500&currency=KRW&merchantOrderId=A-1&product=ORDER_CODE&status=fail&transactionType=PAYMENT"
        f"&uqOrderId={data['uqOrderId']}|",
        "psst",
    )


async def test_another_token_is_refused(http: httpx.AsyncClient) -> None:
    headers = {"clientId": "M-TOKEN", "signType": "TOKEN", "signId": "K-3", "token": "b-token", "requestId": "r1"}
    assert (await http.post("/pay", json=PAY, headers=headers)).json()["respCode"] == "100001"


async def test_refunds_are_signed_as_a_list(http: httpx.AsyncClient, clock: Clock) -> None:
    side = MerchantSide(str(http.base_url), clock, ShaKey("K-1", "shhh"), "M-SHA")
    async with side.http:
        await side.shown_and_paid()
        await side.refund("500", "R-1")
        await side.refund("200", "R-2")
        answer = await side.detail()
    first, second = answer.data["refunds"]
    assert answer.response.headers["sign"] == sha(
        "data=|amount=1500&currency=KRW&merchantOrderId=A-1&paidAt=2026-11-23 12:00:00&product=ORDER_CODE&refunds=["
        f"|amount=500&currency=KRW&merchantRefundId=R-1&status=success&uqRefundId={first['uqRefundId']}|,"
        f"|amount=200&currency=KRW&merchantRefundId=R-2&status=success&uqRefundId={second['uqRefundId']}|]"
        f"&status=success&terminalId=kiosk-0001&uqOrderId={answer.data['uqOrderId']}|"
        "&respCode=000000&respMsg=Success"
    )
