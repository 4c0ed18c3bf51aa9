"""Frames as a kiosk's camera takes them: a phone with a payment code before clutter, or clutter alone.

Each frame follows from its condition, size and number alone, so that every run sees the same. The phone is drawn flat
and large, brought to its size, then laid into the scene through one perspective; light, lens and sensor come after.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from phone_screen import PHONE, crack, letters, screen
from PIL import Image, ImageDraw, ImageFilter

Grey: TypeAlias = NDArray[np.uint8]
Light: TypeAlias = NDArray[np.float32]
Size: TypeAlias = tuple[int, int]  # width, height
Point: TypeAlias = tuple[float, float]

SIZES: tuple[Size, ...] = ((640, 480), (1280, 720), (1920, 1080))
TEXT = "Kakao pay 1,500 KRW receipt No. 20251 parking B2 exit open 24 h please take your ticket"


class Condition(StrEnum):
    """What makes a frame hard to read."""

    CLEAN = "clean"
    ROTATED = "rotated"
    PERSPECTIVE = "perspective"
    MOTION = "motion blur"
    DARK = "dark"
    GLARE = "glare"
    FAR = "far"
    NOISY = "noisy"
    MOIRE = "moire"
    CRACKED = "cracked"
    EMPTY = "empty"


@dataclass(frozen=True)
class Shot:
    """A frame, and the code that the phone on it shows; None: there is no phone."""

    frame: Grey
    code: str | None


def shot(condition: Condition, size: Size, number: int) -> Shot:
    """The frame of this number."""
    seed = (list(Condition).index(condition), size[0], number)
    random = np.random.default_rng(seed)
    scene = clutter(size, random)
    if condition is Condition.EMPTY:
        return Shot(_sensed(_light(scene), random, noise=random.uniform(1, 4)), None)
    code = "28" + "".join(str(digit) for digit in random.integers(0, 10, 22))
    phone = screen(code, random)
    if condition is Condition.CRACKED:
        crack(phone, random)
    height = size[1] * (random.uniform(0.18, 0.42) if condition is Condition.FAR else random.uniform(0.7, 1.15))
    turned = random.uniform(-45, 45) if condition is Condition.ROTATED else random.uniform(-6, 6)
    lean = random.uniform(0.1, 0.3) if condition is Condition.PERSPECTIVE else random.uniform(0, 0.03)
    corners = _corners(size, height, turned, lean, random)
    seen, mask = _laid(scene, phone, corners, height)
    seen = seen.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 0.9) * size[1] / 1080))
    light = _light(seen)
    noise = random.uniform(1, 4)
    match condition:
        case Condition.MOTION:
            light = _moved(light, random.uniform(0.004, 0.02) * size[1], random.uniform(0, math.pi))
        case Condition.DARK:
            light = light * np.float32(random.uniform(0.04, 0.25)) + np.float32(random.uniform(0, 12))
        case Condition.GLARE:
            light = _glaring(light, corners, random)
        case Condition.NOISY:
            noise = random.uniform(15, 60)
        case Condition.MOIRE:
            light = _rippled(light, mask, random)
        case _:
            pass  # as it is
    return Shot(_sensed(light, random, noise), code)


@dataclass(frozen=True)
class Scene:
    """How a picture was taken. `turned` in degrees, `blur` in pixels, `noise` and `light` of 255."""

    turned: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    light: float = 1.0


def phone(code: str, scene: Scene, *, qr: bool = True, code128: bool = True) -> Grey:
    """A frame of 1280x720 with a phone that shows this code, taken in this way; the same each time."""
    random = np.random.default_rng(7)
    size, height = (1280, 720), 1.2 * 720
    held = screen(code, random, qr=qr, code128=code128)
    corners = _corners(size, height, scene.turned, 0.0, random)
    seen, _ = _laid(clutter(size, random), held, corners, height)
    light = _light(seen.filter(ImageFilter.GaussianBlur(scene.blur))) * np.float32(scene.light)
    return _sensed(light, random, scene.noise)


def clutter(size: Size, random: Generator) -> Image.Image:
    """What stands before a kiosk: walls, edges, lettering, texture, stripes."""
    width, height = size
    small = random.integers(30, 210, (random.integers(3, 14), random.integers(4, 24)), dtype=np.uint8)
    scene = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(scene)
    for _ in range(random.integers(4, 16)):
        x, y = random.uniform(-0.1, 1) * width, random.uniform(-0.1, 1) * height
        wide, high = random.uniform(0.02, 0.4) * width, random.uniform(0.02, 0.5) * height
        shade = int(random.integers(10, 250))
        if random.random() < 0.7:
            draw.rectangle((x, y, x + wide, y + high), fill=shade)
        else:
            draw.ellipse((x, y, x + wide, y + high), fill=shade)
    for _ in range(random.integers(0, 5)):
        font = letters(int(random.uniform(0.015, 0.06) * height))
        draw.text(
            (random.uniform(0, 0.8) * width, random.uniform(0, 0.95) * height),
            TEXT[random.integers(0, 40) :],
            fill=int(random.choice((15, 235))),
            font=font,
        )
    if random.random() < 0.3:
        _stripes(draw, size, random)
    return scene.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.5) * height / 720))


def _stripes(draw: ImageDraw.ImageDraw, size: Size, random: Generator) -> None:
    """Blinds, a grille: bars of one width."""
    pitch = random.uniform(0.006, 0.03) * size[1]
    left, top = random.uniform(0, 0.7) * size[0], random.uniform(0, 0.7) * size[1]
    for bar in range(random.integers(6, 30)):
        x = left + bar * pitch
        draw.rectangle((x, top, x + pitch / 2, top + size[1] * 0.25), fill=40)


def _corners(size: Size, height: float, turned: float, lean: float, random: Generator) -> list[Point]:
    """Where the phone's four corners come to lie; its middle is near the frame's."""
    wide, high = height * PHONE[0] / PHONE[1], height
    angle = math.radians(turned)
    middle = (
        size[0] / 2 + random.uniform(-0.12, 0.12) * size[0],
        size[1] / 2 + random.uniform(-0.06, 0.06) * size[1],
    )
    corners = []
    for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        across = x * wide + random.uniform(-lean, lean) * wide
        down = y * high + random.uniform(-lean, lean) * high
        corners.append(
            (
                middle[0] + across * math.cos(angle) - down * math.sin(angle),
                middle[1] + across * math.sin(angle) + down * math.cos(angle),
            )
        )
    return corners


def _laid(
    scene: Image.Image, phone: Image.Image, corners: list[Point], height: float
) -> tuple[Image.Image, Image.Image]:
    """The scene with the phone in it, and where the phone is (255)."""
    factor = min(1.0, height * 1.15 / PHONE[1])
    near = phone.resize((round(PHONE[0] * factor), round(PHONE[1] * factor)), Image.Resampling.LANCZOS)
    coefficients = _perspective(corners, near.size)
    how = (Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    laid = near.transform(scene.size, *how)
    mask = Image.new("L", near.size, 255).transform(scene.size, *how)
    return Image.composite(laid, scene, mask), mask


def _perspective(corners: list[Point], size: Size) -> tuple[float, ...]:
    """Pillow's eight numbers that take a place in the frame to one on the phone."""
    flat = ((0.0, 0.0), (float(size[0]), 0.0), (float(size[0]), float(size[1])), (0.0, float(size[1])))
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(values)).tolist())


