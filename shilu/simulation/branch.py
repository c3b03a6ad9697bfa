"""A whole invented branch: rows of the interchange format, day by day, and the truth beside them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from shilu.simulation.answers import answer
from shilu.simulation.diary import (
    Happening,
    true_count,
    true_day,
    written_at,
    written_remark,
    written_start,
)
from shilu.simulation.inventing import left_over, made_up_day
from shilu.simulation.kinds import Kind
from shilu.simulation.people import Agent, branch_agents

Row = dict[str, object]
FIRST_DAY = date(2025, 3, 3)
ABSENT = 0.04


@dataclass(frozen=True, slots=True)
class Branch:
    """Rows as in detection.md, section 7; ``fake``, ``style`` and ``answers`` are the truth.

    ``answers`` has the outcome that a call about each visit would have.
    """

    kind: str
    seed: int
    days: tuple[date, ...]
    agents: tuple[Row, ...]
    visits: tuple[Row, ...]
    attendance: tuple[Row, ...]
    sales: tuple[Row, ...]
    fake: dict[str, bool]
    style: dict[str, str]
    fabricator: dict[str, bool]
    answers: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write the branch and its truth as `shilu detect` and the samples have them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("agents", "visits", "attendance", "sales"):
            _write(folder / f"{name}.jsonl", getattr(self, name))
        _write(folder / "callbacks.jsonl", ())
        _write(
            folder / "truth_agents.jsonl",
            (
                {"agent_id": a, "type": self.style[a], "fabricator": f}
                for a, f in self.fabricator.items()
            ),
        )
        _write(
            folder / "truth_visits.jsonl",
            ({"visit_id": v, "fake": f} for v, f in self.fake.items()),
        )


class _Writer:
    """Collects the rows while the days pass."""

    def __init__(self, kind: Kind, rng: Random) -> None:
        self.kind, self.rng = kind, rng
        self.visits: list[Row] = []
        self.attendance: list[Row] = []
        self.sales: list[Row] = []
        self.fake: dict[str, bool] = {}
        self.answers: dict[str, str] = {}

    def day(self, agent: Agent, day: date) -> None:
        present = self.rng.random() >= ABSENT
        self.attendance.append(
            {"agent_id": agent.agent_id, "date": day.isoformat(), "present": present}
        )
        if present:
            true = true_day(agent, day, true_count(agent, self.kind, self.rng), self.rng)
            self._enter(agent, day, made_up_day(agent, day, true, self.rng))
        elif left_over(agent, self.rng):
            self._enter(agent, day, made_up_day(agent, day, [], self.rng))

    def _enter(self, agent: Agent, day: date, told: Iterable[Happening]) -> None:
        evening = datetime.combine(day, time(18)) + timedelta(minutes=self.rng.randint(0, 200))
        for happening in told:
            self._visit(agent, day, evening, happening)
            if happening.kind == "closing" and not happening.made_up:
                self._perhaps_sold(agent, day)

    def _perhaps_sold(self, agent: Agent, day: date) -> None:
        if self.rng.random() < agent.closes:
            self.sales.append({"agent_id": agent.agent_id, "date": day.isoformat(), "policies": 1})

    def _visit(self, agent: Agent, day: date, evening: datetime, told: Happening) -> None:
        rng = self.rng
        start, minutes = written_start(agent, told, rng)
        mistyped = rng.random() < self.kind.typo and not told.invented_person
        kind = "new" if rng.random() < agent.wrong_kind else told.kind
        visit_id = f"V{len(self.visits):07d}"
        self.visits.append(
            {
                "visit_id": visit_id,
                "agent_id": agent.agent_id,
                "supervisor_id": agent.team_id,
                "date": day.isoformat(),
                "start": start.isoformat(timespec="minutes"),
                "duration_min": minutes,
                "kind": kind,
                "customer_name": self._name(agent, told.customer.name),
                "customer_phone": self._typed(told.customer.phone, mistyped),
                "remark": written_remark(agent, told, rng),
                "created_at": self._typed_at(agent, day, evening, start).isoformat(
                    timespec="minutes"
                ),
            }
        )
        self.fake[visit_id] = told.made_up
        self.answers[visit_id] = answer(agent, told, mistyped, self.kind, rng)

    def _typed_at(self, agent: Agent, day: date, evening: datetime, start: datetime) -> datetime:
        at = written_at(agent, day, evening, self.rng)
        return max(at, start + timedelta(minutes=20))

    def _name(self, agent: Agent, name: str) -> str:
        if self.rng.random() < agent.half_names:
            return name[0] + self.rng.choice(("先生", "女士", ""))
        return name

    def _typed(self, phone: str, mistyped: bool) -> str:
        if not mistyped:
            return phone
        at = self.rng.randrange(2, len(phone))
        return phone[:at] + str((int(phone[at]) + self.rng.randint(1, 9)) % 10) + phone[at + 1 :]


def simulate(kind: Kind, seed: int) -> Branch:
    """Return the branch of this kind and seed; the same seed gives the same branch."""
    rng = Random(f"{kind.name}/{seed}")
    agents = branch_agents(kind, rng)
    days = tuple(
        FIRST_DAY + timedelta(days=7 * week + day) for week in range(kind.weeks) for day in range(5)
    )
    writer = _Writer(kind, rng)
    for day in days:
        for agent in agents:
            writer.day(agent, day)
    return Branch(
        kind=kind.name,
        seed=seed,
        days=days,
        agents=tuple({"agent_id": a.agent_id, "supervisor_id": a.team_id} for a in agents),
        visits=tuple(writer.visits),
        attendance=tuple(writer.attendance),
        sales=tuple(writer.sales),
        fake=writer.fake,
        style={a.agent_id: a.style.value for a in agents},
        fabricator={a.agent_id: a.fabricator for a in agents},
        answers=writer.answers,
    )


def _write(file: Path, rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
