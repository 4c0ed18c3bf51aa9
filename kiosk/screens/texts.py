"""The words: every line that a shopper can see, in Korean and English. Short, for they have to fit 128x64 pixels.

A text may hold line breaks: where there is room its parts go below one another, the first as the heading.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Line, Panel, Text
from kiosk.sale.rules import Kind

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
    Text.SCAN_WITH_PHONE: "카카오페이\n스캔 {seconds}",
    Text.ENTRY_HERE: "QR 스캔 후\n금액 입력",
    Text.ENTRY_ANY: "QR 스캔 후\n금액 입력",
    Text.HOLD_CODE: "결제 코드 {seconds}초\n카메라에 대 주세요",
    Text.NOT_A_PAYMENT_CODE: "결제 코드가 아닙니다\n카카오페이를 여세요",
    Text.PAYING: "결제 중",
    Text.CHECKING: "결제 확인 중\n기다려 주세요",
    Text.CLOSING: "결제 취소 중",
    Text.RELEASING: "결제 완료\n상품을 꺼내세요",
    Text.PAID: "감사합니다",
    Text.DECLINED: "결제 거절\n청구되지 않았습니다",
    Text.EXPIRED: "시간 초과\n청구되지 않았습니다",
    Text.CANCELLED: "취소되었습니다\n청구되지 않았습니다",
    Text.NOT_SENT: "연결되지 않음\n청구되지 않았습니다",
    Text.MONEY_BACK: "죄송합니다\n환불해 드립니다",
    Text.IN_DOUBT: "결제 미확인\n청구 시 환불됩니다",
    Text.CLAIM: "문의 코드 {code}",
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
    Text.WALLET: "카카오페이 결제",
    Text.PRICES: "{amount}~{most}",
    Text.STAR_BACK: "* 이전",
    Text.STILL_THERE: "{seconds}초 남음\n아무 키나 누르세요",
    Text.MORE_TIME: "* 취소  # 연장",
    Text.OPERATOR: "{words}\n{code}",
    Text.OTHER_LANGUAGE: "{code} English",
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
    Text.SCAN_WITH_PHONE: "KakaoPay\nscan {seconds}",
    Text.ENTRY_HERE: "Scan and\nkey in",
    Text.ENTRY_ANY: "Scan and\nkey it in",
    Text.HOLD_CODE: "Payment code {seconds}s\nHold to camera",
    Text.NOT_A_PAYMENT_CODE: "Not a pay code\nOpen KakaoPay",
    Text.PAYING: "Paying ...",
    Text.CHECKING: "Checking ...\nPlease wait",
    Text.CLOSING: "Cancelling ...",
    Text.RELEASING: "Paid!\nTake your goods",
    Text.PAID: "Thank you!",
    Text.DECLINED: "Declined\nNothing charged",
    Text.EXPIRED: "Time is over\nNothing charged",
    Text.CANCELLED: "Cancelled\nNothing charged",
    Text.NOT_SENT: "No connection\nNothing charged",
    Text.MONEY_BACK: "Sorry!\nRefund under way",
    Text.IN_DOUBT: "Not confirmed\nRefund if charged",
    Text.CLAIM: "Code {code}",
    Text.TRY_AGAIN: "# try again",
    Text.OTHER_WAY: "Can't show code\nUse another way",
    Text.STAR_GIVES_UP: "* stop",
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
    Text.WALLET: "Pay by KakaoPay",
    Text.PRICES: "{amount}-{most}",
    Text.STAR_BACK: "* back",
    Text.STILL_THERE: "{seconds}s left\nPress any key",
    Text.MORE_TIME: "* stop  # more time",
    Text.OPERATOR: "{words}\n{code}",
    Text.OTHER_LANGUAGE: "{code} 한국어",
}
WORDS: Mapping[Language, Mapping[Text, str]] = {"ko": KO, "en": EN}
PARKING: Mapping[Language, Mapping[Text, str]] = {  # where a barrier opens and nothing comes out
    "ko": {
        Text.ENTER_AMOUNT: "주차 요금 입력",
        Text.NO_RELEASE: "차단기 고장",
        Text.RELEASING: "결제 완료\n차단기가 열립니다",
        Text.PAID: "감사합니다\n안전 운전하세요",
    },
    "en": {
        Text.ENTER_AMOUNT: "Enter parking fee",
        Text.NO_RELEASE: "Barrier fault",
        Text.RELEASING: "Paid!\nBarrier opens",
        Text.PAID: "Thank you!\nDrive safely",
    },
}
PRODUCTS: Mapping[Language, Mapping[Product, str]] = {
    "ko": {
        Product.ORDER_CODE: "화면의 QR 찍기",
        Product.PAYMENT_CODE: "내 코드 보여주기",
        Product.CASHIER_PAYMENT: "결제 페이지 열기",
        Product.ENTRY_CODE: "매장 QR에 입력",
    },
    "en": {
        Product.ORDER_CODE: "Scan our QR",
        Product.PAYMENT_CODE: "Show my code",
        Product.CASHIER_PAYMENT: "Open a page",
        Product.ENTRY_CODE: "Type it myself",
    },
}


def spoken(panel: Panel, language: Language) -> Language:
    """The language that this shopper reads: the kiosk's own, or the other one."""
    return ("en" if language == "ko" else "ko") if panel.turned else language


def amount_words(amount: Amount, language: Language) -> str:
    """As people of that language write it: `1,500원`, `KRW 1,500`, `SGD 15.00`."""
    before, number, after = amount_parts(amount, language)
    return f"{before} {number}".strip() + after


def amount_parts(amount: Amount, language: Language) -> tuple[str, str, str]:
    """What stands before the number, the number, and what stands behind it."""
    whole, dot, part = amount.major.partition(".")
    number = f"{int(whole):,}{dot}{part}"
    return ("", number, "원") if language == "ko" and amount.currency == "KRW" else (amount.currency, number, "")


def parts(line: Line, language: Language, kind: Kind = Kind.VENDING) -> list[str]:
    """A line with what goes into it, broken where it may be."""
    words = PARKING[language].get(line.text, "") if kind is Kind.PARKING else ""
    amount = amount_words(line.amount, language) if line.amount else ""
    most = amount_words(line.most, language) if line.most else ""
    if line.amount and line.most:  # the currency once
        _, number, after = amount_parts(line.most, language)
        amount, most = amount.removesuffix(after), number + after
    text = (words or WORDS[language][line.text]).format(
        amount=amount,
        most=most,
        seconds=line.seconds,
        number=line.number,
        product=PRODUCTS[language][line.product] if line.product else "",
        code=line.code,
        words=line.words,
    )
    return [part for part in text.split("\n") if part]


def lines(panel: Panel, language: Language) -> list[str]:
    """The panel's words as plain text, broken where the display breaks them, in the language that is spoken."""
    return [part for line in panel.lines for part in parts(line, spoken(panel, language), panel.kind)]
