"""The technician's words at the machine, in Korean and English. What drivers and the gateway say is quoted."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["ko", "en"]


class Word(StrEnum):
    """Every title, item and hint of the menu."""

    PIN = "pin"
    PIN_WRONG = "pin_wrong"  # {seconds}
    PIN_LOCKED = "pin_locked"
    NO_PIN = "no_pin"
    SERVICE = "service"
    STATUS = "status"
    NETWORK = "network"
    ORDERS = "orders"
    GATEWAY = "gateway"
    KEYS = "keys"
    LAMPS = "lamps"
    CAMERA = "camera"
    RELEASE = "release"
    DRAIN = "drain"
    UNDRAIN = "undrain"
    RESTART = "restart"
    REFUND = "refund"
    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"
    NO_TROUBLE = "no_trouble"
    SINCE = "since"  # {time}
    OPEN_MONEY = "open_money"  # {count}
    RESULTS = "results"  # {count}, {aside}
    NO_ADDRESS = "no_address"
    NO_ORDERS = "no_orders"
    ONE_MOMENT = "one_moment"
    SURE_RELEASE = "sure_release"
    SURE_REFUND = "sure_refund"  # {amount}
    SURE_RESTART = "sure_restart"
    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    PRESS_EACH = "press_each"
    PRESSED = "pressed"  # {keys}
    SCAN_ME = "scan_me"
    BACK = "back"
    BACK_MORE = "back_more"
    BACK_YES = "back_yes"
    PIN_KEYS = "pin_keys"
    CHOOSE = "choose"
    STAR_TWICE = "star_twice"


KO: Mapping[Word, str] = {
    Word.PIN: "점검 번호",
    Word.PIN_WRONG: "틀림: {seconds}초 후",
    Word.PIN_LOCKED: "잠김: 운영자 문의",
    Word.NO_PIN: "점검 번호가 없음",
    Word.SERVICE: "점검",
    Word.STATUS: "상태",
    Word.NETWORK: "네트워크",
    Word.ORDERS: "주문",
    Word.GATEWAY: "결제망 시험",
    Word.KEYS: "키 시험",
    Word.LAMPS: "램프·소리 시험",
    Word.CAMERA: "카메라 시험",
    Word.RELEASE: "배출 시험",
    Word.DRAIN: "운영 중지",
    Word.UNDRAIN: "운영 재개",
    Word.RESTART: "다시 시작",
    Word.REFUND: "환불",
    Word.IN_SERVICE: "정상 운영",
    Word.OUT_OF_SERVICE: "운영 안 됨",
    Word.NO_TROUBLE: "이상 없음",
    Word.SINCE: "{time}부터",
    Word.OPEN_MONEY: "미결 {count}건",
    Word.RESULTS: "대기 {count} 보류 {aside}",
    Word.NO_ADDRESS: "주소 없음",
    Word.NO_ORDERS: "주문 없음",
    Word.ONE_MOMENT: "잠시만",
    Word.SURE_RELEASE: "물건이 나오거나 문이 열립니다",
    Word.SURE_REFUND: "{amount} 환불합니다",
    Word.SURE_RESTART: "기기를 다시 시작합니다",
    Word.ASKED: "요청함: 주문에서 확인",
    Word.DONE: "완료",
    Word.FAILED: "실패",
    Word.PRESS_EACH: "키를 모두 눌러요",
    Word.PRESSED: "누름 {keys}",
    Word.SCAN_ME: "휴대폰으로 스캔",
    Word.BACK: "* 뒤로",
    Word.BACK_MORE: "* 뒤로 # 다음",
    Word.BACK_YES: "* 취소 # 확인",
    Word.PIN_KEYS: "* 나가기 # 확인",
    Word.CHOOSE: "번호 선택 # 다음",
    Word.STAR_TWICE: "** 뒤로",
}
EN: Mapping[Word, str] = {
    Word.PIN: "Service PIN",
    Word.PIN_WRONG: "wrong: wait {seconds} s",
    Word.PIN_LOCKED: "locked: ask the operator",
    Word.NO_PIN: "no PIN is set: kiosk pin",
    Word.SERVICE: "Service",
    Word.STATUS: "Status",
    Word.NETWORK: "Network",
    Word.ORDERS: "Orders",
    Word.GATEWAY: "Gateway test",
    Word.KEYS: "Key test",
    Word.LAMPS: "Lamps, tunes",
    Word.CAMERA: "Camera test",
    Word.RELEASE: "Release test",
    Word.DRAIN: "Out of use",
    Word.UNDRAIN: "Back in use",
    Word.RESTART: "Restart",
    Word.REFUND: "Refund",
    Word.IN_SERVICE: "in service",
    Word.OUT_OF_SERVICE: "out of service",
    Word.NO_TROUBLE: "no trouble",
    Word.SINCE: "since {time}",
    Word.OPEN_MONEY: "{count} open sales",
    Word.RESULTS: "{count} wait {aside} aside",
    Word.NO_ADDRESS: "no address",
    Word.NO_ORDERS: "no orders",
    Word.ONE_MOMENT: "one moment",
    Word.SURE_RELEASE: "Goods come out, barrier opens",
    Word.SURE_REFUND: "{amount} goes back",
    Word.SURE_RESTART: "The kiosk restarts",
    Word.ASKED: "asked for: see the order",
    Word.DONE: "done",
    Word.FAILED: "failed",
    Word.PRESS_EACH: "press each key",
    Word.PRESSED: "seen {keys}",
    Word.SCAN_ME: "scan me",
    Word.BACK: "* back",
    Word.BACK_MORE: "* back  # more",
    Word.BACK_YES: "* no  # yes",
    Word.PIN_KEYS: "* leave  # OK",
    Word.CHOOSE: "number, # more",
    Word.STAR_TWICE: "** back",
}
WORDS: Mapping[Language, Mapping[Word, str]] = {"ko": KO, "en": EN}
