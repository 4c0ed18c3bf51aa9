"""The words: every line that a shopper can see, in Korean and English. Short, for they have to fit 128x64 pixels.

A text may hold line breaks: where there is room its parts go below one another, the first as the heading.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Line, Panel, Text

Language: TypeAlias = Literal["ko", "en"]

KO: Mapping[Text, str] = {
    Text.ENTER_AMOUNT: "금액을 누르세요",
    Text.AMOUNT: "{amount}",
    Text.CONFIRM_KEYS: "# 확인  * 지움",
    Text.TOO_LITTLE: "{amount} 이상",
    Text.TOO_MUCH: "{amount} 이하",
    Text.CHOOSE: "결제 방법 선택",
    Text.OPTION: "{number} {product}",
    Text.ONE_MOMENT: "잠시만 기다리세요",
    Text.SCAN_WITH_PHONE: "카카오페이\n스캔 {seconds}초",
    Text.ENTRY_HERE: "스캔하고\n금액 입력\n{amount}",
    Text.ENTRY_ANY: "QR 스캔 후\n금액 입력",
    Text.HOLD_CODE: "결제 코드 {seconds}초\n카메라에 대 주세요",
    Text.NOT_A_PAYMENT_CODE: "결제 코드가 아닙니다\n카카오페이를 여세요",
    Text.PAYING: "결제 중",
    Text.CHECKING: "결제 확인 중",
    Text.CLOSING: "결제 취소 중",
    Text.RELEASING: "결제 완료\n받아 가세요",
    Text.PAID: "감사합니다",
    Text.DECLINED: "결제 거절\n청구되지 않았습니다",
    Text.EXPIRED: "시간 초과\n청구되지 않았습니다",
    Text.CANCELLED: "취소되었습니다\n청구되지 않았습니다",
    Text.NOT_SENT: "연결되지 않음\n청구되지 않았습니다",
    Text.MONEY_BACK: "죄송합니다\n환불해 드립니다",
    Text.IN_DOUBT: "결제 미확인\n청구 시 환불됩니다",
    Text.CLAIM: "문의 번호 {code}",
    Text.TRY_AGAIN: "# 다시 시도",
    Text.OTHER_WAY: "다른 방법으로\n결제해 주세요",
    Text.STAR_GIVES_UP: "* 취소",
    Text.OUT_OF_SERVICE: "이용할 수 없음",
    Text.NO_NETWORK: "통신 연결 없음",
    Text.NO_JOURNAL: "저장 장치 고장",
    Text.NO_RELEASE: "배출 장치 고장",
    Text.NO_CLOCK: "시계 확인 중",
    Text.TOO_MANY_IN_DOUBT: "이전 결제 확인 중",
    Text.NO_WAY_TO_PAY: "결제 수단 없음",
    Text.STOPPING: "종료 중",
    Text.DRAINED: "운영 중지",
    Text.SERVICED: "점검 중",
    Text.NOT_NOW: "잠시 후 이용하세요",
}
EN: Mapping[Text, str] = {
    Text.ENTER_AMOUNT: "Enter amount",
    Text.AMOUNT: "{amount}",
    Text.CONFIRM_KEYS: "# OK  * clear",
    Text.TOO_LITTLE: "min {amount}",
    Text.TOO_MUCH: "max {amount}",
    Text.CHOOSE: "How to pay?",
    Text.OPTION: "{number} {product}",
    Text.ONE_MOMENT: "One moment",
    Text.SCAN_WITH_PHONE: "KakaoPay\nscan {seconds}s",
    Text.ENTRY_HERE: "Scan and\nkey in\n{amount}",
    Text.ENTRY_ANY: "Scan and\nkey it in",
    Text.HOLD_CODE: "Payment code {seconds}s\nHold to camera",
    Text.NOT_A_PAYMENT_CODE: "Not a pay code\nOpen KakaoPay",
    Text.PAYING: "Paying ...",
    Text.CHECKING: "Checking ...",
    Text.CLOSING: "Cancelling ...",
    Text.RELEASING: "Paid!\nHere it comes",
    Text.PAID: "Thank you!",
    Text.DECLINED: "Declined\nNothing charged",
    Text.EXPIRED: "Time is over\nNothing charged",
    Text.CANCELLED: "Cancelled\nNothing charged",
    Text.NOT_SENT: "No connection\nNothing charged",
    Text.MONEY_BACK: "Sorry!\nRefund under way",
    Text.IN_DOUBT: "Not confirmed\nRefund if charged",
    Text.CLAIM: "No. {code}",
    Text.TRY_AGAIN: "# try again",
    Text.OTHER_WAY: "Can't show code\nUse another way",
    Text.STAR_GIVES_UP: "* cancel",
    Text.OUT_OF_SERVICE: "Out of service",
    Text.NO_NETWORK: "No network",
    Text.NO_JOURNAL: "Storage fault",
    Text.NO_RELEASE: "Release fault",
    Text.NO_CLOCK: "Clock not set",
    Text.TOO_MANY_IN_DOUBT: "Earlier sales open",
    Text.NO_WAY_TO_PAY: "No way to pay",
    Text.STOPPING: "Stopping",
    Text.DRAINED: "Taken out of use",
    Text.SERVICED: "Being serviced",
    Text.NOT_NOW: "Back in a moment",
}
WORDS: Mapping[Language, Mapping[Text, str]] = {"ko": KO, "en": EN}
PRODUCTS: Mapping[Language, Mapping[Product, str]] = {
    "ko": {
        Product.ORDER_CODE: "화면 QR 스캔",
        Product.PAYMENT_CODE: "내 결제 코드",
        Product.CASHIER_PAYMENT: "결제 페이지",
        Product.ENTRY_CODE: "매장 QR",
    },
    "en": {
        Product.ORDER_CODE: "Scan a QR",
        Product.PAYMENT_CODE: "Show my code",
        Product.CASHIER_PAYMENT: "Payment page",
        Product.ENTRY_CODE: "Store QR",
    },
}


def amount_words(amount: Amount, language: Language) -> str:
    """As people of that language write it: `1,500원`, `KRW 1,500`, `SGD 15.00`."""
    whole, dot, part = amount.major.partition(".")
    number = f"{int(whole):,}{dot}{part}"
    return f"{number}원" if language == "ko" and amount.currency == "KRW" else f"{amount.currency} {number}"


def parts(line: Line, language: Language) -> list[str]:
    """A line with what goes into it, broken where it may be."""
    text = WORDS[language][line.text].format(
        amount=amount_words(line.amount, language) if line.amount else "",
        seconds=line.seconds,
        number=line.number,
        product=PRODUCTS[language][line.product] if line.product else "",
        code=line.code,
    )
    return text.split("\n")


def lines(panel: Panel, language: Language) -> list[str]:
    """The panel's words as plain text, broken where the display breaks them."""
    return [part for line in panel.lines for part in parts(line, language)]
