// The front panel's page: shows what the server-sent events say, and sends what a hand would do. No state of its own.

import {phone as phoneOf} from "/phone.js";
import {WORDS, money, productWords, qualityWords, spoken, stateWords, topicWords} from "/words.js";

const KEYS = "123A456B789C*0#D";
const at = id => document.getElementById(id);
let language = "en";
let words = WORDS.en;
let last = null;
let shown = Date.now();

function speak(wanted) {
  language = spoken(wanted);
  words = WORDS[language];
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  at("code").placeholder = words.code;
  at("code").setAttribute("aria-label", words.code);
  at("compact").placeholder = words.compact;
  at("compact").setAttribute("aria-label", words.compact);
  at("keypad").setAttribute("aria-label", words.keypad);
  at("events").setAttribute("aria-label", words.events);
  at("seen").alt = words.camera_picture;
  at("heads").replaceChildren(...words.heads.map(head => {
    const cell = Object.assign(document.createElement("th"), {textContent: head});
    cell.scope = "col";
    return cell;
  }));
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
  if (event.target.matches("input")) return;
  if (["Enter", " "].includes(event.key) && event.target.matches("button, summary, a")) return;  // that is what it presses
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
  const code = at("code").value.trim();
  if (code && last?.state !== "scanning") { at("problem").textContent = words.cameraOff; return; }
  if (code) hold(code, "text/plain");
  at("code").value = "";
});

at("confirm").addEventListener("click", () => send("/api/release/confirm"));
at("jam").addEventListener("click", () => send("/api/release/jam"));

// --- what is shown ---

const hand = phoneOf(at("phone"), send);
const events = [];  // the newest last
const clock = at => new Date(at).toLocaleTimeString("en-GB");  // 18:59:03, in any language

function event(at_, line, kind = "") {
  events.push([clock(at_), line, kind]);
  events.splice(0, Math.max(0, events.length - 40));
  at("events").replaceChildren(...events.toReversed().map(([time, line, kind]) => {
    const item = make("li", "");
    item.className = kind;
    item.append(make("time", time), " ", line);
    return item;
  }));
}

function show(state) {
  if (spoken(state.language) !== language || last === null) speak(state.language);
  document.body.classList.remove("lost");
  document.body.classList.toggle("real", !state.simulated);
  at("kiosk").textContent = state.kiosk_id;
  document.title = `${state.kiosk_id}: ${words.title}`;
  at("state").textContent = stateWords(language, state.state);
  at("online").textContent = state.online ? words.online : words.offline;
  at("online").classList.toggle("bad", !state.online);
  const {pending, quarantined} = state.outbox;
  at("outbox").textContent = [pending && words.waiting(pending), quarantined && words.aside(quarantined)].filter(Boolean).join(", ");
  at("outbox").classList.toggle("bad", quarantined > 0);
  for (const lamp of at("lamps").children) {
    lamp.className = state.lights[lamp.dataset.lamp];
    lamp.querySelector(".how").textContent = words[state.lights[lamp.dataset.lamp]];
  }
  at("display").src = `/api/display.png?${shown += 1}`;
  at("display").alt = words.display + state.screen.join(" / ");
  if (!last || last.state !== state.state || last.amount?.value !== state.amount?.value) {  // not each second that passes
    at("live").textContent = state.screen.join(". ");
  }
  if (!last || last.state !== state.state) {
    const amount = state.amount && state.state !== "entering" ? ` ${money(state.amount, language)}` : "";
    const product = state.product ? ` ${productWords(language, state.product)}` : "";
    event(Date.now(), `${stateWords(language, state.state)}${amount}${product}${state.order_id ? ` ${state.order_id.slice(-6)}` : ""}`);
  }
  at("goods").hidden = !(state.simulated && state.state === "releasing");
  if (last === null) at("health").open = !state.simulated;
  hand.show(state, words);
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
  results();
}

let told = 0;  // the number of the newest result that is on the list

async function results() {
  const answer = await fetch("/api/results").catch(() => null);
  if (!answer?.ok) return;
  const rows = (await answer.json()).filter(one => one.sequence > told && one.state !== "pending").reverse();
  for (const one of rows) {
    told = one.sequence;
    const about = one.order_id ? ` ${one.order_id.slice(-6)}` : "";
    event(one.at, `→ ${words.toOperator}: ${topicWords(language, one.type)}${about} (${words.results[one.state]})`, "told");
  }
}

async function orders() {
  const answer = await fetch("/api/orders").catch(() => null);
  if (!answer?.ok) return;
  const rows = (await answer.json()).map(order => {
    const row = document.createElement("tr");
    const time = clock(order.at);
    const what = [productWords(language, order.product), money(order.amount, language), stateWords(language, order.state)];
    for (const text of [order.claim, time, ...what]) {
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
const time = at => `${new Date(at).toLocaleDateString("sv")} ${clock(at)}`;  // 2026-11-28 18:59:03

async function status() {
  const answer = await fetch("/api/status").catch(() => null);
  if (!answer?.ok) return;
  const now = await answer.json();
  const facts = [[words.health, now.in_service ? words.service : words.noService]];
  for (const one of now.troubles) facts.push([one.part, `${one.what} (${words.since}${time(one.since)})`]);
  facts.push([words.version, now.version], [words.clock, `${time(now.clock.at)}, ${qualityWords(language, now.clock.quality)}`]);
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
  const stream = new EventSource("/api/events");
  stream.addEventListener("state", change => show(JSON.parse(change.data)));
  stream.addEventListener("error", () => {
    document.body.classList.add("lost");
    at("online").textContent = words.lost;
    at("online").classList.add("bad");
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);  // refused; it tries no more by itself
  });
}

speak("en");
hand.look();
setInterval(() => last && !document.body.classList.contains("lost") && results(), 2000);  // what waits is delivered later
listen();
