"""kill -9 of each process in turn, and of all at once, in the middle of 500 POSTs.

What must hold afterwards (trust.md 4.2): every acknowledged entry is in the log once, no stream has
a gap, the boards equal a rebuild, every due check was done once in effect, no answer was a 500.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.product import AGENTS, PROCESSES, TEAMS, Caller, Product, Scene, Writers, running
from tests.workers.branch import when_day
from tests.workers.support import until

pytestmark = pytest.mark.alone

POSTS = 500
CALLS = 60
TODAY = when_day(datetime.now(UTC))
YESTERDAY = TODAY - timedelta(days=1)


class Aftermath(Scene):
    """A product that was killed again and again, and what its clients were told."""

    def __init__(self, product: Product) -> None:
        super().__init__(
            product,
            Writers(product, YESTERDAY, POSTS, pause=0.12),
            Caller(product.branch, YESTERDAY - timedelta(days=1), CALLS, pause=0.1),
        )
        self.seconds_to_answer: dict[str, float] = {}

    def kill_each_and_all(self) -> None:
        """Kill each process in turn, then all at once; wait each time until it answers again."""
        for name in (*PROCESSES, "all"):
            time.sleep(1.0)  # the fault falls into the middle of the work, whatever that is
            self.product.kill(name)
            killed_at = time.monotonic()
            if name == "all":
                self.product.start()
            until(self.product.is_ready, seconds=30)
            self.seconds_to_answer[name] = time.monotonic() - killed_at


@pytest.fixture(scope="module", params=["embedded", "servers"])
def aftermath(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Aftermath]:
    """On the embedded default, and on a real PostgreSQL with a real Redis."""
    names = ("own_postgres_url", "redis_url") if request.param == "servers" else ()
    urls = [request.getfixturevalue(name) for name in names]
    with running(tmp_path_factory.mktemp("shilu"), TODAY, *urls) as product:
        scene = Aftermath(product)
        scene.happen(scene.kill_each_and_all)
        print(f"\nseconds until it answered: {scene.seconds_to_answer}")
        print(f"answers: {dict(scene.writers.statuses)}")
        yield scene


def test_every_acknowledged_entry_is_in_the_log_once(aftermath: Aftermath) -> None:
    logged = Counter(e.data["activity_id"] for e in aftermath.of("daily_log.activity_logged"))
    acknowledged = aftermath.writers.acknowledged

    assert len(acknowledged) == POSTS
    assert {activity: logged[activity] for activity in acknowledged} == dict.fromkeys(
        acknowledged, 1
    )


def test_every_entry_stands_where_its_receipt_says(aftermath: Aftermath) -> None:
    where = {e.data["activity_id"]: e.position for e in aftermath.of("daily_log.activity_logged")}

    acknowledged = aftermath.writers.acknowledged

    assert {activity: where[activity] for activity in acknowledged} == acknowledged


def test_positions_are_dense_and_streams_have_no_gap(aftermath: Aftermath) -> None:
    versions: dict[object, list[int]] = defaultdict(list)
    for event in aftermath.events:
        versions[event.stream_id].append(event.version)

    assert [e.position for e in aftermath.events] == list(range(1, len(aftermath.events) + 1))
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


def test_the_boards_equal_a_rebuild(aftermath: Aftermath) -> None:
    answer = aftermath.product.shilu("rebuild", "--check")

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_due_check_was_done_once_in_effect(aftermath: Aftermath) -> None:
    done = Counter(
        (e.data["check"], e.data["subject"], e.data["day"])
        for e in aftermath.of("scheduled_check.done")
    )
    callbacks = {e.data["callback_id"] for e in aftermath.of("callback.outcome_recorded")}
    teams = {e.data["team_id"] for e in aftermath.of("organisation.team_formed")}

    assert set(done.values()) == {1}
    assert {subject for check, subject, _ in done if check == "fake_entries"} == callbacks
    assert len(callbacks) == CALLS
    assert {
        subject for check, subject, day in done if (check, day) == ("missing_logs", str(TODAY))
    } == teams


def test_every_denial_is_one_contradiction(aftermath: Aftermath) -> None:
    outcomes = aftermath.of("callback.outcome_recorded")
    denied = Counter(e.data["callback_id"] for e in outcomes if e.data["outcome"] == "denied")

    found = aftermath.of("verification_case.contradiction_detected")

    assert Counter(e.data["callback_id"] for e in found) == denied


def test_no_answer_was_a_server_error(aftermath: Aftermath) -> None:
    assert set(aftermath.writers.statuses) <= {0, 201, 503}


def test_the_site_answers_again_by_itself_after_any_kill(aftermath: Aftermath) -> None:
    # how fast that is, is for a benchmark to say: here it only must not take a human
    assert max(aftermath.seconds_to_answer[name] for name in PROCESSES) < 20


def test_nothing_is_left_running_after_the_stop(aftermath: Aftermath) -> None:
    import psutil

    mine = str(aftermath.product.folder)
    left = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("SHILU_DATA") == mine:
                left.append(process.cmdline())
        except psutil.Error:
            continue

    assert left == []


def test_missing_logs_names_exactly_who_did_not_write(aftermath: Aftermath) -> None:
    checks = [e.data for e in aftermath.of("scheduled_check.done")]
    found = {c["subject"]: c["findings"] for c in checks if c["check"] == "missing_logs"}

    assert found["T1"] == [f"A{number:02d}" for number in range(AGENTS)]  # all of them came late
    assert [found[f"T{number + 2}"] for number in range(TEAMS)] == [
        [f"B{number:02d}"] for number in range(TEAMS)
    ]
