"""What both brokers promise: the same tests on the SQLite file and on a real Redis."""

from __future__ import annotations

import threading
import time

import dramatiq
import pytest
import redis
from dramatiq.errors import BrokerConnectionError

from tests.workers.conftest import Notebook, Place
from tests.workers.support import until, working
from workers.broker import build_broker
from workers.starts import Gate
from workers.tasks import Task


def never(retries: int, error: BaseException) -> bool:
    """Give up at once."""
    return False


def note(what: str, queue: str = "checks") -> dramatiq.Message[object]:
    """A task for the notebook."""
    return Task("note", queue, (what,)).message()


def test_a_task_that_is_sent_is_done_once(place: Place, notebook: Notebook) -> None:
    broker = place.open()
    notebook.declare(broker)

    broker.enqueue(note("a"))
    with working(broker):
        broker.join("checks", timeout=5_000)

    assert notebook.written == ["a"]


def test_a_key_under_way_takes_no_second_task(place: Place, notebook: Notebook) -> None:
    broker, other = place.open(), place.open()
    notebook.declare(broker)
    notebook.declare(other)

    broker.enqueue(note("a"))
    other.enqueue(note("a"))
    with working(broker):
        broker.join("checks", timeout=5_000)

    assert notebook.written == ["a"]


def test_a_key_is_free_again_when_its_task_is_done(place: Place, notebook: Notebook) -> None:
    broker = place.open()
    notebook.declare(broker)

    with working(broker):
        broker.enqueue(note("a"))
        broker.join("checks", timeout=5_000)
        broker.enqueue(note("a"))
        broker.join("checks", timeout=5_000)

    assert notebook.written == ["a", "a"]


def test_two_workers_share_the_tasks_and_do_each_once(place: Place, notebook: Notebook) -> None:
    first, second = place.open(), place.open()
    notebook.declare(first)
    notebook.declare(second)
    wanted = [f"{n:03d}" for n in range(100)]

    for what in wanted:
        first.enqueue(note(what))
    with working(first), working(second):
        until(lambda: len(notebook.written) >= 100)

    assert sorted(notebook.written) == wanted


def test_a_delayed_task_waits_its_time(place: Place, notebook: Notebook) -> None:
    broker = place.open()
    notebook.declare(broker)

    with working(broker):
        sent_at = time.monotonic()
        broker.enqueue(note("later"), delay=400)
        broker.enqueue(note("now"))
        until(lambda: len(notebook.written) == 2)

    assert notebook.written == ["now", "later"]
    assert time.monotonic() - sent_at >= 0.4


def test_a_task_that_raised_is_tried_again_under_its_key(place: Place, notebook: Notebook) -> None:
    broker = place.open()
    notebook.failures = 2
    notebook.declare(broker, min_backoff=20, max_backoff=40)

    broker.enqueue(note("a"))
    with working(broker):
        until(lambda: len(notebook.written) == 3)
        broker.join("checks", timeout=5_000)

    assert notebook.written == ["a", "a", "a"]


def test_a_retry_that_waits_keeps_its_key(place: Place, notebook: Notebook) -> None:
    broker = place.open()
    notebook.failures = 1
    notebook.declare(broker, min_backoff=300, max_backoff=600)

    broker.enqueue(note("a"))
    with working(broker):
        until(lambda: notebook.failures == 0)
        for _ in range(5):
            broker.enqueue(note("a"))
        broker.join("checks", timeout=5_000)

    assert notebook.written == ["a", "a"]


def test_a_task_that_keeps_failing_is_set_aside_and_stops_no_other(
    place: Place, notebook: Notebook
) -> None:
    broker = place.open()
    notebook.failures = 1
    notebook.declare(broker, retry_when=never)

    with working(broker, threads=1):
        broker.enqueue(note("bad"))
        until(lambda: notebook.written == ["bad"])
        broker.join("checks", timeout=5_000)
        broker.enqueue(note("bad"))
        broker.enqueue(note("good"))
        until(lambda: "good" in notebook.written)

    assert notebook.written == ["bad", "good"]


