"""One set of processes for all branches: each does its work in every one of them."""

from __future__ import annotations

import threading
from datetime import timedelta

import dramatiq
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

import projections
from domain.words import Role
from projections.base import positions
from projections.turns import Turns
from store.branch import BranchStore
from store.migrate import create_branch
from store.sqlite import SQLiteLogRecorder
from tests.branches.company import TITLES, Company
from tests.workers.support import until, working
from workers.actors import declare_actors
from workers.bookmark import Bookmark
from workers.broker import build_broker
from workers.dispatcher import Dispatcher
from workers.everywhere import MOST_KNOWN, BranchActors
from workers.scheduler import PACE, BranchRounds, Scheduler, sender
from workers.tasks import check_missing_logs


def seen(company: Company, name: str) -> int:
    """Return how far every view of a branch has come."""
    return min(positions(company.store(name).views_engine()).values(), default=0)


def test_every_branch_is_followed(company: Company) -> None:
    with company.following():
        heads = {name: company.visit(name) for name in TITLES}

        for name, head in heads.items():
            until(lambda name=name, head=head: seen(company, name) >= head)


def test_a_new_branch_is_followed_without_a_restart(company: Company) -> None:
    with company.following():
        create_branch(company.directory.new_store("west"), projections.VIEW_METADATA)
        company.directory.enter("west")
        record = company.open_record("west")
        head = record.rulebook.adopt(by=company.by()).position
        record.close()

        until(lambda: len(positions(company.store("west").views_engine())) == len(projections.ALL))
        until(lambda: seen(company, "west") >= head)


def test_one_thread_follows_any_number_of_branches(company: Company) -> None:
    before = threading.active_count()
    with company.following():
        until(lambda: all(seen(company, name) for name in TITLES))
        # the loop, the one that rebuilds, and the one that looks for new branches
        assert threading.active_count() - before == 3


def test_the_same_task_of_two_branches_is_done_in_both(company: Company) -> None:
    company.follow()
    broker = build_broker("", company.folder / "queue.db", "main")
    actors = actors_of(company)
    actors.declare_all(broker)
    now = company.moment
    day = now.date() - timedelta(days=1)

    with working(broker):
        for name in TITLES:
            sender(broker, name)(check_missing_logs("T1", day, now - timedelta(minutes=1)))
        broker.join("checks", timeout=20_000)

    for name, store in company.directory.stores().items():
        done = [e for e in store.reader().all() if e.topic == "scheduled_check.done.v1"]
        assert [e.data["subject"] for e in done] == ["T1"], name
    broker.close()


def test_a_task_of_an_older_version_is_of_the_first_branch(company: Company) -> None:
    broker = build_broker("", company.folder / "queue.db", "main")
    actors_of(company).declare_all(broker)
    task = check_missing_logs("T1", company.moment.date(), company.moment)

    assert task.message().kwargs == {}
    assert task.message("north").kwargs == {"branch": "north"}
    assert broker.get_declared_queues() >= {"checks", "compare"}
    broker.close()


def test_actors_of_few_branches_are_kept(company: Company) -> None:
    stores = {f"b{n}": BranchStore(f"b{n}", company.folder) for n in range(MOST_KNOWN + 5)}
    made: list[str] = []

    def declare(actors: dramatiq.Broker, store: BranchStore) -> None:
        del actors
        made.append(store.name)

    actors = BranchActors(lambda: stores, "b0", declare)
    for name in stores:
        actors.of(name)
    actors.of("b20")
    actors.of("b0")

    assert made == [*stores, "b0"]


def test_every_branch_is_scheduled_for(company: Company) -> None:
    company.follow()
    broker = build_broker("", company.folder / "queue.db", "main")

    def begin(store: BranchStore) -> BranchRounds:
        send = sender(broker, store.name)
        dispatcher = Dispatcher(store.reader(), Bookmark(store.views_engine()), send)
        scheduler = Scheduler(lambda _now: [], send, broker)
        return BranchRounds(dispatcher, scheduler, lambda: None, lambda: len(TITLES))

    stop = threading.Event()
    thread = threading.Thread(target=Turns(company.directory.stores, begin, PACE).run, args=(stop,))
    thread.start()
    heads = company.heads()
    for name, store in company.directory.stores().items():
        bookmark = Bookmark(store.views_engine())
        until(lambda b=bookmark, head=heads[name]: b.place() >= head)
    stop.set()
    thread.join(10)
    broker.close()


def test_no_statement_names_two_branches(company: Company) -> None:
    said: list[str] = []
    event.listen(Engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    company.follow()
    for name in TITLES:
        company.visit(name)
    company.follow()
    auditor = company.visitor("main", Role.AUDITOR, "X1", "all")
    for path in ("/events", "/board"):
        assert auditor.get(path).status_code == 200

    schemas = [f"branch_{name}" for name in TITLES]
    assert [text for text in said if sum(schema in text for schema in schemas) > 1] == []


def test_few_connections_stay_open_on_sqlite(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite.MOST_OPEN", 1)
    for name in TITLES:
        company.visit(name)
    readers = {name: store.reader() for name, store in company.directory.stores().items()}

    for _ in range(2):  # a log that was closed meanwhile opens anew
        for name, reader in readers.items():
            assert reader.head() == company.heads()[name]
    opened = [
        record.recorder._readers
        for record in company.records.values()
        if isinstance(record.recorder, SQLiteLogRecorder)
    ]
    assert sum(map(len, opened)) <= 1


def actors_of(company: Company) -> BranchActors:
    """Return the actors of every branch."""

    def declare(actors: dramatiq.Broker, store: BranchStore) -> None:
        record = company.records[store.name]
        declare_actors(actors, record, store.views_engine(), lambda: company.moment)

    return BranchActors(company.directory.stores, "main", declare)
