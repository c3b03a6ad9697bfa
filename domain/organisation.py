"""Teams (组), their supervisors and members over time, and leave (R-04, R-40).

Two small aggregates: a team, and a member with the team they belong to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import AlreadyExists, BadValue, EmptyText, UnknownMember, UnknownTeam
from domain.words import By, LeaveKind, Receipt, Role, stream_id


def team_stream(team_id: str) -> UUID:
    """Return the stream of a team."""
    return stream_id("team", team_id)


def member_stream(person_id: str) -> UUID:
    """Return the stream of a person."""
    return stream_id("member", person_id)


class Team(Aggregate):
    """A team and who leads it."""

    TOPIC = "organisation.team"

    class Formed(Created):
        """A team was formed."""

        TOPIC = "organisation.team_formed.v1"
        team_id: str
        name: str
        supervisor_id: str | None

    class SupervisorAppointed(Aggregate.Event):
        """Somebody leads the team from now on."""

        TOPIC = "organisation.supervisor_appointed.v1"
        team_id: str
        supervisor_id: str

    @event(Formed)
    def __init__(self, team_id: str, name: str, supervisor_id: str | None) -> None:
        self.team_id = team_id
        self.name = name
        self.supervisor_id = supervisor_id

    @event(SupervisorAppointed)
    def _supervisor_appointed(self, supervisor_id: str) -> None:
        self.supervisor_id = supervisor_id


class Member(Aggregate):
    """A person of the branch: role, team over time, leave."""

    TOPIC = "organisation.member"

    class Joined(Created):
        """A person came into the branch."""

        TOPIC = "organisation.member_joined.v1"
        person_id: str
        name: str
        role: Role
        team_id: str | None
        since: date

    class Moved(Aggregate.Event):
        """A person went to another team."""

        TOPIC = "organisation.member_moved.v1"
        person_id: str
        from_team_id: str | None
        team_id: str | None
        since: date

    class Departed(Aggregate.Event):
        """A person left the branch."""

        TOPIC = "organisation.member_departed.v1"
        person_id: str
        team_id: str | None
        last_day: date
        reason: str

    class LeaveRegistered(Aggregate.Event):
        """A person is not at work from the first to the last day, both included."""

        TOPIC = "organisation.leave_registered.v1"
        person_id: str
        team_id: str | None
        first_day: date
        last_day: date
        kind: LeaveKind

    class LeaveCancelled(Aggregate.Event):
        """A leave was taken back."""

        TOPIC = "organisation.leave_cancelled.v1"
        person_id: str
        team_id: str | None
        first_day: date
        last_day: date
        reason: str

    @event(Joined)
    def __init__(
        self, person_id: str, name: str, role: Role, team_id: str | None, since: date
    ) -> None:
        self.person_id = person_id
        self.name = name
        self.role = role
        self.teams: list[tuple[date, str | None]] = [(since, team_id)]
        self.since = since
        self.last_day: date | None = None
        self.leaves: list[tuple[date, date]] = []

    @event(Moved)
    def _moved(self, team_id: str | None, since: date) -> None:
        self.teams.append((since, team_id))

    @event(Departed)
    def _departed(self, last_day: date) -> None:
        self.last_day = last_day

    @event(LeaveRegistered)
    def _leave_registered(self, first_day: date, last_day: date) -> None:
        self.leaves.append((first_day, last_day))

    @event(LeaveCancelled)
    def _leave_cancelled(self, first_day: date, last_day: date) -> None:
        self.leaves.remove((first_day, last_day))

    @property
    def team_id(self) -> str | None:
        """The team of the newest move."""
        return self.teams[-1][1]

    def team_on(self, day: date) -> str | None:
        """Return the team in which the person works on that day, or None."""
        if day < self.since or (self.last_day is not None and day > self.last_day):
            return None
        return max((t for t in self.teams if t[0] <= day), key=lambda t: t[0])[1]

    def on_leave(self, day: date) -> bool:
        """Tell whether a leave covers that day."""
        return any(first <= day <= last for first, last in self.leaves)


class Organisation:
    """The commands about teams and people."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def member(self, person_id: str) -> Member | None:
        """Return the person, to be read only, or None."""
        return self._recording.look(Member, member_stream(person_id))

    def team(self, team_id: str) -> Team | None:
        """Return the team, to be read only, or None."""
        return self._recording.look(Team, team_stream(team_id))

    def form_team(
        self, team_id: str, name: str, supervisor_id: str | None = None, *, by: By
    ) -> Receipt:
        """Form a team. Raises AlreadyExists, EmptyText."""

        def decide() -> list[Aggregate]:
            _named(team_id, "team_id")
            _named(name, "name")
            if self.team(team_id):
                raise AlreadyExists(what="team", id=team_id)
            return [
                Team._create(
                    Team.Formed,
                    id=team_stream(team_id),
                    team_id=team_id,
                    name=name.strip(),
                    supervisor_id=supervisor_id,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def appoint_supervisor(self, team_id: str, supervisor_id: str, *, by: By) -> Receipt:
        """Let a supervisor lead the team. Raises UnknownTeam, UnknownMember, BadValue."""

        def decide() -> list[Aggregate]:
            team = self._known_team(team_id)
            if self._known_member(supervisor_id).role is not Role.SUPERVISOR:
                raise BadValue(field="supervisor_id", value=supervisor_id)
            team.trigger_event(
                Team.SupervisorAppointed, team_id=team_id, supervisor_id=supervisor_id, by=by
            )
            return [team]

        return self._recording.answer(by, decide)

    def join(
        self,
        person_id: str,
        name: str,
        role: Role,
        team_id: str | None,
        since: date,
        *,
        by: By,
    ) -> Receipt:
        """Take a person into the branch. Raises AlreadyExists, UnknownTeam, EmptyText, BadValue."""

        def decide() -> list[Aggregate]:
            _named(person_id, "person_id")
            _named(name, "name")
            if role in (Role.AGENT, Role.SUPERVISOR) and team_id is None:
                raise BadValue(field="team_id", value=None)
            if team_id is not None:
                self._known_team(team_id)
            if self.member(person_id):
                raise AlreadyExists(what="member", id=person_id)
            return [
                Member._create(
                    Member.Joined,
                    id=member_stream(person_id),
                    person_id=person_id,
                    name=name.strip(),
                    role=role,
                    team_id=team_id,
                    since=since,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def move(self, person_id: str, team_id: str, since: date, *, by: By) -> Receipt:
        """Move a person to another team. Raises UnknownMember, UnknownTeam, BadValue."""

        def change(member: Member) -> None:
            self._known_team(team_id)
            if member.team_id == team_id:
                raise BadValue(field="team_id", value=team_id)
            member.trigger_event(
                Member.Moved,
                person_id=person_id,
                from_team_id=member.team_id,
                team_id=team_id,
                since=since,
                by=by,
            )

        return self._change(person_id, change, by)

    def depart(self, person_id: str, last_day: date, reason: str, *, by: By) -> Receipt:
        """Record that a person leaves. Raises UnknownMember, BadValue if they left before."""

        def change(member: Member) -> None:
            if member.last_day is not None or last_day < member.since:
                raise BadValue(field="last_day", value=last_day.isoformat())
            member.trigger_event(
                Member.Departed,
                person_id=person_id,
                team_id=member.team_id,
                last_day=last_day,
                reason=reason,
                by=by,
            )

        return self._change(person_id, change, by)

    def register_leave(
        self, person_id: str, first_day: date, last_day: date, kind: LeaveKind, *, by: By
    ) -> Receipt:
        """Register leave, first to last day. Raises UnknownMember, BadValue on an overlap."""

        def change(member: Member) -> None:
            if last_day < first_day:
                raise BadValue(field="last_day", value=last_day.isoformat())
            if any(first <= last_day and first_day <= last for first, last in member.leaves):
                raise AlreadyExists(what="leave", id=first_day.isoformat())
            member.trigger_event(
                Member.LeaveRegistered,
                person_id=person_id,
                team_id=member.team_id,
                first_day=first_day,
                last_day=last_day,
                kind=kind,
                by=by,
            )

        return self._change(person_id, change, by)

    def cancel_leave(
        self, person_id: str, first_day: date, last_day: date, reason: str, *, by: By
    ) -> Receipt:
        """Take a leave back. Raises UnknownMember, BadValue if there is no such leave."""

        def change(member: Member) -> None:
            if (first_day, last_day) not in member.leaves:
                raise BadValue(field="first_day", value=first_day.isoformat())
            member.trigger_event(
                Member.LeaveCancelled,
                person_id=person_id,
                team_id=member.team_id,
                first_day=first_day,
                last_day=last_day,
                reason=reason,
                by=by,
            )

        return self._change(person_id, change, by)

    def _change(self, person_id: str, change: Callable[[Member], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            member = self._known_member(person_id)
            change(member)
            return [member]

        return self._recording.answer(by, decide)

    def _known_team(self, team_id: str) -> Team:
        team = self._recording.find(Team, team_stream(team_id))
        if team is None:
            raise UnknownTeam(team_id=team_id)
        return team

    def _known_member(self, person_id: str) -> Member:
        member = self._recording.find(Member, member_stream(person_id))
        if member is None:
            raise UnknownMember(person_id=person_id)
        return member


def _named(value: str, field: str) -> None:
    if not value.strip():
        raise EmptyText(field=field)
