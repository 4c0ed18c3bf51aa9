"""Each fault of gateway, network and clock, really made, is found as itself, once, with what to do."""

import asyncio
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from diagnosed import account, diagnosed, faults
from scripted_gateway import Script, answers, free_port, raw, said, says_nothing, scripted, sends, trickles

from kiosk.diagnostics.checks import way as ways
from kiosk.diagnostics.checks.gateway import SLOW, GatewayChecks
from kiosk.diagnostics.checks.way import Server, Way
from kiosk.diagnostics.findings import Finding, Grade, Group
from kiosk.gateway import examination
from kiosk.gateway.examination import Verdict, examine
from kiosk.gateway.exchange import Account, Timeouts
from kiosk.gateway.signing import RsaKey, ShaKey, TokenKey
from kiosk.sandbox.merchants import SIGN_ID, TRANSACTION_KEY, Merchant
from kiosk.sandbox.server import Sandbox, SandboxSettings

pytestmark = pytest.mark.anyio
HASTY = Timeouts(connect=1.0, act=2.0, detail=2.0)


async def found(who: Account, trust: ssl.SSLContext | None = None) -> dict[str, Finding]:
    server = Server.at(who.base_url, "the gateway", trust or ssl.create_default_context())
    return await diagnosed(GatewayChecks(Way(server), partial(examine, who)).checks())


async def test_a_healthy_gateway_is_silent() -> None:
    async with Sandbox() as sandbox:
        seen = await found(account(sandbox.url))
    assert faults(seen) == []
    assert seen["gateway.keys"].grade is Grade.GOOD
    assert seen["clock.gateway"].grade is Grade.GOOD
    assert {one.grade for one in seen.values()} == {Grade.GOOD, Grade.NOT_HERE}


@pytest.mark.parametrize(
    ("changed", "finding", "step"),
    [
        pytest.param(
            {"key": ShaKey(SIGN_ID, "a-key-that-was-revoked")}, "does not fit", "copy the key anew", id="revoked key"
        ),
        pytest.param({"client_id": "M9999"}, "does not know us", "gateway.client_id", id="client id"),
        pytest.param({"key": ShaKey("K9999", TRANSACTION_KEY)}, "its name is not", "gateway.sign_id", id="sign id"),
    ],
)
async def test_each_thing_that_can_be_wrong_about_us_is_told_apart(changed: dict, finding: str, step: str) -> None:
    async with Sandbox() as sandbox:
        seen = await found(account(sandbox.url, **changed))
    assert faults(seen) == ["gateway.keys"]
    assert finding in seen["gateway.keys"].finding
    assert step in seen["gateway.keys"].next_step
    assert TRANSACTION_KEY not in str(seen)


OURS, THEIRS, ANOTHERS = (rsa.generate_private_key(65537, 2048) for _ in range(3))


@pytest.mark.parametrize(
    ("mine", "its", "verdict"),
    [
        (OURS, THEIRS, Verdict.GOOD),
        (ANOTHERS, THEIRS, Verdict.WRONG_PRIVATE_KEY),
        (OURS, ANOTHERS, Verdict.WRONG_KEY),
    ],
)
async def test_of_rsas_two_keys_the_wrong_one_is_named(
    mine: rsa.RSAPrivateKey, its: rsa.RSAPrivateKey, verdict: Verdict
) -> None:
    there = Merchant(key=RsaKey(SIGN_ID, THEIRS, OURS.public_key()))
    async with Sandbox(SandboxSettings(merchants=[there])) as sandbox:
        seen = await examine(account(sandbox.url, key=RsaKey(SIGN_ID, mine, its.public_key())))
    assert seen.verdict is verdict


@pytest.mark.parametrize(
    ("token", "client_id", "verdict"),
    [("t-1", "M0001", Verdict.GOOD), ("t-2", "M0001", Verdict.WRONG_TOKEN), ("t-1", "M9", Verdict.WRONG_CLIENT)],
)
async def test_with_a_token_the_gateways_words_tell_token_and_client_apart(
    token: str, client_id: str, verdict: Verdict
) -> None:
    there = Merchant(key=TokenKey(SIGN_ID, "t-1"))
    async with Sandbox(SandboxSettings(merchants=[there])) as sandbox:
        seen = await examine(account(sandbox.url, client_id=client_id, key=TokenKey(SIGN_ID, token)))
    assert seen.verdict is verdict
    assert token not in seen.words


