"""Filling problems and their ladders: in order, with the gates of made-up entries (R-30 to R-34)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.application import TeamRecord
from domain.filling_case import FillingCase, filling_case_id
from domain.filling_ladder import Ending, Problem, Will, path
from domain.refusals import (
    AlreadyExists,
    AppealOpen,
    BadValue,
    CriticismNotSigned,
    EmptyText,
    FillingCaseClosed,
    LadderUnfinished,
    NotDecided,
    NotYours,
    PraiseFirst,
    StepOutOfOrder,
    TooFewTalks,
    UnknownFillingCase,
    WillNotSet,
)
from domain.scheduled_check import CheckKey
from domain.verification_case import Contradiction, Evidence, EvidenceItem
from domain.words import By, CallbackOutcome, Check, Role, Verdict
from tests.domain.conftest import DAY, NOON, a_by

YESTERDAY = DAY - timedelta(days=1)


def boss(actor: str = "S1") -> By:
    return a_by(actor, Role.UPPER_SUPERVISOR if actor.startswith("U") else Role.SUPERVISOR)


def opened(team: TeamRecord, problem: Problem = Problem.FADED) -> str:
    team.filling_cases.open("A1", problem, "这两周只交了三天", by=boss())
    return filling_case_id("A1", problem, 1)


def case_of(team: TeamRecord, case_id: str) -> FillingCase:
    case = team.filling_cases.find(case_id)
    assert case is not None
    return case


def step(team: TeamRecord, case_id: str, no: int, on: date = DAY) -> None:
    team.filling_cases.take_step(case_id, no, on, "谈过了", by=boss())


def put_before_a_human(team: TeamRecord, verdict: Verdict | None = Verdict.UNWILLING) -> None:
    """Open a verification case of A1 as the worker does, and decide it."""
    found = Contradiction("A1", "T1", "V1", "K1", "C1", CallbackOutcome.DENIED, 2.5)
    evidence = Evidence(0.97, 0.95, "m", (EvidenceItem("denials", 2.5, {"count": 2}),))
    key = CheckKey(Check.FAKE_ENTRIES, "K1", DAY)
    by = By("system", Role.SYSTEM, NOON, NOON, key.command_id, "worker")
    cases = team.verification_cases
    team.scheduled_checks.finish(
        key, "T1", NOON, ["V1"], by=by, effects=lambda: cases.detected(found, "A1", evidence, by)
    )
    if verdict is not None:
        cases.hear("A1", 1, "说不记得了", by=boss())
        cases.decide("A1", 1, verdict, "客户都说没有", by=boss())


def talked_to(team: TeamRecord, days: tuple[date, ...] = (YESTERDAY, DAY)) -> str:
    """Bring a decided case of made-up entries to private talks on these days."""
    put_before_a_human(team)
    case_id = opened(team, Problem.FABRICATED)
    step(team, case_id, 1)
    for day in days:
        step(team, case_id, 3, day)
    return case_id


def test_the_steps_go_in_order(team: TeamRecord) -> None:
    case_id = opened(team)
    step(team, case_id, 1)

    with pytest.raises(StepOutOfOrder) as refused:
        step(team, case_id, 3)

    assert refused.value.facts["expected"] == 2


def test_a_skipped_step_needs_a_reason(team: TeamRecord) -> None:
    case_id = opened(team)

    with pytest.raises(EmptyText):
        team.filling_cases.skip_step(case_id, 1, " ", by=boss())

    team.filling_cases.skip_step(case_id, 1, "上个月刚谈过", by=boss())
    assert case_of(team, case_id).next_step == 2


def test_a_problem_has_one_open_case(team: TeamRecord) -> None:
    opened(team)

    with pytest.raises(AlreadyExists):
        opened(team)

    opened(team, Problem.DOUBTING)


def test_an_ended_case_can_be_followed_by_another(team: TeamRecord) -> None:
    case_id = opened(team)
    team.filling_cases.close(case_id, Ending.UNFOUNDED, "其实是请假", by=boss())

    team.filling_cases.open("A1", Problem.FADED, "又不填了", by=boss())

    assert case_of(team, filling_case_id("A1", Problem.FADED, 2)).ending is None


def test_only_who_leads_and_never_oneself_takes_a_problem_up(team: TeamRecord) -> None:
    for by in (a_by("A2"), a_by("A1", Role.SUPERVISOR), a_by("system", Role.SYSTEM)):
        with pytest.raises(NotYours):
            team.filling_cases.open("A1", Problem.FADED, "不填", by=by)


@pytest.mark.parametrize(
    ("will", "steps"), [(Will.UNABLE, (1, 2, 4)), (Will.UNWILLING, (1, 3, 4)), (None, (1, 4))]
)
def test_made_up_entries_have_a_step_for_who_cannot_and_one_for_who_will_not(
    will: Will | None, steps: tuple[int, ...]
) -> None:
    assert path(Problem.FABRICATED, will) == steps


def test_whether_unwilling_or_unable_comes_before_anything_else(team: TeamRecord) -> None:
    case_id = opened(team, Problem.FABRICATED)

    with pytest.raises(WillNotSet):
        step(team, case_id, 1)
    with pytest.raises(WillNotSet):
        team.filling_cases.praise(case_id, "改得好", by=boss())

    team.filling_cases.determine_will(case_id, Will.UNABLE, "不知道怎么记", by=boss())
    step(team, case_id, 1)
    step(team, case_id, 2)


def test_a_decided_case_says_already_whether_unwilling_or_unable(team: TeamRecord) -> None:
    put_before_a_human(team, Verdict.UNABLE)

    case = case_of(team, opened(team, Problem.FABRICATED))

    assert (case.will, case.verification_case_no) == (Will.UNABLE, 1)


def test_criticism_asks_for_private_talks_on_two_days(team: TeamRecord) -> None:
    case_id = talked_to(team, (DAY, DAY))

    with pytest.raises(TooFewTalks) as refused:
        team.filling_cases.ask_criticism(case_id, "屡次不改", by=boss())

    assert refused.value.facts["talks"] == 1


def test_who_cannot_is_never_criticised_before_the_team(team: TeamRecord) -> None:
    case_id = talked_to(team)
    team.filling_cases.determine_will(case_id, Will.UNABLE, "原来是不会", by=boss())

    with pytest.raises(BadValue):
        team.filling_cases.ask_criticism(case_id, "屡次不改", by=boss())


def test_nobody_is_criticised_without_a_decided_case(team: TeamRecord) -> None:
    case_id = opened(team, Problem.FABRICATED)
    team.filling_cases.determine_will(case_id, Will.UNWILLING, "承认没去", by=boss())
    for no, day in ((1, DAY), (3, YESTERDAY), (3, DAY)):
        step(team, case_id, no, day)

    with pytest.raises(NotDecided):
        team.filling_cases.ask_criticism(case_id, "屡次不改", by=boss())


def test_nobody_is_criticised_while_an_appeal_is_open(team: TeamRecord) -> None:
    case_id = talked_to(team)
    team.verification_cases.appeal("A1", 1, "客户记错了", by=a_by("A1"))

    with pytest.raises(AppealOpen):
        team.filling_cases.ask_criticism(case_id, "屡次不改", by=boss())


def test_an_appeal_after_the_signature_still_stops_the_criticism(team: TeamRecord) -> None:
    case_id = talked_to(team)
    team.filling_cases.ask_criticism(case_id, "屡次不改", by=boss())
    team.filling_cases.answer_criticism(case_id, "同意", signed=True, by=boss("U1"))
    team.verification_cases.appeal("A1", 1, "客户记错了", by=a_by("A1"))

    with pytest.raises(AppealOpen):
        team.filling_cases.hold_criticism(case_id, DAY, by=boss())


def test_a_second_person_above_signs(team: TeamRecord) -> None:
    case_id = talked_to(team)
    team.filling_cases.ask_criticism(case_id, "屡次不改", by=boss())
    with pytest.raises(NotYours):
        team.filling_cases.answer_criticism(case_id, "同意", signed=True, by=boss("S2"))
    with pytest.raises(CriticismNotSigned):
        team.filling_cases.hold_criticism(case_id, DAY, by=boss())

    team.filling_cases.answer_criticism(case_id, "同意", signed=True, by=boss("U1"))
    team.filling_cases.hold_criticism(case_id, DAY, by=boss())

    assert case_of(team, case_id).criticised


def test_who_asked_does_not_sign(team: TeamRecord) -> None:
    case_id = talked_to(team)
    team.filling_cases.ask_criticism(case_id, "屡次不改", by=boss("U1"))

    with pytest.raises(NotYours):
        team.filling_cases.answer_criticism(case_id, "同意", signed=True, by=boss("U1"))


def test_a_correction_is_praised_before_the_case_ends(team: TeamRecord) -> None:
    case_id = opened(team)
    with pytest.raises(PraiseFirst):
        team.filling_cases.close(case_id, Ending.CORRECTED, "都填了", by=boss())

    team.filling_cases.praise(case_id, "连续五天都按时写完", by=boss())
    team.filling_cases.close(case_id, Ending.CORRECTED, "都填了", by=boss())

    with pytest.raises(FillingCaseClosed):
        step(team, case_id, 1)


def test_no_change_is_said_at_the_end_of_the_ladder_only(team: TeamRecord) -> None:
    case_id = opened(team)
    step(team, case_id, 1)
    with pytest.raises(LadderUnfinished):
        team.filling_cases.close(case_id, Ending.NO_CHANGE, "没有用", by=boss())

    for no in (2, 3, 4):
        step(team, case_id, no)

    team.filling_cases.close(case_id, Ending.NO_CHANGE, "没有用", by=boss())


def test_the_agent_answers_and_nobody_else_in_their_name(team: TeamRecord) -> None:
    case_id = opened(team)
    team.filling_cases.reply(case_id, "孩子生病，晚上没有时间", by=a_by("A1"))

    with pytest.raises(UnknownFillingCase):
        team.filling_cases.reply(case_id, "我也想说", by=a_by("A2"))


def test_a_step_on_a_day_to_come_was_not_taken(team: TeamRecord) -> None:
    case_id = opened(team)

    with pytest.raises(BadValue):
        step(team, case_id, 1, DAY + timedelta(days=1))


def test_the_same_command_twice_opens_one_case(team: TeamRecord) -> None:
    by = boss()
    team.filling_cases.open("A1", Problem.FADED, "不填了", by=by)

    again = team.filling_cases.open("A1", Problem.FADED, "不填了", by=by)

    assert again.repeated
