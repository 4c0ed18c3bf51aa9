"""A phone as it lies flat: a wallet with a payment code, and a screen that may be cracked."""

import math
from functools import cache

import numpy as np
import segno
import zxingcpp
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

PHONE = (720, 1440)  # pixels in which a phone is drawn: width, height


@cache
def letters(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(size, 8))


def screen(code: str, random: Generator, *, qr: bool = True, code128: bool = True) -> Image.Image:
    """A phone, flat: a wallet with a Code 128 above a QR, the digits between them."""
    phone = Image.new("L", PHONE, 15)
    draw = ImageDraw.Draw(phone)
    paper = int(random.integers(225, 256))
    draw.rounded_rectangle((24, 30, 696, 1410), radius=50, fill=int(random.choice((60, 205, 225))))
    draw.rounded_rectangle((48, 250, 672, 1200), radius=30, fill=paper)
    draw.text((360, 150), "pay", fill=20, anchor="mm", font=letters(70))
    if code128:
        symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128)
        bars = np.asarray(zxingcpp.write_barcode_to_image(symbol, scale=1, add_quiet_zones=False))[:1]
        phone.paste(_inked(bars, (3 * bars.shape[1], 150), paper), (360 - 3 * bars.shape[1] // 2, 320))
    draw.text((360, 520), f"{code[:4]} {code[4:8]} {code[8:12]} ....", fill=60, anchor="mm", font=letters(34))
    if qr:
        rows = segno.make_qr(code, error="m").matrix
        matrix = np.array([[0 if dark else 255 for dark in row] for row in rows], np.uint8)
        side = matrix.shape[0] * 18
        phone.paste(_inked(matrix, (side, side), paper), (360 - side // 2, 640))
    draw.text((360, 1130), "02:47", fill=90, anchor="mm", font=letters(40))
    return phone


def _inked(symbol: NDArray[np.uint8], size: tuple[int, int], paper: int) -> Image.Image:
    inked = np.where(symbol > 127, paper, 12).astype(np.uint8)
    return Image.fromarray(inked).resize(size, Image.Resampling.NEAREST)


def crack(phone: Image.Image, random: Generator) -> None:
    """A blow, and cracks that run from it over the symbols; each is bright on one side and dark on the other."""
    draw = ImageDraw.Draw(phone)
    x, y = random.uniform(100, 620), random.uniform(300, 1100)
    for ray in range(random.integers(6, 18)):
        heading = ray * 2.4 + random.uniform(-0.4, 0.4)
        points = [(x, y)]
        for _ in range(random.integers(4, 14)):
            heading += random.uniform(-0.4, 0.4)
            step = random.uniform(30, 110)
            points.append((points[-1][0] + step * math.cos(heading), points[-1][1] + step * math.sin(heading)))
        wide = int(random.integers(2, 9))
        draw.line(points, fill=int(random.integers(170, 250)), width=wide, joint="curve")
        draw.line([(one + wide, two + wide / 2) for one, two in points], fill=int(random.integers(20, 110)), width=2)
    blow = random.uniform(10, 70)
    draw.ellipse((x - blow, y - blow, x + blow, y + blow), fill=int(random.integers(60, 220)))
