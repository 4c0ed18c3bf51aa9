// What the page says, in each language; amounts and times as people of it write them. Knows nothing of the page.

const STATES = {
  en: {
    idle: "idle", entering: "entering", choosing: "choosing", requesting: "requesting", showing_code: "showing code",
    scanning: "scanning", paying: "paying", checking: "checking", releasing: "releasing", paid: "paid", declined: "declined",
    expired: "expired", cancelled: "cancelled", out_of_service: "out of service", service: "service",
    requested: "requested", awaiting: "waiting", closing: "closing", cancelling: "cancelling", confirming: "confirming",
    giving_back: "giving back", released: "released", unconfirmed: "unconfirmed", given_back: "given back",
    unresolved: "unresolved", settled: "settled", not_sent: "not sent",
  },
  ko: {
    idle: "대기", entering: "금액 입력", choosing: "결제 방법 선택", requesting: "요청 중", showing_code: "코드 표시",
    scanning: "코드 스캔", paying: "결제 중", checking: "확인 중", releasing: "배출 중", paid: "결제 완료", declined: "거절",
    expired: "시간 초과", cancelled: "취소", out_of_service: "운영 중지", service: "점검 중",
    requested: "요청됨", awaiting: "결제 대기", closing: "마감 중", cancelling: "취소 중", confirming: "취소 확인 중",
    giving_back: "환불 중", released: "배출됨", unconfirmed: "배출 미확인", given_back: "환불됨",
    unresolved: "미해결", settled: "처리됨", not_sent: "전송 안 됨",
  },
};
const PRODUCTS = {
  en: {ORDER_CODE: "order code", PAYMENT_CODE: "payment code", CASHIER_PAYMENT: "payment page", ENTRY_CODE: "static code"},
  ko: {ORDER_CODE: "주문 코드", PAYMENT_CODE: "결제 코드", CASHIER_PAYMENT: "결제 페이지", ENTRY_CODE: "고정 코드"},
};
const TOPICS = {
  en: {},  // as the operator's systems have them
  ko: {
    "payment.paid": "결제 완료", "payment.declined": "결제 거절", "payment.expired": "결제 시간 초과", "payment.cancelled": "결제 취소",
    "payment.refunded": "환불 완료", "payment.unresolved": "결제 미해결", "payment.settled": "결제 처리됨", "release.done": "배출 완료",
    "release.failed": "배출 실패", "release.unconfirmed": "배출 미확인", "kiosk.fault": "키오스크 고장", "kiosk.recovered": "키오스크 복구",
    "kiosk.service": "키오스크 점검",
  },
};
export const WORDS = {
  en: {
    title: "Kiosk", machine: "The machine", keypad: "Keypad", ready: "ready", busy: "busy", paid: "paid", fault: "fault",
    released: "released", camera: "What the camera sees", off: "off", on: "lit", slow: "blinks slowly", fast: "blinks fast",
    drop: "Drop a picture of a phone here, or tap to choose one", code: "or paste a payment code", show: "Hold it up",
    release: "Release", confirm: "Goods are out", jam: "Jam it", orders: "Last orders", online: "online",
    offline: "gateway not reached", lost: "the kiosk does not answer", none: "none yet", events: "What happens",
    cameraOff: "The camera is off: key in an amount and choose to pay by your own code, then paste it again.",
    waiting: n => `${n} result${n === 1 ? "" : "s"} waiting`, aside: n => `${n} set aside`, display: "The display says: ",
    health: "How it is", diagnose: "Find out what is wrong", diagnosing: "looking ...", read: "Read", findings: "Findings",
    compact: "or the text of a kiosk's service code", likely: "likely: ", todo: "do: ", since: "since ",
    service: "in service", noService: "OUT OF SERVICE", version: "version", clock: "clock", gateway: "gateway",
    genuine: "the signature is right", forged: "that is not this kiosk's signature", unsure: "signature not looked at",
    grades: {good: "good", warning: "warning", fault: "fault", skipped: "skipped", "not here": "not here"},
    heads: ["claim", "time", "product", "amount", "state"], toOperator: "to the operator",
    results: {pending: "waits", delivered: "delivered", quarantined: "set aside"}, camera_picture: "The picture before the camera",
    phone: "The shopper's phone", wallet: "KakaoPay",
    deeds: {pay: "Scan the display and pay", decline: "Scan without money", lapse: "Let it lapse", hold: "Hold up my code",
      hold_empty: "A code without money", hold_asking: "A code that asks me first", agree: "Yes, pay", refuse: "No, refuse"},
    tells: {
      idle: "Key in an amount on the machine, as 1500, then #.", entering: "Go on: digits, then #. * clears.",
      choosing: "Choose how to pay: press 1, 2 ... on the machine.", requesting: "One moment.",
      showing_code: "The display shows a code. What do you do?", scanning: "The camera looks. Which code do you hold up?",
      paying: "Does the wallet ask? Then decide.", checking: "The machine finds out what became of it.",
      releasing: "Paid. Are the goods out, or stuck? Decide on the machine.", paid: "Paid. Thank you!", declined: "It was declined.",
      expired: "The time was over.", cancelled: "Cancelled.", out_of_service: "The machine is out of service.",
      service: "A technician is at the machine.",
    },
  },
  ko: {
    title: "키오스크", machine: "기기", keypad: "키패드", ready: "준비", busy: "처리", paid: "결제", fault: "고장",
    released: "배출", camera: "카메라 화면", off: "꺼짐", on: "켜짐", slow: "천천히 깜박임", fast: "빠르게 깜박임",
    drop: "휴대폰 사진을 여기에 놓거나 눌러서 고르세요", code: "또는 결제 코드 붙여넣기", show: "보여 주기",
    release: "배출", confirm: "배출 완료", jam: "걸림", orders: "최근 주문", online: "연결됨",
    offline: "게이트웨이 연결 안 됨", lost: "키오스크 응답 없음", none: "아직 없음", events: "진행 상황",
    cameraOff: "카메라가 꺼져 있습니다. 금액을 누르고 내 코드로 결제를 고른 뒤 다시 붙여넣으세요.",
    waiting: n => `대기 중인 결과 ${n}건`, aside: n => `보류 ${n}건`, display: "화면: ",
    health: "상태", diagnose: "문제 찾기", diagnosing: "검사 중 ...", read: "읽기", findings: "검사 결과",
    compact: "또는 점검 코드의 글자", likely: "원인: ", todo: "조치: ", since: "부터 ",
    service: "정상 운영", noService: "운영 안 됨", version: "버전", clock: "시계", gateway: "게이트웨이",
    genuine: "서명이 맞음", forged: "이 키오스크의 서명이 아님", unsure: "서명을 확인하지 못함",
    grades: {good: "정상", warning: "주의", fault: "고장", skipped: "건너뜀", "not here": "없음"},
    heads: ["문의 코드", "시간", "결제 수단", "금액", "상태"], toOperator: "운영자에게",
    results: {pending: "대기", delivered: "전달됨", quarantined: "보류"}, camera_picture: "카메라 앞의 사진",
    phone: "손님의 휴대폰", wallet: "카카오페이",
    deeds: {pay: "화면을 스캔하고 결제", decline: "잔액 없이 스캔", lapse: "그냥 두기", hold: "내 코드 보여 주기",
      hold_empty: "잔액 없는 코드", hold_asking: "확인을 묻는 코드", agree: "예, 결제", refuse: "아니요"},
    tells: {
      idle: "기기에서 금액을 누르고(예: 1500) #을 누르세요.", entering: "숫자를 더 누르고 #을 누르세요. *는 지움입니다.",
      choosing: "결제 방법을 고르세요. 기기에서 1, 2 ... 를 누르세요.", requesting: "잠시만 기다리세요.",
      showing_code: "화면에 코드가 있습니다. 어떻게 할까요?", scanning: "카메라가 보고 있습니다. 어떤 코드를 보여 줄까요?",
      paying: "지갑이 물으면 정하세요.", checking: "기기가 결제 결과를 확인하고 있습니다.",
      releasing: "결제되었습니다. 배출되었나요, 걸렸나요? 기기에서 정하세요.", paid: "결제되었습니다. 감사합니다!", declined: "거절되었습니다.",
      expired: "시간이 지났습니다.", cancelled: "취소되었습니다.", out_of_service: "기기를 이용할 수 없습니다.", service: "점검 중입니다.",
    },
  },
};
const QUALITY = {ko: {synchronized: "동기화됨", unsynchronized: "동기화 안 됨", unknown: "알 수 없음"}, en: {}};

export const spoken = language => (language in WORDS ? language : "en");
export const stateWords = (language, state) => STATES[language][state] ?? state.replaceAll("_", " ");
export const productWords = (language, product) => PRODUCTS[language][product] ?? product;
export const topicWords = (language, topic) => TOPICS[language][topic] ?? topic;
export const qualityWords = (language, quality) => QUALITY[language][quality] ?? quality;

// `1,500원`, `KRW 1,500`, `SGD 15.00`: `value` is in the smallest unit.
export function money({value, currency}, language) {
  const digits = new Intl.NumberFormat("en", {style: "currency", currency}).resolvedOptions().maximumFractionDigits;
  const major = Number(value) / 10 ** digits;
  const number = major.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
  return language === "ko" && currency === "KRW" ? `${number}원` : `${currency} ${number}`;
}
