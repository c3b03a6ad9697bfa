"""`shilu demo`: a branch of invented people, always the same for a seed, harmless to repeat."""

from __future__ import annotations

import json
import stat
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import shilu.bulk
from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Preparation
from domain.sheet_figures import figures_of
from domain.summary_claims import unsupported
from domain.supervisor_journal import digest_of
from domain.weekly_sheet import WeeklySheet, weekly_sheet_stream
from domain.words import AttemptResult, By, CallbackOutcome, Role
from shilu.demo import LOGINS_FILE, DemoMade, demo_is_there, make_demo
from shilu.demo.making import Login
from shilu.demo.words import GIVEN, SURNAMES
from store.branch import BranchStore
from store.migrate import migrate
from store.proof import leaf_hash
from tests.importer.test_importer import bare, facts, log_of
from workers.branch_book import BranchBook
from workers.fake_entries import compare

MONDAY_NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ROLES = {"agent", "supervisor", "upper_supervisor", "auditor", "administrator"}


def made(
    store: BranchStore, until: datetime = MONDAY_NOON, seed: int = 531, **more: Any
) -> DemoMade:
    logins = store.data_dir / LOGINS_FILE
    return make_demo(store, lambda *_: None, logins, until=until, seed=seed, **more)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[BranchStore, DemoMade]:
    """A demo to look at, made once."""
    data = tmp_path_factory.mktemp("demo")
    store = BranchStore("main", data)
    migrate(store, f"sqlite:///{data}/accounts.db", None, [])
    return store, made(store)


@pytest.fixture(scope="module")
def shown(demo: tuple[BranchStore, DemoMade]) -> BranchStore:
    """The branch of that demo."""
    return demo[0]


@pytest.fixture(scope="module")
def logins(demo: tuple[BranchStore, DemoMade]) -> tuple[Login, ...]:
    """Who may sign in to that demo."""
    return demo[1].logins


def denials(store: BranchStore) -> Counter[str]:
    outcomes = facts(store, "callback.outcome_recorded")
    return Counter(row["agent_id"] for row in outcomes if row["outcome"] == "denied")


def test_the_demo_has_teams_people_rules_and_weeks_of_work(shown: BranchStore) -> None:
    topics = Counter(event.topic.removesuffix(".v1") for event in log_of(shown))
    assert topics["organisation.team_formed"] == 3
    assert topics["rulebook.script_published"] == 2
    assert topics["rulebook.calendar_published"] >= 1
    assert topics["daily_log.activity_logged"] > 2_000
    assert topics["callback.outcome_recorded"] > 30
    assert len({row["day"] for row in facts(shown, "daily_log.opened")}) == 20


def test_the_demo_shows_a_season_a_role_model_and_help_with_filling(shown: BranchStore) -> None:
    topics = Counter(event.topic.removesuffix(".v1") for event in log_of(shown))

    assert topics["contest.opened"] == topics["role_model.answered"] == 1
    assert topics["filling_case.opened"] == topics["filling_case.replied"] == 1
    assert topics["filling_case.step_taken"] == 2


def test_a_demo_made_twice_is_the_same_log(store: BranchStore) -> None:
    made(store)
    before = bare(log_of(store))

    later = datetime(2026, 12, 1, tzinfo=UTC)
    again = made(store, later)

    assert again.events == 0
    assert bare(log_of(store)) == before


def test_a_demo_that_was_cut_short_is_finished_by_the_next_run(
    store: BranchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception): ...

    def cut(done: int, total: int) -> None:
        raise PowerCut

    monkeypatch.setattr(shilu.bulk, "CHUNK", 1_000)
    with pytest.raises(PowerCut):
        made(store, progress=cut)
    assert not demo_is_there(store.data_dir / LOGINS_FILE)

    rest = made(store)

    assert 0 < rest.events < store.reader().head()
    assert demo_is_there(store.data_dir / LOGINS_FILE)


@pytest.mark.parametrize(
    "until",
    [
        datetime(2026, 11, 22, 4, 0, tzinfo=UTC),  # a Sunday
        datetime(2026, 11, 22, 23, 0, tzinfo=UTC),  # Monday, before the list of calls is out
        datetime(2026, 10, 8, 12, 0, tzinfo=UTC),  # after the holidays
        datetime(2027, 1, 4, 9, 0, tzinfo=UTC),  # over the turn of the year
    ],
)
def test_the_demo_fits_any_day_and_tells_nothing_from_the_future(
    store: BranchStore, until: datetime
) -> None:
    made(store, until)

    recorded = [event.recorded_at for event in log_of(store)]

    assert recorded == sorted(recorded)
    assert recorded[-1] <= until


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_seed_is_another_story_and_breaks_no_rule(store: BranchStore, seed: int) -> None:
    assert made(store, seed=seed).events > 3_000


def test_one_denial_is_short_of_a_case_and_the_next_call_is_listed(shown: BranchStore) -> None:
    denied, answered = denials(shown), facts(shown, "callback.outcome_recorded")
    done = {row["callback_id"] for row in answered}
    open_calls = [r for r in facts(shown, "callback.listed") if r["callback_id"] not in done]

    assert sorted(denied.values()) == [1, 4]
    (near,) = [agent for agent, count in denied.items() if count == 1]
    assert near in {row["agent_id"] for row in open_calls if row["supervisor_id"] == "S1"}
    assert {row["supervisor_id"] for row in open_calls} == {"S1", "S2", "S3"}


def compare_all(record: TeamRecord, store: BranchStore) -> set[str]:
    """Compare every answered callback, as the worker does; return the agents with a case."""
    book = BranchBook(record)
    for row in facts(store, "callback.outcome_recorded"):
        compare(record, book.file, row["callback_id"], lambda: datetime.now(UTC))
    return {row["agent_id"] for row in facts(store, "verification_case.case_opened")}


