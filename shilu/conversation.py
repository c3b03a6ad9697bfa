"""One interactive run of detection: what was told so far, whom to call, and the final scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.detection.call_choice import SPENT, Candidate, draw, seed_of
from domain.detection.evidence import Table, six_way
from domain.detection.fake_rate import DrawnCall, FakeRate, assisted_rate, expected_rate
from domain.detection.judgement import (
    DEFAULT_THRESHOLDS,
    BranchFit,
    Judgement,
    branch_fit,
    branch_table,
    judge_agent,
)
from domain.detection.ladder import Thresholds
from domain.detection.records import Absence, Callback, Sale
from domain.detection.suspicion import Suspicion, suspicions
from domain.detection.visit_log import VisitLog, VisitTable
from domain.detection.visit_risk import risk_ratios
from shilu.detection_rows import OUTCOMES, score_lines, visit_of
from shilu.interchange import attendance_row, sale_row, visit_row
from shilu.json_fields import BadField, Fields

Answer = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A call that was drawn: its day, and 1 / (frame size x probability)."""

    day: date
    weight: float


@dataclass(frozen=True, slots=True)
class _Visited:
    """What is kept of a visit: of half a year of a large branch there are 300,000."""

    agent_id: str
    customer: str
    day: date


@dataclass(frozen=True, slots=True)
class _Morning:
    """What the log says at the start of a day, worked out once."""

    log: VisitLog
    suspicions: Mapping[str, Suspicion]
    risks: Mapping[str, float]
    table: Table  # of the calls made until then, for the rate
    fit: BranchFit


