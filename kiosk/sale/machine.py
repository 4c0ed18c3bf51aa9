"""The machine: one step from a state to the next, by the tables in `transitions`.

Synchronous, total and pure: `step(state, event, now)` returns the next state and what is to be done. A bug (a pair in
no table, a handler that leads where its row does not say) raises; the process ends and recovers from its journal.
"""

from dataclasses import dataclass, replace

from kiosk.sale import troubles as tales
from kiosk.sale.answers import arrived, awaited, contradiction
from kiosk.sale.commands import Command, Probe, SendResult, Topic
from kiosk.sale.deadlines import order_due, session_due
from kiosk.sale.events import (
    CancelAnswered,
    CancelWanted,
    Checked,
    CodeNotShowable,
    CodeScanned,
    DetailAnswered,
    EntryPaid,
    Event,
    GaveUp,
    InquiryWanted,
    KeyPressed,
    Moment,
    Notified,
    OrderEvent,
    OrderMoved,
    Part,
    PartFailed,
    PartRecovered,
    PayAnswered,
    ProbeAnswered,
    RefundAnswered,
    RefundWanted,
    ReleaseAnswered,
    Reloaded,
    RulesChanged,
    ServiceOver,
    ServiceUsed,
    ServiceWanted,
    SessionEvent,
    SettleWanted,
    StopWanted,
    Woken,
)
from kiosk.sale.moves import Context
from kiosk.sale.numbering import order_number
from kiosk.sale.order import NEVER, Awaiting, Order, Plan, Unresolved
from kiosk.sale.outcome import NotSent, Outcome, Unknown
from kiosk.sale.panel import Text
from kiosk.sale.rules import Rules
from kiosk.sale.state import NOT_YET_ASKED, EntryShown, Idle, InHand, Kiosk, OutOfService, Result, Serviced
from kiosk.sale.transitions import IGNORED, ORDERS, SESSION, OrderRow, SessionRow


@dataclass(frozen=True, slots=True)
class Step:
    """The state after an event, what is to be done about it, and why something was not done.

    `changed`: the orders whose records differ now, those that ended among them. They go to disk with the commands,
    before any command is carried out.
    """

    state: Kiosk
    commands: tuple[Command, ...] = ()
    notes: tuple[str, ...] = ()
    changed: tuple[Order, ...] = ()


def start(rules: Rules) -> Kiosk:
    """A kiosk that has yet to hear from its gateway and to know the time."""
    troubles = {Part.GATEWAY: NOT_YET_ASKED, Part.CLOCK: NOT_YET_ASKED}
    return Kiosk(rules=rules, session=OutOfService(Text.NO_NETWORK), orders={}, troubles=troubles)


# --- one step --------------------------------------------------------------------------------------------------------


