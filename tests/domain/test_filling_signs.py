"""Signs of filling problems: figures that suggest, with benign cases that suggest nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.application import TeamRecord
from domain.filling_ladder import Problem
from domain.filling_signs import FilledDay, Seen, Sign, signs
from domain.filling_suggestion import suggestion_id_of
from domain.quiet_hours import after_quiet_hours
from domain.refusals import AlreadyDecided, EmptyText, NotYours
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Role
from tests.domain.conftest import DAY, NOON, a_by

FIRST = date(2026, 9, 1)
LONG = "客户担心缴费年限，约好周五带方案再谈"


def days(filled: str, notes: str = "", good: int = 0) -> list[FilledDay]:
    """Return days, oldest first: + for a day with a log, which has one entry with this note."""
    return [
        FilledDay(FIRST + timedelta(days=n), sign == "+", (notes,) if notes else (), good)
        for n, sign in enumerate(filled)
    ]


def problems(seen: Seen) -> list[Problem]:
    return [sign.problem for sign in signs(seen)]


def test_who_rarely_fills_finds_it_too_much_trouble() -> None:
    (sign,) = signs(Seen(days("-" * 20 + "--+----+--")))

    assert sign == Sign(Problem.TOO_MUCH_TROUBLE, {"filled": 2, "of": 10})


def test_who_stopped_after_a_good_start_has_lost_the_novelty() -> None:
    (sign,) = signs(Seen(days("+" * 18 + "--" + "+++-------")))

    assert sign == Sign(Problem.FADED, {"filled": 3, "of": 10, "before": 18, "before_of": 20})


def test_a_weak_week_after_a_good_month_is_no_sign() -> None:
    assert problems(Seen(days("+" * 20 + "++++++-+--"))) == []


def test_a_few_days_say_nothing() -> None:
    assert problems(Seen(days("-" * 7))) == []


def test_notes_that_thin_while_results_stay_flat_show_doubt() -> None:
    seen = Seen(days("+" * 20, LONG) + days("+" * 10, "谈了"))

    assert problems(seen) == [Problem.DOUBTING]


def test_notes_copied_again_and_again_show_doubt() -> None:
    before = [FilledDay(FIRST, True, (f"{LONG}{n}",)) for n in range(20)]

    assert problems(Seen(before + days("+" * 10, f"{LONG}，再联系"))) == [Problem.DOUBTING]


def test_short_notes_of_somebody_whose_results_grow_are_no_sign() -> None:
    seen = Seen(days("+" * 20, LONG) + days("+" * 10, "谈了", good=1))

    assert problems(seen) == []


def test_many_new_customers_without_full_names_may_show_fear() -> None:
    assert problems(Seen([], names=5, incomplete_names=3)) == [Problem.FEARS_POACHING]
    assert problems(Seen([], names=4, incomplete_names=4)) == []


def test_a_decided_case_asks_for_its_ladder() -> None:
    assert problems(Seen([], decided_case=2)) == [Problem.FABRICATED]


@pytest.mark.parametrize(
    ("at", "told"),
    [("13:29", "13:29"), ("21:30", "next 08:00"), ("23:59", "next 08:00"), ("02:00", "08:00")],
)
def test_nothing_is_put_before_anybody_at_night(at: str, told: str) -> None:
    hour, minute = map(int, at.split(":"))
    instant = datetime(2026, 11, 20, hour, minute, tzinfo=UTC) - timedelta(hours=8)

    moved = after_quiet_hours(instant, "Asia/Shanghai") + timedelta(hours=8)

    day = 21 if told.startswith("next") else 20
    assert f"{moved:%d %H:%M}" == f"{day} {told[-5:]}"


def suggest(team: TeamRecord) -> str:
    key = CheckKey(Check.FILLING_PROBLEMS, "T1", DAY)
    by = By("system", Role.SYSTEM, NOON, NOON, key.command_id, "worker")
    sign = Sign(Problem.FADED, {"filled": 3, "of": 10, "before": 18, "before_of": 20})
    team.scheduled_checks.finish(
        key,
        "T1",
        NOON,
        ["A1/faded"],
        by=by,
        effects=lambda: team.filling_suggestions.raised("A1", "T1", sign, DAY, by),
    )
    return suggestion_id_of("A1", Problem.FADED, DAY)


def test_a_suggestion_is_put_aside_once_and_with_a_reason(team: TeamRecord) -> None:
    suggestion, boss = suggest(team), a_by("S1", Role.SUPERVISOR)
    with pytest.raises(EmptyText):
        team.filling_suggestions.dismiss(suggestion, " ", by=boss)

    team.filling_suggestions.dismiss(suggestion, "刚换了手机", by=boss)

    with pytest.raises(AlreadyDecided):
        team.filling_suggestions.dismiss(suggestion, "刚换了手机", by=a_by("S1", Role.SUPERVISOR))


def test_an_agent_puts_nothing_aside(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.filling_suggestions.dismiss(suggest(team), "没有问题", by=a_by("A1"))
