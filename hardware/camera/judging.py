"""What a technician is told of a picture: how bright and how sharp it is, and what is wrong with that."""

import numpy as np

from hardware.ports import GreyFrame

BLACK = 24  # mean of a picture without light: video's black is 16, and there is some noise
WHITE = 250  # mean of a picture that is nothing but light
BLURRED = 1.0  # mean step between neighbours of a picture without edges


def judged(picture: GreyFrame) -> tuple[str, str | None]:
    """What is to be seen, in words and numbers, and what is wrong with it."""
    rows = picture[::4].astype(np.int16)
    brightness, sharpness = float(rows.mean()), float(np.abs(np.diff(rows, axis=1)).mean())
    seen = f"brightness {brightness:.0f} of 255, sharpness {sharpness:.1f}"
    if brightness < BLACK:
        return seen, "camera: its picture is all black: is the lens covered?"
    if brightness > WHITE:
        return seen, "camera: its picture is all white: does a lamp or the sun shine into it?"
    if sharpness < BLURRED:
        return f"{seen} (hardly an edge: is the lens clean and in focus?)", None
    return seen, None
