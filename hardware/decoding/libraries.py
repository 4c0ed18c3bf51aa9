"""The libraries that read codes, each as functions from a grey plane to what is on it. It knows no strategy.

QR and Code 128 alone are asked for, and inverted ones are not: no wallet shows them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Protocol, TypeAlias, cast

from hardware.decoding.protocol import Code, Symbol
from hardware.ports import GreyFrame

Attempt: TypeAlias = Callable[[GreyFrame], list[Code]]


@dataclass(frozen=True, slots=True)
class Zxing:
    """zxing-cpp. `quick`: upright or upside down and at this scale; `careful`: in every direction, and smaller as well;
    `level`: as careful, with one threshold between black and white for the whole plane.
    """

    what: str
    quick: Attempt
    careful: Attempt
    level: Attempt


@dataclass(frozen=True, slots=True)
class Zbar:
    """zbar, through pyzbar."""

    what: str
    read: Attempt


class _Found(Protocol):
    """zxing-cpp's Barcode."""

    text: str
    format: object


class _Decoded(Protocol):
    """pyzbar's Decoded."""

    data: bytes
    type: str


def zxing() -> Zxing:
    """ImportError: there is no wheel for this machine."""
    library = import_module("zxingcpp")
    symbols = {library.BarcodeFormat.QRCode: Symbol.QR, library.BarcodeFormat.Code128: Symbol.CODE128}
    formats = library.barcode_formats_from_str("QRCode|Code128")

    def attempt(**how: object) -> Attempt:
        def read(plane: GreyFrame) -> list[Code]:
            found = cast("list[_Found]", library.read_barcodes(plane, formats=formats, try_invert=False, **how))
            return [Code(symbols[code.format], code.text) for code in found if code.format in symbols]

        return read

    return Zxing(
        f"zxing-cpp {version('zxing-cpp')}",
        quick=attempt(try_rotate=False, try_downscale=False),
        careful=attempt(),
        level=attempt(binarizer=library.Binarizer.GlobalHistogram),
    )


def zbar() -> Zbar:
    """ImportError: pyzbar, or the system's library that it needs (Debian: libzbar0), is not installed."""
    library = import_module("pyzbar.pyzbar")
    kinds = {"QRCODE": Symbol.QR, "CODE128": Symbol.CODE128}
    symbols = [library.ZBarSymbol[kind] for kind in kinds]

    def read(plane: GreyFrame) -> list[Code]:
        found = cast("list[_Decoded]", library.decode(plane, symbols=symbols))
        return [Code(kinds[code.type], code.data.decode(errors="replace")) for code in found if code.type in kinds]

    return Zbar(f"pyzbar {version('pyzbar')}", read)
