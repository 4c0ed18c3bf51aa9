"""Words that others hold on to: the operator's systems read them, and older journals have them. None may change."""

from enum import StrEnum

import pytest

from kiosk.sale.commands import Topic
from kiosk.sale.events import Part
from kiosk.sale.order import AfterCrash, Product, Reason, Settlement, Verdict, Way
from kiosk.sale.panel import Name

WORDS = {
    Topic: "payment.paid payment.declined payment.expired payment.cancelled payment.refunded payment.unresolved"
    " payment.settled release.done release.failed release.unconfirmed kiosk.fault kiosk.recovered"
    " kiosk.service",
    Reason: "gave_up expired unanswered restarted operator late elsewhere refund_failed not_due unconfirmed jam"
    " not_shown",
    Verdict: "declined expired cancelled not_sent",
    AfterCrash: "assume_released ask refund",
    Settlement: "released refunded nothing",
    Way: "cancel refund",
    Product: "CASHIER_PAYMENT ORDER_CODE PAYMENT_CODE ENTRY_CODE",
    Part: "gateway journal release clock camera display keypad keys buzzer lamps screen drained outbox",
    Name: "idle entering choosing requesting showing_code scanning paying checking releasing paid declined expired"
    " cancelled out_of_service service",
}


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.__name__)
def test_the_words_are_these_in_this_order(kind: type[StrEnum]) -> None:
    assert [word.value for word in kind] == WORDS[kind].split()
