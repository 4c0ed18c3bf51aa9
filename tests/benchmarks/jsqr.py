"""jsQR on node, as a web page would use it: one process for all frames, which it gets as four bytes a pixel."""

import contextlib
import json
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[2] / "build" / "node" / "node_modules" / "jsqr"  # make bench puts it there
PROGRAM = """
const jsQR = require(process.argv[1]).default ?? require(process.argv[1]);
let kept = Buffer.alloc(0);
process.stdin.on("data", (more) => {
  kept = Buffer.concat([kept, more]);
  while (kept.length >= 8) {
    const width = kept.readUInt32LE(0), height = kept.readUInt32LE(4), end = 8 + 4 * width * height;
    if (kept.length < end) break;
    const found = jsQR(new Uint8ClampedArray(kept.subarray(8, end)), width, height);
    kept = kept.subarray(end);
    process.stdout.write(JSON.stringify(found ? [found.data] : []) + "\\n");
  }
});
"""


@contextlib.contextmanager
def jsqr() -> Iterator[Callable[[np.ndarray], list[str]] | None]:
    """Reads a grey frame; None where there is no node, or no jsQR."""
    node = shutil.which("node")
    if node is None or not HERE.exists():
        yield None
        return
    with subprocess.Popen([node, "-e", PROGRAM, str(HERE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        asked, said = process.stdin, process.stdout

        def read(frame: np.ndarray) -> list[str]:
            height, width = frame.shape
            coloured = np.dstack([frame] * 3 + [np.full_like(frame, 255)])
            asked.write(struct.pack("<II", width, height) + coloured.tobytes())
            asked.flush()
            return list(json.loads(said.readline()))

        yield read
        asked.close()
