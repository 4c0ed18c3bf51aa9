"""Finding the order that something is about: among those in hand, or in the journal."""

from typing import TypeVar

from kiosk.app.current import Current
from kiosk.app.recorder import Recorder
from kiosk.journal import Journal
from kiosk.sale.events import Reloaded
from kiosk.sale.order import Order
from kiosk.sale.outcome import Outcome, Unknown

T = TypeVar("T", bound=Outcome)


class Lookup:
    """Orders by id, by the gateway's id, or by whatever of them a person has."""

    def __init__(self, current: Current, recorder: Recorder) -> None:
        self._current = current
        self._recorder = recorder

    async def find(self, order_id: str | None, gateway_id: str | None) -> tuple[Order | None, tuple[Reloaded, ...]]:
        """The order, and the event that brings it back where it has ended and is known to the journal only."""
        for order in self._current.state.orders.values():
            if order.id == order_id or (order_id is None and order.gateway_id == gateway_id):
                return order, ()

        def read(journal: Journal) -> Order | None:
            if order_id is not None:
                return journal.order(order_id)
            return journal.by_gateway_id(gateway_id) if gateway_id else None

        return _back(await self._recorder.look_up(read))

    async def own(self, order: Order, outcome: T, gateway_id: str | None) -> T | Unknown:
        """The outcome, unless the gateway's id in it is that of another order: then it can't be believed."""
        other, _ = await self.find(None, gateway_id) if gateway_id else (None, ())
        if other is None or other.id == order.id:
            return outcome
        return Unknown(f"the gateway gave {order.id} the id of {other.id}", contradicts=True)

    async def named(self, text: str) -> tuple[Order | None, tuple[Reloaded, ...]]:
        """The order that a person means: by its id, the gateway's, or the claim code."""
        found = await self._recorder.look_up(lambda journal: journal.find(text))
        in_hand = self._current.state.orders.get(found.id) if found else None
        return (in_hand, ()) if in_hand else _back(found)


def _back(order: Order | None) -> tuple[Order | None, tuple[Reloaded, ...]]:
    return (order, (Reloaded(order),)) if order else (None, ())