def _light(scene: Image.Image) -> Light:
    return np.asarray(scene, dtype=np.float32)


def _moved(light: Light, length: float, angle: float) -> Light:
    """As if the phone moved by `length` pixels while the shutter was open."""
    steps = max(2, round(length) + 1)
    total = np.zeros_like(light)
    for step in np.linspace(-length / 2, length / 2, steps):
        total += np.roll(light, (round(step * math.sin(angle)), round(step * math.cos(angle))), (0, 1))
    return total / np.float32(steps)


def _glaring(light: Light, corners: list[Point], random: Generator) -> Light:
    """A lamp mirrored in the screen."""
    height, width = light.shape
    across, down = random.uniform(0.15, 0.85), random.uniform(0.2, 0.85)
    top = [corners[0][axis] * (1 - across) + corners[1][axis] * across for axis in (0, 1)]
    bottom = [corners[3][axis] * (1 - across) + corners[2][axis] * across for axis in (0, 1)]
    x, y = (top[axis] * (1 - down) + bottom[axis] * down for axis in (0, 1))
    wide, high = random.uniform(0.03, 0.16) * height, random.uniform(0.03, 0.16) * height
    columns = np.square((np.arange(width, dtype=np.float32) - x) / wide)
    rows = np.square((np.arange(height, dtype=np.float32) - y) / high)
    spot = np.exp(-(rows[:, None] + columns[None, :]) / 2) * np.float32(random.uniform(250, 700))
    veil = np.float32(random.uniform(0, 90))
    return (light * (255 - veil) / 255 + veil + spot).astype(np.float32)


