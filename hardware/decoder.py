"""Reading codes off a camera frame: QR and Code 128 only.

zxing-cpp reads, pyzbar where zxing-cpp has no wheel. Measured on frames of a phone: zxing-cpp on the grey plane with
the formats restricted takes a quarter of pyzbar's time and reads dark frames that pyzbar does not (README, decisions).
"""

from importlib.util import find_spec
from typing import Protocol

from hardware.ports import GreyFrame

ZXING = find_spec("zxingcpp") is not None  # there is a wheel for this machine

LONGEST = 4096  # characters of a text that is passed on


class Reader(Protocol):
    """Reads all codes on a frame."""

    def __call__(self, frame: GreyFrame) -> list[str]: ...  # noqa: D102 - the class says it


class Decoder:
    """The decoder of this machine."""

    def __init__(self) -> None:
        self._read: Reader = _zxing_reader() if ZXING else _zbar_reader()

    def decode(self, frame: GreyFrame) -> tuple[str, ...]:
        """The texts of the codes on the frame, each once, none longer than 4096 characters."""
        return tuple(dict.fromkeys(text for text in self._read(frame) if 0 < len(text) <= LONGEST))


def _zxing_reader() -> Reader:
    import zxingcpp  # noqa: PLC0415 - not to be had on every machine

    formats = zxingcpp.barcode_formats_from_str("QRCode|Code128")

    def read(frame: GreyFrame) -> list[str]:
        found = zxingcpp.read_barcodes(frame, formats=formats, try_invert=False)
        return [code.text for code in found]

    return read


def _zbar_reader() -> Reader:
    from pyzbar import pyzbar  # noqa: PLC0415 - loads a system library, which only this reader needs

    symbols = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128]

    def read(frame: GreyFrame) -> list[str]:
        found = pyzbar.decode(frame, symbols=symbols)
        return [code.data.decode(errors="replace") for code in found]

    return read
