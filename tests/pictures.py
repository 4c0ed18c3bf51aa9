"""The README's pictures, made anew of the real thing: `make pictures`.

The shopper's screens and the service menu as the displays show them; `kiosk orders`, `order`, `report`, `status`, and
`kiosk diagnose` of a kiosk whose key was revoked; the front panel in Chromium (all of its pages in build/pages).
"""

import asyncio
import logging
import sys
from datetime import datetime, timedelta
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import httpx
from PIL import Image, ImageDraw
from playwright.async_api import async_playwright
from rich.console import Console, Group

sys.path.insert(0, str(Path(__file__).parent / "support"))
sys.path.insert(0, str(Path(__file__).parent))

from faces import CODE, faces
from sheets import AMOUNTS, OPERATOR, picture
from statuses import AT, status

from kiosk.app.attending import ask_status
from kiosk.app.diagnose import checks_of, diagnosis
from kiosk.cli import tables
from kiosk.cli.findingspage import report_page, summary
from kiosk.cli.statuspage import status_page
from kiosk.demo.stage import Look, Stage, set_up
from kiosk.diagnostics.compact import compact
from kiosk.diagnostics.menu import Glass, PinEntry, Question, Reading, Wish, main_menu
from kiosk.diagnostics.status import Trouble
from kiosk.diagnostics.words import Language, Word
from kiosk.journal import read
from kiosk.sale.rules import Kind
from kiosk.screens import Style
from kiosk.screens.pages import render_page
from kiosk.settings import load

FOLDER = Path(__file__).parent.parent / ".readme"
PAGES = FOLDER.parent / "build" / "pages"
EDGE = 16  # pixels between two displays
SHORT = "https://pay.example/281004040092ABCDEFGHIJKLMNOPQRSTU"  # as long as 64 pixels hold
LANGUAGES: tuple[Language, ...] = ("ko", "en")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WINDOWS = {"laptop": (1280, 800), "phone": (390, 844)}
SVG = (  # rich's own asks for fonts from the internet
    '<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"><style>.{unique_id}-matrix '
    "{{ font: {char_height}px DejaVu Sans Mono, Menlo, Consolas, monospace; }} {styles}</style>"
    '<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" '
    'height="{terminal_height}"/></clipPath>{lines}</defs>'
    '<rect width="{width}" height="{height}" rx="8" fill="#16181c"/>'
    '<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}'
    '<g class="{unique_id}-matrix">{matrix}</g></g></svg>'
)


def menu() -> None:
    """The same four screens on two displays in two languages."""
    sizes, languages = ((128, 64), (240, 240)), ("ko", "en")
    sheet = Image.new("L", (4 * (240 + EDGE) + EDGE, 2 * (128 + EDGE) + 2 * (240 + EDGE) + EDGE), 70)
    draw = ImageDraw.Draw(sheet)
    y = EDGE
    for size in sizes:
        for language in languages:
            for number, screen in enumerate(_screens(size, language)):
                x = EDGE + number * (240 + EDGE)
                large = screen.convert("L").resize((240, 120)) if size[0] < 200 else screen.convert("L")
                draw.rectangle((x - 3, y - 3, x + large.width + 2, y + large.height + 2), fill=0)
                sheet.paste(large, (x, y))
            y += (120 if size[0] < 200 else 240) + EDGE
    sheet.crop((0, 0, sheet.width, y)).save(FOLDER / "service-menu.png", optimize=True)


def _screens(size: tuple[int, int], language: Language) -> list[Image.Image]:
    glass = Glass(size, language)
    now = status(Trouble(part="camera", what="camera: no pictures", since=AT))
    code = Reading(glass.say(Word.STATUS), (), ((glass.say(Word.STATUS), compact(now, "whsec_x")),), at=1)
    screens = (
        PinEntry("2739"),
        main_menu(glass, drained=False, open_money=0, restarts=True),
        Question(glass.say(Word.RELEASE), (glass.say(Word.SURE_RELEASE),), Wish.RELEASE),
        code,
    )
    return [render_page(screen.page(glass), size, "1" if size[1] <= 64 else "L") for screen in screens]


def terminal(name: str, *rows: object) -> None:
    """What a command prints, as a picture."""
    console = Console(
        record=True, file=StringIO(), width=132, force_terminal=True, color_system="truecolor", highlight=False
    )
    console.print(*rows)
    (FOLDER / name).write_text(console.export_svg(code_format=SVG, unique_id=name.partition(".")[0]), encoding="utf-8")