def test_an_unknown_actor_stops_no_other(place: Place, notebook: Notebook) -> None:
    broker = place.open()
    notebook.declare(broker)

    broker.enqueue(Task("gone", "checks", ()).message())
    broker.enqueue(note("a"))
    with working(broker):
        until(lambda: notebook.written == ["a"])


def test_each_queue_is_served_and_only_the_queues_asked_for(
    place: Place, notebook: Notebook
) -> None:
    broker = place.open()
    notebook.declare(broker, queue="checks")
    broker.declare_queue("compare")
    broker.declare_queue("other")
    worker = dramatiq.Worker(broker, queues={"checks", "compare"}, worker_timeout=100)

    for queue in ("checks", "compare", "other"):
        broker.enqueue(note(queue, queue))
    worker.start()
    until(lambda: len(notebook.written) == 2)
    worker.stop(5_000)

    assert sorted(notebook.written) == ["checks", "compare"]


def test_a_branch_does_not_see_the_tasks_of_another(place: Place, notebook: Notebook) -> None:
    here, there = place.open("north"), place.open("south")
    notebook.declare(here)
    there_notes = Notebook()
    there_notes.declare(there)

    here.enqueue(note("a"))
    there.enqueue(note("a"))
    with working(here):
        here.join("checks", timeout=5_000)

    assert (notebook.written, there_notes.written) == (["a"], [])


def test_a_worker_that_stops_gives_back_at_once_what_it_did_not_start(place: Place) -> None:
    first, second = place.open(), place.open()
    let_go, done = threading.Event(), Notebook()
    begun: list[str] = []

    @dramatiq.actor(actor_name="note", queue_name="checks", broker=first)
    def block(what: str) -> None:
        begun.append(what)
        let_go.wait(10)

    done.declare(second)
    for n in range(6):
        first.enqueue(note(str(n)))
    with working(first, threads=1):
        until(lambda: begun)
        threading.Timer(0.2, let_go.set).start()
    begun_by_first = len(begun)
    started = time.monotonic()
    with working(second):
        until(lambda: len(done.written) == 6 - begun_by_first, seconds=5)

    assert begun_by_first < 6
    assert time.monotonic() - started < 5  # far less than the patience with the dead
    assert sorted(begun + done.written) == [str(n) for n in range(6)]


def test_a_quarantined_task_gets_one_start_more_when_it_is_let_out(place: Place) -> None:
    broker = place.open()
    notebook = Notebook(failures=1)
    notebook.declare(broker, retry_when=never)

    with working(broker):
        broker.enqueue(note("a"))
        until(lambda: notebook.written)
        broker.join("checks", timeout=5_000)
        if place.url:  # an hour passes
            redis.Redis.from_url(place.url).delete("shilu:main:key:note/a")
        assert broker.release(older_than_ms=-1, attempts=3) == (0 if place.url else 1)
        broker.enqueue(note("a"))
        until(lambda: len(notebook.written) == 2)

    assert notebook.written == ["a", "a"]


def test_a_broker_that_is_away_is_reported_soon(tmp_path: object) -> None:
    broker = build_broker("redis://127.0.0.1:9/0", None, "main")  # type: ignore[arg-type]

    started = time.monotonic()
    with pytest.raises(BrokerConnectionError):
        broker.enqueue(note("a"))

    assert time.monotonic() - started < 2


def test_who_must_be_alone_waits_for_the_others_and_they_for_it() -> None:
    gate, order = Gate(), list[str]()
    gate.enter(alone=False)

    def alone() -> None:
        gate.enter(alone=True)
        order.append("alone in")
        order.append("alone out")
        gate.leave()

    def other() -> None:
        gate.enter(alone=False)
        order.append("other")
        gate.leave()

    threads = [threading.Thread(target=alone), threading.Thread(target=other)]
    threads[0].start()
    until(lambda: gate.is_claimed)
    threads[1].start()
    order.append("first out")
    gate.leave()
    for thread in threads:
        thread.join(5)

    assert order == ["first out", "alone in", "alone out", "other"]
