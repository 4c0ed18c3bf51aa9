"""What a shopper could not read on the display that is configured: warnings, for the kiosk sells all the same."""

from collections.abc import Iterator

from kiosk.app.devices.config import board_config
from kiosk.sale.order import Product
from kiosk.screens.legibility import ORDER_CODE, too_small
from kiosk.settings import Settings

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
