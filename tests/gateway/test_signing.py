import hashlib
import json
from collections import defaultdict
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from kiosk.gateway.signing import RsaKey, ShaKey, TokenKey, ambiguous, canonical, read_json

OWN_BODY = {
    "merchantOrderId": "K1-0001",
    "paymentMethod": "KAKAOPAY",
    "product": "PAYMENT_CODE",
    "amount": "15000",
    "currency": "KRW",
    "expireAt": "2026-11-23 18:35:00",
    "payCodeValue": "281010897274821897274821",
    "goods": {"description": "Ticket"},
    "riskData": {"Device": {"os": "ANDROID"}},
    "notifyUrl": "",
}
OWN_TEXT = (
    "amount=15000&currency=KRW&expireAt=2026-11-23 18:35:00&goods=|description=Ticket|&merchantOrderId=K1-0001"
    "&payCodeValue=281010897274821897274821&paymentMethod=KAKAOPAY&product=PAYMENT_CODE&riskData=|Device=|os=ANDROID||"
)


@pytest.fixture(scope="module")
def rsa() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


# --- the canonical string --------------------------------------------------------------------------------------------


def test_the_documented_example_of_a_card() -> None:
    card = {"cardNo": "4574836230001122", "expMonth": "12", "expYear": "24", "cvv": "123"}
    assert canonical({"card": card}) == "card=|cardNo=4574836230001122&cvv=123&expMonth=12&expYear=24|"


def test_our_own_example() -> None:
    assert canonical(OWN_BODY) == OWN_TEXT


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, ""),
        ({"a": None, "b": "", "c": {}, "d": [], "e": {"f": {"g": ""}}, "h": "1"}, "h=1"),
        ({"b": "1", "a": "2", "B": "3", "_": "4"}, "B=3&_=4&a=2&b=1"),
        ({"list": ["a", "b"], "of": [{"y": "2", "x": "1"}, {}]}, "list=[a,b]&of=[|x=1&y=2|]"),
        ({"yes": True, "no": False, "n": 0}, "n=0&no=false&yes=true"),
        ({"a": "x&b=|y|", "한": "글"}, "a=x&b=|y|&한=글"),
        ({"blank": " ", "zero": "0"}, "blank= &zero=0"),
    ],
    ids=["nothing", "empty values", "sorted by ASCII", "arrays", "literals", "no escaping", "blank is not empty"],
)
def test_the_rules_of_the_canonical_string(body: dict[str, object], text: str) -> None:
    assert canonical(body) == text


@pytest.mark.parametrize("literal", ["10", "10.0", "1E1", "-0", "100000000000000000000000000000000000000000.10"])
def test_numbers_are_signed_as_they_were_written(literal: str) -> None:
    assert canonical(read_json(f'{{"n": {literal}, "in": [{literal}]}}'.encode())) == f"in=[{literal}]&n={literal}"


