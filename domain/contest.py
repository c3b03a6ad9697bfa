"""Log contests in seasons of four weeks (工作日志竞赛评比, R-31), and their frozen standings.

A season has a goal of the whole team first. At its end the standings are frozen once: the event holds
the best three and the hash of the whole table, never a public bottom. Nobody is ranked against
their will: an agent may stay out of a season's table, and come back until it is final.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from eventsourcing.domain import event

from domain.contest_scores import WEEKS, Measure, Standing, podium, table_hash
from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyExists,
    BadValue,
    ContestFinal,
    EmptyText,
    NotYours,
    ParticipationUnchanged,
    UnknownContest,
)
from domain.words import By, Receipt, Role, stream_id

LEADERS = (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)
LONGEST_TITLE = 60


def contest_id_of(starts_on: date, team_ids: Sequence[str]) -> str:
    """Return the id of the season of these teams that starts on a day: one, not two."""
    return "T-" + stream_id("contest_of", starts_on.isoformat(), *sorted(team_ids)).hex[:16]


def contest_stream(contest_id: str) -> UUID:
    """Return the stream of a contest."""
    return stream_id("contest", contest_id)


class Contest(Aggregate):
    """One season."""

    TOPIC = "contest"

    class Opened(Created):
        """A season was opened. ``weights`` are per cent; ``goal`` is the team's, per cent in time."""

        TOPIC = "contest.opened.v1"
        contest_id: str
        title: str
        team_ids: tuple[str, ...]
        starts_on: date
        ends_on: date
        goal: int
        weights: dict[str, int]

    class StandingFrozen(Aggregate.Event):
        """The season's table is final. ``reached``: the teams' share in time, per cent."""

        TOPIC = "contest.standing_frozen.v1"
        contest_id: str
        table_hash: str
        ranked: int
        top: tuple[str, ...]
        reached: int

    class ParticipationChosen(Aggregate.Event):
        """An agent stays out of the table, or comes back into it; the team's share counts all."""

        TOPIC = "contest.participation_chosen.v1"
        contest_id: str
        agent_id: str
        takes_part: bool

    @event(Opened)
    def __init__(self, contest_id: str, team_ids: tuple[str, ...], ends_on: date) -> None:
        self.contest_id = contest_id
        self.team_ids = tuple(team_ids)
        self.ends_on = ends_on
        self.frozen = False
        self.out: frozenset[str] = frozenset()  # who stays out of the table

    @event(ParticipationChosen)
    def _participation_chosen(self, agent_id: str, takes_part: bool) -> None:
        self.out = self.out - {agent_id} if takes_part else self.out | {agent_id}

    @event(StandingFrozen)
    def _standing_frozen(self) -> None:
        self.frozen = True


class Contests:
    """The commands about contests."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, contest_id: str) -> Contest | None:
        """Return the contest, or None."""
        return self._recording.find(Contest, contest_stream(contest_id))

    def open(
        self,
        title: str,
        team_ids: Sequence[str],
        starts_on: date,
        goal: int,
        weights: Mapping[Measure, int],
        *,
        by: By,
    ) -> Receipt:
        """Open a season of four weeks.

        Raises NotYours, EmptyText, BadValue (no team, a goal that is no per cent, weights that
        do not sum up to 100), AlreadyExists (the same teams and first day).
        """
        contest_id = contest_id_of(starts_on, team_ids)

        def decide() -> list[Aggregate]:
            if by.role not in LEADERS:
                raise NotYours(what="contest")
            _check(title, team_ids, goal, weights)
            if self.find(contest_id):
                raise AlreadyExists(what="contest", id=contest_id)
            return [
                Contest._create(
                    Contest.Opened,
                    id=contest_stream(contest_id),
                    contest_id=contest_id,
                    title=title.strip(),
                    team_ids=tuple(sorted(team_ids)),
                    starts_on=starts_on,
                    ends_on=starts_on + timedelta(weeks=WEEKS) - timedelta(days=1),
                    goal=goal,
                    weights={str(measure): weight for measure, weight in weights.items()},
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def take_part(
        self, contest_id: str, agent_id: str, team_id: str | None, *, takes_part: bool, by: By
    ) -> Receipt:
        """Stay out of a season's table, or come back; ``team_id`` is the agent's team.

        Raises UnknownContest (none of this team's), NotYours, ContestFinal, and
        ParticipationUnchanged where it is so already.
        """

        def decide() -> list[Aggregate]:
            contest = self.find(contest_id)
            if contest is None or team_id not in contest.team_ids:
                raise UnknownContest(contest_id=contest_id)
            if by.actor != agent_id or by.role is not Role.AGENT:
                raise NotYours(what="contest")
            if contest.frozen:
                raise ContestFinal(contest_id=contest_id)
            if takes_part is (agent_id not in contest.out):
                raise ParticipationUnchanged(contest_id=contest_id)
            about = {"contest_id": contest_id, "agent_id": agent_id, "takes_part": takes_part}
            contest.trigger_event(Contest.ParticipationChosen, **about, by=by)
            return [contest]

        return self._recording.answer(by, decide)

    def frozen(
        self, contest_id: str, table: Sequence[Standing], reached: int, by: By
    ) -> list[Contest]:
        """Return the contest with its table made final, not yet appended; nothing if it is.

        For the worker, which appends it together with the outcome of its check. Raises
        UnknownContest.
        """
        contest = self.find(contest_id)
        if contest is None:
            raise UnknownContest(contest_id=contest_id)
        if contest.frozen:
            return []
        contest.trigger_event(
            Contest.StandingFrozen,
            contest_id=contest_id,
            table_hash=table_hash(table),
            ranked=len(table),
            top=tuple(one.agent_id for one in podium(table)),
            reached=reached,
            by=by,
        )
        return [contest]


def _check(title: str, team_ids: Sequence[str], goal: int, weights: Mapping[Measure, int]) -> None:
    if not title.strip():
        raise EmptyText(field="title")
    if len(title) > LONGEST_TITLE:
        raise BadValue(field="title", value=len(title))
    if not team_ids:
        raise BadValue(field="team_ids", value=0)
    if not 1 <= goal <= 100:
        raise BadValue(field="goal", value=goal)
    if sum(weights.values()) != 100 or any(weight < 0 for weight in weights.values()):
        raise BadValue(field="weights", value=sum(weights.values()))
