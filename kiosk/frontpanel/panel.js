// The front panel's page: shows what the server-sent events say, and sends what a hand would do. No state of its own.

const WORDS = {
  en: {
    ready: "ready", busy: "busy", paid: "paid", fault: "fault", released: "released", camera: "What the camera sees",
    drop: "Drop a picture of a phone here, or tap to choose one", code: "or paste a payment code", show: "Hold it up",
    release: "Release", confirm: "Goods are out", jam: "Jam it", orders: "Last orders", online: "online",
    offline: "gateway not reached", lost: "the kiosk does not answer", none: "none yet",
    waiting: n => `${n} result${n === 1 ? "" : "s"} waiting`, aside: n => `${n} set aside`, display: "The display says: ",
    health: "How it is", diagnose: "Find out what is wrong", diagnosing: "looking ...", read: "Read",
    compact: "or the text of a kiosk's service code", likely: "likely: ", todo: "do: ", since: "since ",
    service: "in service", noService: "OUT OF SERVICE", version: "version", clock: "clock", gateway: "gateway",
    genuine: "the signature is right", forged: "that is not this kiosk's signature", unsure: "signature not looked at",
    grades: {good: "good", warning: "warning", fault: "fault", skipped: "skipped", "not here": "not here"},
  },
  ko: {
    ready: "준비", busy: "처리", paid: "결제", fault: "고장", released: "배출", camera: "카메라 화면",
    drop: "휴대폰 사진을 여기에 놓거나 눌러서 고르세요", code: "또는 결제 코드 붙여넣기", show: "보여 주기",
    release: "배출", confirm: "배출 완료", jam: "걸림", orders: "최근 주문", online: "연결됨",
    offline: "게이트웨이 연결 안 됨", lost: "키오스크 응답 없음", none: "아직 없음",
    waiting: n => `대기 중인 결과 ${n}건`, aside: n => `보류 ${n}건`, display: "화면: ",
    health: "상태", diagnose: "문제 찾기", diagnosing: "검사 중 ...", read: "읽기",
    compact: "또는 점검 코드의 글자", likely: "원인: ", todo: "조치: ", since: "부터 ",
    service: "정상 운영", noService: "운영 안 됨", version: "버전", clock: "시계", gateway: "게이트웨이",
    genuine: "서명이 맞음", forged: "이 키오스크의 서명이 아님", unsure: "서명을 확인하지 못함",
    grades: {good: "정상", warning: "주의", fault: "고장", skipped: "건너뜀", "not here": "없음"},
  },
};
const KEYS = "123A456B789C*0#D";
const at = id => document.getElementById(id);
let words = WORDS.en;
let last = null;
let shown = Date.now();

function speak(language) {
  words = WORDS[language] ?? WORDS.en;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  at("code").placeholder = words.code;
  at("code").setAttribute("aria-label", words.code);
  at("compact").placeholder = words.compact;
  at("compact").setAttribute("aria-label", words.compact);
}

async function send(path, body, type) {
  at("problem").textContent = "";
  try {
    const answer = await fetch(path, {method: "POST", body, headers: type ? {"content-type": type} : {}});
    if (!answer.ok) at("problem").textContent = (await answer.json()).error;
    return answer.ok;
  } catch {
    at("problem").textContent = words.lost;
    return false;
  }
}

// --- keys ---

let pressed = Promise.resolve();  // one after the other: the browser would send several at once, in any order

function press(key, how = "press") {
  pressed = pressed.then(() => send("/api/keys", JSON.stringify({keys: key, how}), "application/json"));
}

function held(button, key) {  // a second here is a finger's five: `D` opens the service menu
  let timer = 0, long = false;
  button.addEventListener("pointerdown", () => {
    long = false;
    timer = setTimeout(() => { long = true; press(key, "hold"); }, 1000);
  });
  for (const end of ["pointerup", "pointerleave"]) button.addEventListener(end, () => clearTimeout(timer));
  button.addEventListener("click", () => long || press(key));
}

for (const key of KEYS) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = key;
  button.dataset.key = key;
  button.className = key === "*" ? "star" : key === "#" ? "hash" : /[A-D]/.test(key) ? "letter" : "";
  held(button, key);
  at("keypad").append(button);
}

document.addEventListener("keydown", event => {
  if (last && !last.simulated) return;
  if (event.target.matches("input") || (event.key === "Enter" && event.target.closest(".side"))) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const key = {Enter: "#", Escape: "*", Backspace: "*"}[event.key] ?? event.key.toUpperCase();
  if (!KEYS.includes(key) || key.length !== 1) return;
  event.preventDefault();
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 120);
  press(key);
});

// --- camera ---

let unseen;
async function hold(body, type) {
  if (!await send("/api/camera", body, type)) return;
  at("seen").src = `/api/camera.png?${Date.now()}`;
  at("seen").hidden = false;
  clearTimeout(unseen);
  unseen = setTimeout(() => { at("seen").hidden = true; }, 3000);
}
at("file").addEventListener("change", () => {
  if (at("file").files[0]) hold(at("file").files[0], at("file").files[0].type);
  at("file").value = "";
});
at("lens").addEventListener("dragover", event => { event.preventDefault(); at("lens").classList.add("over"); });
at("lens").addEventListener("dragleave", () => at("lens").classList.remove("over"));
at("lens").addEventListener("drop", event => {
  event.preventDefault();
  at("lens").classList.remove("over");
  const file = event.dataTransfer.files[0];
  if (file) hold(file, file.type);
});
document.addEventListener("paste", event => {
  const file = [...event.clipboardData.files].find(one => one.type.startsWith("image/"));
  if (file) { event.preventDefault(); hold(file, file.type); }
});
at("paste").addEventListener("submit", event => {
  event.preventDefault();
  if (at("code").value.trim()) hold(at("code").value.trim(), "text/plain");
  at("code").value = "";
});

