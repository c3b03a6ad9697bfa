"""What two states of a team do not share: between two instants, or between two readings of one."""

from __future__ import annotations

from dataclasses import dataclass

from domain.rhythm import WorkMode
from projections.team_day import MemberState, TeamState

Value = str | int | bool | None
TEAM_FIELDS = ("name", "supervisor_id", "working_day")
MEMBER_FIELDS = (
    "name",
    "submitted",
    "late",
    "noted_missing",
    "on_leave",
    "policies",
    "confirmed",
    "contradicted",
    "open_case",
)


@dataclass(frozen=True, slots=True)
class StateDifference:
    """Whose (None: the team's), what, and the two values."""

    agent_id: str | None
    what: str
    before: Value
    after: Value


def differences(before: TeamState, after: TeamState) -> tuple[StateDifference, ...]:
    """Return what changed between two states, the team first and then each agent.

    An agent who stands in one state only differs by ``member``, and by whatever is not nothing.
    """
    old = {m.agent_id: member_values(m) for m in before.members}
    new = {m.agent_id: member_values(m) for m in after.members}
    found = _between(None, _team_values(before), _team_values(after))
    for agent_id in sorted(old.keys() | new.keys()):
        was, now = old.get(agent_id), new.get(agent_id)
        if was is None or now is None:
            found.append(StateDifference(agent_id, "member", was is not None, now is not None))
        found += _between(agent_id, was or _nothing(now), now or _nothing(was))
    return tuple(found)


def _between(
    agent_id: str | None, was: dict[str, Value], now: dict[str, Value]
) -> list[StateDifference]:
    return [
        StateDifference(agent_id, what, was[what], now[what])
        for what in now
        if was[what] != now[what]
    ]


def _nothing(values: dict[str, Value] | None) -> dict[str, Value]:
    """Return an agent of that name who did nothing."""
    return {what: _none_of(value) for what, value in (values or {}).items()}


def _none_of(value: Value) -> Value:
    if isinstance(value, bool):
        return False
    return 0 if isinstance(value, int) else value


def _team_values(state: TeamState) -> dict[str, Value]:
    return {**{what: getattr(state, what) for what in TEAM_FIELDS}, "quota": quota(state.mode)}


def member_values(member: MemberState) -> dict[str, Value]:
    """Return what is compared of an agent."""
    return {**member.kinds, **{what: getattr(member, what) for what in MEMBER_FIELDS}}


def quota(mode: WorkMode) -> str:
    """Return a work mode's numbers: calls, meetings, closings, new visits."""
    return f"{mode.calls}-{mode.meetings}-{mode.closings}-{mode.new_visits}"
