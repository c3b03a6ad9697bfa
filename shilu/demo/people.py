"""The people of the demo branch and how each of them works."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from domain.words import Role
from shilu.demo.words import a_name

TEAM_NAMES = ("朝阳组", "晨星组", "远山组")
AGENTS_A_TEAM = 8


class Habit(StrEnum):
    """How an agent works and writes; the log never says so."""

    STEADY = "steady"  # 5-3-1 nearly every day, written at once
    AVERAGE = "average"  # written in the evening
    CARELESS = "careless"  # honest, but short notes and late entries
    NEWCOMER = "newcomer"  # few visits yet
    INVENTS = "invents"  # visits on days of leave, notes copied: four customers deny
    PADS = "pads"  # real days filled up with visits that overlap: one customer denies so far


HABITS = (
    (Habit.STEADY, Habit.AVERAGE, Habit.STEADY, Habit.PADS),
    (Habit.AVERAGE, Habit.STEADY, Habit.CARELESS, Habit.AVERAGE),
    (Habit.STEADY, Habit.INVENTS, Habit.AVERAGE, Habit.NEWCOMER),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the demo; ``habit`` is set for agents only, ``team_id`` for teams' members."""

    person_id: str
    name: str
    role: Role
    team_id: str | None = None
    habit: Habit = Habit.AVERAGE


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its supervisor and agents."""

    team_id: str
    name: str
    supervisor: Person
    agents: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Everybody."""

    teams: tuple[Team, ...]
    upper_supervisor: Person
    auditor: Person
    administrator: Person

    @property
    def shown_agent(self) -> Person:
        """The agent whose day is still open, for the visitor of the demo."""
        return self.teams[0].agents[0]

    def people(self) -> tuple[Person, ...]:
        """Return all of them, supervisors before their agents."""
        members = [p for team in self.teams for p in (team.supervisor, *team.agents)]
        return (*members, self.upper_supervisor, self.auditor, self.administrator)


def invent_branch(draw: Random) -> Branch:
    """Return three teams of eight agents, and the three who look at all of them."""
    return Branch(
        teams=tuple(_team(draw, number) for number in range(len(TEAM_NAMES))),
        upper_supervisor=Person("U1", a_name(draw), Role.UPPER_SUPERVISOR),
        auditor=Person("AU1", a_name(draw), Role.AUDITOR),
        administrator=Person("AD1", a_name(draw), Role.ADMINISTRATOR),
    )


def _team(draw: Random, number: int) -> Team:
    team_id, first = f"T{number + 1}", (number + 1) * 100 + 1
    agents = tuple(
        Person(f"A{first + i}", a_name(draw), Role.AGENT, team_id, _habit(number, i))
        for i in range(AGENTS_A_TEAM)
    )
    leader = Person(f"S{number + 1}", a_name(draw), Role.SUPERVISOR, team_id)
    return Team(team_id, TEAM_NAMES[number], leader, agents)


def _habit(team: int, place: int) -> Habit:
    """Return the habit of an agent; the first four are set, the others work as most people do."""
    habits = HABITS[team]
    return habits[place] if place < len(habits) else (Habit.STEADY, Habit.AVERAGE)[place % 2]
