"""The technician at the machine: between sales they may have it for a while; nothing here decides about money.

Handlers; the table is in `transitions`.
"""

from dataclasses import replace

from kiosk.sale.commands import ServiceKey
from kiosk.sale.events import KeyPressed, Moment, ServiceOver, ServiceWanted, Woken
from kiosk.sale.session import Turn
from kiosk.sale.state import Idle, Kiosk, OutOfService, Serviced


def begin(_kiosk: Kiosk, _session: Idle | OutOfService, event: ServiceWanted, now: Moment) -> Turn:
    """Nobody is there: the machine is the technician's."""
    return Turn(Serviced(now.mono + event.lasting, keys=event.keys))


def key(kiosk: Kiosk, session: Serviced, event: KeyPressed, now: Moment) -> Turn:
    """Whoever works its keys is there yet. While the parts are lent to a command, keys mean nothing."""
    if not session.keys:
        return Turn(session)
    return Turn(replace(session, until=now.mono + kiosk.rules.serviced), commands=(ServiceKey(event.key),))


def over(_kiosk: Kiosk, _session: Serviced, _event: ServiceOver | Woken, _now: Moment) -> Turn:
    """Done, or nobody is there any more."""
    return Turn(Idle())
