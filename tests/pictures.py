"""The README's pictures, made anew of the real thing: `make pictures`.

The service menu as the displays show it, `kiosk status` and `kiosk diagnose` of a kiosk whose key was revoked, and the
front panel in Chromium.
"""

import asyncio
import logging
import sys
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from playwright.async_api import async_playwright
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent / "support"))

from statuses import AT, status

from kiosk.app.attending import ask_status
from kiosk.app.diagnose import checks_of, diagnosis
from kiosk.cli.findingspage import report_page, summary
from kiosk.cli.statuspage import status_page
from kiosk.demo.stage import Stage, set_up
from kiosk.diagnostics.compact import compact
from kiosk.diagnostics.menu import Glass, PinEntry, Question, Reading, Wish, main_menu
from kiosk.diagnostics.status import Trouble
from kiosk.diagnostics.words import Language, Word
from kiosk.screens.pages import render_page
from kiosk.settings import load

FOLDER = Path(__file__).parent.parent / ".readme"
EDGE = 16  # pixels between two displays
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
            for number, picture in enumerate(_screens(size, language)):
                x = EDGE + number * (240 + EDGE)
                large = picture.convert("L").resize((240, 120)) if size[0] < 200 else picture.convert("L")
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


async def panel(stage: Stage) -> None:
    """The front panel of that kiosk, after a diagnosis."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1120, "height": 1120})
        await page.goto(stage.panel)
        await page.locator("#diagnose").click()
        await page.locator("#findings tr").first.wait_for(timeout=20_000)
        await page.screenshot(path=FOLDER / "front-panel.png")
        await browser.close()


async def main() -> None:
    """All of them."""
    logging.disable()
    menu()
    async with set_up(0) as stage:
        await asyncio.sleep(2)
        await commands(stage)
        await panel(stage)
    print("\n".join(sorted(str(one) for one in FOLDER.iterdir())))


asyncio.run(main())