async def commands(stage: Stage) -> None:
    """A healthy status, and the diagnosis of a kiosk whose key was revoked."""
    settings = load(stage.config)
    now = await asyncio.to_thread(ask_status, settings.kiosk.state_dir)
    terminal("status.svg", status_page(now, ZoneInfo("Asia/Seoul")))
    (settings.kiosk.credentials_dir / "transaction-key").write_text("a-key-that-was-revoked")
    checks = checks_of(settings, Path("/etc/kiosk/kiosk.toml"))
    report = await diagnosis(checks, settings.kiosk.id, lambda _check, _finding: None)
    here, there = str(settings.kiosk.state_dir), "/var/lib/kiosk"
    told = tuple(one.model_copy(update={"finding": one.finding.replace(here, there)}) for one in report.findings)
    terminal("diagnose.svg", report_page(report.model_copy(update={"findings": told})), summary(report))


def screens() -> None:
    """What a shopper sees of a purchase, on three displays."""
    names = ("idle", "choosing", "code", "scanning", "paid", "in doubt")
    rows = (("128x64", "ko", "KRW"), ("128x128", "ko", "KRW"), ("240x240", "en", "SGD"))
    pictures = []
    for size, language, currency in rows:
        kind = Kind.VENDING if currency == "KRW" else Kind.PARKING
        code = SHORT if size == "128x64" else CODE
        found = {face.name: face for face in faces(AMOUNTS[currency], kind=kind, operator=OPERATOR, code=code)}
        row = [picture(found[name], language, size, Style()) for name in names]
        pictures.append(
            [one.resize((2 * one.width, 2 * one.height) if one.width < 200 else one.size) for one in row if one]
        )
    width = max(sum(one.width + EDGE for one in row) for row in pictures) + EDGE
    sheet = Image.new("RGB", (width, sum(row[0].height + EDGE for row in pictures) + EDGE), (88, 92, 100))
    y = EDGE
    for row in pictures:
        for number, one in enumerate(row):
            sheet.paste(one, (EDGE + number * (one.width + EDGE), y))
        y += row[0].height + EDGE
    sheet.save(FOLDER / "screens.png", optimize=True)


async def books(stage: Stage) -> None:
    """A day's orders, one of them, and the takings."""
    settings = load(stage.config)
    zone = ZoneInfo("Asia/Seoul")
    with read(settings.kiosk.state_dir) as journal:
        listed = journal.orders(None, None, 20)
        begin = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        takings = journal.takings(begin, begin + timedelta(days=1))
        one, history = listed[-1], journal.history(listed[-1].id)
        results = journal.results(one.id)
    terminal("orders.svg", tables.orders_table(listed, zone, 132))
    terminal("order.svg", tables.order_table(one, history, results, zone))
    terminal("report.svg", Group(tables.takings_table(takings), *tables.takings_lines(takings)))


async def sell(stage: Stage) -> None:
    """A purchase by each code, and one that is declined."""
    async with httpx.AsyncClient(base_url=stage.panel, trust_env=False) as hand:
        for keys, deed in (("1500#1", "pay"), ("4200#2", "hold"), ("900#1", "decline"), ("12500#3", "pay")):
            await hand.post("/api/keys", json={"keys": keys})
            await _becomes(hand, "showing_code", "scanning")
            await hand.post("/api/phone", json={"does": deed})
            await _becomes(hand, "paid", "declined")
            await hand.post("/api/keys", json={"keys": "*"})
            await _becomes(hand, "idle")


async def _becomes(hand: httpx.AsyncClient, *names: str) -> None:
    while (await hand.get("/api/state")).json()["state"] not in names:
        await asyncio.sleep(0.05)


async def pages() -> None:
    """The page while a code is shown, in both languages, on a laptop and a phone, in light and dark."""
    PAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox"])
        for language in LANGUAGES:
            async with set_up(0, look=Look(language, "240x240")) as stage:
                await sell(stage)
                async with httpx.AsyncClient(base_url=stage.panel, trust_env=False) as hand:
                    await hand.post("/api/keys", json={"keys": "1500#1"})
                    await _becomes(hand, "showing_code")
                for (name, (width, height)), light in product(WINDOWS.items(), SCHEMES):
                    page = await browser.new_page(viewport={"width": width, "height": height}, color_scheme=light)
                    await page.goto(stage.panel)
                    await page.locator("#events .told").first.wait_for()
                    await page.wait_for_timeout(500)
                    await page.screenshot(path=PAGES / f"{language}-{name}-{light}.png", full_page=width < 1000)
                    await page.close()
        await browser.close()
    (FOLDER / "front-panel.png").write_bytes((PAGES / "en-laptop-light.png").read_bytes())


async def main() -> None:
    """All of them."""
    logging.disable()
    menu()
    screens()
    await pages()
    async with set_up(0) as stage:
        await asyncio.sleep(2)
        await sell(stage)
        await books(stage)
        await commands(stage)
    print("\n".join(sorted(str(one) for folder in (FOLDER, PAGES) for one in folder.iterdir())))


asyncio.run(main())
