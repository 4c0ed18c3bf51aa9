"""From the first frame with a shopper's code to PAY, on the simulated board, whose camera takes one as soon as there is
something to see; a real one adds what is left of a frame's time. Two readings are needed: two libraries make them off
one frame, or it takes the next one.
"""

import io
import random
import time
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
from inside import inside
from interleaved import Figure, median, nearly_worst
from phone_screen import screen
from PIL import Image
from process import PATIENCE, configured, gateway
from shopper import Shopper

from kiosk.gateway.client import Gateway

FRAME = (1280, 720)
PHONE = (340, 680)  # pixels of the frame


def _seen(code: str) -> bytes:
    """A phone with a code before the camera, as PNG."""
    frame = Image.new("L", FRAME, 90)
    phone = screen(code, np.random.default_rng(1)).resize(PHONE, Image.Resampling.BILINEAR)
    frame.paste(phone, (470, 20))
    out = io.BytesIO()
    frame.save(out, "PNG")
    return out.getvalue()


def measure(*, quick: bool) -> Iterator[Figure]:
    """Sales by a payment code, one after the other."""
    left: list[float] = []
    pay = Gateway.pay
    dice = random.Random(17)  # noqa: S311 - no secret

    async def noted(*given: object) -> object:
        left.append(time.perf_counter())
        return await pay(*given)

    with (
        patch.object(Gateway, "pay", noted),
        gateway() as url,
        configured(gateway=url) as config,
        inside(config) as daemon,
    ):
        shopper = Shopper(daemon, url)
        took = []
        for _ in range(2 if quick else 40):
            picture = _seen(shopper.code())
            shopper.keys("1500#2")
            shopper.until("scanning")
            time.sleep(dice.uniform(0.6, 0.8))  # the decoder is there, and has seen that nothing is
            paid = len(left)
            daemon.board.camera.look(picture)
            held = time.perf_counter()
            while len(left) == paid:
                assert time.perf_counter() - held < PATIENCE
                time.sleep(0.0005)
            took.append(left[paid] - held)
            shopper.until("paid")
        shopper.close()
    yield Figure("frame", "to PAY, 1280x720", median(took) * 1000, "ms", 60)
    yield Figure("frame", "the same, 99 of 100", nearly_worst(took) * 1000, "ms")
