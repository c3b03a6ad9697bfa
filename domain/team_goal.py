"""What a team wants to reach in a month: 团队经营目标, set by who leads it (R-13, R-23)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import BadValue, EmptyText, NotYours, UnknownTeam
from domain.sheet_figures import Figures, checked, figures_of
from domain.words import By, Receipt, Role, stream_id

MAX_TEXT = 500


def team_goal_stream(team_id: str, month: date) -> UUID:
    """Return the stream of a team's goals for a month."""
    return stream_id("team_goal", team_id, month.isoformat()[:7])


class TeamGoal(Aggregate):
    """The goals of one team for one month."""

    TOPIC = "team_goal"

    class Set(Created):
        """The goals by column, and what the month is about (经营重点)."""

        TOPIC = "team_goal.set.v1"
        team_id: str
        month: date
        goals: dict[str, int]
        focus: str | None

    class Changed(Aggregate.Event):
        """The goals were changed, with the reason: members have planned by the old ones."""

        TOPIC = "team_goal.changed.v1"
        team_id: str
        month: date
        goals: dict[str, int]
        focus: str | None
        reason: str

    @event(Set)
    def __init__(self, team_id: str, month: date, goals: dict[str, int], focus: str | None) -> None:
        self.team_id = team_id
        self.month = month
        self.goals = figures_of(goals)
        self.focus = focus

    @event(Changed)
    def _changed(self, goals: dict[str, int], focus: str | None) -> None:
        self.goals = figures_of(goals)
        self.focus = focus


class TeamGoals:
    """The commands about team goals. ``team_exists`` tells whether there is such a team."""

    def __init__(self, recording: Recording, team_exists: Callable[[str], bool]) -> None:
        self._recording = recording
        self._team_exists = team_exists

    def find(self, team_id: str, month: date) -> TeamGoal | None:
        """Return the goals, or None."""
        return self._recording.find(TeamGoal, team_goal_stream(team_id, month))

    def set(
        self,
        team_id: str,
        month: date,
        goals: Figures,
        *,
        by: By,
        focus: str | None = None,
        reason: str | None = None,
    ) -> Receipt:
        """Set the goals of a month; a change of them needs a reason.

        Raises UnknownTeam, NotYours, BadValue, EmptyText.
        """

        def decide() -> list[Aggregate]:
            if by.role not in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR):
                raise NotYours(what="team_goal")
            if not self._team_exists(team_id):
                raise UnknownTeam(team_id=team_id)
            if month.day != 1:
                raise BadValue(field="month", value=month.isoformat())
            for field, text in (("focus", focus), ("reason", reason)):
                if len(text or "") > MAX_TEXT:
                    raise BadValue(field=field, value=len(text or ""))
            return [self._decided(team_id, month, goals, focus, reason, by)]

        return self._recording.answer(by, decide)

    def _decided(
        self,
        team_id: str,
        month: date,
        goals: Figures,
        focus: str | None,
        reason: str | None,
        by: By,
    ) -> TeamGoal:
        known = self.find(team_id, month)
        facts = {
            "team_id": team_id,
            "month": month,
            "goals": checked(goals),
            "focus": (focus or "").strip() or None,
            "by": by,
        }
        if known is None:
            new: TeamGoal = TeamGoal._create(
                TeamGoal.Set, id=team_goal_stream(team_id, month), **facts
            )
            return new
        if not (reason or "").strip():
            raise EmptyText(field="reason")
        known.trigger_event(TeamGoal.Changed, reason=(reason or "").strip(), **facts)
        return known
