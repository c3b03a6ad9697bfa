"""`shilu import`: what goes into the log, in which order, and what a repeat does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import shilu.bulk
from shilu.import_plan import IMPORTED
from shilu.importer import import_branch
from store.branch import BranchStore
from store.log_reader import LoggedEvent
from store.migrate import migrate
from tests.importer.conftest import Rows, callback, visit

Folder = Callable[[Rows], Path]


def log_of(store: BranchStore) -> list[LoggedEvent]:
    return list(store.reader().after(0, 100_000))


def facts(store: BranchStore, topic: str) -> list[dict[str, Any]]:
    return [dict(event.data) for event in log_of(store) if event.topic == f"{topic}.v1"]


def bare(events: list[LoggedEvent]) -> list[tuple[Any, ...]]:
    return [(e.position, e.stream_id, e.version, e.topic, e.command_id) for e in events]


def test_a_branch_becomes_teams_people_visits_leave_sales_and_callbacks(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    report = import_branch(store, folder(rows))

    topics = Counter(event.topic.removesuffix(".v1") for event in log_of(store))
    assert report.errors == []
    assert report.events == sum(topics.values())
    assert topics["organisation.team_formed"] == 1
    assert topics["organisation.member_joined"] == 3
    assert topics["organisation.leave_registered"] == 1
    assert topics["customer.registered"] == topics["daily_log.activity_logged"] == 3
    assert topics["daily_log.policies_signed"] == 1
    assert topics["callback.listed"] == topics["callback.outcome_recorded"] == 2
    assert topics["rulebook.adopted"] == 1


def test_nothing_that_the_format_does_not_say_is_submitted(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    import_branch(store, folder(rows))

    assert facts(store, "daily_log.submitted") == []


def test_an_import_done_twice_gives_the_same_log(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    import_branch(store, folder(rows))
    before = bare(log_of(store))

    report = import_branch(store, folder(rows))

    assert bare(log_of(store)) == before
    assert report.events == 0
    assert report.known_before == report.commands


def test_an_import_that_was_cut_short_is_finished_by_the_next(
    store: BranchStore, rows: Rows, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception): ...

    def cut(done: int, total: int) -> None:
        raise PowerCut

    monkeypatch.setattr(shilu.bulk, "CHUNK", 5)
    with pytest.raises(PowerCut):
        import_branch(store, folder(rows), progress=cut)
    assert store.reader().head() > 0

    import_branch(store, folder(rows))

    assert len(facts(store, "daily_log.activity_logged")) == 3
    assert len(facts(store, "callback.outcome_recorded")) == 2


def test_two_branches_with_equal_rows_share_no_command_and_no_customer(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    other = BranchStore("other", store.data_dir)
    migrate(other, f"sqlite:///{store.data_dir}/accounts.db", None, [])

    import_branch(store, folder(rows))
    import_branch(other, folder(rows))

    assert {e.command_id for e in log_of(store)}.isdisjoint(e.command_id for e in log_of(other))
    assert {row["customer_id"] for row in facts(store, "customer.registered")}.isdisjoint(
        row["customer_id"] for row in facts(other, "customer.registered")
    )


def test_postgresql_gets_the_same_log_and_keeps_it_on_a_repeat(
    store: BranchStore, rows: Rows, folder: Folder, postgres_url: str, tmp_path: Path
) -> None:
    other = BranchStore(f"t{uuid4().hex[:12]}", tmp_path / "other", postgres_url)
    migrate(other, postgres_url, None, [])

    import_branch(store, folder(rows))
    import_branch(other, folder(rows))
    again = import_branch(other, folder(rows))

    assert [e.topic for e in log_of(other)] == [e.topic for e in log_of(store)]
    assert [e.recorded_at for e in log_of(other)] == [e.recorded_at for e in log_of(store)]
    assert again.events == 0


def test_the_log_is_in_the_order_in_which_the_source_had_it(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    rows["visits.jsonl"].reverse()
    import_branch(store, folder(rows))

    recorded = [event.recorded_at for event in log_of(store)]

    assert all(earlier <= later for earlier, later in pairwise(recorded))


def test_an_entry_keeps_when_it_happened_and_when_it_was_written_down(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    import_branch(store, folder(rows))

    entry = next(e for e in log_of(store) if e.topic == "daily_log.activity_logged.v1")

    assert entry.occurred_at == datetime(2025, 3, 3, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
    assert entry.recorded_at == datetime(2025, 3, 3, 12, 1, tzinfo=UTC)
    assert entry.source == "import"


def test_an_entry_of_last_week_is_late_and_kept(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    rows["visits.jsonl"] = [visit(1, created_at="2025-03-09T20:00")]
    rows["callbacks.jsonl"] = []

    import_branch(store, folder(rows))

    (entry,) = facts(store, "daily_log.activity_logged")
    assert (entry["late"], entry["late_reason"]) == (True, IMPORTED)


def test_a_customer_is_one_for_an_agent_however_often_visited(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    same = {"customer_name": "甲乙", "customer_phone": "10011112222"}
    rows["visits.jsonl"] = [visit(1, **same), visit(2, **same), visit(3, agent_id="A2", **same)]

    import_branch(store, folder(rows))

    registered = facts(store, "customer.registered")
    assert sorted(row["owner_id"] for row in registered) == ["A1", "A2"]
    assert len({row["phone_index"] for row in registered}) == 1


def test_no_name_or_number_or_note_is_in_the_log_in_clear(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    import_branch(store, folder(rows))

    stored = b"".join(path.read_bytes() for path in store.folder.glob("log.db*"))

    for row in rows["visits.jsonl"]:
        for name in ("customer_name", "customer_phone", "remark"):
            assert row[name].encode() not in stored
            assert row[name].encode("unicode-escape") not in stored


def test_a_customers_id_cannot_be_found_by_trying_numbers_without_the_key(
    store: BranchStore, tmp_path: Path
) -> None:
    other = BranchStore("main", tmp_path / "elsewhere")
    migrate(other, f"sqlite:///{other.data_dir}/accounts.db", None, [])

    assert store.pseudonym("A1|100|甲") == store.pseudonym("A1|100|甲")
    assert store.pseudonym("A1|100|甲") != other.pseudonym("A1|100|甲")


def test_a_visit_without_name_and_number_is_kept_as_incomplete(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    rows["visits.jsonl"] = [visit(1, customer_name=None, customer_phone=None)]
    rows["callbacks.jsonl"] = []

    import_branch(store, folder(rows))

    (customer,) = facts(store, "customer.registered")
    assert customer["name_complete"] is False
    assert customer["phone_index"] is None


@pytest.mark.parametrize(
    ("outcome", "attempt", "recorded"),
    [
        ("confirm", "answered", "confirmed"),
        ("deny", "answered", "denied"),
        ("no_such_person", "answered", "wrong_person"),
        ("wrong_number", "invalid_number", "invalid_number"),
        ("unreachable", "no_answer", "unreachable"),
        ("refused", "refused", "refused"),
    ],
)
def test_each_outcome_has_its_word_in_the_log(
    store: BranchStore, rows: Rows, folder: Folder, outcome: str, attempt: str, recorded: str
) -> None:
    rows["callbacks.jsonl"] = [callback(1, outcome)]

    import_branch(store, folder(rows))

    assert facts(store, "callback.attempted")[0]["result"] == attempt
    (told,) = facts(store, "callback.outcome_recorded")
    assert told["outcome"] == recorded
    assert (told["mode"], told["design"], told["probability"]) == ("audit", "risk", 0.25)


def test_sales_of_one_day_add_up(store: BranchStore, rows: Rows, folder: Folder) -> None:
    rows["sales.jsonl"] *= 2

    import_branch(store, folder(rows))

    assert [sale["policies"] for sale in facts(store, "daily_log.policies_signed")] == [4]


def test_a_rulebook_that_the_branch_has_is_left_as_it_is(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    import_branch(store, folder(rows))
    rows["visits.jsonl"].append(visit(4))

    import_branch(store, folder(rows))

    assert len(facts(store, "rulebook.adopted")) == 1
    assert len(facts(store, "daily_log.activity_logged")) == 4


def test_a_dry_run_counts_and_writes_nothing(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    tried = import_branch(store, folder(rows), dry_run=True)

    assert store.reader().head() == 0
    assert tried.events == import_branch(store, folder(rows)).events


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_written(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    place = folder(rows)
    with (place / "visits.jsonl").open("ab") as visits:
        visits.write(b"{broken\n\xff\xfe not utf-8\n")

    report = import_branch(store, place)

    assert [(e.file, e.line) for e in report.errors] == [("visits.jsonl", 4), ("visits.jsonl", 5)]
    assert store.reader().head() == 0


def test_a_row_that_a_rule_refuses_is_named_and_the_others_go_in(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    rows["visits.jsonl"][1]["created_at"] = "2025-03-03T01:00"  # before it began
    rows["callbacks.jsonl"] = []

    report = import_branch(store, folder(rows))

    (error,) = report.errors
    assert (error.file, error.line, error.field) == ("visits.jsonl", 2, "visit_id")
    assert "ActivityInFuture" in error.message_en
    assert "甲乙" not in error.message_en
    assert len(facts(store, "daily_log.activity_logged")) == 2


def test_a_row_put_right_goes_in_with_the_next_import(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    right = rows["visits.jsonl"][1]["created_at"]
    rows["visits.jsonl"][1]["created_at"] = "2025-03-03T01:00"
    rows["callbacks.jsonl"] = []
    import_branch(store, folder(rows))

    rows["visits.jsonl"][1]["created_at"] = right
    report = import_branch(store, folder(rows))

    assert report.errors == []
    assert len(facts(store, "daily_log.activity_logged")) == 3


def test_a_folder_without_files_is_told_file_by_file(store: BranchStore, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    report = import_branch(store, empty)

    assert [error.line for error in report.errors] == [0] * 5
    assert store.reader().head() == 0


def test_a_branch_in_which_nothing_happened_yet_is_just_its_people(
    store: BranchStore, rows: Rows, folder: Folder
) -> None:
    for name in ("visits.jsonl", "attendance.jsonl", "sales.jsonl", "callbacks.jsonl"):
        rows[name] = []

    report = import_branch(store, folder(rows))

    joined = facts(store, "organisation.member_joined")
    assert report.errors == []
    assert len(joined) == 3
    assert date.fromisoformat(joined[0]["since"]) <= datetime.now(UTC).date() + timedelta(days=1)
