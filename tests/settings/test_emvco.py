"""Static codes: what EMVCo asks for, one broken rule at a time. Each payload but one has its right checksum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.money import MINOR_DIGITS
from kiosk.sandbox.merchants import ENTRY_CODE
from kiosk.settings.emvco import NUMBERS, BadPayload, check, crc

HEAD = "000201"
ACCOUNT = "26310013kr.co.example01101234567890"
REST = "5204752353034105802KR5908CAR PARK6005SEOUL"


def sealed(payload: str) -> str:
    """With the checksum that it should have."""
    return f"{payload}6304{crc(f'{payload}6304'.encode()):04X}"


def said(payload: str, currency: str = "KRW") -> str:
    with pytest.raises(BadPayload) as bad:
        check(payload, currency)
    assert "\n" not in str(bad.value)
    return str(bad.value)


@pytest.mark.parametrize(
    "payload",
    [
        ENTRY_CODE,
        sealed(HEAD + "010211" + ACCOUNT + REST),
        sealed(HEAD + ACCOUNT + REST),
        sealed(HEAD + "0204abcd" + REST),
        sealed(HEAD + ACCOUNT + REST + "62140710kiosk-0001" + "6105 0123"),
        sealed(HEAD + ACCOUNT + REST + "64130002JA0103駐車場"),
        sealed(HEAD + ACCOUNT + REST + "64220002FR0112Café du Port"),
        sealed(HEAD + ACCOUNT + REST + "80080004abcd"),
    ],
)
def test_what_emvco_allows_is_taken(payload: str) -> None:
    check(payload, "KRW")


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ("", "tag 00"),
        (sealed("000201hello world, no TLV at all"), "tag 'he' at character 7"),
        (sealed("000202" + ACCOUNT + REST), "tag 00"),
        (sealed(ACCOUNT + HEAD + REST), "tag 00"),
        (sealed(HEAD + ACCOUNT + REST.replace("5908", "5940")), "tag 59 says that it has 40 characters, and has 25"),
        (sealed(HEAD + ACCOUNT + REST.replace("5908", "5903")), "tag ' P' at character 70, after tag 59"),
        (sealed(HEAD + ACCOUNT + REST.replace("5908", "59O8")), "tag '59'"),
        (sealed(HEAD + ACCOUNT + REST.replace("5908", "59\u0661\u0662")), "tag '59'"),
        (sealed(HEAD + ACCOUNT + REST.replace("5908CAR PARK", "5900")), "tag 59"),
        (sealed(HEAD + REST), "tag 02 to 51 is missing"),
        (sealed(HEAD + ACCOUNT + REST.replace("6005SEOUL", "")), "tag 60 is missing"),
        (sealed(HEAD + ACCOUNT + REST.replace("5908CAR PARK", "")), "tag 59 is missing"),
        (sealed(HEAD + ACCOUNT + REST.replace("5802KR", "")), "tag 58 is missing"),
        (sealed(HEAD + ACCOUNT + REST.replace("5303410", "")), "tag 53 is missing"),
        (sealed(HEAD + ACCOUNT + REST.replace("52047523", "")), "tag 52 is missing"),
        (sealed(HEAD + "26240005Example0111KIOSK-0000" + REST), "tag 26."),
        (sealed(HEAD + "26080104abcd" + REST), "tag 26.00 is missing"),
        (sealed(HEAD + ACCOUNT + ACCOUNT + REST), "tag 26 is there twice"),
        (sealed(HEAD + ACCOUNT + REST + "64070103abc"), "tag 64.00 is missing"),
        (sealed(HEAD + ACCOUNT + REST.replace("5802KR", "5802kr")), "tag 58 is 'kr'"),
        (sealed(HEAD + ACCOUNT + REST.replace("52047523", "5204CARS")), "tag 52 is 'CARS'"),
        (sealed(HEAD + ACCOUNT + REST.replace("6005SEOUL", "6016" + "S" * 16)), "tag 60"),
        (sealed(HEAD + ACCOUNT + REST.replace("5908CAR PARK", "5926" + "S" * 26)), "tag 59"),
        (sealed(HEAD + "010213" + ACCOUNT + REST), "tag 01 is '13'"),
        (sealed(HEAD + ACCOUNT + REST)[:-4] + "0000", "tag 63 is '0000'"),
        (HEAD + ACCOUNT + REST, "tag 63"),
        (sealed(HEAD + ACCOUNT + REST) + "6105 0123", "tag 63"),
        (sealed(HEAD + ACCOUNT + REST) + "99" * 300, "more than 512"),
    ],
)
def test_what_a_wallet_would_refuse_is_named_by_its_tag(payload: str, named: str) -> None:
    assert named in said(payload)


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        (sealed(HEAD + "010212" + ACCOUNT + REST), "tag 01 is '12', a code for one payment"),
        (sealed(HEAD + ACCOUNT + REST.replace("5303410", "5303840")), "tag 53 is '840': expected 410, which is KRW"),
        (sealed(HEAD + ACCOUNT + REST.replace("5802KR", "540415005802KR")), "tag 54 is '1500', a fixed amount"),
    ],
)
def test_what_does_not_fit_a_machine_is_named_too(payload: str, named: str) -> None:
    assert named in said(payload)


def test_the_number_is_that_of_the_currency() -> None:
    payload = sealed(HEAD + ACCOUNT + REST.replace("5303410", "5303702"))
    check(payload, "SGD")
    assert "expected 410" in said(payload, "KRW")
    assert set(NUMBERS) == set(MINOR_DIGITS)
    assert len(set(NUMBERS.values())) == len(NUMBERS)


def test_one_other_character_anywhere_is_found() -> None:
    for place in range(len(ENTRY_CODE)):
        other = "1" if ENTRY_CODE[place] != "1" else "2"
        said(ENTRY_CODE[:place] + other + ENTRY_CODE[place + 1 :])


@given(st.text(max_size=200))
def test_any_text_is_taken_or_refused_in_one_line(text: str) -> None:
    for payload in (text, sealed(HEAD + text), sealed(HEAD + ACCOUNT + REST + text)):
        refused = ""
        try:
            check(payload, "KRW")
        except BadPayload as bad:
            refused = str(bad)
        assert "\n" not in refused