def deny(record: TeamRecord, listed: dict[str, Any]) -> None:
    """The supervisor makes the call, and the customer denies."""
    calls, call = record.callbacks, listed["callback_id"]

    def by() -> By:
        now, caller = datetime.now(UTC), listed["supervisor_id"]
        return By(caller, Role.SUPERVISOR, now, now, uuid4(), "web")

    calls.prepare(call, Preparation(ticks=frozenset(TICKS)), by=by())
    calls.attempt(call, AttemptResult.ANSWERED, by=by())
    calls.record_outcome(call, Answer(CallbackOutcome.DENIED), by=by())


@pytest.mark.parametrize("seed", [531, 4])
def test_the_workers_open_one_case_and_the_next_denial_opens_another(
    store: BranchStore, seed: int
) -> None:
    made(store, seed=seed)
    record = TeamRecord(store.log_env(), store.index_phone)
    (near,) = [agent for agent, count in denials(store).items() if count == 1]
    before = compare_all(record, store)

    listed = facts(store, "callback.listed")
    deny(record, next(r for r in reversed(listed) if (r["agent_id"], r["mode"]) == (near, "audit")))
    after = compare_all(record, store)

    assert len(before) == 1
    assert after == before | {near}


def test_the_denials_of_one_agent_come_from_different_customers_and_callers(
    shown: BranchStore,
) -> None:
    agent, _ = denials(shown).most_common(1)[0]
    denied = [
        row
        for row in facts(shown, "callback.outcome_recorded")
        if (row["agent_id"], row["outcome"]) == (agent, "denied")
    ]

    assert len({row["customer_id"] for row in denied}) == 4
    assert len({row["supervisor_id"] for row in denied}) == 2


def test_the_day_of_the_first_agent_is_begun_and_open(
    shown: BranchStore, logins: tuple[Login, ...]
) -> None:
    (first,) = [login.person_id for login in logins if login.login == "agent"]

    def days(topic: str) -> set[str]:
        return {row["day"] for row in facts(shown, topic) if row["agent_id"] == first}

    assert "2026-11-23" in days("daily_log.activity_logged")
    assert "2026-11-23" not in days("daily_log.submitted")


def test_nobody_in_the_demo_can_be_called(shown: BranchStore) -> None:
    phones = {row["phone_masked"] for row in facts(shown, "customer.registered")} - {None}

    assert phones
    assert all(phone.startswith("100") for phone in phones)


def test_names_are_put_together_from_syllables(logins: tuple[Login, ...]) -> None:
    people = [login.name for login in logins]

    assert all(name[0] in SURNAMES and set(name[1:]) <= set(GIVEN) for name in people)


def test_there_is_a_login_for_every_role_kept_where_only_the_owner_reads_it(
    shown: BranchStore, logins: tuple[Login, ...]
) -> None:
    kept: Path = shown.data_dir / LOGINS_FILE

    told = json.loads(kept.read_text(encoding="utf-8"))["accounts"]
    assert {login.role for login in logins} == ROLES
    assert len({login.password for login in logins}) == len(logins)
    assert [row["password"] for row in told] == [login.password for login in logins]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_repeat_keeps_the_passwords(store: BranchStore) -> None:
    assert made(store).logins == made(store).logins


def test_weeks_are_summed_up_and_some_wait_for_their_review(shown: BranchStore) -> None:
    topics = Counter(event.topic for event in shown.reader().all())

    handed_in = topics["weekly_sheet.submitted.v1"]
    assert handed_in > 40
    assert 0 < topics["review.sheet_completed.v1"] < handed_in
    assert topics["team_goal.set.v1"] >= 3


def test_a_demo_sheet_claims_only_what_the_log_shows(shown: BranchStore) -> None:
    record = TeamRecord(shown.log_env(), shown.index_phone)
    sheets = [e for e in shown.reader().all() if e.topic == "weekly_sheet.submitted.v1"][:10]

    for sheet in sheets:
        agent, monday = sheet.data["agent_id"], date.fromisoformat(sheet.data["monday"])
        done = figures_of(sheet.data["results"])
        assert done is not None
        assert unsupported(summary_of(record, agent, monday), done) == []


def summary_of(record: TeamRecord, agent: str, monday: date) -> str:
    events = record.events.get(weekly_sheet_stream(agent, monday))
    return next(e.text or "" for e in events if isinstance(e, WeeklySheet.SummaryWritten))


def test_supervisors_have_reviewed_called_coached_and_kept_their_journals(
    shown: BranchStore,
) -> None:
    topics = Counter(event.topic.removesuffix(".v1") for event in log_of(shown))

    submitted = topics["daily_log.submitted"]
    assert 0.7 * submitted < topics["review.completed"] < submitted  # the newest wait
    assert topics["review.read"] > 100
    assert topics["tracking_call.prepared"] == topics["tracking_call.held"] + 3
    assert topics["coaching.evaluated"] == topics["coaching.held"] == 12
    assert topics["coaching.proposed"] == 13  # one was asked for and waits
    assert topics["supervisor_journal.archived"] == 30
    assert topics["monthly_record.submitted"] == 8


def test_a_filed_journal_names_what_stands_on_record(shown: BranchStore) -> None:
    events = {event.position: event for event in shown.reader().all()}
    filed = facts(shown, "supervisor_journal.archived")

    assert all(row["positions"] for row in filed)
    for row in filed:
        duties = [events[position] for position in row["positions"]]
        assert {event.actor for event in duties} == {row["supervisor_id"]}
        hashes = [(event.position, leaf_hash(event.envelope).hex()) for event in duties]
        assert digest_of(hashes) == row["digest"]
