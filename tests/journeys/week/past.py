"""What the branch did before the week that is played: four weeks of logs with reviews, and sheets.

A3 began well and has all but stopped: that is what the week's first morning finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from domain.daily_log import Activity
from domain.monthly_record import MonthWords
from domain.review import Remark
from domain.sheet_figures import Figures, monday_of
from domain.sheet_review import Care
from domain.weekly_sheet import WeekWords
from domain.words import (
    ActivityKind,
    ActivityResult,
    ContactSource,
    RemarkKind,
    ReviewVerdict,
    SheetKind,
)
from domain.work_weeks import suggested
from shilu.scripts import DEFAULT_SCRIPT, LANGUAGE, default_steps
from tests.journeys.week.stage import CUSTOMERS, PEOPLE, TEAM, Stage
from tests.journeys.week.words import Words

AGENTS = ("A1", "A2", "A3")
MONDAY = date(2026, 6, 29)  # of the week that is played; June ends on its Tuesday
FOUNDED = MONDAY - timedelta(weeks=4)  # and the first day of the contest that ends before the week
HOLIDAYS = (date(2026, 6, 19),)  # 端午
FADED_FROM = date(2026, 6, 15)
WROTE_YET = (date(2026, 6, 16), date(2026, 6, 18))  # A3, after the novelty was gone
WEEK_AIMS = Figures(calls=8, meetings=6, closings=1, new_visits=1, policies=1)
MONTH_AIMS = Figures(calls=30, meetings=24, closings=4, new_visits=4, policies=2)
RESULTS = (ActivityResult.INTERESTED, ActivityResult.FOLLOW_UP, ActivityResult.DECLINED)


def found(stage: Stage) -> None:
    """Let the administrator found the branch: rules, calendar, script, team, people, customers."""
    book, organisation = stage.record.rulebook, stage.record.organisation
    book.adopt(by=stage.by("M1"))
    book.publish_calendar(MONDAY.year, HOLIDAYS, (), "国务院办公厅", by=stage.by("M1"))
    book.publish_script(DEFAULT_SCRIPT, LANGUAGE, default_steps(), by=stage.by("M1"))
    organisation.form_team(TEAM, "朝阳组", "S1", by=stage.by("M1"))
    for person_id, (name, role, team_id) in PEOPLE.items():
        organisation.join(person_id, name, role, team_id, FOUNDED, by=stage.by("M1"))
    for agent in AGENTS:
        for no, name in enumerate(CUSTOMERS[agent]):
            phone = f"138000{agent[1]}{no:04d}"
            stage.record.customers.register(
                customer_id(agent, no), agent, name, phone, ContactSource.OWN, by=stage.by(agent)
            )


def customer_id(agent: str, no: int) -> str:
    """Return the id of an agent's customer."""
    return f"C-{agent}-{no}"


def live_until_monday(stage: Stage, words: Words) -> None:
    """Live the weeks of the contest, begun with June's goals and records."""
    _plan_june(stage, words)
    for day in _working_days(stage, FOUNDED, MONDAY):
        writers = [agent for agent in AGENTS if agent != "A3" or _a3_writes(day)]
        _write_logs(stage, words, writers, day)
        _review_logs(stage, words, writers, day)
        if day + timedelta(days=3) >= monday_of(day) + timedelta(days=7):
            _hand_in_the_week(stage, words, day)


def _plan_june(stage: Stage, words: Words) -> None:
    record = stage.record
    stage.go(FOUNDED, "09:00")
    team = MONTH_AIMS + MONTH_AIMS + MONTH_AIMS
    record.team_goals.set(TEAM, FOUNDED, team, by=stage.by("S1"))
    weeks = suggested(FOUNDED, record.rulebook.rules().is_working_day)
    told = MonthWords(words.line("past_month"), words.line("past_plan"), MONTH_AIMS)
    for agent in AGENTS:
        record.monthly_records.divide(agent, FOUNDED, weeks, by=stage.by(agent))
        record.monthly_records.submit(agent, FOUNDED, told, by=stage.by(agent))
        _care(stage, words, agent, SheetKind.MONTH, FOUNDED)


def _write_logs(stage: Stage, words: Words, writers: Sequence[str], day: date) -> None:
    no = day.toordinal()
    for hour, agent in enumerate(writers, 10):
        stage.go(day, f"{hour}:40")
        meeting = Activity(
            activity_id=f"{agent}-{day}",
            kind=ActivityKind.FACE_MEETING,
            customer_id=customer_id(agent, no % len(CUSTOMERS[agent])),
            started_at=stage.moment,
            result=RESULTS[no % len(RESULTS)],
            note=words.line(f"past_note_{no % 4}"),
        )
        stage.record.daily_logs.log_activity(agent, meeting, by=stage.by(agent))
    stage.go(day, "20:30")
    told = {"summary": words.line("past_summary"), "short_reason": "training"}
    for agent in writers:
        stage.record.daily_logs.submit(agent, day, by=stage.by(agent), **told)


def _review_logs(stage: Stage, words: Words, writers: Sequence[str], day: date) -> None:
    for minute, agent in enumerate(writers):
        stage.go(day, f"21:0{2 * minute}")
        text = words.line("past_remark", name=PEOPLE[agent][0], day=day)
        remark = Remark(RemarkKind.PRAISE, ReviewVerdict.GOOD, text)
        stage.record.reviews.complete(agent, day, remark, by=stage.by("S1"))


def _working_days(stage: Stage, first: date, behind: date) -> Iterator[date]:
    rules = stage.record.rulebook.rules()
    days = (first + timedelta(days=n) for n in range((behind - first).days))
    return (day for day in days if rules.is_working_day(day))


def _a3_writes(day: date) -> bool:
    return day < FADED_FROM or day in WROTE_YET


def _hand_in_the_week(stage: Stage, words: Words, day: date) -> None:
    stage.go(day, "21:10")
    monday = monday_of(day)
    for agent in AGENTS:
        if agent == "A3" and day >= FADED_FROM:
            continue
        told = WeekWords(words.line("past_week"), WEEK_AIMS)
        stage.record.weekly_sheets.submit(agent, monday, told, by=stage.by(agent))
        _care(stage, words, agent, SheetKind.WEEK, monday)


def _care(stage: Stage, words: Words, agent: str, kind: SheetKind, period: date) -> None:
    name = PEOPLE[agent][0]
    care = Care(
        RemarkKind.GUIDE,
        words.line("past_care", name=name, period=period),
        words.line("past_advice"),
        words.line("past_guidance") if kind is SheetKind.MONTH else None,
    )
    stage.record.sheet_reviews.complete(agent, kind, period, care, by=stage.by("S1"))
