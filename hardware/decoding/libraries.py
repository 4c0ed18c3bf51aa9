"""The libraries that read codes, each as functions from a grey plane to what is on it. It knows no strategy.

QR and Code 128 alone are asked for. What a library raises costs it this plane, and nobody else anything. Parts of a
split QR (structured append) are no codes: a part of a text is not the text.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, cast

from PIL import Image

from hardware.decoding.protocol import Symbol
from hardware.decoding.qr_header import is_part
from hardware.decoding.region import Plane

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Seen(NamedTuple):
    """A symbol on a plane and its text, which are its bytes, as UTF-8; where it is, in pixels of that plane."""

    symbol: Symbol
    text: str
    left: int
    top: int
    right: int
    bottom: int


Attempt: TypeAlias = Callable[[Plane], list[Seen]]


class Zxing(NamedTuple):
    """zxing-cpp. `quick`: upright or upside down, at this scale; `careful`: in every direction, and smaller as well."""

    what: str
    quick: Attempt
    careful: Attempt


class Zbar(NamedTuple):
    """zbar, through pyzbar."""

    what: str
    read: Attempt


class _Point(Protocol):
    x: int
    y: int


class _Position(Protocol):
    top_left: _Point
    top_right: _Point
    bottom_left: _Point
    bottom_right: _Point


class _Found(Protocol):
    """zxing-cpp's Barcode."""

    bytes: bytes
    format: object
    position: _Position
    extra: Mapping[str, object]

    def to_image(self, *, scale: int, add_quiet_zones: bool) -> "Buffer": ...


class _Rect(Protocol):
    left: int
    top: int
    width: int
    height: int


class _Decoded(Protocol):
    """pyzbar's Decoded."""

    data: bytes
    type: str
    rect: _Rect


def zxing() -> Zxing:
    """ImportError: there is no wheel for this machine."""
    library = import_module("zxingcpp")
    symbols = {library.BarcodeFormat.QRCode: Symbol.QR, library.BarcodeFormat.Code128: Symbol.CODE128}
    formats = library.barcode_formats_from_str("QRCode|Code128")

    def attempt(**how: object) -> Attempt:
        def read(plane: Plane) -> Iterator[Seen]:
            found = cast("list[_Found]", library.read_barcodes(plane, formats=formats, try_invert=False, **how))
            for code in found:
                symbol = symbols.get(code.format)
                if symbol is not None and not (symbol is Symbol.QR and _is_part(code)):
                    corners = (getattr(code.position, name) for name in _CORNERS)
                    across, down = zip(*((corner.x, corner.y) for corner in corners), strict=True)
                    text = code.bytes.decode(errors="replace")
                    yield Seen(symbol, text, min(across), min(down), max(across), max(down))

        return lambda plane: _whatever_it_raises(read, plane)

    made = Zxing(
        "zxing-cpp",
        quick=attempt(try_rotate=False, try_downscale=False),
        careful=attempt(),
    )
    symbol = library.create_barcode("0", library.BarcodeFormat.QRCode)
    pixels = memoryview(library.write_barcode_to_image(symbol, scale=4))
    sample = Image.frombytes("L", (len(pixels), len(pixels)), pixels.tobytes())
    if not made.careful(sample):  # what it loads for a code's details, it loads here, and not in the cage
        raise ImportError("zxing-cpp does not read a QR that it wrote itself")
    return made


_CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")


def zbar() -> Zbar:
    """ImportError: pyzbar, or the system's library that it needs (Debian: libzbar0), is not installed."""
    try:
        with _found_by_name():
            library = import_module("pyzbar.pyzbar")
    except OSError as error:  # there is no such file
        raise ImportError(str(error)) from error
    kinds = {"QRCODE": Symbol.QR, "CODE128": Symbol.CODE128}  # parts are of the type PARTIAL, where it does not raise
    symbols = [library.ZBarSymbol[kind] for kind in kinds]

    def read(plane: Plane) -> Iterator[Seen]:
        for code in cast("list[_Decoded]", library.decode(plane, symbols=symbols)):
            if code.type in kinds:
                box = code.rect
                text = code.data.decode(errors="replace")
                yield Seen(kinds[code.type], text, box.left, box.top, box.left + box.width, box.top + box.height)

    return Zbar("pyzbar", lambda plane: _whatever_it_raises(read, plane))


@contextmanager
def _found_by_name() -> Iterator[None]:
    """ctypes.util looks for a library with ldconfig, a compiler and objdump, and loads a megabyte for it. zbar is
    libzbar.so.0 in every Debian, and the loader finds it by that.
    """
    name = "ctypes.util"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = module = ModuleType(name)
    vars(module)["find_library"] = "lib{}.so.0".format
    try:
        yield
    finally:
        del sys.modules[name]


def _whatever_it_raises(read: Callable[[Plane], Iterator[Seen]], plane: Plane) -> list[Seen]:
    try:
        return list(read(plane))
    except MemoryError:
        raise  # the cage's limit: what comes after it can't be trusted
    except Exception:  # noqa: BLE001 - pyzbar raises ValueError for split codes, and there will be more
        return []


def _is_part(code: _Found) -> bool:
    """Whether it is one of several that make up a text; the library does not say."""
    mask = code.extra.get("DataMask")
    modules = memoryview(code.to_image(scale=1, add_quiet_zones=False))
    return isinstance(mask, int) and is_part(modules, mask)
