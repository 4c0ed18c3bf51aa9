"""A code that the gateway gives as a picture: read back into its text, so that it is drawn anew for our display."""

from io import BytesIO

from PIL import Image, UnidentifiedImageError

LARGEST_PICTURE = 1024 * 1024  # bytes
MOST_PIXELS = 4_000_000  # a code of 177 modules at 11 px a module


def read_code(picture: bytes) -> str | None:
    """The text of the one QR code in a PNG, JPEG or GIF; None if there is none to be read, or several."""
    import zxingcpp  # noqa: PLC0415 - most gateways give a text

    try:
        with Image.open(BytesIO(picture), formats=("PNG", "JPEG", "GIF")) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            drawn = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    paper = Image.new("RGBA", drawn.size, "white")
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(Image.alpha_composite(paper, drawn).convert("L"), formats)
    return found[0].text if len(found) == 1 else None
