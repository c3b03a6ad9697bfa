"""The nightly self-check of a supervisor's own records: 自我检测 (R-83 to R-85).

What it finds is asked as questions in the supervisor's journal. Notes are sealed, so only their
lengths and their sameness leave this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from domain.application import TeamRecord
from domain.callback import Callback, callback_stream
from domain.duties import Duty
from domain.review import Review
from domain.scheduled_check import CheckKey
from domain.self_check import CallMade, Reviewed, Talked, TenDays, self_check
from domain.words import CONTRADICTIONS, Check, Receipt
from projections import customers, supervisor_duties
from projections.people_facts import people_as_of, teams_as_of
from projections.supervisor_duties import Done
from projections.team_facts import PEOPLE
from workers.supervision import Now, by_check, done_before
from workers.views_ready import up_to_date

WORKING_DAYS = 10


def check_self(
    record: TeamRecord, views: Engine, supervisor_id: str, day: date, due_at: datetime, now: Now
) -> Receipt:
    """Ask a supervisor about the ten working days up to ``day``; a repeat asks nothing. Raises NotYet."""
    key = CheckKey(Check.SELF_CHECK, supervisor_id, day)
    if (earlier := done_before(record, key)) is not None:
        return earlier
    with up_to_date(record, views, "supervisor_duties", "customers", "team_day") as connection:
        first = _first_day(record, day)
        done = supervisor_duties.done_between(connection, supervisor_id, first, day)
        team_id, agents = _led(connection, supervisor_id, day)
        calls = _calls(connection, record, done)
    asked, checks = self_check(
        TenDays(
            calls=calls,
            coachings=_talks(done, Duty.COACHING),
            trackings=_talks(done, Duty.TRACKING),
            reviews=[_review(record, one) for one in done if one.duty == Duty.REVIEW],
            agents=agents,
        )
    )
    by = by_check(key, now)
    return record.scheduled_checks.finish(
        key,
        team_id,
        due_at,
        [],  # what was asked is the supervisor's own, and stands in the journal alone
        by=by,
        effects=lambda: record.journals.self_checked(supervisor_id, day, asked, checks, by),
    )


def _first_day(record: TeamRecord, day: date) -> date:
    rules, left, first = record.rulebook.rules(), WORKING_DAYS - 1, day
    while left:
        first -= timedelta(days=1)
        left -= rules.is_working_day(first)
    return first


def _led(connection: Connection, supervisor_id: str, day: date) -> tuple[str | None, int]:
    teams = teams_as_of(connection, PEOPLE)
    led = sorted(key for key, team in teams.items() if team.supervisor_id == supervisor_id)
    people = people_as_of(connection, PEOPLE, day).values()
    agents = sum(person.role == "agent" and person.team_id in led for person in people)
    return (led[0] if led else None), agents


def _calls(connection: Connection, record: TeamRecord, done: Sequence[Done]) -> list[CallMade]:
    made = [one for one in done if one.duty == Duty.CALLBACK]
    told = [_call_told(record, one) for one in made]
    cards = customers.cards(connection, {customer for customer, _length in told})
    return [
        CallMade(
            customer,
            cards[customer].name_complete if customer in cards else True,
            length,
            one.word in CONTRADICTIONS,
        )
        for one, (customer, length) in zip(made, told, strict=True)
    ]


def _call_told(record: TeamRecord, one: Done) -> tuple[str, int]:
    """Return whom a call was to, and how many characters were written about it."""
    customer, length = "", 0
    for event in record.events.get(callback_stream(one.ref)):
        if isinstance(event, Callback.Listed):
            customer = event.customer_id
        elif isinstance(event, Callback.StepRecorded):
            length += len(event.note or "")
        elif isinstance(event, Callback.OutcomeRecorded):
            length += len(event.note or "") + len(event.suggestion or "")
    return customer, length


def _review(record: TeamRecord, one: Done) -> Reviewed:
    for event in record.events.get(
        record.reviews.stream(one.agent_id, date.fromisoformat(one.ref))
    ):
        if isinstance(event, Review.Completed):
            return Reviewed(one.at, event.text)
    return Reviewed(one.at, None)


def _talks(done: Sequence[Done], duty: Duty) -> list[Talked]:
    return [Talked(one.agent_id, one.length or 0) for one in done if one.duty == duty]
