"""The picture with which a decoder is tried: a QR that is made here."""

import numpy as np
import segno

from hardware.ports import GreyFrame

TEST_TEXT = "hardware.decoder self-test"


def sample() -> GreyFrame:
    """TEST_TEXT, six pixels a module, with its quiet zone."""
    rows = segno.make_qr(TEST_TEXT, error="m").matrix
    modules = np.array([[0 if dark else 255 for dark in row] for row in rows], np.uint8)
    return np.pad(modules, 4, constant_values=255).repeat(6, axis=0).repeat(6, axis=1)
