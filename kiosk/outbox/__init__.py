"""Results on their way to the operator: in order, at least once, with the same id through all retries, none dropped.

This room knows HTTP and the Standard Webhooks signature. Where the results are kept it knows only through `Rows`; it
must not know the journal, nor what a result says: that is `kiosk.journal.result`'s.
"""

from kiosk.outbox.courier import Courier, Row, Rows
from kiosk.outbox.webhook import Webhook

__all__ = ["Courier", "Row", "Rows", "Webhook"]
