"""Big imports: a slice at a time, harmless to repeat, refused rows named, the rows gone at the end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.bringing import PersonBrought, plain
from domain.words import Role
from store.engines import engine_of
from store.import_jobs import ImportJobs
from tests.workers.branch import TEAM, Branch
from workers import imports
from workers.scheduler import task_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Office:
    """A branch with an import of five people, two of them the same."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder)
        self.branch.found()
        vault = self.branch.record.mapper.vault  # type: ignore[attr-defined]
        self.jobs = ImportJobs(engine_of(self.branch.accounts_url), "main", vault)
        people = [
            PersonBrought(f"B{n}", f"某{n}", Role.AGENT, TEAM, None, date(2026, 3, 2), leads=False)
            for n in (1, 2, 3, 3, 4)
        ]
        rows = [
            {"no": no, "row": plain(row), "secret": f"{no}"} for no, row in enumerate(people, 2)
        ]
        self.jobs.put("I-1", ("M1", "administrator"), "people", rows, known=0, bad=0)

    def slice(self) -> imports.Taken | None:
        return imports.bring_slice(self.branch.record, self.jobs, "I-1", lambda: NOW)

    def joined(self) -> list[object]:
        joined = self.branch.events("organisation.member_joined")
        return [event["person_id"] for event in joined if str(event["person_id"]).startswith("B")]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(imports, "SLICE", 2)
    return Office(tmp_path)


def test_the_rows_are_taken_a_slice_at_a_time(office: Office) -> None:
    assert office.slice() == imports.Taken(2, 0)

    assert office.joined() == ["B1", "B2"]
    job = office.jobs.find("I-1")
    assert job is not None
    assert (job.done, job.over) == (2, False)


def test_a_slice_that_was_not_noted_is_done_again_without_effect(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut_short:
        cut_short.setattr(office.jobs, "note", lambda *_: None)
        office.slice()

    office.slice()

    assert office.joined() == ["B1", "B2"]


def test_a_row_that_is_refused_is_named_and_the_others_are_taken(office: Office) -> None:
    while office.slice():
        pass

    job = office.jobs.find("I-1")
    assert job is not None
    assert job.refused == ((5, "AlreadyExists"),)
    assert office.joined() == ["B1", "B2", "B3", "B4"]


def test_the_rows_are_gone_when_all_is_done(office: Office) -> None:
    while office.slice():
        pass

    job = office.jobs.find("I-1")
    assert job is not None
    assert job.over
    assert office.jobs.rows(job) == ()
    assert imports.imports_due(office.jobs, NOW.date()) == []


def test_what_is_left_is_due_slice_by_slice(office: Office) -> None:
    keys = []
    for _ in range(2):
        (due,) = imports.imports_due(office.jobs, NOW.date())
        keys.append(task_of(due).key)
        office.slice()

    assert keys == ["import_rows/I-1/0", "import_rows/I-1/2"]


def test_an_import_keeps_the_time_at_which_it_was_asked_for(office: Office) -> None:
    office.slice()

    job = office.jobs.find("I-1")
    assert job is not None
    row = next(e for e in office.branch.store.reader().all() if e.data.get("person_id") == "B1")
    assert row.recorded_at == NOW
    assert row.occurred_at == datetime.fromtimestamp(job.made_at, UTC)
