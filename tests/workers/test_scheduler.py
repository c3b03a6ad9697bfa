"""Events become tasks at once; what is due becomes tasks again and again until it is done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dramatiq.errors import BrokerConnectionError

import projections
from domain.words import CallbackOutcome
from projections.due import DueCheck, checks_due
from projections.follower import Follower
from tests.workers.branch import SUSPECT, TEAM, Branch, at, when_day
from tests.workers.conftest import Place
from tests.workers.support import until, working
from workers.actors import declare_actors
from workers.bookmark import Bookmark
from workers.broker import Tasks, build_broker
from workers.dispatcher import Dispatcher
from workers.scheduler import SETTLE, BranchRounds, Scheduler, sender, task_of
from workers.tasks import Task

KINDS = ("missing_logs", "fake_entries")


class Office:
    """A branch whose log is due at midnight, its views, and a place for tasks."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.place, self.now = place, datetime.now(UTC)
        self.today = when_day(self.now)
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=2, when=at(self.today - timedelta(days=14), 8))
        self.branch.set_due_at_midnight(self.today, at(self.today - timedelta(days=14), 9))
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()
        self.follower.catch_up()

    def answered_callback(self, n: int = 0) -> str:
        visit = self.branch.visit(SUSPECT, f"C{n}", self.now - timedelta(days=1, hours=n))
        outcome, when = CallbackOutcome.DENIED, self.now - timedelta(hours=1)
        callback = self.branch.call(visit, SUSPECT, f"C{n}", outcome, when)
        self.follower.catch_up()
        return callback

    def due(self, now: datetime) -> list[DueCheck]:
        """Return what is due of two kinds; how many others there are is no matter here."""
        with self.views.connect() as connection:
            return [due for due in checks_due(connection, now) if due.check in KINDS]

    def rounds(self, broker: Tasks) -> tuple[Dispatcher, Scheduler]:
        send = sender(broker)
        dispatcher = Dispatcher(self.branch.store.reader(), Bookmark(self.views), send)
        return dispatcher, Scheduler(self.due, send, broker)

    def done(self) -> list[tuple[object, object]]:
        return [(e["check"], e["subject"]) for e in self.branch.events("scheduled_check.done")]


@pytest.fixture
def office(tmp_path: Path, place: Place) -> Iterator[Office]:
    office, stop = Office(tmp_path / "office", place), threading.Event()
    following = threading.Thread(target=office.follower.run, args=(stop,))
    following.start()
    yield office
    stop.set()
    following.join(5)


def test_an_outcome_is_compared_at_once(office: Office) -> None:
    broker = office.place.open()
    declare_actors(broker, office.branch.record, office.views, lambda: office.now)
    dispatcher, _ = office.rounds(broker)
    callback = office.answered_callback()

    with working(broker):
        while dispatcher.step():
            pass
        broker.join("compare", timeout=5_000)

    assert office.done() == [("fake_entries", callback)]


def test_what_is_due_is_done_and_is_due_no_more(office: Office) -> None:
    broker = office.place.open()
    declare_actors(broker, office.branch.record, office.views, lambda: office.now)
    _, scheduler = office.rounds(broker)

    with working(broker):
        assert scheduler.tick(office.now) == 1
        broker.join("checks", timeout=5_000)

    assert office.done() == [("missing_logs", TEAM)]
    until(lambda: office.due(office.now) == [])


def test_what_is_due_is_sent_once_between_two_sweeps(office: Office) -> None:
    _, scheduler = office.rounds(office.place.open())

    sent = [scheduler.tick(office.now) for _ in range(3)]
    scheduler.sweep()

    assert sent == [1, 0, 0]
    assert scheduler.tick(office.now) == 1


def test_a_deadline_is_left_to_settle_for_some_seconds(office: Office) -> None:
    _, scheduler = office.rounds(office.place.open())
    deadline = at(office.today, 0)

    assert scheduler.tick(deadline) == 0
    assert scheduler.tick(deadline + SETTLE) == 1


