"""The access rules of ``service.access``, asked about the things that stand in a path."""

from __future__ import annotations

from datetime import date

from werkzeug.exceptions import Forbidden, NotFound

from domain.callback import Callback
from domain.daily_log import DailyLog
from domain.refusals import UnknownCallback, UnknownLog
from service import access
from service.access import Thing
from service.context import shilu
from service.sessions import reader


def need(thing: Thing) -> None:
    """Raise Forbidden unless the reader's role has this right at all."""
    access.need(reader(), thing)


def need_about_agent(thing: Thing, agent_id: str) -> None:
    """Raise Forbidden or NotFound unless the reader has this right about this agent today."""
    need(thing)  # first: whether there is such an agent is not for everybody to know
    access.need_about(reader(), thing, agent_id=agent_id, team_id=_team_of(agent_id))


def need_about_team(thing: Thing, team_id: str) -> None:
    """Raise Forbidden or NotFound unless the reader has this right about this team."""
    access.need_about(reader(), thing, team_id=team_id)


def sees(person_id: str, team_id: str | None) -> bool:
    """Tell whether the reader may see this person of this team: oneself, one's people, or all."""
    everybody = access.may(reader(), Thing.PEOPLE)
    ours = team_id is not None and access.may(reader(), Thing.BOARD, team_id=team_id)
    return person_id == reader().person_id or everybody or ours


def sees_team(team_id: str) -> bool:
    """Tell whether the reader may see this team: the own one, those led, or all."""
    allowed = access.may(reader(), Thing.PEOPLE), access.may(reader(), Thing.BOARD, team_id=team_id)
    return team_id == reader().team_id or any(allowed)


def see_person(person_id: str) -> None:
    """Raise Forbidden or NotFound unless the reader may see this person."""
    if person_id == reader().person_id or access.may(reader(), Thing.PEOPLE):
        return
    need_about_agent(Thing.BOARD, person_id)


def see_team(team_id: str) -> None:
    """Raise Forbidden or NotFound unless the reader may see this team."""
    if not sees_team(team_id):
        access.need_about(reader(), Thing.BOARD, team_id=team_id)


def need_caller() -> None:
    """Raise Forbidden unless the reader makes callbacks."""
    if not access.calls_back(reader()):
        raise Forbidden


def callback(callback_id: str) -> Callback:
    """Return a callback of a team that the reader leads, or a second call of one's own.

    Raises Forbidden, UnknownCallback.
    """
    need_caller()
    call = shilu().record.callbacks.find(callback_id)
    if call is None or not (
        access.may(reader(), Thing.CALL, team_id=call.team_id)
        or access.may_make(reader(), caller_id=call.supervisor_id, team_id=call.team_id)
    ):
        raise UnknownCallback(callback_id=callback_id)
    return call


def log_to_call_about(agent_id: str, day: date) -> DailyLog:
    """Return the day's log of an agent whom the reader leads. Raises Forbidden, UnknownLog."""
    need(Thing.CALL)
    log = shilu().record.daily_logs.find(agent_id, day)
    if log is None or not access.may(reader(), Thing.CALL, team_id=log.team_id):
        raise UnknownLog(agent_id=agent_id, day=day)
    return log


def _team_of(person_id: str) -> str | None:
    member = shilu().record.organisation.member(person_id)
    if member is None:
        raise NotFound
    return member.team_on(shilu().today()) or member.team_id
