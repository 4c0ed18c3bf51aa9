"""The static code: somebody paid by it, and a NOTIFICATION said so. No PAY was sent before.

Money that nobody here was to pay goes back; the display says so, unless it is another shopper's, and the operator is
told. The handler; the table is in `transitions`.
"""

from dataclasses import replace
from datetime import timedelta

from kiosk.sale.events import EntryPaid, Moment, Notified
from kiosk.sale.order import Awaiting, Closing, Plan, Product, Reason
from kiosk.sale.outcome import Trust
from kiosk.sale.panel import Name, Text
from kiosk.sale.session import Turn, new_order
from kiosk.sale.state import EntryShown, Idle, InHand, Kiosk, Result, Session

AHEAD = timedelta(minutes=1)  # the gateway's clock and its Date header may differ a little
LATEST = timedelta(hours=1)  # after that, whoever paid is not taken to stand here


def entry_paid(kiosk: Kiosk, session: Session, event: EntryPaid, now: Moment) -> Turn:
    """It is honoured if it is due here (`_due`); otherwise the order's side gives it back."""
    approved = replace(event.approved, order_id=None)
    due = _due(kiosk, session, event, now)
    order = replace(
        new_order(kiosk, Product.ENTRY_CODE, approved.amount, now),
        gateway_id=approved.gateway_id,
        phase=Awaiting() if due else Closing(Reason.NOT_DUE),
        plan=Plan(),
    )
    told = Notified(order.id, replace(approved, order_id=order.id), Trust.CONFIRMED)
    if due:
        return Turn(InHand(order.id), opened=order, tell=told)
    if isinstance(session, Idle | EntryShown):  # whoever stands here paid it
        session = Result(Name.CANCELLED, Text.MONEY_BACK, order, now.mono + kiosk.rules.claim)
    return Turn(session, opened=order, tell=told)


def _due(kiosk: Kiosk, session: Session, event: EntryPaid, now: Moment) -> bool:
    """Offered here, at this very terminal, within the hour, with nobody else at the machine, and the amount keyed in.

    Where none was keyed in, the amount has to be within the limits.
    """
    approved, rules = event.approved, kiosk.rules
    if Product.ENTRY_CODE not in rules.products or not event.ours or approved.paid_at is None:
        return False
    if not -AHEAD < now.at - approved.paid_at < LATEST:
        return False
    if kiosk.trouble not in (None, Text.NO_NETWORK):
        return False
    match session:
        case EntryShown(amount, _):
            return approved.amount == amount
        case Idle():
            return approved.amount.currency == rules.currency and rules.least <= approved.amount <= rules.most
        case _:
            return False
