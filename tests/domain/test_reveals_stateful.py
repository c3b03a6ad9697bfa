"""Any order of calls, reveals, expiry, approvals and crashes: never a number without its event."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Preparation
from domain.confidentiality import RevealWeek
from domain.refusals import Refusal
from domain.reveal_exception import Wish
from domain.reveal_rules import DAY_CAP, DAY_QUOTA, VIEWS, WEEK_QUOTA, GrantKind, RevealReason
from domain.rhythm import Rules
from domain.words import By, CallbackOutcome, ContactSource, Role
from store.branch import BranchStore
from store.migrate import migrate
from tests.hours import ANY_TIME

from .conftest import NOON, a_by
from .test_callback import a_listing

CUSTOMERS = [f"C-{no}" for no in range(30)]
VIEWERS = ("S1", "S2")
RULES = Rules()


class Crash(Exception):
    """The process died here."""


class Reveals(RuleBasedStateMachine):
    """A branch on a real store, a clock, and a process that may die around any append."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = BranchStore("main", self.folder)
        migrate(self.store, f"sqlite:///{self.folder}/accounts.db", None, [])
        self.now = NOON
        self.tickets: list[tuple[GrantKind, str, str, str]] = []  # kind, id, viewer, customer
        self.open: dict[str, Any] = {}  # what our own book says: until when each ticket is open
        self.commands: list[UUID] = [uuid4()]
        self.dies = ""
        self.shown: list[tuple[UUID, str, str]] = []
        self.start()

    def start(self) -> None:
        self.record = TeamRecord(self.store.log_env(), self.store.index_phone)
        save = self.record.save

        def dying(*objects: Any, **more: Any) -> Any:
            dies, self.dies = self.dies, ""
            if dies == "before":
                raise Crash
            done = save(*objects, **more)
            if dies == "after":
                raise Crash
            return done

        self.record.save = dying  # type: ignore[method-assign]

    def teardown(self) -> None:
        self.record.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize()
    def customers(self) -> None:
        self.record.rulebook.adopt(by=a_by("M1", Role.ADMINISTRATOR))
        self.record.rulebook.set_call_hours(ANY_TIME, by=a_by("M1", Role.ADMINISTRATOR))
        with self.record.batch():
            for no, customer in enumerate(CUSTOMERS):
                phone = f"1380000{no:04d}"
                self.record.customers.register(
                    customer, "A1", "陈小明", phone, ContactSource.OWN, by=a_by("A1")
                )

    def by(
        self, actor: str = "S1", role: Role = Role.SUPERVISOR, command: UUID | None = None
    ) -> By:
        command = command or uuid4()
        self.commands.append(command)
        return a_by(actor, role, at=self.now, command_id=command)

    def alive(self, do: Callable[[], Any]) -> Any:
        """Do something; a refusal is an answer, and after a crash the process starts anew."""
        try:
            return do()
        except Refusal:
            return None
        except Crash:
            self.record.close()
            self.start()
            return None
        finally:
            self.dies = ""

    @rule(customer=st.sampled_from(CUSTOMERS), viewer=st.sampled_from(VIEWERS))
    def prepare_a_call(self, customer: str, viewer: str) -> None:
        call = f"K-{uuid4()}"
        listing = a_listing(callback_id=call, customer_id=customer, supervisor_id=viewer)
        self.record.callbacks.list_call(listing, by=self.by(viewer))
        self.record.callbacks.prepare(call, Preparation(frozenset(TICKS)), by=self.by(viewer))
        self.tickets.append((GrantKind.CALLBACK, call, viewer, customer))
        self.open[call] = self.now + timedelta(hours=24)

    @rule(first=st.integers(0, len(CUSTOMERS) - 1), count=st.integers(1, 8))
    def harvest(self, first: int, count: int) -> None:
        for no in range(count):
            self.prepare_a_call(CUSTOMERS[(first + no) % len(CUSTOMERS)], "S1")
            self.reveal(0, "S1", 0, "", newest=True)

    @precondition(lambda self: self.tickets)
    @rule(no=st.integers(0, 50), closed=st.booleans())
    def call_again(self, no: int, closed: bool) -> None:
        kind, ticket, viewer, _ = self.tickets[no % len(self.tickets)]
        if kind is not GrantKind.CALLBACK:
            return
        calls = self.record.callbacks
        if closed:
            answer = Answer(CallbackOutcome.UNREACHABLE)
            self.alive(lambda: calls.record_outcome(ticket, answer, by=self.by(viewer)))
            self.open[ticket] = self.now
        elif self.alive(
            lambda: calls.prepare(ticket, Preparation(frozenset(TICKS)), by=self.by(viewer))
        ):
            self.open[ticket] = self.now + timedelta(hours=24)

    @rule(
        customer=st.sampled_from(CUSTOMERS),
        viewer=st.sampled_from(VIEWERS),
        answer=st.sampled_from(["approve", "refuse", "wait"]),
    )
    def ask(self, customer: str, viewer: str, answer: str) -> None:
        ticket, exceptions = f"R-{uuid4()}", self.record.reveal_exceptions
        wish = Wish(customer, RevealReason.CUSTOMER_ASKED, "客户来电要求回电")
        exceptions.ask(ticket, wish, by=self.by(viewer))
        self.tickets.append((GrantKind.APPROVAL, ticket, viewer, customer))
        self.open[ticket] = self.now
        if answer == "approve":
            exceptions.approve(ticket, by=self.by("U1", Role.UPPER_SUPERVISOR))
            self.open[ticket] = self.now + timedelta(hours=24)
        elif answer == "refuse":
            exceptions.refuse(ticket, "请走回访流程", by=self.by("U1", Role.UPPER_SUPERVISOR))

    @rule(customer=st.sampled_from(CUSTOMERS), viewer=st.sampled_from(VIEWERS))
    def break_the_glass(self, customer: str, viewer: str) -> None:
        ticket = f"G-{uuid4()}"
        wish = Wish(customer, RevealReason.SAFETY, "客户急病")
        self.record.reveal_exceptions.break_glass(ticket, wish, self.now, by=self.by(viewer))
        self.tickets.append((GrantKind.BREAK_GLASS, ticket, viewer, customer))
        self.open[ticket] = self.now + timedelta(hours=1)

    @rule(minutes=st.sampled_from([1, 4, 6, 59, 61, 60 * 7, 60 * 23, 60 * 25, 60 * 24 * 3]))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.tickets)
    @rule(
        no=st.integers(0, 50),
        viewer=st.sampled_from(VIEWERS),
        command=st.integers(0, 20),
        dies=st.sampled_from(["", "", "before", "after"]),
    )
    def reveal(
        self, no: int, viewer: str, command: int, dies: str, *, newest: bool = False
    ) -> None:
        """Ask for a number with a new command, or with one that was used for whatever before."""
        kind, ticket, owner, customer = self.tickets[-1 if newest else no % len(self.tickets)]
        known = self.commands[-command] if 0 < command <= len(self.commands) else None
        told, self.dies = self.by(viewer, command=known), dies
        shown = self.alive(lambda: self.record.confidentiality.reveal(kind, ticket, by=told))
        if shown is not None:
            assert shown.phone is not None
            assert shown.customer_id == customer
            assert viewer == owner, "somebody else's grant opened a number"
            assert self.now < self.open[ticket], "a number was shown after its grant was over"
            self.shown.append((told.command_id, viewer, customer))

    def on_record(self) -> list[Any]:
        """Read the reveals anew, as another process would."""
        topics = [RevealWeek.ContactRevealed.TOPIC]
        rows = self.record.recorder.select_notifications(1, 10_000, topics=topics)
        return [self.record.mapper.to_domain_event(row) for row in rows]

    @invariant()
    def every_number_shown_has_its_event(self) -> None:
        told = {(e.by.command_id, e.viewer_id, e.customer_id) for e in self.on_record()}
        assert set(self.shown) <= told

    @invariant()
    def no_event_stands_twice(self) -> None:
        commands = Counter(e.by.command_id for e in self.on_record())
        assert all(count == 1 for count in commands.values())

    @invariant()
    def no_grant_is_looked_through_more_often_than_it_allows(self) -> None:
        looks = Counter(e.ticket for e in self.on_record())
        assert all(count <= VIEWS for count in looks.values())

    @invariant()
    def nobody_sees_more_customers_than_the_quota(self) -> None:
        days: dict[tuple[str, Any], set[str]] = {}
        weeks: dict[tuple[str, Any], set[str]] = {}
        for e in self.on_record():
            if e.grant == GrantKind.APPROVAL:
                continue
            day = RULES.day_of(e.by.recorded_at)
            in_day = days.setdefault((e.viewer_id, day), set())
            in_week = weeks.setdefault((e.viewer_id, day.isocalendar()[:2]), set())
            in_day.add(e.customer_id)
            in_week.add(e.customer_id)
            assert len(in_day) <= DAY_CAP
            if e.grant == GrantKind.CALLBACK:
                assert len(in_day) <= DAY_QUOTA
                assert len(in_week) <= WEEK_QUOTA


TestReveals = Reveals.TestCase
TestReveals.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
