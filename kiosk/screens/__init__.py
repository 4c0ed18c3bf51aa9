"""A panel value becomes a picture: words in two languages, fonts, QR codes."""

from kiosk.screens.fonts import FontMissing, find_fonts
from kiosk.screens.qr import CodeNotShowable
from kiosk.screens.render import Style, render
from kiosk.screens.texts import Language, lines

__all__ = ["CodeNotShowable", "FontMissing", "Language", "Style", "find_fonts", "lines", "render"]
