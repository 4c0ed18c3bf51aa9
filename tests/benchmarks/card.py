"""What a sale writes on the memory card: bytes, and how many transactions. All but the two by which a result is noted
as delivered are waited for (tests/journal/test_file.py).
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from interleaved import Figure
from past import one_sale, tell_all

from kiosk.journal import Journal

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def _written() -> int:
    return int(re.search(r"^write_bytes: (\d+)", Path("/proc/self/io").read_text(), re.MULTILINE)[1])  # type: ignore[index]


def measure(*, quick: bool) -> Iterator[Figure]:
    """Sales that are told to the operator, on a real disk (/var/tmp), checkpoints with them."""
    count = 100 if quick else 1000
    with tempfile.TemporaryDirectory(prefix="kiosk-card-", dir="/var/tmp") as directory:
        with closing(Journal.open(Path(directory), "kiosk-0001")) as journal:
            transactions = 0

            def write(number: int) -> int:
                one_sale(journal, f"kiosk-0001-{number:012}", NOW + timedelta(seconds=30 * number))
                return tell_all(journal)

            for number in range(20):
                write(number)
            before = _written()
            for number in range(20, 20 + count):
                transactions = 4 + write(number)
        written = _written() - before
    yield Figure("card", "written for a sale", written / count / 1000, "kB", 48, kept=True)
    yield Figure("card", "transactions of a sale", transactions, "", 6, kept=True)