class Conversation:
    """Hears the messages of detection.md, section 7; `hear` answers those that want an answer."""

    def __init__(self, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> None:
        self._thresholds = thresholds
        self.finished = False
        self._table = VisitTable(())
        self._visits: dict[str, _Visited] = {}
        self._calls: dict[str, list[Callback]] = {}  # by agent
        self._drawn: dict[str, _Drawn] = {}  # by visit
        self._untold: dict[str, list[str]] = {}  # answers about drawn visits not told of yet
        self._policies: dict[str, int] = {}
        self._morning: _Morning | None = None
        self._judged: dict[str, Judgement] = {}  # forgotten where something new is told

    def hear(self, told: Fields) -> Answer | None:
        """Take in one message; raises `BadField` where it does not fit."""
        match told.choice("type", ("world", "day", "call", "callback", "finish")):
            case "world":
                self._world(told)
            case "day":
                self._day(told)
            case "call":
                return self._call(told)
            case "callback":
                self._callback(told)
            case _:
                return self._finish()
        return None

    def judgements(self) -> dict[str, Judgement]:
        """Return how everybody stands now."""
        return {agent: self._judge(agent) for agent in self._looked().log.agents}

    def rate(self) -> FakeRate:
        """Return the fake rate by the drawn calls until now."""
        return self._rate([call for calls in self._calls.values() for call in calls])

    def _world(self, told: Fields) -> None:
        agents = [
            agent if isinstance(agent, str) else Fields.of(agent).text("agent_id")
            for agent in told.many("agents")
        ]
        self._table = VisitTable(agents)

    def _day(self, told: Fields) -> None:
        visits = [visit_of(visit_row(Fields.of(row))) for row in told.many("visits")]
        attendance = [attendance_row(Fields.of(row)) for row in told.many("attendance")]
        sales = [sale_row(Fields.of(row)) for row in told.many("sales")]
        fresh = {v.visit_id: v for v in visits if v.visit_id not in self._visits}
        self._visits |= {i: _Visited(v.agent_id, v.customer, v.day) for i, v in fresh.items()}
        self._table.add_visits(fresh.values())
        for visit_id in fresh.keys() & self._untold.keys():
            for outcome in self._untold.pop(visit_id):
                self._answered(visit_id, outcome)
        self._table.add_absences(Absence(r.agent_id, r.date) for r in attendance if not r.present)
        self._table.add_sales(Sale(r.agent_id, r.date, r.policies) for r in sales)
        for row in sales:
            self._policies[row.agent_id] = self._policies.get(row.agent_id, 0) + row.policies
        self._forget()

    def _forget(self) -> None:
        self._morning = None
        self._judged.clear()

    def _call(self, told: Fields) -> Answer:
        day, supervisor = told.day("date"), told.text("supervisor_id")
        frame = [self._candidate(str(visit)) for visit in dict.fromkeys(told.many("eligible"))]
        drawn = draw(frame, seed_of(supervisor, day.isoformat()))
        if drawn is None:
            return {"visit_id": None, "prob": 0.0}
        weight = 1.0 / (drawn.frame_size * drawn.probability)
        self._drawn[drawn.visit_id] = _Drawn(day, weight)
        return {"visit_id": drawn.visit_id, "prob": drawn.probability}

    def _candidate(self, visit_id: str) -> Candidate:
        visit = self._visits.get(visit_id)
        if visit is None:  # eligible, but never told of: only the random share may draw it
            return Candidate(visit_id, "", SPENT, 1.0)
        judged = self._judge(visit.agent_id)
        suspicion = SPENT if judged.alert else judged.posterior
        return Candidate(visit_id, visit.agent_id, suspicion, self._looked().risks[visit_id])

    def _callback(self, told: Fields) -> None:
        visit_id, outcome = told.text("visit_id"), told.choice("outcome", tuple(OUTCOMES))
        if visit_id in self._visits:
            self._answered(visit_id, outcome)
        elif visit_id in self._drawn:  # it was eligible; whose it is will be told
            self._untold.setdefault(visit_id, []).append(outcome)
        else:
            zh = f"没有拜访“{visit_id}”，请先在 day 里告知。"
            raise BadField("visit_id", zh, f"no visit {visit_id!r}; tell it in a 'day' first.")

    def _answered(self, visit_id: str, outcome: str) -> None:
        visit, drawn = self._visits[visit_id], self._drawn.get(visit_id)
        calls = self._calls.setdefault(visit.agent_id, [])
        calls.append(
            Callback(
                callback_id=f"{len(calls):06d}",
                visit_id=visit_id,
                agent_id=visit.agent_id,
                customer=visit.customer,
                day=visit.day if drawn is None else drawn.day,
                outcome=OUTCOMES[outcome],
            )
        )
        self._judged.pop(visit.agent_id, None)

    def _finish(self) -> Answer:
        self.finished = True
        self._forget()  # the last calls count in the branch's table too
        looked = self._looked()
        judgements = self.judgements()
        calls = [call for calls in self._calls.values() for call in calls]
        scores = list(score_lines(looked.log, looked.suspicions, judgements, calls))
        return {"scores": scores, "fake_rate": self._rate(calls).rate}

    def _rate(self, calls: list[Callback]) -> FakeRate:
        told = [(six_way(call.outcome), self._drawn.get(call.visit_id)) for call in calls]
        drawn = [DrawnCall(o, d.weight) for o, d in told if o is not None and d]
        log = self._looked().log
        visits = dict(zip(log.agents, log.visits_of.tolist(), strict=True))
        expected = expected_rate(self.judgements(), visits)
        return assisted_rate(drawn, expected, self._looked().table)

    def _judge(self, agent: str) -> Judgement:
        if agent not in self._judged:
            self._judged[agent] = judge_agent(
                agent,
                self._looked().suspicions.get(agent),
                self._calls.get(agent, ()),
                policies=self._policies.get(agent, 0),
                thresholds=self._thresholds,
                fit=self._looked().fit,
            )
        return self._judged[agent]

    def _looked(self) -> _Morning:
        if self._morning is None:
            log = self._table.log()
            seen = suspicions(log)
            own, fit = branch_table(seen, self._calls), branch_fit(seen, self._calls)
            self._morning = _Morning(log, seen, risk_ratios(log), own, fit)
        return self._morning
