"""One branch played day by day: each morning what was typed until then, the draws, the answers.

Detection is asked as everybody asks it, through `shilu.conversation.Conversation`; the rules of
the frame (last 7 days, entered, not yet called, one call a customer in 90 days) stand here.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from domain.detection.ladder import Thresholds
from shilu.conversation import Conversation
from shilu.json_fields import Fields
from shilu.simulation.branch import Branch, Row

ALERT_LINE = 0.95
FRAME_DAYS = 7
CUSTOMER_REST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Call:
    """One call made: its chance and what was answered."""

    day: date
    team: str
    visit_id: str
    probability: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Played:
    """A branch after its last day. ``first_alert`` has the day of each agent's first alert.

    ``weekly`` has the score of every agent at the end of each week.
    """

    branch: Branch
    calls: tuple[Call, ...]
    first_alert: dict[str, date]
    weekly: tuple[dict[str, float], ...]
    scores: dict[str, float]
    visit_scores: dict[str, float]
    final_alerts: frozenset[str]
    fake_rate: float
    fake_rate_interval: tuple[float, float]


class _Morning:
    """What is on record each morning, and whom one may call."""

    def __init__(self, branch: Branch) -> None:
        self.entered: dict[str, list[Row]] = defaultdict(list)
        for visit in branch.visits:
            self.entered[str(visit["created_at"])[:10]].append(visit)
        self.waiting = sorted(self.entered)
        self.teams: dict[str, list[Row]] = defaultdict(list)
        self.called: set[str] = set()
        self.rested: dict[str, date] = {}

    def news(self, day: date) -> list[Row]:
        """Return the visits entered before this morning and not told yet."""
        told: list[Row] = []
        while self.waiting and self.waiting[0] < day.isoformat():
            told += self.entered[self.waiting.pop(0)]
        for visit in told:
            self.teams[str(visit["supervisor_id"])].append(visit)
        return told

    def frame(self, team: str, day: date) -> list[Row]:
        """Return whom the supervisor may call, and forget what is too old for ever."""
        oldest = (day - timedelta(days=FRAME_DAYS)).isoformat()
        self.teams[team] = [v for v in self.teams[team] if str(v["date"]) >= oldest]
        return [v for v in self.teams[team] if self._free(v, day)]

    def mark(self, visit_id: str, phone: str, day: date) -> None:
        self.called.add(visit_id)
        self.rested[phone] = day + CUSTOMER_REST

    def _free(self, visit: Row, day: date) -> bool:
        rested = self.rested.get(str(visit["customer_phone"]))
        return visit["visit_id"] not in self.called and (rested is None or rested <= day)


def play(
    branch: Branch,
    line: float = ALERT_LINE,
    calls_a_day: int = 1,
    conversation: Conversation | None = None,
) -> Played:
    """Let detection watch and call in this branch from its first day to its last.

    ``line`` is the alert line; each supervisor makes ``calls_a_day`` calls. ``conversation`` is talked to instead
    of a new one.
    """
    told = conversation or Conversation(Thresholds(alert=line))
    told.hear(Fields.of({"type": "world", "agents": list(branch.agents), "days": []}))
    morning, calls = _Morning(branch), list[Call]()
    first: dict[str, date] = {}
    weekly: list[dict[str, float]] = []
    for number, day in enumerate(_mornings(branch)):
        _tell(told, branch, morning, day)
        for no in range(calls_a_day):
            calls += _calls(told, branch, morning, day, no)
        judged = told.judgements()
        for agent, judgement in judged.items():
            if judgement.alert:
                first.setdefault(agent, day)
        if number % 5 == 4 or day == branch.days[-1]:  # the first day has no morning
            weekly.append({agent: judgement.log_odds for agent, judgement in judged.items()})
    return _end(told, branch, calls, first, weekly)


def _mornings(branch: Branch) -> Iterator[date]:
    return iter(branch.days[1:])


def _tell(told: Conversation, branch: Branch, morning: _Morning, day: date) -> None:
    before = max(d for d in branch.days if d < day).isoformat()
    message = {
        "type": "day",
        "date": day.isoformat(),
        "visits": morning.news(day),
        "attendance": [row for row in branch.attendance if row["date"] == before],
        "sales": [row for row in branch.sales if row["date"] == before],
    }
    told.hear(Fields.of(message))


def _calls(
    told: Conversation, branch: Branch, morning: _Morning, day: date, no: int
) -> Iterator[Call]:
    for team in sorted({str(row["supervisor_id"]) for row in branch.agents}):
        frame = {str(visit["visit_id"]): visit for visit in morning.frame(team, day)}
        asks = f"{team}/{no}" if no else team  # a second draw of the day is another draw
        question = {"type": "call", "date": day.isoformat(), "supervisor_id": asks}
        answer = told.hear(Fields.of(question | {"eligible": list(frame)}))
        if answer is None or answer["visit_id"] is None:
            continue
        visit_id = str(answer["visit_id"])
        morning.mark(visit_id, str(frame[visit_id]["customer_phone"]), day)
        outcome = branch.answers[visit_id]
        told.hear(Fields.of({"type": "callback", "visit_id": visit_id, "outcome": outcome}))
        yield Call(day, team, visit_id, float(str(answer["prob"])), outcome)


def _end(
    told: Conversation,
    branch: Branch,
    calls: list[Call],
    first: dict[str, date],
    weekly: list[dict[str, float]],
) -> Played:
    rate = told.rate()
    answer = told.hear(Fields.of({"type": "finish"})) or {}
    lines: list[dict[str, object]] = answer["scores"]  # type: ignore[assignment]
    agents = [line for line in lines if "agent_id" in line]
    return Played(
        branch=branch,
        calls=tuple(calls),
        first_alert=first,
        weekly=tuple(weekly),
        scores={str(line["agent_id"]): float(str(line["score"])) for line in agents},
        visit_scores={
            str(line["visit_id"]): float(str(line["score"])) for line in lines if "visit_id" in line
        },
        final_alerts=frozenset(str(line["agent_id"]) for line in agents if line["alert"]),
        fake_rate=rate.rate,
        fake_rate_interval=rate.interval,
    )