def _rippled(light: Light, mask: Image.Image, random: Generator) -> Light:
    """The screen's grid against the sensor's: waves of light over the phone."""
    height, width = light.shape
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    ripple = np.zeros_like(light)
    for _ in range(random.integers(1, 4)):
        period, angle = random.uniform(2.2, 14), random.uniform(0, math.pi)
        phase = (columns * math.cos(angle) + rows * math.sin(angle)) * np.float32(2 * math.pi / period)
        ripple += np.float32(random.uniform(0.05, 0.28)) * np.sin(phase)
    return (light * (1 + ripple * _light(mask) / 255)).astype(np.float32)


def _sensed(light: Light, random: Generator, noise: float) -> Grey:
    grain = random.standard_normal(light.shape, dtype=np.float32) * np.float32(noise)
    return np.clip(light + grain, 0, 255).astype(np.uint8)


def empty(number: int, size: Size = SIZES[0]) -> Grey:
    """A frame without any code, but with what may be taken for one. Two after each other show the same scene."""
    random = np.random.default_rng((99, number // 2))
    scene = clutter(size, random)
    for _ in range(random.integers(0, 4)):
        scene.paste(_sham(random), (int(random.uniform(0, 0.8) * size[0]), int(random.uniform(0, 0.8) * size[1])))
    turned = scene.rotate(random.uniform(-30, 30) if random.random() < 0.3 else 0, Image.Resampling.BILINEAR)
    return _sensed(_light(turned) * random.uniform(0.1, 1), np.random.default_rng((98, number)), random.uniform(1, 20))


def _sham(random: Generator) -> Image.Image:
    """Bars of chance widths, squares of chance colours (some with a QR's three corners), or lines of text."""
    match random.integers(0, 3):
        case 0:
            widths = random.integers(1, 5, random.integers(20, 110))
            bars = np.repeat(np.resize(np.array([20, 235], np.uint8), widths.size), widths)
            sham = Image.fromarray(np.pad(bars[None, :], ((0, 0), (8, 8)), constant_values=235))
            return sham.resize((sham.width * int(random.integers(1, 4)), int(random.integers(20, 120))), 0)
        case 1:
            modules = np.where(random.random((21, 21)) < 0.5, 20, 235).astype(np.uint8)
            if random.random() < 0.5:
                for corner in (np.s_[:8, :8], np.s_[:8, -8:], np.s_[-8:, :8]):
                    modules[corner] = 235
                for top, left in ((0, 0), (0, 14), (14, 0)):
                    modules[top : top + 7, left : left + 7] = 20
                    modules[top + 1 : top + 6, left + 1 : left + 6] = 235
                    modules[top + 2 : top + 5, left + 2 : left + 5] = 20
            sham = Image.fromarray(np.pad(modules, 4, constant_values=235))
            return sham.resize((29 * int(random.integers(2, 9)),) * 2, 0)
        case _:
            sham = Image.new("L", (int(random.integers(80, 400)), int(random.integers(40, 200))), 235)
            font = letters(int(random.integers(9, 24)))
            for line in range(10):
                ImageDraw.Draw(sham).text((4, 22 * line), TEXT[random.integers(0, 60) :], fill=20, font=font)
            return sham
