"""The five rules of money, under any order of events: a model gateway with its own books, a model release, a shopper
with whims, a network that loses and delays, an operator, a crash at any point, and time that passes as it likes.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sale_examples import EXAMPLES, SCANNED, SEOUL, rules, won
from sale_gateway import Account, Books, Status

from kiosk.sale.commands import Cancel, Command, Inquire, Pay, Probe, Refund, Release, SendResult, ServiceKey, Topic
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import (
    CancelAnswered,
    CancelWanted,
    CodeNotShowable,
    CodeScanned,
    DetailAnswered,
    EntryPaid,
    Event,
    InquiryWanted,
    Key,
    KeyPressed,
    Moment,
    Notified,
    Part,
    PartFailed,
    PartRecovered,
    PayAnswered,
    ProbeAnswered,
    RefundAnswered,
    RefundWanted,
    ReleaseAnswered,
    Reloaded,
    ServiceOver,
    ServiceWanted,
    SettleWanted,
    StopWanted,
    Woken,
)
from kiosk.sale.machine import Step, start, step
from kiosk.sale.order import (
    IN_DOUBT,
    NEVER,
    AfterCrash,
    GivenBack,
    GivingBack,
    NotCharged,
    Order,
    Plan,
    Product,
    Released,
    Releasing,
    Settled,
    Settlement,
    Unconfirmed,
    Unresolved,
)
from kiosk.sale.outcome import Approved, NotSent, Outcome, Pending, Refused, Trust, Unknown
from kiosk.sale.recovery import recover
from kiosk.sale.show import next_tick, panel
from kiosk.sale.state import Entering, Idle, InHand, Result, Scanning

ALL = (Product.ORDER_CODE, Product.PAYMENT_CODE, Product.ENTRY_CODE, Product.CASHIER_PAYMENT)
TRANSIT = 300.0  # seconds within which money that is on its way lands
FLIGHT = 20.0  # seconds within which a request whose answer was lost arrives, if it does
TROUBLE = ("not sent", "lost before", "lost after", "in flight", "refused", "lie", "done, not heard")
FIRST = {Topic.PAID, Topic.DECLINED, Topic.EXPIRED, Topic.CANCELLED}


class World(RuleBasedStateMachine):
    """One kiosk and all that is around it. What happens is a rule; what must hold is an invariant."""

    @initialize(
        hour=st.sampled_from((12, 23)),
        after_crash=st.sampled_from(AfterCrash),
        products=st.sampled_from((ALL, ALL, ALL[:1], ALL[1:2], ALL[2:3])),
    )
    def begin(self, hour: int, after_crash: AfterCrash, products: tuple[Product, ...]) -> None:
        self.terms = rules(*products, after_crash=after_crash, probe_every=7200.0, probe_offline=1200.0)
        self.mono = 0.0
        self.at = datetime(2026, 11, 23, hour, 57, tzinfo=SEOUL)
        self.books = Books()
        self.journal: dict[str, Order] = {}
        self.reported: dict[str, list[Topic]] = {}
        self.waiting: list[Command] = []  # on disk, and not yet carried out or answered
        self.done: list[Command] = []  # of those, what the gateway has done already
        self.flying: list[Pay] = []  # sent, given up, and perhaps arriving yet
        self.answers: list[Event] = []  # answered already; the network may say them again
        self.news: list[tuple[Account, object]] = []  # NOTIFICATIONs on their way
        self.dropped_out: dict[str, int] = {}  # how often goods came out
        self.sent: dict[str, bool] = {}  # PAY of this order may have been sent
        self.unsure: set[str] = set()  # a crash or a silence hides whether the goods came out
        self.wanted: dict[str, int] = {}  # what the operator asked to be given back
        self.kiosk = start(self.terms)
        self.tell(PartRecovered(Part.CLOCK))

    # --- write, then act ---------------------------------------------------------------------------------------------

    @property
    def now(self) -> Moment:
        return Moment(self.mono, self.at)

    def tell(self, event: Event) -> None:
        self.take(step(self.kiosk, event, self.now))
        assert next_wake(self.kiosk) > self.mono, "it would be woken again at once"

    def take(self, stepped: Step) -> None:
        self.kiosk = stepped.state
        for order in stepped.changed:
            self.journal[order.id] = replace(order, plan=Plan())
        for order in self.kiosk.orders.values():
            assert self.journal[order.id] == order, "the journal is behind"
        for command in stepped.commands:
            if isinstance(command, SendResult):
                if command.order:
                    self.reported.setdefault(command.order.id, []).append(command.topic)
                continue
            if isinstance(command, ServiceKey):
                continue
            self.check_intent(command)
            self.waiting.append(command)

    def check_intent(self, command: Command) -> None:
        match command:
            case Release(order):
                account = self.books.of(order)
                assert account, f"{order.id} is released, and the gateway does not know it"
                assert account.charged == order.amount.minor, f"{order.id} is released unpaid"
                assert account.kept == account.charged, f"{order.id} is released, and money of it goes back"
                assert account.currency == order.amount.currency
                assert isinstance(self.journal[order.id].phase, Releasing)
            case Pay(order):
                assert not self.sent.get(order.id), f"PAY of {order.id} again, though it may have been done"
                self.sent[order.id] = True
                session = self.kiosk.session
                assert isinstance(session, InHand)
                assert session.order_id == order.id
            case _:
                pass

    # --- the shopper -------------------------------------------------------------------------------------------------

    @rule(key=st.sampled_from("0159*#1234"))
    def press(self, key: str) -> None:
        self.tell(KeyPressed(Key(key)))

    def choose(self, choice: str) -> None:
        """Up to the choice of a way to pay, on a machine that somebody has just seen to."""
        self.tell(ServiceOver())
        if not isinstance(self.kiosk.session, Idle):
            self.advance(40.0)
        self.all_well()
        for key in f"1500#{choice}":
            self.tell(KeyPressed(Key(key)))

    def hear_of_pay(self, how: str) -> None:
        if self.waiting and isinstance(self.waiting[-1], Pay) and how != "not yet":
            self.carry_out(len(self.waiting) - 1, how)

    @rule(
        choice=st.sampled_from("114"),
        how=st.sampled_from(("answered", "answered", "answered", "not yet", *TROUBLE)),
        then=st.sampled_from(
            ("pays", "pays", "pays slowly", "pays, told twice", "pays and gives up", "gives up", "waits")
        ),
    )
    def buy_by_shown_code(self, choice: str, how: str, then: str) -> None:
        self.choose(choice)
        self.hear_of_pay(how)
        if "pays" in then:
            self.pay_by_phone(0, "slowly" if "slowly" in then else "at once")
        if "told" in then and self.news:
            for again in (True, False):
                self.notify(len(self.news) - 1, again, Trust.SIGNED)
        if "gives up" in then:
            self.tell(KeyPressed(Key.STAR))

    @rule(
        fate=st.sampled_from(("success", "success", "processing", "fail")),
        how=st.sampled_from(("answered", "not yet", *TROUBLE)),
    )
    def buy_by_scanned_code(self, fate: Status, how: str) -> None:
        self.books.fate = fate
        self.choose("2")
        if isinstance(self.kiosk.session, Scanning):
            self.tell(CodeScanned(SCANNED))
        self.hear_of_pay(how)

    @rule(choice=st.sampled_from("123"))
    def try_again(self, choice: str) -> None:
        if isinstance(self.kiosk.session, Result):
            self.tell(KeyPressed(Key.HASH))
            self.tell(KeyPressed(Key(choice)))

    @precondition(lambda self: isinstance(self.kiosk.session, InHand))
    @rule()
    def give_up(self) -> None:
        self.tell(KeyPressed(Key.STAR))

    def shown(self, index: int) -> Account | None:
        open_ones = [one for one in self.books.accounts.values() if one.status == "processing" and not one.transit]
        return open_ones[-1 - index % len(open_ones)] if open_ones else None

    @rule(index=st.integers(0, 5), how=st.sampled_from(("at once", "at once", "slowly", "declined", "lapsed")))
    def pay_by_phone(self, index: int, how: str) -> None:
        if (account := self.shown(index)) is None:
            return
        if how == "at once":
            self.books.succeed(account, self.at)
        elif how == "slowly":
            account.transit = self.at + timedelta(seconds=TRANSIT)
        else:
            account.status = "fail" if how == "declined" else "closed"
        self.news.append((account, self.books.state(account)))

    @rule()
    def money_lands(self) -> None:
        """Even after the code was closed: the gateway took the money, and must be asked to give it back."""
        self.land(self.at + timedelta(seconds=TRANSIT))

    def land(self, until: datetime) -> None:
        for account in self.books.accounts.values():
            if account.transit and account.transit <= until:
                self.books.succeed(account, self.at)
                self.news.append((account, self.books.state(account)))

    @rule(chosen=st.booleans(), minor=st.sampled_from((1500, 1500, 700, 1, 300_000)), late=st.booleans())
    def pay_static_code(self, chosen: bool, minor: int, late: bool) -> None:  # noqa: FBT001 - drawn
        if chosen:
            self.choose("3")
        account = self.books.pay_static(len(self.books.accounts), minor, self.at - timedelta(seconds=4000 * late))
        self.hear(account, self.books.state(account), Trust.SIGNED)

    # --- the gateway and its network ---------------------------------------------------------------------------------

    @precondition(lambda self: self.waiting)
    @rule(
        index=st.integers(0, 5),
        how=st.sampled_from(("answered",) * 6 + TROUBLE),
    )
    def carry_out(self, index: int, how: str) -> None:
        command = self.waiting.pop(index % len(self.waiting))
        if how == "done, not heard" and isinstance(command, Pay | Cancel | Refund):
            self.arrive(command)
            self.done.append(command)
            self.waiting.append(command)
        elif isinstance(command, Release):
            self.drive_release(command, how)
        else:
            self.answer(command, self.outcome_of(command, how))

    @precondition(lambda self: self.waiting)
    @rule()
    def carry_out_all(self) -> None:
        waiting, self.waiting = self.waiting, []
        for command in waiting:
            if isinstance(command, Release):
                self.drive_release(command, "answered")
            else:
                self.answer(command, self.outcome_of(command, "answered"))

    def outcome_of(self, command: Pay | Inquire | Cancel | Refund | Probe, how: str) -> Outcome:
        if any(command is one for one in self.done) and not how.startswith("lost"):
            how = "answered"
        if how == "not sent":
            if isinstance(command, Pay):
                self.sent[command.order.id] = False
            return NotSent("no connection")
        if isinstance(command, Probe):
            return Unknown("no answer") if how.startswith("lost") else Pending()
        match how:
            case "lost before":
                return Unknown("no answer")
            case "lost after":
                self.arrive(command)
                return Unknown("no answer")
            case "in flight" if isinstance(command, Pay):
                self.flying.append(command)
                return Unknown("no answer")
            case "refused" if isinstance(command, Pay | Cancel | Refund):
                return Refused("bad field")
            case "lie" if isinstance(command, Pay | Inquire):
                return self.lie(command)
            case _:
                return self.arrive(command)

    def arrive(self, command: Pay | Inquire | Cancel | Refund) -> Outcome:
        before = replace(account) if (account := self.books.of(command.order)) else None
        outcome = self.books.arrive(command, self.at)
        account = self.books.of(command.order)
        if account and (before is None or before.status != account.status) and account.status != "processing":
            self.news.append((account, self.books.state(account)))
        return outcome

    def lie(self, command: Pay | Inquire) -> Outcome:
        """A success over another amount: it must not be believed."""
        honest = self.arrive(command)
        wrong = won(command.order.amount.minor + 1)
        return honest if isinstance(honest, Approved) else Approved(command.order.id, "UQ-lie", wrong)

    def drive_release(self, command: Release, how: str) -> None:
        key = command.order.id
        if not isinstance(self.journal[key].phase, Releasing):  # it took too long: the money is on its way back
            self.unsure.add(key)
        if how in ("answered", "refused", "lie"):
            self.dropped_out[key] = self.dropped_out.get(key, 0) + 1
            self.tell(ReleaseAnswered(key))
        elif how == "lost before":
            self.tell(ReleaseAnswered(key, "jammed"))
        elif how == "lost after":
            self.dropped_out[key] = self.dropped_out.get(key, 0) + 1
            self.unsure.add(key)
            self.tell(ReleaseAnswered(key, "not confirmed"))
        else:
            self.waiting.append(command)

    def answer(self, command: Command, outcome: Outcome) -> None:
        match command:
            case Pay(order):
                event: Event = PayAnswered(order.id, outcome)
            case Inquire(order):
                event = DetailAnswered(order.id, outcome)
            case Cancel(order):
                event = CancelAnswered(order.id, outcome)
            case Refund(order):
                assert isinstance(order.phase, GivingBack)
                event = RefundAnswered(order.id, order.phase.refund_id, outcome)
            case _:
                event = ProbeAnswered(outcome)
        if not isinstance(outcome, NotSent | Unknown):
            self.answers.append(event)
        self.tell(event)

    @precondition(lambda self: self.answers)
    @rule(index=st.integers(0, 20))
    def hear_an_answer_again(self, index: int) -> None:
        event = self.answers[index % len(self.answers)]
        if not isinstance(event, ProbeAnswered) and event.order_id in self.kiosk.orders:
            self.tell(event)

    @precondition(lambda self: self.flying)
    @rule()
    def requests_in_flight_arrive(self) -> None:
        flying, self.flying = self.flying, []
        for command in flying:
            self.arrive(command)

    @precondition(lambda self: self.news)
    @rule(index=st.integers(0, 5), again=st.booleans(), trust=st.sampled_from(Trust))
    def notify(self, index: int, again: bool, trust: Trust) -> None:  # noqa: FBT001 - drawn
        index %= len(self.news)
        account, outcome = self.news[index] if again else self.news.pop(index)
        self.hear(account, outcome, trust)

    def hear(self, account: Account, outcome: object, trust: Trust) -> None:
        """As the listener does it: by the order's id, or by the gateway's where it has none of ours."""
        key = account.order_id or next(
            (order.id for order in self.journal.values() if order.gateway_id == account.gateway_id), None
        )
        if key is None:
            assert isinstance(outcome, Approved)
            self.tell(EntryPaid(outcome))
        elif key in self.journal:
            self.about(key, Notified(key, outcome, trust))

    def about(self, key: str, event: Event) -> None:
        if key not in self.kiosk.orders:
            self.tell(Reloaded(self.journal[key]))
        self.tell(event)

    @rule(slow=st.booleans())
    def the_gateway_takes_its_time(self, slow: bool) -> None:  # noqa: FBT001 - drawn
        self.books.slow = slow
        if not slow:
            self.books.settle()

    @rule(failing=st.booleans())
    def refunds_fail(self, failing: bool) -> None:  # noqa: FBT001 - drawn
        self.books.failing = failing

    # --- the operator ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.journal)
    @rule(index=st.integers(0, 5), what=st.sampled_from(("part", "all", "too much", "cancel", "inquire")))
    def operate(self, index: int, what: str) -> None:
        key = list(self.journal)[index % len(self.journal)]
        event: Event
        match what:
            case "part":
                event = RefundWanted(key, won(500))
            case "all":
                event = RefundWanted(key, None)
            case "too much":
                event = RefundWanted(key, won(self.journal[key].amount.minor + 1))
            case "cancel":
                event = CancelWanted(key)
            case _:
                event = InquiryWanted(key)
        if what in ("part", "all", "cancel"):
            whole = self.journal[key].amount.minor
            self.wanted[key] = self.wanted.get(key, 0) + (500 if what == "part" else whole)
        self.about(key, event)

    @rule(what=st.sampled_from((*Part, "code")))
    def trouble(self, what: Part | str) -> None:
        self.tell(PartFailed(what, "broken") if isinstance(what, Part) else CodeNotShowable("too small"))

    @rule(keys=st.booleans(), done=st.booleans())
    def a_technician_comes(self, keys: bool, done: bool) -> None:  # noqa: FBT001 - drawn
        self.tell(ServiceWanted(60.0, keys=keys))
        if done:
            self.tell(ServiceOver())

    def all_well(self) -> None:
        for part in Part:
            self.tell(PartRecovered(part))

    @rule(finish=st.booleans())
    def stop(self, finish: bool) -> None:  # noqa: FBT001 - drawn
        """As systemd does it: what is in hand may come to its end, and then the daemon begins anew."""
        self.tell(StopWanted())
        if finish:
            self.serve()
        self.restart([], durable=True)

    # --- time and crashes --------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((0.5, 1.0, 3.0, 3.0, 6.0, 20.0, 60.0, 130.0, 700.0, 4000.0, 90_000.0)))
    def wait(self, seconds: float) -> None:
        self.advance(seconds)

    @rule(hours=st.sampled_from((0.1, 2.0, 25.0)), how=st.sampled_from(("not sent", "lost before", "lost after")))
    def the_network_is_gone(self, hours: float, how: str) -> None:
        self.hours_pass(hours, how)

    @rule(hours=st.sampled_from((2.0, 25.0, 50.0)))
    def what_the_gateway_accepted_takes_days(self, hours: float) -> None:
        self.books.slow = True
        self.hours_pass(hours, "answered")

    def hours_pass(self, hours: float, how: str) -> None:
        """Whatever is asked meanwhile is answered in the same way."""
        end = self.mono + hours * 3600
        while self.mono < end:
            self.wait_for_the_timer(1)
            waiting, self.waiting = self.waiting, []
            for command in waiting:
                if isinstance(command, Release):
                    self.drive_release(command, "answered")
                else:
                    self.answer(command, self.outcome_of(command, how))

    @rule(times=st.integers(1, 5))
    def wait_for_the_timer(self, times: int) -> None:
        for _ in range(times):
            if (wake := next_wake(self.kiosk)) < NEVER:
                self.advance(wake - self.mono)

    def advance(self, seconds: float) -> None:
        end = self.mono + seconds
        while (wake := next_wake(self.kiosk)) <= end:
            self.pass_to(wake)
            self.tell(Woken())
        self.pass_to(end)

    def pass_to(self, mono: float) -> None:
        seconds = max(0.0, mono - self.mono)
        if seconds > FLIGHT:
            self.requests_in_flight_arrive()
        self.at += timedelta(seconds=seconds)
        self.land(self.at)
        self.mono = max(mono, self.mono)
        for account in self.books.accounts.values():
            lapsed = account.order and account.order.expire_at < self.at and account.order.product in SHOWN
            if lapsed and account.status == "processing" and not account.transit:
                account.status = "closed"

    @rule(done=st.lists(st.booleans(), max_size=4), durable=st.booleans(), away=st.sampled_from((1.0, 30.0, 5000.0)))
    def crash(self, done: list[bool], durable: bool, away: float) -> None:  # noqa: FBT001 - drawn
        """At any point: of what was on disk to be done, some was done, and no answer will be heard."""
        self.restart(done, durable=durable, away=away)

    def restart(self, done: list[bool], *, durable: bool, away: float = 1.0) -> None:
        for command, was_done in zip(self.waiting, [*done, *[False] * len(self.waiting)], strict=False):
            match command:
                case Release(order):
                    self.unsure.add(order.id)
                    self.dropped_out[order.id] = self.dropped_out.get(order.id, 0) + was_done
                case Pay() | Cancel() | Refund() if was_done:
                    self.arrive(command)
                case _:
                    pass
        self.waiting, self.answers = [], []
        self.pass_to(self.mono + away)
        self.mono = 10.0
        newest = self.kiosk.last_id
        orders = tuple(
            order
            for order in self.journal.values()
            if not order.ended or order.owed or isinstance(order.phase, Unresolved)
        )
        taken = recover(replace(start(self.terms), last_id=newest), orders, self.now)
        if not durable:  # it crashed again before that was on disk
            taken = recover(replace(start(self.terms), last_id=newest), orders, self.now)
        self.take(taken)
        self.tell(PartRecovered(Part.CLOCK))

    # --- what holds all along ----------------------------------------------------------------------------------------

    @invariant()
    def what_holds_all_along(self) -> None:
        self.nothing_is_released_twice()
        self.never_more_is_given_back_than_was_paid()
        self.a_session_has_one_order_that_could_be_charged()
        self.what_has_ended_is_reported_once()
        self.the_panel_can_be_shown()

    def nothing_is_released_twice(self) -> None:
        assert all(count <= 1 for count in self.dropped_out.values())

    def never_more_is_given_back_than_was_paid(self) -> None:
        assert all(account.kept >= 0 for account in self.books.accounts.values())
        assert not self.books.greedy

    def a_session_has_one_order_that_could_be_charged(self) -> None:
        session = self.kiosk.session
        if isinstance(session, Result) and isinstance(session.order.phase, NotCharged):
            assert not isinstance(self.journal[session.order.id].phase, IN_DOUBT)
            account = self.books.of(session.order)
            scanned = session.order.product is Product.PAYMENT_CODE
            assert not (scanned and account and account.kept), "nothing charged, says the screen, and it was"
        if isinstance(session, Entering | Scanning):
            assert self.kiosk.in_hand is None

    def what_has_ended_is_reported_once(self) -> None:
        for key, order in self.journal.items():
            topics = self.reported.get(key, [])
            for topic in (*FIRST, Topic.RELEASE_DONE, Topic.RELEASE_FAILED, Topic.RELEASE_UNCONFIRMED):
                assert topics.count(topic) <= 1, f"{topic} of {key} twice"
            if order.ended:
                assert len([t for t in topics if t in FIRST or t is Topic.UNRESOLVED]) >= 1, f"{key} ended untold"

    def the_panel_can_be_shown(self) -> None:
        panel(self.kiosk, self.now)
        assert next_tick(self.kiosk, self.now) > self.mono

    # --- in the end --------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "kiosk"):
            return
        self.drain()
        for key in tuple(self.journal):  # a person looks, and sees whether the goods came out
            out = SettleWanted(key, Settlement.RELEASED, "they are gone")
            for event in (InquiryWanted(key), out if self.dropped_out.get(key) else RefundWanted(key, None)):
                if isinstance(self.journal[key].phase, Unresolved | Unconfirmed):
                    self.about(key, event)
                    self.drain()
            if isinstance(self.journal[key].phase, Unresolved):
                self.about(key, CancelWanted(key))
                self.drain()
        for account in self.books.accounts.values():
            self.check_account(account)
        for order in self.journal.values():
            self.check_record(order)

    def drain(self) -> None:
        """All answer honestly now, and a day passes."""
        self.requests_in_flight_arrive()
        self.money_lands()
        self.books.fate, self.books.failing = "success", False
        self.the_gateway_takes_its_time(slow=False)
        end = self.at + timedelta(hours=26)
        while self.at < end:
            self.serve()
            wake = next_wake(self.kiosk)
            asks_soon = wake - self.mono <= self.terms.ask_every  # as what the operator wants to know
            if not asks_soon and all(isinstance(order.phase, Unresolved) for order in self.kiosk.orders.values()):
                break
            self.advance(max(0.0, wake - self.mono))
        self.serve()
        for order in self.kiosk.orders.values():
            assert order.ended, f"{order} never ends"

    def serve(self) -> None:
        for _ in range(100):
            if not self.waiting:
                return
            self.carry_out_all()
        raise AssertionError("it never stops asking")

    def check_account(self, account: Account) -> None:
        key = account.order_id or next(o.id for o in self.journal.values() if o.gateway_id == account.gateway_id)
        order = self.journal[key]
        if not account.charged:
            assert not self.dropped_out.get(key)
            assert isinstance(order.phase, NotCharged), f"{order.phase} without money"
            return
        out = self.dropped_out.get(key, 0)
        if not out:
            assert account.kept == 0, f"paid {account.charged}, kept {account.kept}, nothing came out: {order}"
        elif key not in self.unsure:
            assert account.back <= self.wanted.get(key, 0), (
                f"given back {account.back}, and the goods came out: {order}"
            )

    def check_record(self, order: Order) -> None:
        account, topics = self.books.of(order), self.reported.get(order.id, [])
        assert isinstance(order.phase, Released | Settled | GivenBack | NotCharged), f"{order.phase} is left"
        if order.paid_at:
            assert account
            assert topics.count(Topic.PAID) == 1
            assert order.refunded.minor == account.back, f"{order} against {account}"
            kept = order.amount.minor if order.released else 0
            assert order.released or order.refunded == order.amount
            assert account.kept <= kept
        doubt = order.id in self.unsure  # the power went in that second
        assert doubt or order.released == (Topic.RELEASE_DONE in topics)
        told_out = {Topic.RELEASE_DONE, Topic.RELEASE_UNCONFIRMED, Topic.SETTLED}
        assert not order.released or told_out & set(topics)
        assert not (isinstance(order.phase, GivenBack) and Topic.REFUNDED not in topics)


SHOWN = (Product.ORDER_CODE, Product.CASHIER_PAYMENT)
# Minutes of steps: an eighth of a core may need an hour for them, and one that is cut off looks like a broken rule.
TestRulesOfMoney = pytest.mark.timeout(3600)(World.TestCase)
TestRulesOfMoney.settings = settings(
    max_examples=4 * EXAMPLES,
    stateful_step_count=50,
    report_multiple_bugs=False,
    phases=set(Phase) - {Phase.explain},
)