names = st.text("abyzAZ09_", min_size=1, max_size=8)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
bodies = st.dictionaries(
    names,
    st.recursive(
        st.none() | st.booleans() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(bodies, st.randoms())
def test_the_order_of_fields_does_not_matter(body: dict[str, object], random: object) -> None:
    shuffled = list(body.items())
    random.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(body)


@given(bodies)
def test_empty_fields_do_not_matter_and_the_wire_keeps_what_was_signed(body: dict[str, object]) -> None:
    more = {**{f"{name}_": value for name in body for value in (None, "")}, **body}
    assert canonical(read_json(json.dumps(more).encode())) == canonical(body)


@given(bodies, texts)
def test_a_signature_is_verified_and_another_is_not(body: dict[str, object], other: str) -> None:
    key = ShaKey("K", "secret")
    assert key.verify(body, key.sign(body))
    assert not key.verify(body, other)
    assert not key.verify({**body, "status": "success", "more": "1"}, key.sign(body))


# --- keys ------------------------------------------------------------------------------------------------------------


def test_sha_with_the_salt_joined_by_an_ampersand() -> None:
    expected = "f0d64177a8084fbc0b3a5c079cc1d8ffaddfcb5591635df9efda356620859a44"
    assert ShaKey("K0001", "TESTKEY").sign(OWN_BODY) == expected
    assert hashlib.sha256(f"{OWN_TEXT}&key=TESTKEY".encode()).hexdigest() == expected


def test_sha_with_the_salt_joined_by_nothing() -> None:
    expected = "0a0e75f705cea62d289d52d32e3ed7888602dbd15ac3733276b9b945005fbac5"
    assert ShaKey("K0001", "TESTKEY", separator="").sign(OWN_BODY) == expected


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_sha_with_another_digest(digest: str) -> None:
    key = ShaKey("K0001", "TESTKEY", digest)
    assert key.sign(OWN_BODY) == hashlib.new(digest, f"{OWN_TEXT}&key=TESTKEY".encode()).hexdigest()


def test_an_empty_body_is_signed_without_a_leading_ampersand() -> None:
    assert ShaKey("K0001", "TESTKEY").sign({}) == hashlib.sha256(b"key=TESTKEY").hexdigest()


def test_a_sha_signature_may_be_of_either_case_and_of_no_other_key() -> None:
    key = ShaKey("K0001", "TESTKEY")
    assert key.verify(OWN_BODY, key.sign(OWN_BODY).upper())
    assert not ShaKey("K0001", "TESTKEZ").verify(OWN_BODY, key.sign(OWN_BODY))
    assert not key.verify(OWN_BODY, "é한\udcff".encode("utf-8", "replace").decode())
    assert not key.verify(OWN_BODY, "")


def test_rsa_signs_the_canonical_string_without_a_salt(rsa: RSAPrivateKey) -> None:
    import base64  # noqa: PLC0415 - by hand, here alone

    signature = RsaKey("R1", rsa).sign(OWN_BODY)
    rsa.public_key().verify(base64.b64decode(signature, validate=True), OWN_TEXT.encode(), PKCS1v15(), SHA256())


def test_rsa_verifies_with_the_public_key_alone(rsa: RSAPrivateKey) -> None:
    signature = RsaKey("R1", rsa).sign(OWN_BODY)
    gateway = RsaKey("R1", public_key=rsa.public_key())
    assert gateway.verify(OWN_BODY, signature)
    assert not gateway.verify({**OWN_BODY, "amount": "1"}, signature)
    for wrong in ("", "no base64", "AAAA", signature[:-4], "한글"):
        assert not gateway.verify(OWN_BODY, wrong)


def test_rsa_without_the_key_it_needs_says_so(rsa: RSAPrivateKey) -> None:
    with pytest.raises(ValueError, match="no private key"):
        RsaKey("R1", public_key=rsa.public_key()).sign(OWN_BODY)
    with pytest.raises(ValueError, match="no public key"):
        RsaKey("R1", rsa).verify(OWN_BODY, "AAAA")


def test_a_token_vouches_whatever_the_body() -> None:
    key = TokenKey("T1", "token-1")
    assert key.sign(OWN_BODY) == key.sign({}) == "token-1"
    assert key.verify(OWN_BODY, "token-1")
    assert not key.verify(OWN_BODY, "token-2")


def test_no_key_shows_its_secret(rsa: RSAPrivateKey) -> None:
    shown = repr((ShaKey("K1", "hush"), TokenKey("T1", "hush"), RsaKey("R1", rsa, rsa.public_key())))
    assert "hush" not in shown
    assert "RSA" not in shown.replace("RsaKey", "")


# --- one reading, or several -----------------------------------------------------------------------------------------

ONE_READING = [
    {"data": {"status": "success", "amount": "1500"}},
    {"data": {"payAction": {"type": "QRCODE", "redirectUrl": "https://pay.example/?a=1&b=2"}}},
    {"data": {"payAction": [{"url": "https://pay.example/?a=1"}, {"url": "https://pay.example/?b=2&c=3"}]}},
    {"data": {"refunds": [{"amount": "1", "status": "success"}]}, "respMsg": "fine, [thanks]"},
]
SEVERAL = [
    {"respMsg": "a&b"},
    {"data": {"description": "x&status=success"}},
    {"data": {"description": "a=b"}},
    {"data": {"description": "|"}},
    {"data": {"refunds": [{"reason": "a|b"}]}},
    {"data": {"list": ["a", "b=c"]}},
    {"data": {"payAction": "|url=https://pay.example/|"}},
    {"data": {"payAction": "https://pay.example/?a=1"}},
    {"data": {"payAction": {"url": "https://pay.example/|&status=success"}}},
]


@pytest.mark.parametrize("body", ONE_READING, ids=str)
def test_what_can_be_read_in_one_way_only(body: dict[str, object]) -> None:
    assert not ambiguous(body)


@pytest.mark.parametrize("body", SEVERAL, ids=str)
def test_what_the_signed_text_does_not_tell_from_something_else(body: dict[str, object]) -> None:
    assert ambiguous(body)


def test_one_signature_that_fits_two_messages() -> None:
    """What was found on the finished software: a signed `fail` that reads as `success`."""
    said = {"data": {"description": "a&status=success", "status": "fail", "uqOrderId": "UQ-1"}}
    forged = {"data": {"description": "a", "status": "success&status=fail", "uqOrderId": "UQ-1"}}
    other = {"data": {"description": "a", "status": "success", "t": "x"}}
    assert canonical(said) == canonical(forged)
    assert ambiguous(said)
    assert ambiguous(forged)
    assert not ambiguous(other)


def test_of_all_small_bodies_with_one_text_only_one_has_one_reading() -> None:
    texts = ["".join(pieces) for pieces in product(("", "x", "&", "a=x", "b=x", "|", ","), repeat=3)]
    values = [*texts, *({name: text} for name in "ab" for text in texts), *([text] for text in texts)]
    small = [{"a": value} for value in values] + [{"a": value, "b": "x"} for value in values] + [{"b": "x"}]
    read: defaultdict[str, list[object]] = defaultdict(list)
    for body in small:
        read[canonical(body)].append(body)
    assert sum(len(several) > 1 for several in read.values()) > 100  # texts that are no proof by themselves
    for several in read.values():
        certain = [_bare(body) for body in several if not ambiguous(body)]
        assert all(body == certain[0] for body in certain), several


def _bare(value: object) -> object:
    """Without what is not signed, and as it is written."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            kept = {name: _bare(inner) for name, inner in value.items()}
            return {name: inner for name, inner in kept.items() if inner} or None
        case list():
            return [inner for inner in map(_bare, value) if inner] or None
        case _:
            return value or None


@pytest.mark.parametrize("wrong", ["", "0", "g" * 64, "0" * 63, "0" * 65, "0" * 128, "\u0660" * 64])
def test_what_has_not_the_shape_of_a_signature_is_told_by_looking(wrong: str, rsa: RSAPrivateKey) -> None:
    key = ShaKey("K1", "hush")
    assert key.shaped(key.sign({"a": "1"}))
    assert key.shaped(key.sign({"a": "1"}).upper())
    assert not key.shaped(wrong)
    pair = RsaKey("R1", rsa, rsa.public_key())
    assert pair.shaped(pair.sign({"a": "1"}))
    assert not pair.shaped(wrong)
    assert not RsaKey("R1", rsa).shaped(pair.sign({"a": "1"}))


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hush",
        b"[]",
        b'"hush"',
        b'{"hush": 1',
        b'{"hush": 1, "hush": 1}',
        b'{"in": {"hush": 1, "hush": 2}}',
        b'{"hush": NaN}',
        b'{"hush": -Infinity}',
        b'{"hush": "\xff"}',
        '{"hush": 1}'.encode("utf-16"),
        b'{"": "hush"}',
        b'{"hu sh": "1"}',
        b'{"in": {"hush&a": "1"}}',
        b'{"in": [{"hush=1": "1"}]}',
        '{"\u0661": "hush"}'.encode(),
        b'{"hush": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"hush": ' + b"[" * 16 + b"]" * 16 + b"}",
        b'{"hush": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"hush": "' + b"x" * 65_536 + b'"}',
    ],
)
def test_what_is_no_sound_json_object_is_refused_without_showing_it(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]{5,60}$") as refused:
        read_json(content)
    assert "hush" not in str(refused.value)


def test_what_is_just_within_the_bounds_is_read() -> None:
    assert read_json(b'{"deep": ' + b"[" * 15 + b"]" * 15 + b"}")
    assert read_json(b'{"long": "' + b"x" * (65_536 - 12) + b'"}')


def test_a_byte_order_mark_is_skipped() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": "1"}') == {"a": "1"}
