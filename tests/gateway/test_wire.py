import json
from dataclasses import fields

import pytest

from kiosk.gateway.wire import ACKNOWLEDGEMENT, Api, Dialect, Paths, loggable, redact

CODE = "281010897274821897271234"


def test_a_logged_message_shows_a_payment_code_by_its_ends() -> None:
    assert redact({"payCodeValue": CODE}) == {"payCodeValue": "28**************1234"}


@pytest.mark.parametrize(
    "code", ["2810108972", "abcdefghijklmnop", ["281010897274821897271234"], 281010897274821897271234]
)
def test_a_payment_code_of_any_shape_is_not_logged(code: object) -> None:
    shown = json.dumps(redact({"payCodeValue": code}))
    assert CODE not in shown
    assert "2810108972" not in shown
    assert "abcdefghijklmnop" not in shown


def test_fields_nobody_knows_are_left_out_at_any_depth() -> None:
    message = {
        "respCode": "000000",
        "secret": "hush",
        "token": "hush",
        "sign": "hush",
        "data": {"status": "success", "shopper": "hush", "payAction": {"redirectUrl": "hush"}},
        "refunds": [{"merchantRefundId": "R1", "account": "hush"}],
    }
    assert redact(message) == {
        "respCode": "000000",
        "data": {"status": "success"},
        "refunds": [{"merchantRefundId": "R1"}],
    }


def test_ids_are_logged_whole() -> None:
    ids = {"merchantOrderId": "kiosk-0001-20261123-000001", "uqOrderId": "20261123183300123456789012"}
    assert redact(ids) == ids


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("Transaction does not exist", "Transaction does not exist"),
        (f"code {CODE} was used", "code 28**************1234 was used"),
        ("key 0123456789abcdef!", "key 01**************cdef!"),
        ("one\ntwo\r\x00three\u2028 four", "one two three four"),
        ("x" * 24, "x" * 24),
        ("x" * 25, "xx**************xxxx"),
        ("a b " * 100, ("a b " * 40)),
        ("payCodeValue: expired", "payCodeValue: expired"),
        ("", ""),
    ],
)
def test_words_of_the_gateway_become_one_line_that_may_be_logged(words: str, line: str) -> None:
    assert loggable(words) == line


def test_each_request_has_its_path() -> None:
    paths = Paths()
    assert [paths.of(api) for api in Api] == [f"/{api.lower()}" for api in Api]
    assert Paths(pay="/v2/pay").of(Api.PAY) == "/v2/pay"


def test_what_the_documentation_says_is_the_default() -> None:
    assert [getattr(Dialect(), switch.name) for switch in fields(Dialect)] == ["sha256", "&", "text", "LINUX", Paths()]
    assert json.dumps(ACKNOWLEDGEMENT) == '{"code": "000000"}'
