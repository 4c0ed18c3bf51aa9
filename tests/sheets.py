"""Every screen in every language, size, currency and mode, on sheets to look at: `make screens` -> build/screens/."""

import sys
from itertools import product
from pathlib import Path

from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent / "support"))

from faces import Face, faces

from kiosk.sale.money import Amount
from kiosk.sale.rules import Kind
from kiosk.screens import CodeNotShowable, Language, Style, render
from kiosk.screens.fonts import PLAIN, font

OUT = Path(__file__).parent.parent / "build" / "screens"
PANELS = {  # the size in pixels, Pillow's mode, and how many times larger the sheet shows it
    "128x64": ((128, 64), "1", 2),
    "128x128": ((128, 128), "1", 2),
    "128x128-grey": ((128, 128), "RGB", 2),
    "240x240": ((240, 240), "RGB", 1),
    "240x320": ((240, 320), "RGB", 1),
    "320x240": ((320, 240), "RGB", 1),
    "800x480": ((800, 480), "RGB", 1),
}
STYLES = {"plain": Style(), "inverse": Style(inverse=True), "large": Style(large=True)}
AMOUNTS = {"KRW": Amount(12_500, "KRW"), "SGD": Amount(1_250, "SGD")}
LANGUAGES: tuple[Language, ...] = ("ko", "en")
OPERATOR = ("행복자판기", "02-1234-5678")
ACROSS = 6
CAPTION = 18  # pixels under a screen
EDGE = 10
GROUND, INK = (88, 92, 100), (240, 240, 240)


def picture(face: Face, language: Language, panel: str, style: Style) -> Image.Image | None:
    """A screen as that panel shows it; None where it can't: a code that is too large for it."""
    size, mode, _ = PANELS[panel]
    try:
        return render(face.panel, language=language, size=size, mode=mode, style=style).convert("RGB")
    except CodeNotShowable:
        return None


def sheet(all_faces: list[Face], language: Language, panel: str, style: Style) -> Image.Image:
    """All of them below one another, each with its name."""
    (width, height), _, times = PANELS[panel]
    across = ACROSS if width * times <= 320 else 3
    cell = (width * times + EDGE, height * times + CAPTION + EDGE)
    shown = [(face, picture(face, language, panel, style)) for face in all_faces]
    whole = Image.new("RGB", (across * cell[0] + EDGE, -(-len(shown) // across) * cell[1] + EDGE), GROUND)
    draw = ImageDraw.Draw(whole)
    for number, (face, seen) in enumerate(shown):
        x, y = EDGE + number % across * cell[0], EDGE + number // across * cell[1]
        if seen is None:
            draw.rectangle((x, y, x + cell[0] - EDGE, y + height * times), outline=INK)
        else:
            whole.paste(seen.resize((width * times, height * times), Image.Resampling.NEAREST), (x, y))
        name = face.name if seen else f"{face.name}: no room for the code"
        draw.text((x, y + height * times + CAPTION // 2), name, fill=INK, font=font(PLAIN, 12), anchor="lm")
    return whole


def main() -> None:
    """All sheets, one file each."""
    OUT.mkdir(parents=True, exist_ok=True)
    for panel, language, (currency, amount), (mode, style) in product(
        PANELS, LANGUAGES, AMOUNTS.items(), STYLES.items()
    ):
        kind = Kind.PARKING if currency == "SGD" else Kind.VENDING
        file = OUT / f"{panel}-{language}-{currency}-{mode}.png"
        sheet(list(faces(amount, kind=kind, operator=OPERATOR)), language, panel, style).save(file)
        print(file)


if __name__ == "__main__":
    main()
