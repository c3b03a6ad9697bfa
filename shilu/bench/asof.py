"""How long the time machine takes, and whether it says the same as a replay.

    shilu bench asof --data DIR --events 1000000

Needs no branch: it makes one in DIR, which must be empty, or goes on with the one it made before.
*Warm* asks again and again over one connection; *cold* opens a new one each time, after telling
the system to forget the file's pages.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import Connection, Engine

from projections import VIEW_METADATA, team_day, timeline
from projections.base import POSITIONS
from projections.follower import Follower
from projections.team_day import TeamState
from projections.team_facts import TEAM_DAY
from projections.timeline import TIMELINE
from shilu.bench.events import TEAM_SIZE, fill
from shilu.bench.figure import Figure
from shilu.replay import READINGS, as_json, replay
from shilu.terminal import bar, echo_json
from store.branch import BranchStore
from store.log_reader import LogReader
from store.migrate import migrate

BRANCH = "bench"
EVENTS, AGENTS, SEED = 1_000_000, 500, 531
REPLAYS = 4  # of a table with all figures; each takes a minute


@dataclass(frozen=True, slots=True)
class Question:
    """A team at an instant, in one of the two readings."""

    team_id: str
    at: datetime
    reading: str


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds of many answers."""

    count: int
    median: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured; ``equal`` counts the instants at which a replay gave the same bytes."""

    events: int
    agents: int
    projected_per_second: int
    warm: Spread
    cold: Spread
    equal: int
    replayed: int


def branch_of(data: Path, events: int, agents: int, seed: int, url: str = "") -> BranchStore:
    """Return the branch in ``data`` or at a PostgreSQL ``url``, made if there is none yet."""
    store, made = BranchStore(BRANCH, data, url), data / "made"
    if not made.exists():
        data.mkdir(parents=True, exist_ok=True)
        migrate(store, f"sqlite:///{data / 'accounts.db'}", None, VIEW_METADATA)
        with bar("making events") as progress:
            fill(store, events, agents, seed, progress)
        made.touch()
    return store


def project(store: BranchStore) -> float:
    """Bring the two projections up with the log; return the seconds it took."""
    POSITIONS.create_all(store.views_engine())
    follower = Follower(store.reader(), store.views_engine(), (TEAM_DAY, TIMELINE))
    started = time.perf_counter()
    follower.prepare()
    follower.catch_up()
    return time.perf_counter() - started


def ask(connection: Connection, question: Question, head: int) -> TeamState | None:
    """Answer as the page does: the instant to a position, then the team's state."""
    day = team_day.rules(connection).day_of(question.at)
    if question.reading == "occurred":
        return team_day.team_state(connection, question.team_id, day, head, question.at)
    position = timeline.position_at(connection, question.at)
    return team_day.team_state(connection, question.team_id, day, position)


def questions(engine: Engine, agents: int, count: int, rng: random.Random) -> list[Question]:
    """Draw teams and instants over the whole time of the branch, both readings in turn."""
    with engine.connect() as connection:
        span = timeline.span(connection)
    if span is None:
        return []
    first, last = span
    teams = (agents + TEAM_SIZE - 1) // TEAM_SIZE
    return [
        Question(
            f"T{rng.randrange(teams):04}",
            first + timedelta(seconds=rng.random() * (last - first).total_seconds()),
            READINGS[no % 2],
        )
        for no in range(count)
    ]


def warm(engine: Engine, asked: list[Question], head: int) -> Spread:
    """Time the questions over one connection, after a first round of some of them."""
    with engine.connect() as connection:
        for question in asked[:20]:
            ask(connection, question, head)
        return _spread([_timed(lambda q=q: ask(connection, q, head)) for q in asked])  # type: ignore[misc]


def cold(engine: Engine, file: Path, asked: list[Question], head: int) -> Spread:
    """Time each question over a new connection to a file that the system has forgotten."""

    def answer(question: Question) -> None:
        with engine.connect() as connection:
            ask(connection, question, head)

    times = []
    for question in asked:
        engine.dispose()
        _forget(file)
        times.append(_timed(lambda q=question: answer(q)))  # type: ignore[misc]
    return _spread(times)


def equal_to_replays(
    engine: Engine, reader: LogReader, asked: list[Question], told: Callable[[int, int], None]
) -> int:
    """Return at how many of the instants a replay into empty tables gives the same bytes."""
    equal, head = 0, reader.head()
    for no, one in enumerate(asked):
        with engine.connect() as connection:
            live = ask(connection, one, head)
        again = replay(reader, one.at, one.team_id, reading=one.reading)
        equal += live is not None and as_json(live) == as_json(again)
        told(no + 1, len(asked))
    return equal


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _spread(times: list[float]) -> Spread:
    ordered = sorted(times)
    at = [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.99, 1)]
    return Spread(len(ordered), *(round(ms, 2) for ms in at))


def _forget(file: Path) -> None:
    """Have the system drop the file's pages from its cache."""
    for path in (file, file.with_name(f"{file.name}-wal")):
        if path.exists():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def look_back(
    store: BranchStore, agents: int, seed: int, asked: int, asked_cold: int, replays: int
) -> Report:
    """Ask a branch for the states of its teams at drawn instants."""
    seconds, reader, engine = project(store), store.reader(), store.views_engine()
    head, rng = reader.head(), random.Random(seed)
    file = store.folder / "views.db"
    warmly = warm(engine, questions(engine, agents, asked, rng), head)
    coldly = cold(engine, file, questions(engine, agents, asked_cold, rng), head)
    with bar("replaying") as progress:
        drawn = questions(engine, agents, replays, rng)
        equal = equal_to_replays(engine, reader, drawn, progress)
    rate = round(head / seconds) if seconds > 1 else 0
    return Report(head, agents, rate, warmly, coldly, equal, replays)


def measure(folder: Path, _url: str) -> Iterator[Figure]:
    """Yield the figures that are to be held, of a million events on SQLite."""
    found = look_back(branch_of(folder, EVENTS, AGENTS, SEED), AGENTS, SEED, 1000, 50, REPLAYS)
    beside = f"{found.events:,} events, median {{:g}} ms"
    for name, spread, goal in (("warm", found.warm, 50), ("cold", found.cold, 500)):
        told = beside.format(spread.median)
        yield Figure(f"asof_{name}_p99", spread.p99, goal, "ms", beside=told)
    yield Figure(
        "asof_equal", found.equal, REPLAYS, "of replays", at_least=True, beside="byte for byte"
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--events", type=click.IntRange(min=1000), default=EVENTS, show_default=True)
@click.option("--agents", type=click.IntRange(min=1), default=AGENTS, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--asked", type=int, default=1000, show_default=True, help="Warm questions.")
@click.option("--asked-cold", type=int, default=50, show_default=True, help="Cold questions.")
@click.option("--replays", type=int, default=4, show_default=True, help="Instants to replay.")
def main(
    data: Path, events: int, agents: int, seed: int, asked: int, asked_cold: int, replays: int
) -> None:
    """Measure the state of a team as of a past instant; print the figures as JSON."""
    store = branch_of(data, events, agents, seed)
    echo_json(look_back(store, agents, seed, asked, asked_cold, replays))


if __name__ == "__main__":
    main()