PORTAL = b"<html><body>Welcome to the station's Wi-Fi! Please log in.</body></html>"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(raw("200 OK", {"content-type": "text/html"}, PORTAL), Verdict.SOMEBODY_ELSE, id="captive portal"),
        pytest.param(
            raw("302 Found", {"location": "http://10.0.0.1/login"}, b""), Verdict.SOMEBODY_ELSE, id="redirect to log in"
        ),
        pytest.param(raw("511 Network Authentication Required", {}, PORTAL), Verdict.SOMEBODY_ELSE, id="RFC 6585"),
        pytest.param(raw("407 Proxy Authentication Required", {}, b""), Verdict.SOMEBODY_ELSE, id="proxy"),
        pytest.param(raw("200 OK", {}, b'{"ok": true}'), Verdict.SOMEBODY_ELSE, id="another service's JSON"),
        pytest.param(raw("503 Service Unavailable", {}, b"x"), Verdict.BROKEN, id="outage"),
        pytest.param(raw("403 Forbidden", {}, b"x"), Verdict.NOT_LET_IN, id="address not allowed"),
        pytest.param(raw("404 Not Found", {}, b"x"), Verdict.NOT_THERE, id="wrong path"),
    ],
)
async def test_who_answers_in_the_gateways_place_is_told_from_a_gateway_in_trouble(
    answer: bytes, verdict: Verdict
) -> None:
    async with scripted(sends(answer)) as server:
        seen = await examine(account(server.url, timeouts=HASTY))
        report = await found(account(server.url, timeouts=HASTY))
    assert seen.verdict is verdict
    assert faults(report) == ["gateway.keys"]
    assert report["gateway.keys"].cause
    assert report["gateway.keys"].next_step


async def test_a_captive_portal_is_named_as_one_and_its_clock_is_not_believed() -> None:
    answer = raw("200 OK", {"date": "Thu, 01 Jan 2026 00:00:00 GMT"}, PORTAL)
    async with scripted(sends(answer)) as server:
        report = await found(account(server.url, timeouts=HASTY))
    assert "somebody else answers" in report["gateway.keys"].finding
    assert "captive portal" in report["gateway.keys"].cause
    assert "log in to the site's network" in report["gateway.keys"].next_step
    assert report["clock.gateway"].grade is Grade.SKIPPED


async def test_a_gateway_that_says_something_else_is_quoted() -> None:
    key = ShaKey("K0001", "TESTKEY")
    async with scripted(answers(said("999999", "system error"))) as server:
        report = await found(account(server.url, key=key, timeouts=HASTY))
    assert "999999 system error" in report["gateway.keys"].finding


async def test_a_gateway_that_never_answers_is_no_answer() -> None:
    async with scripted(says_nothing) as server:
        report = await found(account(server.url, timeouts=HASTY))
    assert "does not answer" in report["gateway.keys"].finding
    assert report["gateway.latency"].grade is Grade.SKIPPED


async def test_an_answer_that_trickles_in_does_not_hold_the_diagnosis_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "PATIENCE", 0.5)
    async with scripted(trickles) as server:
        report = await found(account(server.url))
    assert "no whole answer within" in report["gateway.keys"].finding


async def test_a_slow_gateway_is_told_and_is_no_fault() -> None:
    async with Sandbox() as sandbox, httpx.AsyncClient(trust_env=False) as client:
        slow = {"detail": {"delay": {"seconds": SLOW + 0.2}}}
        (await client.put(f"{sandbox.url}/sandbox/faults", json=slow)).raise_for_status()
        report = await found(account(sandbox.url))
    assert faults(report) == []
    assert report["gateway.latency"].grade is Grade.WARNING
    assert "signal" in report["gateway.latency"].next_step


async def test_the_operators_server_is_looked_for_in_the_same_way() -> None:
    server = Server.at(f"http://127.0.0.1:{free_port()}/results", "the operator's server", ssl.create_default_context())
    report = await diagnosed(Way(server, needed=False).checks(Group.OUTBOX, "operator", "server_"))
    assert faults(report) == [], "it sells without"
    assert report["outbox.server_reach"].grade is Grade.WARNING
    assert report["outbox.server_tls"].finding == "the operator's server is not reached"


async def test_a_closed_port_is_the_networks_fault_alone() -> None:
    report = await found(account(f"http://127.0.0.1:{free_port()}"))
    assert faults(report) == ["network.reach"]
    assert "can't be reached" in report["network.reach"].finding
    assert "firewall" in report["network.reach"].cause
    assert report["gateway.keys"].grade is report["network.tls"].grade is Grade.SKIPPED


async def test_an_unknown_name_is_the_networks_fault_alone() -> None:
    report = await found(account("https://no-such-gateway.invalid"))
    assert faults(report) == ["network.dns"]
    assert "no-such-gateway.invalid" in report["network.dns"].finding
    assert "resolvectl" in report["network.dns"].next_step