class _Running:
    """The bookkeeping of one step: the state so far, and what has come of it.

    An order that moved is told to the session that waits for it, and a session may tell its order something in turn.
    """

    def __init__(self, kiosk: Kiosk, now: Moment) -> None:
        self.before = kiosk.orders
        self.kiosk = kiosk
        self.now = now
        self.touched: dict[str, Order] = {}
        self.commands: list[Command] = []
        self.notes: list[str] = []

    def tell_order(self, order_id: str, event: OrderEvent) -> None:
        """Give an event to an order; if it is the one in hand, the session hears of it."""
        order = self.kiosk.orders.get(order_id)
        if order is None:
            self.notes.append(f"ignored {type(event).__name__}: no order {order_id} is open")
            return
        if not awaited(order, event):
            self.notes.append(f"ignored {type(event).__name__}: {order_id} waits for no such answer, or has it already")
            return
        order, event = arrived(order, event, self.kiosk.orders)
        order = self._doubted(order, event)
        row = ORDERS.get((type(order.phase), type(event)))
        if row is None:
            self._ignore(type(order.phase), event)
            self._keep(order)
            return
        session = self.kiosk.session
        attended = isinstance(session, InHand) and session.order_id == order_id
        dated = Part.CLOCK not in self.kiosk.troubles
        moved = row.handler(order, order.phase, event, Context(self.now, self.kiosk.rules, attended, dated))
        _allowed(row, type(moved.order.phase))
        self._keep(moved.order)
        self.commands.extend(moved.commands)
        if moved.note:
            self.notes.append(moved.note)
        if attended or (isinstance(session, Result) and session.order.id == order_id):
            self.tell_session(OrderMoved(moved.order))

    def _doubted(self, order: Order, event: OrderEvent) -> Order:
        """What the gateway says of an order and can't be, is doubt, and a fault that a person hears of once."""
        reason = contradiction(event)
        if not reason or order.plan.doubted:
            return order
        details = {"part": str(Part.GATEWAY), "reason": reason}
        self.commands.append(SendResult(Topic.FAULT, self.now.at, order, details))
        return replace(order, plan=replace(order.plan, doubted=True))

    def tell_session(self, event: SessionEvent) -> None:
        """Give an event to the shopper's session, and do what it wants."""
        if isinstance(event, KeyPressed) and event.key == self.kiosk.rules.language_key:
            self.kiosk = replace(self.kiosk, turned=not self.kiosk.turned)
        state = self.kiosk.session
        row = SESSION.get((type(state), type(event)))
        if row is None:
            self._ignore(type(state), event)
            return
        turn = row.handler(self.kiosk, state, event, self.now)
        _allowed(row, type(turn.session))
        self.kiosk = replace(self.kiosk, session=turn.session)
        if turn.opened:
            number = order_number(self.kiosk.last_id, self.now)
            self.kiosk = replace(self.kiosk, last_id=number, spent=turn.opened.plan.code or self.kiosk.spent)
            self._keep(turn.opened)
        self.commands.extend(turn.commands)
        if turn.tell:
            self.tell_order(turn.tell.order_id, turn.tell)

    def tell_part(self, event: PartFailed | PartRecovered) -> None:
        """A part of the machine fails or works again; the operator hears of each trouble once (`troubles`)."""
        before = self.kiosk.troubles.get(event.part)
        after = event.what if isinstance(event, PartFailed) else None
        if before == after or (before not in (None, NOT_YET_ASKED) and after is not None):
            return
        troubles = {part: what for part, what in self.kiosk.troubles.items() if part is not event.part}
        if after is not None:
            troubles[event.part] = after
            told, news = tales.failed(self.kiosk.told, event.part)
            if news:
                details = {"part": str(event.part), "reason": after}
                self.commands.append(SendResult(Topic.FAULT, self.now.at, details=details))
        else:
            told = tales.recovered(self.kiosk.told, event.part, self.now.mono)
        self.kiosk = replace(self.kiosk, troubles=troubles, told=told)

    def unreadable(self, what: str) -> None:
        """A code can't be shown: one order's, which is a fault of the moment, or the static one, a lasting fault."""
        order = self.kiosk.in_hand
        if order is None:
            if isinstance(self.kiosk.session, Idle | EntryShown):  # else it was an order's, which is over by now
                self.tell_part(PartFailed(Part.SCREEN, what))
        elif isinstance(order.phase, Awaiting) and order.phase.code:
            details = {"part": str(Part.SCREEN), "reason": what}
            self.commands.append(SendResult(Topic.FAULT, self.now.at, order, details))

    def reach(self, outcome: Outcome, *, probed: bool = False) -> None:
        """What an answer, or none, tells of the gateway. With the first sign of life after a silence, all is due.

        What is unclear about one order may be that order's trouble alone: the probe decides, and soon.
        """
        match outcome:
            case NotSent() if Part.JOURNAL in self.kiosk.troubles and not probed:
                pass  # it was the disk that kept it from being sent
            case Unknown() if not probed:
                soonest = max(self.now.mono, self.kiosk.probed_at + self.kiosk.rules.probe_offline)
                self.kiosk = replace(self.kiosk, probe_due=min(self.kiosk.probe_due, soonest))
            case NotSent(reason) | Unknown(reason):
                self.tell_part(PartFailed(Part.GATEWAY, reason or "no answer"))
                self.kiosk = replace(self.kiosk, probe_due=self.now.mono + self.kiosk.rules.probe_offline)
            case _:
                if Part.GATEWAY in self.kiosk.troubles:
                    self.tell_part(PartRecovered(Part.GATEWAY))
                    for order in tuple(self.kiosk.orders.values()):
                        if _waits(order):
                            self._keep(replace(order, plan=replace(order.plan, due=self.now.mono)))
                self.kiosk = replace(self.kiosk, probe_due=self.now.mono + self.kiosk.rules.probe_every)

    def wake(self) -> None:
        """Whatever is due, is done."""
        for order in tuple(self.kiosk.orders.values()):
            if order_due(order) <= self.now.mono:
                self.tell_order(order.id, Woken())
        if session_due(self.kiosk.session) <= self.now.mono:
            self.tell_session(Woken())
        told, over = tales.settled(self.kiosk.told, self.kiosk.rules, self.now.mono)
        self.kiosk = replace(self.kiosk, told=told)
        for part in over:
            self.commands.append(SendResult(Topic.RECOVERED, self.now.at, details={"part": str(part)}))
        if not self.kiosk.probing and self.kiosk.probe_due <= self.now.mono:
            self.kiosk = replace(self.kiosk, probing=True, probed_at=self.now.mono)
            self.commands.append(Probe())

    def end(self, *, keep_ended: bool) -> Step:
        """Preflight for the next shopper, and forget the orders that nothing more is due for."""
        self.tell_session(Checked(self.kiosk.trouble))
        if self.kiosk.turned and isinstance(self.kiosk.session, Idle | OutOfService | Serviced):
            self.kiosk = replace(self.kiosk, turned=False)  # the next shopper has the kiosk's own language
        if not keep_ended:
            mine = self.kiosk.session.order_id if isinstance(self.kiosk.session, InHand) else None
            orders = self.kiosk.orders.items()
            kept = {key: order for key, order in orders if not _over(order) or key == mine}
            if len(kept) != len(self.kiosk.orders):
                self.kiosk = replace(self.kiosk, orders=kept)
        changed = tuple(order for key, order in self.touched.items() if self.before.get(key) != order)
        return Step(self.kiosk, tuple(self.commands), tuple(self.notes), changed)

    def _keep(self, order: Order) -> None:
        if self.kiosk.orders.get(order.id) is not order:
            self.touched[order.id] = order
            self.kiosk = replace(self.kiosk, orders={**self.kiosk.orders, order.id: order})

    def _ignore(self, state: type, event: OrderEvent | SessionEvent) -> None:
        because = IGNORED[state, type(event)]
        if not isinstance(event, Checked | OrderMoved | Woken):
            self.notes.append(f"ignored {type(event).__name__} in {state.__name__}: {because}")


