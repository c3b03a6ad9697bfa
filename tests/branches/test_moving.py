"""A branch moves to another database: nothing acknowledged is lost, and no other branch notices."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner
from eventsourcing.persistence import OperationalError

import projections
from domain.application import TeamRecord
from domain.daily_log import Activity
from domain.words import ActivityKind, ActivityResult, By, Role
from projections.base import positions
from projections.rebuilding import check
from shilu.cli import main
from shilu.moving import OWN, Move, MoveRefused, move_shards
from store.fence import fence, lift
from tests.branches.company import Company

STAGES = ("_copy", "_build_views", "_verify", "_take_along", "_compare")


class Cut(Exception):
    """The process was killed here."""


@pytest.fixture
def elsewhere(postgres_url: str) -> str:
    """Another database, empty."""
    name = f"other_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_url.replace("/postgres?", f"/{name}?")


def move(company: Company, to: str, name: str = "north") -> Move:
    return Move(company.directory, name, to, f"shilu.test/{name}", "none")


def run(company: Company, to: str, name: str = "north") -> int:
    return move(company, to, name).run(lambda _done, _all: None)


class Writer(threading.Thread):
    """Logs visits of a branch, each under its command until it is acknowledged."""

    def __init__(self, company: Company, name: str) -> None:
        super().__init__()
        self.company, self.branch = company, name
        self.stop = threading.Event()
        self.acknowledged: list[UUID] = []
        self.paused = 0

    def run(self) -> None:
        record = self.company.open_record(self.branch)
        while not self.stop.is_set():
            command = uuid4()
            while not self._write(record, command):
                self.paused += 1
                record.close()
                self.company.directory.forget()
                record = self.company.open_record(self.branch)
                self.stop.wait(0.02)
            self.acknowledged.append(command)
        record.close()

    def _write(self, record: TeamRecord, command: UUID) -> bool:
        now = self.company.moment
        by = By("A1", Role.AGENT, now, now, command, "web")
        kind, when = ActivityKind.FACE_MEETING, now - timedelta(minutes=5)
        visit = Activity(str(command), kind, "C-1", when, ActivityResult.INTERESTED)
        try:
            record.daily_logs.log_activity("A1", visit, by=by, repeat_is_meant=True)
        except OperationalError:
            return False
        return True


def test_nothing_acknowledged_is_lost_while_it_moves(company: Company, elsewhere: str) -> None:
    company.follow()
    writer, other = Writer(company, "north"), Writer(company, "south")
    for one in (writer, other):
        one.start()

    moved = run(company, elsewhere)
    count = len(writer.acknowledged)
    while len(writer.acknowledged) < count + 5:
        writer.join(0.01)
    for one in (writer, other):
        one.stop.set()
        one.join(20)

    store = company.store("north")
    assert store.database_url == elsewhere
    events = list(store.reader().all())
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    logged = [e.command_id for e in events if e.topic == "daily_log.activity_logged.v1"]
    assert sorted(logged) == sorted(writer.acknowledged)
    assert len(events) >= moved
    assert other.paused == 0


def test_views_are_there_and_right_when_it_has_moved(company: Company, elsewhere: str) -> None:
    company.visit("north")
    company.follow()

    head = run(company, elsewhere)

    store = company.store("north")
    reached = positions(store.views_engine())
    assert {reached[projection.name] for projection in projections.ALL} == {head}
    for projection in projections.ALL:
        assert check(store.reader(), store.views_engine(), projection) is None
    supervisor = company.visitor("north", Role.SUPERVISOR, "S1")
    assert "朝阳A1" in supervisor.get("/board").text


@pytest.mark.parametrize("stage", STAGES)
def test_a_move_that_was_cut_short_is_repeated(
    company: Company, elsewhere: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.visit("north")
    company.follow()
    real, cut = getattr(Move, stage), threading.Event()

    def killed(self: Move, *arguments: object) -> None:
        real(self, *arguments)
        if not cut.is_set():
            cut.set()
            raise Cut

    monkeypatch.setattr(Move, stage, killed)
    with pytest.raises(Cut):
        run(company, elsewhere)
    before = company.heads()["north"]

    assert run(company, elsewhere) == before
    assert company.store("north").database_url == elsewhere
    company.records["north"] = company.open_record("north")
    assert company.visit("north") > before


def test_a_move_that_was_cut_short_can_be_undone(
    company: Company, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_self: Move) -> None:
        raise Cut

    monkeypatch.setattr(Move, "_take_along", killed)
    with pytest.raises(Cut):
        run(company, elsewhere)
    with pytest.raises(OperationalError):
        company.visit("north")

    move(company, OWN).undo()

    assert company.visit("north") == company.heads()["north"]


def test_only_its_writes_stand_still_and_the_phone_is_told_when_to_come_again(
    company: Company,
) -> None:
    company.follow()
    here, there = (company.visitor(name, Role.SUPERVISOR, "S1") for name in ("main", "north"))
    csrf = there.csrf
    company.directory.begin_move("north", "postgresql://elsewhere")

    answer = there.post("/sign-out", csrf=csrf)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "营业部的记录正在搬家" in answer.text
    assert there.get("/board").status_code == 200
    assert there.api("POST", "/api/v1/teams", {}).json["type"] == "urn:shilu:problem:moving"
    assert here.post("/sign-out").status_code == 303


def test_a_fence_lets_nobody_append_until_it_is_lifted(company: Company) -> None:
    store, head = company.store("north"), company.heads()["north"]
    for _ in range(2):
        fence(store)

    with pytest.raises(OperationalError):
        company.visit("north")
    assert company.heads()["north"] == head

    lift(store)
    assert company.visit("north") > head


def test_a_branch_goes_there_and_back(company: Company, elsewhere: str) -> None:
    if not company.directory.first.database_url:
        pytest.skip("a branch is moved to PostgreSQL alone")
    company.visit("north")
    run(company, elsewhere)
    company.records["north"] = company.open_record("north")
    head = company.visit("north")

    assert run(company, OWN) == head
    assert company.store("north").database_url == company.directory.first.database_url
    company.records["north"] = company.open_record("north")
    assert company.visit("north") > head


def test_another_log_is_never_written_over(
    company: Company, elsewhere: str, tmp_path: Path
) -> None:
    other = Company(tmp_path / "other", elsewhere)
    head = other.heads()["north"]

    with pytest.raises(MoveRefused, match="another log lies"):
        run(company, elsewhere)

    assert other.heads()["north"] == head
    other.close()


def test_a_branch_is_not_moved_onto_itself(company: Company) -> None:
    url = company.directory.first.database_url
    if not url:
        pytest.skip("SQLite has one address")
    head = company.heads()["north"]

    with pytest.raises(MoveRefused, match="lies in this database already"):
        run(company, url + "&application_name=other")

    assert company.visit("north") > head


def test_without_citus_no_node_is_chosen(company: Company) -> None:
    if not company.directory.first.database_url:
        pytest.skip("Citus is a PostgreSQL")
    with pytest.raises(MoveRefused, match="has no Citus"):
        move_shards(company.store("north"), "worker-2:5432")


@pytest.mark.parametrize(
    "words", [[], ["--to", "somewhere"], ["--to", "own", "--undo"], ["--to", "mysql://there"]]
)
def test_a_move_is_told_where_to(words: list[str], tmp_path: Path) -> None:
    environment = {"SHILU_DATA": str(tmp_path), "DATABASE_URL": ""}
    result = CliRunner(env=environment).invoke(main, ["branch", "move", "north", *words])

    assert result.exit_code == 2
