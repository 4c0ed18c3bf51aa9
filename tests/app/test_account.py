"""The configuration in the gateway's words, for each way to sign; and the machine's own addresses."""

import fcntl
import json
import socket
import struct
from pathlib import Path

import pytest
from configurations import with_line, written
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from scripted_gateway import paid

from kiosk.app.account import account, notice_reader
from kiosk.app.addresses import addresses
from kiosk.gateway.notices import BadNotice
from kiosk.gateway.signing import RsaKey, ShaKey, TokenKey
from kiosk.gateway.wire import SignType
from kiosk.settings import load
from kiosk.settings.credentials import Credentials

OURS, THEIRS = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
CREDENTIALS = Credentials(
    transaction_key="TKEY", notification_key="NKEY", token="TOKEN", private_key=OURS, gateway_key=THEIRS.public_key()
)


@pytest.mark.parametrize(("sign_type", "key"), [("SHA", ShaKey), ("RSA", RsaKey), ("TOKEN", TokenKey)])
def test_who_we_are_to_the_gateway_is_signed_as_configured(tmp_path: Path, sign_type: str, key: type) -> None:
    settings = load(written(tmp_path, with_line("gateway", f'sign_type = "{sign_type}"')))
    us = account(settings, CREDENTIALS)
    assert (us.sign_type, type(us.key)) == (SignType(sign_type), key)
    assert (us.base_url, us.client_id, us.terminal_id) == ("https://gateway.example", "M1", "bench-7")
    assert (us.description, str(us.zone)) == ("Parking", "Asia/Singapore")


@pytest.mark.parametrize(
    ("sign_type", "signer"),
    [
        ("SHA", ShaKey("N1", "NKEY")),
        ("TOKEN", ShaKey("N1", "NKEY")),
        ("RSA", RsaKey("N1", private_key=THEIRS)),
    ],
)
def test_what_the_gateway_says_is_verified_with_its_own_key(
    tmp_path: Path, sign_type: str, signer: ShaKey | RsaKey
) -> None:
    reader = notice_reader(load(written(tmp_path, with_line("gateway", f'sign_type = "{sign_type}"'))), CREDENTIALS)
    body = {"data": {**paid()["data"], "transactionType": "PAYMENT"}}
    headers = {"clientId": "M1", "sign": signer.sign(body)}
    assert reader.read(headers, json.dumps(body).encode()).gateway_id == "UQ-1"
    with pytest.raises(BadNotice, match="signature"):
        reader.read(headers, json.dumps({"data": {**body["data"], "status": "fail"}}).encode())


def test_an_address_is_told_for_each_interface_that_has_one_but_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    has = {"lo": "127.0.0.1", "eth0": "192.0.2.7", "wlan0": "198.51.100.9"}

    def answer(_descriptor: int, _request: int, asked: bytes) -> bytes:
        name = asked.partition(b"\0")[0].decode()
        if name not in has:
            raise OSError(99, "Cannot assign requested address")
        return struct.pack("20s4s", b"", socket.inet_aton(has[name]))

    monkeypatch.setattr(socket, "if_nameindex", lambda: [*enumerate((*has, "tun0"), 1)])
    monkeypatch.setattr(fcntl, "ioctl", answer)
    assert addresses() == {"eth0": "192.0.2.7", "wlan0": "198.51.100.9"}


def test_of_this_machine_no_address_is_loopback() -> None:
    assert not [address for address in addresses().values() if address.startswith("127.")]