def _waits(order: Order) -> bool:
    """Whether it is to be asked about as soon as the gateway answers again."""
    wanted = not order.ended or isinstance(order.phase, Unresolved) or order.plan.unseen
    return order.plan.due != NEVER and bool(wanted)


def _over(order: Order) -> bool:
    return order.ended and order.plan.due == NEVER and not order.plan.busy


def _allowed(row: OrderRow | SessionRow, to: type) -> None:
    if to not in row.to:
        raise AssertionError(f"{row.state.__name__} on {row.event.__name__} led to {to.__name__}: not in its row")


def step(kiosk: Kiosk, event: Event, now: Moment) -> Step:
    """The state after `event` at `now`, and what is to be done. Total: every event is handled in every state."""
    running = _Running(kiosk, now)
    match event:
        case PayAnswered() | DetailAnswered() | CancelAnswered() | RefundAnswered():
            running.tell_order(event.order_id, event)
            running.reach(event.outcome)
        case Notified() | ReleaseAnswered() | GaveUp():
            running.tell_order(event.order_id, event)
        case RefundWanted() | CancelWanted() | InquiryWanted() | SettleWanted():
            running.tell_order(event.order_id, event)
        case EntryPaid(approved, _):
            if any(order.gateway_id == approved.gateway_id for order in kiosk.orders.values()):
                running.notes.append(f"ignored EntryPaid: {approved.gateway_id} is known already")
            else:
                running.tell_session(event)
        case CodeNotShowable(what):
            running.unreadable(what)
            running.tell_session(event)
        case KeyPressed() | CodeScanned() | OrderMoved() | Checked() | ServiceWanted() | ServiceOver():
            running.tell_session(event)
        case ServiceUsed(what):
            running.commands.append(SendResult(Topic.SERVICE, now.at, details={"what": what}))
        case StopWanted():
            running.kiosk = replace(kiosk, stopping=True)
            running.tell_session(event)
        case PartFailed() | PartRecovered():
            running.tell_part(event)
        case ProbeAnswered(outcome):
            running.kiosk = replace(kiosk, probing=False)
            running.reach(outcome, probed=True)
        case Reloaded(order):
            if order.ended and order.id not in kiosk.orders:  # one that has not ended was read too early
                running.kiosk = replace(kiosk, orders={**kiosk.orders, order.id: replace(order, plan=Plan())})
        case RulesChanged(rules):
            running.kiosk = replace(kiosk, rules=rules)
        case Woken():
            pass
    running.wake()
    return running.end(keep_ended=isinstance(event, Reloaded))
