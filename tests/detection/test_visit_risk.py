"""How likely a single visit is made up."""

from datetime import timedelta

from domain.detection.evidence import Outcome
from domain.detection.records import BranchRecords, Visit
from domain.detection.visit_log import log_of
from domain.detection.visit_risk import risk_ratios, visit_scores
from domain.words import ActivityKind

from .conftest import MONDAY, MakeVisit

NEW = ActivityKind.NEW_PROSPECT_VISIT


def a_week(a_visit: MakeVisit, again: set[int]) -> list[Visit]:
    """Ten days of new prospects; on the days ``again`` the first of them is called new once more."""
    return [
        a_visit(day=MONDAY + timedelta(i), kind=NEW, customer="C" if i in {0, *again} else f"C{i}")
        for i in range(10)
    ]


def test_a_flagged_visit_is_riskier_than_a_plain_one(a_visit: MakeVisit) -> None:
    visits = a_week(a_visit, again={4})

    risks = risk_ratios(log_of(BranchRecords(("A1",), tuple(visits))))

    assert max(risks, key=risks.__getitem__) == visits[4].visit_id
    assert min(risks.values()) >= 1.0


def test_what_an_agent_always_does_tells_less_about_one_visit(a_visit: MakeVisit) -> None:
    rare, usual = a_week(a_visit, again={4}), a_week(a_visit, again={2, 3, 4, 5, 6, 7, 8})

    rarely = risk_ratios(log_of(BranchRecords(("A1",), tuple(rare))))[rare[4].visit_id]
    always = risk_ratios(log_of(BranchRecords(("A1",), tuple(usual))))[usual[4].visit_id]

    assert always < rarely


def test_a_call_moves_the_score_of_its_own_visit_only(a_visit: MakeVisit) -> None:
    log = log_of(BranchRecords(("A1",), (a_visit(), a_visit(at="12:00"))))
    first, second = log.visit_ids

    before = visit_scores(log, {"A1": 0.05}, {})
    denied = visit_scores(log, {"A1": 0.05}, {first: (Outcome.DENY, "C")})
    confirmed = visit_scores(log, {"A1": 0.05}, {first: (Outcome.CONFIRM, "C")})

    assert confirmed[first] < before[first] < denied[first]
    assert denied[second] == before[second]


def test_visits_of_a_likelier_fabricator_score_higher(a_visit: MakeVisit) -> None:
    log = log_of(BranchRecords(("A1", "A2"), (a_visit("A1"), a_visit("A2"))))

    scores = visit_scores(log, {"A1": 0.4, "A2": 0.01}, {})

    assert scores[log.visit_ids[0]] > scores[log.visit_ids[1]]


def test_only_the_last_days_are_asked_for_and_a_mistyped_day_moves_nothing(
    a_visit: MakeVisit,
) -> None:
    days = [a_visit(day=MONDAY + timedelta(i)) for i in range(10)]
    entered = days[-1].recorded_at
    mistyped = a_visit(day=MONDAY + timedelta(300), recorded_at=entered)
    log = log_of(BranchRecords(("A1",), (*days, mistyped)))

    risks = risk_ratios(log, of_days=3)

    assert set(risks) == {visit.visit_id for visit in (*days[-4:], mistyped)}
