"""Rows of the interchange format as detection's plain records, and judgements as score lines."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from domain.detection.judgement import Judgement
from domain.detection.ladder import settled_outcomes
from domain.detection.records import Absence, BranchRecords, Callback, Sale, Visit
from domain.detection.suspicion import Suspicion
from domain.detection.visit_log import VisitLog
from domain.detection.visit_risk import visit_scores
from domain.words import ActivityKind, CallbackDesign, CallbackOutcome, is_full_name
from shilu.interchange import BranchFiles, CallbackRow, VisitRow

PHONE = re.compile(r"1\d{10}")
KINDS: Mapping[str, ActivityKind] = {
    "face": ActivityKind.FACE_MEETING,
    "closing": ActivityKind.CLOSING_VISIT,
    "new": ActivityKind.NEW_PROSPECT_VISIT,
}
OUTCOMES: Mapping[str, CallbackOutcome] = {
    "confirm": CallbackOutcome.CONFIRMED,
    "deny": CallbackOutcome.DENIED,
    "wrong_number": CallbackOutcome.INVALID_NUMBER,
    "no_such_person": CallbackOutcome.WRONG_PERSON,
    "unreachable": CallbackOutcome.UNREACHABLE,
    "refused": CallbackOutcome.REFUSED,
}

Score = dict[str, str | float | bool]


def records_of(files: BranchFiles) -> BranchRecords:
    """Return the rows of a folder as detection's records; callbacks only of visits kept in it."""
    customers = {row.visit_id: row for row in files.visits}
    calls = [row for row in files.callbacks if row.visit_id in customers]
    return BranchRecords(
        agents=tuple(row.agent_id for row in files.agents),
        visits=tuple(visit_of(row) for row in files.visits),
        callbacks=tuple(_callback_of(row, customers[row.visit_id]) for row in calls),
        absences=tuple(Absence(r.agent_id, r.date) for r in files.attendance if not r.present),
        sales=tuple(Sale(r.agent_id, r.date, r.policies) for r in files.sales),
    )


def visit_of(row: VisitRow) -> Visit:
    """Return a row as a visit; a customer is known by the phone, without one by the name."""
    return Visit(
        visit_id=row.visit_id,
        agent_id=row.agent_id,
        team_id=row.supervisor_id,
        day=row.date,
        start=row.start,
        minutes=row.duration_min,
        kind=KINDS[row.kind],
        customer=row.customer_phone or f"{row.agent_id}/{row.customer_name or row.visit_id}",
        recorded_at=row.created_at,
        name=row.customer_name,
        name_complete=is_full_name(row.customer_name or ""),
        phone=row.customer_phone,
        phone_complete=bool(PHONE.fullmatch(row.customer_phone or "")),
        remark=row.remark,
    )


def calls_about(rows: Iterable[CallbackRow], log: VisitLog) -> dict[str, list[Callback]]:
    """Return rows as callbacks by agent; a customer is known by its number in the log."""
    told = list(rows)
    place = log.places({row.visit_id for row in told})
    calls: dict[str, list[Callback]] = defaultdict(list)
    for row in told:
        at = place[row.visit_id]
        agent = log.agents[log.agent[at]]
        calls[agent].append(_callback(row, agent, str(log.customer[at])))
    return calls


def _callback_of(row: CallbackRow, visit: VisitRow) -> Callback:
    return _callback(row, visit.agent_id, visit_of(visit).customer)


def _callback(row: CallbackRow, agent_id: str, customer: str) -> Callback:
    return Callback(
        callback_id=row.callback_id,
        visit_id=row.visit_id,
        agent_id=agent_id,
        customer=customer,
        day=row.date,
        outcome=OUTCOMES[row.outcome],
        design=CallbackDesign(row.design),
        probability=row.inclusion_prob,
    )


def score_lines(
    log: VisitLog,
    suspicions: Mapping[str, Suspicion],
    judgements: Mapping[str, Judgement],
    callbacks: Iterable[Callback],
) -> Iterator[Score]:
    """Yield the lines of `scores.jsonl`: one an agent, then one a visit in the order of typing."""
    shares = {agent: judged.share for agent, judged in judgements.items()}
    visits = visit_scores(log, shares, settled_outcomes(callbacks))
    for agent, judged in judgements.items():
        score = agent_score(judged, suspicions.get(agent))
        yield {"agent_id": agent, "score": score, "alert": judged.alert}
    for visit, score in visits.items():
        yield {"visit_id": visit, "score": score}


def agent_score(judged: Judgement, suspicion: Suspicion | None) -> float:
    """Return the log-odds, with a thousandth of z so that clamped agents still have an order."""
    return judged.log_odds + (0.001 * suspicion.z if suspicion is not None else 0.0)
