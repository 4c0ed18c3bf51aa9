"""What a shopper could not read on the display that is configured: warnings, for the kiosk sells all the same."""

from collections.abc import Iterator

from kiosk.app.devices.config import board_config
from kiosk.sale.order import Product
from kiosk.screens import Style
from kiosk.screens.legibility import LETTER, ORDER_CODE, letters, too_small
from kiosk.settings import Settings, rules

CODED = (Product.ORDER_CODE, Product.CASHIER_PAYMENT)  # products whose codes the gateway makes


def illegible(settings: Settings) -> Iterator[str]:
    """One line, which begins with its key, for each thing. Raises FontMissing."""
    display = board_config(settings).display
    offered = [product.value for product in settings.payment.products if product in CODED]
    if offered and (why := too_small(display.size, ORDER_CODE)):
        yield (
            f"hardware.display: payment.products has {' and '.join(offered)}, and {why}; "
            "expected a display of 128x128 or more, or other products"
        )
    short = {name: height for name, height in heights(settings).items() if height < LETTER}
    if short:
        told = ", ".join(f"{name} {height:.1f} mm" for name, height in short.items())
        yield (
            f"hardware.display.pixel_pitch: the smallest letters are lower than {LETTER} mm on: {told}; "
            "expected a larger display, or large = true"
        )


def heights(settings: Settings) -> dict[str, float]:
    """The height of the smallest letters of each kind of screen, in mm; nothing where the pixels' pitch is unknown."""
    section = settings.hardware.display
    if not section.pixel_pitch:
        return {}
    style = Style(section.inverse, section.large)
    size = board_config(settings).display.size
    return letters(rules(settings), settings.kiosk.language, size, style, section.pixel_pitch)