def test_two_schedulers_at_once_leave_one_outcome_a_check(office: Office) -> None:
    brokers = [office.place.open(), office.place.open()]
    for broker in brokers:
        declare_actors(broker, office.branch.record, office.views, lambda: office.now)
    pairs = [office.rounds(broker) for broker in brokers]
    callbacks = [office.answered_callback(n) for n in range(3)]

    with working(brokers[0]), working(brokers[1]):
        for dispatcher, scheduler in pairs:
            while dispatcher.step():
                pass
            scheduler.tick(office.now)
        for queue in ("checks", "compare"):
            brokers[0].join(queue, timeout=5_000)
        until(lambda: len(office.done()) >= 4)

    expected = [("fake_entries", callback) for callback in callbacks] + [("missing_logs", TEAM)]
    assert sorted(office.done()) == sorted(expected)


def test_tasks_that_a_broker_lost_are_sent_again_by_the_sweep(office: Office) -> None:
    broker = office.place.open()
    declare_actors(broker, office.branch.record, office.views, lambda: office.now)
    _, scheduler = office.rounds(broker)
    scheduler.tick(office.now)
    forget_everything(broker)

    scheduler.sweep()
    scheduler.tick(office.now)
    with working(broker):
        until(office.done)

    assert office.done() == [("missing_logs", TEAM)]


def test_the_dispatcher_goes_on_where_it_stopped(office: Office) -> None:
    sent: list[Task] = []
    bookmark = Bookmark(office.views)
    first = Dispatcher(office.branch.store.reader(), bookmark, sent.append)
    office.answered_callback(0)
    while first.step():
        pass
    seen_before = list(sent)
    callback = office.answered_callback(1)

    second = Dispatcher(office.branch.store.reader(), Bookmark(office.views), sent.append)
    while second.step():
        pass

    assert [task.arguments for task in sent[len(seen_before) :]] == [(callback,)]


def test_the_dispatcher_stays_where_it_is_while_the_broker_is_away(
    office: Office, tmp_path: Path
) -> None:
    away = build_broker("redis://127.0.0.1:9/0", tmp_path, "main")
    bookmark = Bookmark(office.views)
    dispatcher = Dispatcher(office.branch.store.reader(), bookmark, sender(away))
    office.answered_callback()
    place = bookmark.place()

    with pytest.raises(BrokerConnectionError):
        dispatcher.step()

    assert bookmark.place() == place


def test_a_second_dispatcher_that_was_overtaken_does_not_move_the_place_back(
    office: Office,
) -> None:
    one, other = Bookmark(office.views), Bookmark(office.views)
    place = one.place()

    assert one.move(place, place + 5)

    assert not other.move(place, place + 1)
    assert other.place() == place + 5


def test_the_rounds_dispatch_tick_and_sweep_by_themselves(office: Office) -> None:
    broker = office.place.open()
    declare_actors(broker, office.branch.record, office.views, lambda: office.now)
    dispatcher, scheduler = office.rounds(broker)
    rounds = BranchRounds(dispatcher, scheduler, lambda: None, lambda: 1)
    callback = office.answered_callback()

    with working(broker):
        rounds.once(0.0, office.now)
        for queue in ("checks", "compare"):
            broker.join(queue, timeout=5_000)

    assert sorted(office.done()) == [("fake_entries", callback), ("missing_logs", TEAM)]


def test_a_due_check_and_an_event_ask_for_the_same_task(office: Office) -> None:
    callback = office.answered_callback()
    (due,) = [check for check in office.due(office.now) if check.check == "fake_entries"]

    assert task_of(due).key == f"fake_entries/{callback}"


def forget_everything(broker: Tasks) -> None:
    """What FLUSHALL does to Redis, and losing the file to SQLite."""
    client = getattr(broker, "client", None)
    if client is not None:
        client.flushall()
    else:
        broker.flush_all()
