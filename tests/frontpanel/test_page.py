"""The page in a real browser, over a machine that the test works."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from axe_playwright_python.async_playwright import Axe
from fake_machine import IDLE, ORDER, FakeMachine, png
from PIL import Image
from playwright.async_api import Browser, Page, Request, Route, ViewportSize, async_playwright, expect
from waits import PATIENCE, until

from kiosk.frontpanel.api import front_panel
from kiosk.frontpanel.phone import Deed
from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Light, Lights, Name
from kiosk.serving.server import serving

pytestmark = pytest.mark.anyio
expect.set_options(timeout=1000 * PATIENCE)  # five seconds are short on a machine that has other work
CODE = "281010897274821897274821"
CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = frozenset({"bench", "HZMH", "CRC", "QR", "https", "gateway", "example", "KIOSK"})  # no words
KOREAN = (
    *("대기", "금액 입력", "결제 방법 선택", "요청 중", "코드 표시", "코드 스캔", "결제 중", "확인 중", "배출 중"),
    *("결제 완료", "거절", "시간 초과", "취소", "운영 중지", "점검 중"),
)
STATE_WORDS = {
    "en": {state: state.value.replace("_", " ") for state in Name},
    "ko": dict(zip(Name, KOREAN, strict=True)),
}
WORDS_SEEN = """() => [...document.querySelectorAll("main *, header *")]
  .filter(one => !one.closest("#status, #findings"))
  .flatMap(one => [...one.childNodes].filter(child => child.nodeType === 3).map(child => child.textContent)
  .concat(one.placeholder ?? "", one.alt ?? "", one.ariaLabel ?? "")).join(" ")"""
DROP = """([id, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], "phone.png", {type: "image/png"}));
  document.getElementById(id).dispatchEvent(
    new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


@dataclass
class Watched:
    """A page, and what it said and asked for."""

    page: Page
    machine: FakeMachine
    url: str
    said: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        await browser.close()


@contextlib.asynccontextmanager
async def opened(
    browser: Browser,
    machine: FakeMachine,
    width: int = 1180,
    height: int = 900,
    *,
    phone: bool = False,
    dark: bool = False,
) -> AsyncIterator[Watched]:
    """The page over `machine`, once it shows the present; `phone`: somebody plays the shopper's."""
    app = front_panel(machine, host="127.0.0.1", clinic=machine, phone=machine if phone else None)
    async with serving(app, host="127.0.0.1", port=0) as url:
        size: ViewportSize = {"width": width, "height": height}
        page = await browser.new_page(viewport=size, color_scheme="dark" if dark else "light")
        page.set_default_timeout(10_000)
        watched = Watched(page, machine, url)
        page.on("console", lambda message: watched.said.append(message.text))
        page.on("pageerror", lambda error: watched.said.append(str(error)))
        page.on("request", lambda request: watched.asked.append(request))  # noqa: PLW0108 - playwright marks the function
        await page.goto(url)
        await expect(page.locator("#kiosk")).to_have_text("bench-7")
        yield watched
        await page.close()


async def opens_how_it_is(page: Page) -> None:
    """Open the list at the foot; what still comes in above may move it from under the pointer."""
    while await page.locator("#health").get_attribute("open") is None:
        await page.locator("summary").click()


@pytest.fixture
async def panel(browser: Browser) -> AsyncIterator[Watched]:
    async with opened(browser, FakeMachine()) as watched:
        yield watched
        assert watched.said == []
        assert {urlsplit(request.url).netloc for request in watched.asked} == {urlsplit(watched.url).netloc}


async def pressed(machine: FakeMachine, keys: str) -> None:
    """Wait until exactly these keys have been pressed."""
    await until(lambda: len(machine.keys) >= len(keys))
    assert machine.keys == keys


def counted(lights: Lights) -> Iterator[tuple[str, str]]:
    for name in ("ready", "busy", "paid", "fault"):
        yield name, getattr(lights, name).value


async def test_each_key_can_be_clicked(panel: Watched) -> None:
    keys = panel.page.locator("#keypad button")
    await expect(keys).to_have_text(list("123A456B789C*0#D"))
    for key in await keys.all():
        await key.click()
    await pressed(panel.machine, "123A456B789C*0#D")


async def test_the_keyboard_presses_keys_in_the_order_of_typing(panel: Watched) -> None:
    panel.machine.first_key_takes = 0.3
    await panel.page.keyboard.type("1234567890*#abcD")
    for key in ("Enter", "Escape", "Backspace", "x", "F1", "Control+1"):
        await panel.page.keyboard.press(key)
    await panel.page.keyboard.press("9")
    await pressed(panel.machine, "1234567890*#ABCD#**9")


async def test_enter_on_a_button_beside_the_machine_is_that_button(panel: Watched) -> None:
    panel.machine.under_way = True
    panel.machine.becomes(state=Name.RELEASING)
    await panel.page.locator("#jam").focus()
    await panel.page.keyboard.press("Enter")
    await until(lambda: panel.machine.did == ["jam"])
    await panel.page.keyboard.press("5")
    await pressed(panel.machine, "5")


async def test_what_is_wrong_is_said(panel: Watched) -> None:
    problem = panel.page.locator("#problem")
    await expect(problem).to_be_hidden()
    panel.machine.becomes(state=Name.RELEASING)
    await panel.page.click("#confirm")
    await expect(problem).to_have_text("no release is under way")
    assert panel.said != []  # Chromium notes each 409 by itself
    panel.said.clear()
    panel.machine.under_way = True
    await panel.page.click("#confirm")
    await expect(problem).to_be_hidden()
    assert panel.machine.did == ["confirm"]


async def test_a_change_shows_without_reloading(panel: Watched) -> None:
    page, lights = panel.page, Lights(ready=Light.ON, busy=Light.SLOW, paid=Light.FAST)
    await expect(page.locator("#state")).to_have_text("idle")
    panel.machine.becomes(
        state=Name.PAYING, lights=lights, screen=("Please wait", "1,500"), online=False, pending=2, quarantined=1
    )
    await expect(page.locator("#state")).to_have_text("paying")
    for name, shines in counted(lights):
        await expect(page.locator(f"[data-lamp={name}]")).to_have_class(shines)
    await expect(page.locator("#display")).to_have_attribute("alt", "The display says: Please wait / 1,500")
    await expect(page.locator("#online")).to_have_text("gateway not reached")
    await expect(page.locator("#outbox")).to_have_text("2 results waiting, 1 set aside")
    await expect(page.locator("#outbox")).to_have_class("badge bad")
    assert sum(urlsplit(request.url).path == "/" for request in panel.asked) == 1


async def test_the_flap_opens_when_goods_come_out(panel: Watched) -> None:
    await expect(panel.page.locator("#slot")).to_have_class("slot")
    panel.machine.becomes(released=1)
    await expect(panel.page.locator("#slot")).to_have_class("slot open")
    await expect(panel.page.locator("#released")).to_have_text("1")
    await expect(panel.page.locator("#slot")).to_have_class("slot")


async def test_the_display_is_drawn_a_whole_number_of_times_its_size(panel: Watched) -> None:
    display = panel.page.locator("#display")
    for width in (1180, 700, 360):
        await panel.page.set_viewport_size({"width": width, "height": 900})
        await expect(display).to_have_js_property("naturalWidth", 128)
        await expect(display).to_have_js_property("naturalHeight", 64)
        box = await display.bounding_box()
        assert box is not None
        assert box["width"] >= 128
        assert (box["width"] % 128, box["height"]) == (0, box["width"] / 2)


async def test_the_last_orders_are_listed(panel: Watched) -> None:
    cells = panel.page.locator("#orders tr").first.locator("td")
    await expect(cells.nth(0)).to_have_text("P6HZMH")
    await expect(cells.nth(2)).to_have_text("order code")
    await expect(cells.nth(3)).to_have_text("KRW 1,500")
    await expect(cells.nth(4)).to_have_text("released")
    panel.machine.past = []
    panel.machine.becomes(state=Name.ENTERING)
    await expect(panel.page.locator("#orders")).to_have_text("none yet")


async def test_a_picture_is_chosen_held_up_and_shown(panel: Watched, tmp_path: Path) -> None:
    picture = tmp_path / "phone.jpg"
    picture.write_bytes(png((90, 60), grey=200, kind="JPEG"))
    seen = panel.page.locator("#seen")
    await expect(seen).to_be_hidden()
    await panel.page.set_input_files("#file", picture)
    await expect(seen).to_be_visible()
    await expect(seen).to_have_js_property("naturalWidth", 90)
    assert panel.machine.looked == [picture.read_bytes()]
    await expect(seen).to_be_hidden()  # 3 seconds later
    await panel.page.keyboard.press("7")  # the keyboard still is the keypad's
    await pressed(panel.machine, "7")


async def test_a_picture_is_dropped_held_up_and_shown(panel: Watched) -> None:
    await panel.page.evaluate(DROP, ["lens", list(png((50, 40)))])
    await expect(panel.page.locator("#seen")).to_have_js_property("naturalWidth", 50)
    assert panel.machine.looked == [png((50, 40))]


async def test_a_pasted_code_is_held_up_as_text_and_shown(panel: Watched, tmp_path: Path) -> None:
    panel.machine.becomes(state=Name.SCANNING)
    await expect(panel.page.locator("#state")).to_have_text("scanning")
    await panel.page.fill("#code", f" {CODE} ")
    await panel.page.keyboard.press("Enter")
    await expect(panel.page.locator("#seen")).to_be_visible()
    await expect(panel.page.locator("#code")).to_have_value("")
    sent = next(request for request in panel.asked if request.method == "POST")
    assert ((await sent.header_value("content-type")) or "").startswith("text/plain")
    assert sent.post_data == CODE
    (tmp_path / "seen.png").write_bytes(panel.machine.held or b"")
    with Image.open(tmp_path / "seen.png") as image:
        assert [code.text for code in zxingcpp.read_barcodes(image)] == [CODE]
    assert panel.machine.keys == ""


async def test_while_the_camera_looks_the_lens_says_so(panel: Watched) -> None:
    panel.machine.becomes(state=Name.SCANNING)
    await expect(panel.page.locator("#lens")).to_have_class("lens looking")


async def test_it_speaks_korean_when_the_machine_does(browser: Browser) -> None:
    korean = replace(IDLE, language="ko", pending=2, screen=("금액을 누르세요",))
    async with opened(browser, FakeMachine(korean)) as panel:
        await expect(panel.page.locator("html")).to_have_attribute("lang", "ko")
        await expect(panel.page.locator("#lamps b")).to_have_text(["준비", "처리", "결제", "고장"])
        await expect(panel.page.locator("#jam")).to_have_text("걸림")
        await expect(panel.page.locator("#state")).to_have_text("대기")
        await expect(panel.page.locator("#orders td")).to_have_text(
            ["P6HZMH", re.compile(r"\d\d:30:00"), "주문 코드", "1,500원", "배출됨"]
        )
        await expect(panel.page.locator("#events")).to_contain_text("운영자에게: 결제 완료 P6HZMH (전달됨)")
        await expect(panel.page).to_have_title("bench-7: 키오스크")
        await opens_how_it_is(panel.page)
        seen = await panel.page.evaluate(WORDS_SEEN)
        assert [word for word in re.findall("[A-Za-z]{3,}", seen) if word not in NAMES] == []
        await expect(panel.page.locator("#code")).to_have_attribute("placeholder", "또는 결제 코드 붙여넣기")
        await expect(panel.page.locator("#outbox")).to_have_text("대기 중인 결과 2건")
        assert panel.said == []


async def test_a_real_board_is_watched_and_not_worked(browser: Browser) -> None:
    async with opened(browser, FakeMachine(replace(IDLE, simulated=False))) as panel:
        for hidden in ("#keypad", "#lens", "#paste", "#jam", "#phone"):
            await expect(panel.page.locator(hidden)).to_be_hidden()
        for visible in ("#display", "#lamps", "#orders", "#released", "#status", "#diagnose"):
            await expect(panel.page.locator(visible)).to_be_visible()
        await panel.page.keyboard.press("1")
        panel.machine.becomes(state=Name.ENTERING)
        await expect(panel.page.locator("#state")).to_have_text("entering")
        assert [request.url for request in panel.asked if request.method == "POST"] == []
        assert panel.said == []


async def test_a_phone_scrolls_in_one_direction_only(browser: Browser) -> None:
    async with opened(browser, FakeMachine(), width=360) as panel:
        await expect(panel.page.locator("#orders tr")).to_have_count(1)
        assert await panel.page.evaluate("document.documentElement.scrollWidth") == 360
        table = panel.page.locator(".table:has(.orders)")
        wide = await table.evaluate("table => table.scrollWidth - table.clientWidth")
        assert wide == 0, "the orders are cut"


async def test_it_says_when_the_kiosk_is_gone_and_comes_back_with_it(browser: Browser) -> None:
    machine, page = FakeMachine(), await browser.new_page()
    app = front_panel(machine, host="127.0.0.1", clinic=machine)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    body, online = page.locator("body"), page.locator("#online")
    async with serving(app, host="127.0.0.1", port=0) as url:
        await page.goto(url)
        await expect(online).to_have_text("online")
    await expect(body).to_have_class("lost")
    await expect(online).to_have_text("the kiosk does not answer")
    await page.keyboard.press("1")
    await expect(page.locator("#problem")).to_have_text("the kiosk does not answer")
    machine.becomes(state=Name.ENTERING)
    async with serving(app, host="127.0.0.1", port=urlsplit(url).port or 0):
        await expect(body).not_to_have_class("lost")
        await expect(online).to_have_text("online")
        await expect(page.locator("#state")).to_have_text("entering")
    await page.close()
    assert faults == []


async def test_it_tries_again_after_its_event_stream_was_refused(browser: Browser) -> None:
    page, asked = await browser.new_page(), 0

    async def refuse_once(route: Route) -> None:
        nonlocal asked
        asked += 1
        await (route.fulfill(status=503) if asked == 1 else route.continue_())

    await page.route("**/api/events", refuse_once)
    async with serving(
        front_panel(fake := FakeMachine(), host="127.0.0.1", clinic=fake), host="127.0.0.1", port=0
    ) as url:
        await page.goto(url)
        await expect(page.locator("#state")).to_have_text("idle")
        await expect(page.locator("body")).not_to_have_class("lost")
        await page.close()
    assert asked == 2


async def test_the_status_is_shown_and_a_diagnosis_begins_with_what_is_broken(panel: Watched) -> None:
    await expect(panel.page.locator("#status")).to_contain_text("unplugged")
    await opens_how_it_is(panel.page)
    await panel.page.locator("#diagnose").click()
    first = panel.page.locator("#findings tr").first
    await expect(first).to_contain_text("the camera is fault")
    await expect(first).to_contain_text("likely: a loose plug")
    await expect(first).to_contain_text("do: push it in")
    await expect(panel.page.locator("#findings tr")).to_have_count(3)


async def test_the_text_of_a_service_code_is_read(panel: Watched) -> None:
    await opens_how_it_is(panel.page)
    await panel.page.locator("#compact").fill("KS1:X:GOOD")
    await panel.page.locator("#read button").click()
    await expect(panel.page.locator("#said")).to_have_text("KIOSK-7: in service\nthe signature is right")


async def test_a_long_press_holds_the_key(panel: Watched) -> None:
    await panel.page.locator('[data-key="D"]').click(delay=1300)
    await until(lambda: panel.machine.keys == "[hold D]")


async def test_the_release_s_buttons_are_there_only_while_goods_are_on_their_way(panel: Watched) -> None:
    await expect(panel.page.locator("#confirm")).to_be_hidden()
    panel.machine.becomes(state=Name.RELEASING)
    await expect(panel.page.locator("#confirm")).to_be_visible()
    await expect(panel.page.locator("#jam")).to_be_visible()


async def test_a_code_that_is_pasted_while_the_camera_is_off_is_told_so_and_kept(panel: Watched) -> None:
    await panel.page.fill("#code", CODE)
    await panel.page.keyboard.press("Enter")
    await expect(panel.page.locator("#problem")).to_contain_text("The camera is off")
    await expect(panel.page.locator("#code")).to_have_value(CODE)
    assert panel.machine.looked == []


async def test_enter_presses_the_key_that_has_the_focus(panel: Watched) -> None:
    await panel.page.locator('[data-key="7"]').focus()
    await panel.page.keyboard.press("Enter")
    await panel.page.locator('[data-key="*"]').focus()
    await panel.page.keyboard.press("Space")
    await pressed(panel.machine, "7*")


async def test_what_happens_is_listed_as_it_happens(panel: Watched) -> None:
    events = panel.page.locator("#events li")
    await expect(events.first).to_contain_text("payment.paid P6HZMH (delivered)")
    amount = Amount(1500, "KRW")
    panel.machine.becomes(state=Name.SHOWING_CODE, amount=amount, product=Product.ORDER_CODE, order_id="bench-7-AAAAAA")
    await expect(events.first).to_contain_text(re.compile(r"^\d\d:\d\d:\d\d showing code KRW 1,500 order code AAAAAA$"))


async def test_lamps_say_in_words_how_they_shine(panel: Watched) -> None:
    panel.machine.becomes(lights=Lights(ready=Light.ON, busy=Light.SLOW, paid=Light.OFF, fault=Light.FAST))
    said = panel.page.locator("#lamps .how")
    await expect(said).to_have_text(["lit", "blinks slowly", "off", "blinks fast"])
    await expect(said.first).to_have_css("position", "absolute")  # for those who hear the page
    await panel.page.emulate_media(forced_colors="active")
    await expect(said.first).to_have_css("position", "static")
    await panel.page.emulate_media(forced_colors="none", reduced_motion="reduce")
    await expect(said.first).to_have_css("position", "static")
    await expect(panel.page.locator("[data-lamp=fault] i")).to_have_css("animation-name", "none")


async def test_what_the_display_says_is_read_out_once_and_not_with_every_second(panel: Watched) -> None:
    live = panel.page.locator("#live")
    await expect(live).to_have_text("Welcome. Key in an amount")
    panel.machine.becomes(state=Name.SHOWING_CODE, screen=("Scan", "120"))
    await expect(live).to_have_text("Scan. 120")
    panel.machine.becomes(screen=("Scan", "119"))
    await expect(panel.page.locator("#display")).to_have_attribute("alt", "The display says: Scan / 119")
    await expect(live).to_have_text("Scan. 120")


# --- the shopper's phone ---


async def test_without_anybody_to_play_it_there_is_no_phone(panel: Watched) -> None:
    await expect(panel.page.locator("#phone")).to_be_hidden()


@pytest.mark.parametrize(
    ("state", "deeds"),
    [
        (Name.IDLE, []),
        (Name.SHOWING_CODE, [Deed.PAY, Deed.DECLINE, Deed.LAPSE]),
        (Name.SCANNING, [Deed.HOLD, Deed.HOLD_ASKING, Deed.HOLD_EMPTY]),
        (Name.PAYING, [Deed.PAY, Deed.DECLINE]),
        (Name.PAID, []),
    ],
)
async def test_the_phone_offers_what_can_be_done_with_it_now(browser: Browser, state: Name, deeds: list[Deed]) -> None:
    async with opened(browser, FakeMachine(), phone=True) as panel:
        panel.machine.becomes(state=state)
        await expect(panel.page.locator("#tells")).not_to_be_empty()
        buttons = panel.page.locator("#deeds button")
        await expect(buttons).to_have_count(len(deeds))
        for button in await buttons.all():
            await button.click()
            await expect(button).to_be_enabled()
        assert panel.machine.phoned == [(deed, state) for deed in deeds]
        held = sum(deed.startswith("hold") for deed in deeds)
        assert len(panel.machine.looked) == held
        assert panel.said == []


async def test_what_the_phone_can_not_do_is_said(browser: Browser) -> None:
    machine = FakeMachine(replace(IDLE, state=Name.SHOWING_CODE))
    machine.refuses = "there is nothing to pay for"
    async with opened(browser, machine, phone=True) as panel:
        await panel.page.locator("[data-does=pay]").click()
        await expect(panel.page.locator("#problem")).to_have_text("there is nothing to pay for")


# --- everybody's page ---


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_axe_finds_nothing_that_keeps_people_out(
    browser: Browser, language: str, width: int, height: int, *, dark: bool
) -> None:
    """In any state: contrasts, names, headings, roles."""
    machine = FakeMachine(replace(IDLE, language=language, pending=1))
    async with opened(browser, machine, width, height, phone=True, dark=dark) as panel:
        await opens_how_it_is(panel.page)
        await panel.page.locator("#diagnose").click()
        await expect(panel.page.locator("#findings tr")).to_have_count(3)
        for state in Name:
            machine.becomes(state=state, online=state is not Name.OUT_OF_SERVICE)
            await expect(panel.page.locator("#state")).to_have_text(STATE_WORDS[language][state])
            found = (await Axe().run(panel.page)).response["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], state


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_laptop_shows_it_without_scrolling_and_a_phone_scrolls_in_one_direction(
    browser: Browser, language: str
) -> None:
    machine = FakeMachine(replace(IDLE, language=language, pending=1))
    machine.past = [ORDER] * 20
    machine.glass = (128, 128)
    async with opened(browser, machine, 1280, 800, phone=True) as panel:
        await expect(panel.page.locator("#orders tr")).to_have_count(20)
        for state in Name:
            machine.becomes(state=state)
            await expect(panel.page.locator("#state")).to_have_text(STATE_WORDS[language][state])
            for width, height, most in ((1280, 800, 800), (390, 844, 10_000)):
                await panel.page.set_viewport_size({"width": width, "height": height})
                wide, tall = await panel.page.evaluate(
                    "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
                )
                assert wide == width, state
                assert tall <= most, state