async def test_a_host_that_swallows_connections_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "CONNECT", 0.3)
    async with full_backlog() as port:
        report = await found(account(f"http://127.0.0.1:{port}"))
    assert faults(report) == ["network.reach"]
    assert "does not answer within" in report["network.reach"].finding


@asynccontextmanager
async def full_backlog() -> AsyncIterator[int]:
    """A port whose queue is full, so that the kernel drops what knocks: as behind a firewall."""
    with socket.socket() as listening, socket.socket() as one, socket.socket() as two:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for client in (one, two):
            client.settimeout(0)
            client.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


# --- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [-95, 95])
async def test_a_clock_that_is_off_is_told_by_the_gateways(off: int) -> None:
    there = datetime.now(UTC) + timedelta(seconds=off)
    answer = answers(said("100004", "Transaction does not exist"), date=there)
    async with scripted(answer) as server:
        report = await found(account(server.url, key=ShaKey("K0001", "TESTKEY"), timeouts=HASTY))
    assert faults(report) == ["clock.gateway"]
    told = re.search(r"([+-]\d+) s off the gateway's", report["clock.gateway"].finding)
    assert told
    assert abs(int(told[1]) + off) <= 30
    assert "set-ntp" in report["clock.gateway"].next_step


PROBE = """
import asyncio, ssl, sys
from kiosk.diagnostics.checks.way import Server, Way
trust = ssl.create_default_context(cafile=sys.argv[2])
said = asyncio.run(Way(Server.at(sys.argv[1], "the gateway", trust)).step("tls"))
print(said.grade, said.finding, said.cause, said.next_step, sep="|")
"""


def certificate(directory: Path, begins: timedelta, ends: timedelta) -> ssl.SSLContext:
    """A server's TLS for 127.0.0.1, trusted by whoever takes public.pem for an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = directory / "public.pem", directory / "private.pem"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context


@asynccontextmanager
async def secure_gateway(tls: ssl.SSLContext) -> AsyncIterator[Script]:
    answer = answers(said("100004", "Transaction does not exist"), date=datetime.now(UTC))
    async with scripted(answer, tls) as server:
        server.url = server.url.replace("http:", "https:")
        yield server


@pytest.mark.parametrize(
    ("begins", "ends", "grade", "words"),
    [
        (timedelta(days=-90), timedelta(days=200, hours=1), Grade.GOOD, "good for 200 days"),
        (timedelta(days=-90), timedelta(days=9, hours=1), Grade.WARNING, "ends in 9 days"),
        (timedelta(days=-90), timedelta(days=-1), Grade.FAULT, "expired"),
        (timedelta(days=1), timedelta(days=90), Grade.FAULT, "not yet valid"),
    ],
)
async def test_the_certificates_days_are_counted(
    tmp_path: Path, begins: timedelta, ends: timedelta, grade: Grade, words: str
) -> None:
    tls = certificate(tmp_path, begins, ends)
    trust = ssl.create_default_context(cafile=tmp_path / "public.pem")
    async with secure_gateway(tls) as server:
        said_ = await Way(Server.at(server.url, "the gateway", trust)).step("tls")
    assert said_.grade is grade
    assert words in said_.finding
    if grade is Grade.FAULT:
        assert "not renewed" in said_.cause
        assert "another network" in said_.next_step


async def test_a_certificate_that_nobody_vouches_for_is_a_fault_and_stops_there(tmp_path: Path) -> None:
    async with secure_gateway(certificate(tmp_path, timedelta(days=-1), timedelta(days=90))) as server:
        report = await found(account(server.url))
    assert faults(report) == ["network.tls"]
    assert "not accepted" in report["network.tls"].finding
    assert report["gateway.keys"].grade is Grade.SKIPPED
    assert [heard.method for heard in server.heard] == ["HEAD"], "nothing of ours went to whoever that is"


@pytest.mark.parametrize("shift", ["-400d", "+400d"])
async def test_a_good_certificate_and_a_wrong_clock_is_the_clocks_fault(tmp_path: Path, shift: str) -> None:
    tls = certificate(tmp_path, timedelta(days=-90), timedelta(days=90))
    async with secure_gateway(tls) as server:
        ran = await asyncio.to_thread(
            subprocess.run,
            ["faketime", "-f", shift, sys.executable, "-c", PROBE, server.url, str(tmp_path / "public.pem")],
            capture_output=True,
            text=True,
            timeout=60,
            env={"DONT_FAKE_MONOTONIC": "1", "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
            check=True,
        )
    grade, finding, cause, step = ran.stdout.strip().split("|")
    assert grade == Grade.FAULT
    assert f"clock is {shift[:-1]} days off the server's" in finding
    assert cause == "this machine's clock is wrong"
    assert "timedatectl" in step
