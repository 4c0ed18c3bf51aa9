"""Photo-like pictures of a phone that shows a payment code: on clutter, turned, blurred, noisy or dark."""

from dataclasses import dataclass

import numpy as np
import segno
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter


@dataclass(frozen=True)
class Scene:
    """How the picture was taken. `turned` in degrees, `blur` in pixels, `noise` and `light` of 255."""

    turned: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    light: float = 1.0


def phone(code: str, scene: Scene, *, qr: bool = True, code128: bool = True) -> NDArray[np.uint8]:
    """A grey frame, 1280x720."""
    random = np.random.default_rng(7)
    clutter = Image.fromarray(random.integers(40, 200, (18, 32), dtype=np.uint8)).resize(
        (1280, 720), Image.Resampling.BICUBIC
    )
    screen = Image.new("L", (360, 640), 245)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 360, 70), fill=210)
    if code128:
        symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128)
        bars = Image.fromarray(zxingcpp.write_barcode_to_image(symbol, scale=2, add_quiet_zones=True))
        screen.paste(bars.resize((340, 80), Image.Resampling.BILINEAR), (10, 110))
    if qr:
        matrix = np.array(
            [[0 if dark else 255 for dark in row] for row in segno.make_qr(code, error="m").matrix], np.uint8
        )
        square = Image.fromarray(np.pad(matrix, 4, constant_values=255)).resize((300, 300), Image.Resampling.NEAREST)
        screen.paste(square, (30, 260))
    body = Image.new("L", (400, 690), 20)
    body.paste(screen, (20, 25))
    mask = Image.new("L", body.size, 255)
    turned, cut = (picture.rotate(scene.turned, Image.Resampling.BICUBIC, expand=True) for picture in (body, mask))
    clutter.paste(turned, ((1280 - turned.width) // 2, (720 - turned.height) // 2), cut)
    seen = np.asarray(clutter.filter(ImageFilter.GaussianBlur(scene.blur)), dtype=np.float64) * scene.light
    return np.clip(seen + random.normal(0, scene.noise, seen.shape), 0, 255).astype(np.uint8)
