"""A program that writes sales into the journal of a directory until it is killed, and says each once it is on disk."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from sample_orders import NOON, order

from kiosk.journal import Entry, Journal
from kiosk.sale.commands import Pay, SendResult, Topic

with Journal.open(Path(sys.argv[1]), "kiosk-0001") as journal:
    number = len(journal.orders(None, None, 10**6))
    while True:
        number += 1
        sale = order(f"K1-{number:06}")
        journal.write(Entry(NOON, (sale,), (Pay(sale),), results=(SendResult(Topic.PAID, NOON, sale),)))
        print(sale.id, flush=True)  # noqa: T201 - said to the test