at("confirm").addEventListener("click", () => send("/api/release/confirm"));
at("jam").addEventListener("click", () => send("/api/release/jam"));

// --- what is shown ---

function show(state) {
  if (state.language !== document.documentElement.lang || last === null) speak(state.language);
  document.body.classList.remove("lost");
  document.body.classList.toggle("real", !state.simulated);
  at("kiosk").textContent = state.kiosk_id;
  at("state").textContent = state.state;
  at("online").textContent = state.online ? words.online : words.offline;
  at("online").classList.toggle("bad", !state.online);
  const {pending, quarantined} = state.outbox;
  at("outbox").textContent = [pending && words.waiting(pending), quarantined && words.aside(quarantined)].filter(Boolean).join(", ");
  at("outbox").classList.toggle("bad", quarantined > 0);
  for (const lamp of at("lamps").children) lamp.className = state.lights[lamp.dataset.lamp];
  at("display").src = `/api/display.png?${shown += 1}`;
  at("display").alt = words.display + state.screen.join(" / ");
  at("lens").classList.toggle("looking", state.state === "scanning");
  at("released").textContent = state.released;
  if (last && state.released > last.released) {
    at("slot").classList.add("open");
    setTimeout(() => at("slot").classList.remove("open"), 2500);
  }
  if (!last || last.order_id !== state.order_id || last.state !== state.state) setTimeout(refresh, 300);  // once the ledger has it
  last = state;
}

function refresh() {
  orders();
  status();
}

async function orders() {
  const answer = await fetch("/api/orders").catch(() => null);
  if (!answer?.ok) return;
  const rows = (await answer.json()).map(order => {
    const row = document.createElement("tr");
    const time = new Date(order.at).toLocaleTimeString(document.documentElement.lang);
    for (const text of [order.claim, time, order.product, order.shown, order.state]) {
      row.append(Object.assign(document.createElement("td"), {textContent: text}));
    }
    return row;
  });
  if (!rows.length) rows.push(Object.assign(document.createElement("tr"), {innerHTML: "<td></td>"}));
  at("orders").replaceChildren(...rows);
  if (rows.length === 1 && rows[0].cells.length === 1) rows[0].cells[0].textContent = words.none;
}

// --- how it is ---

const make = (tag, text) => Object.assign(document.createElement(tag), {textContent: text});
const time = at => new Date(at).toLocaleString(document.documentElement.lang);

async function status() {
  const answer = await fetch("/api/status").catch(() => null);
  if (!answer?.ok) return;
  const now = await answer.json();
  const facts = [["", now.in_service ? words.service : words.noService]];
  for (const one of now.troubles) facts.push([one.part, `${one.what} (${words.since}${time(one.since)})`]);
  facts.push([words.version, now.version], [words.clock, `${time(now.clock.at)}, ${now.clock.quality}`]);
  facts.push([words.gateway, [now.gateway.base_url, now.gateway.trouble].filter(Boolean).join(": ")]);
  at("status").replaceChildren(...facts.map(fact => {
    const row = document.createElement("tr");
    row.append(...fact.map(text => make("td", text)));
    return row;
  }));
}

at("diagnose").addEventListener("click", async () => {
  at("diagnose").disabled = true;
  at("diagnose").textContent = words.diagnosing;
  const answer = await fetch("/api/diagnosis", {method: "POST"}).catch(() => null);
  at("diagnose").disabled = false;
  at("diagnose").textContent = words.diagnose;
  if (!answer?.ok) { at("problem").textContent = words.lost; return; }
  const bad = {fault: 0, warning: 1, skipped: 2, good: 3, "not here": 4};
  const found = (await answer.json()).findings.sort((one, other) => bad[one.grade] - bad[other.grade]);
  at("findings").replaceChildren(...found.map(one => {
    const row = document.createElement("tr"), cell = document.createElement("td");
    row.className = one.grade;
    cell.append(make("b", words.grades[one.grade]), ` ${one.finding}`);
    if (one.next_step) cell.append(make("p", words.likely + one.cause), make("p", words.todo + one.next_step));
    row.append(make("td", one.check), cell);
    return row;
  }));
});

at("read").addEventListener("submit", async event => {
  event.preventDefault();
  const answer = await fetch("/api/decode", {method: "POST", body: at("compact").value, headers: {"content-type": "text/plain"}}).catch(() => null);
  const said = await answer?.json().catch(() => null);
  const sign = {true: words.genuine, false: words.forged, null: words.unsure};
  at("said").hidden = false;
  at("said").textContent = said?.lines ? [...said.lines, sign[said.genuine]].join("\n") : said?.error ?? words.lost;
});

// Pixels are squares: the display is drawn a whole number of times its size, or a code on it would be uneven.
function fit() {
  const {naturalWidth, parentElement} = at("display");
  if (!naturalWidth) return;
  const room = parentElement.clientWidth - 2 * parseFloat(getComputedStyle(parentElement).paddingLeft);
  const times = Math.floor(room / naturalWidth);
  at("display").width = times ? times * naturalWidth : room;
}
at("display").addEventListener("load", fit);
addEventListener("resize", fit);

function listen() {
  const events = new EventSource("/api/events");
  events.addEventListener("state", event => show(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    document.body.classList.add("lost");
    at("online").textContent = words.lost;
    at("online").classList.add("bad");
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2000);  // refused; it tries no more by itself
  });
}

speak("en");
listen();
