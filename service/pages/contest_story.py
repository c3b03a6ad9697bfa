"""Contests in words: the team's goal first, then the best three and one's own place (S9, R-31, R-32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from sqlalchemy import Connection

from domain.contest_scores import Measure, Standing, podium, table_hash
from domain.role_model import RoleModel, role_model_stream
from domain.words import Role
from domain.workshop import ExpertClinic
from projections import standings, team_day
from projections.people_facts import MemberFacts
from projections.season import season_table
from projections.standings import ContestCard, ModelCard, WorkshopCard
from service.access import Reach, Thing, may, reach
from service.context import shilu
from service.language import _, day_text
from service.sessions import reader
from service.words import MEASURES, label

WORKSHOPS = 20


def my_teams(connection: Connection) -> list[str]:
    """Return the teams whose contests the reader sees: an agent's own, those led, or all."""
    if reach(reader(), Thing.READ_CONTEST) is Reach.OWN:
        own = reader().team_id
        return [own] if own else []
    return [
        team.team_id
        for team in team_day.teams(connection)
        if may(reader(), Thing.READ_CONTEST, team_id=team.team_id)
    ]


def shown(
    connection: Connection, contest: ContestCard, people: Mapping[str, MemberFacts]
) -> SimpleNamespace:
    """Return a season as this reader sees it: final if it is frozen, else as it stands."""
    today, names = shilu().today(), {t.team_id: t.name for t in team_day.teams(connection)}
    begun, over = contest.starts_on <= today, contest.ends_on < today
    table = season_table(connection, contest, today) if begun else None
    if table and contest.table_hash not in (None, table_hash(table.standings)):
        table = None  # something came in since: only who stood on top is on record, not the places
    reached = (contest.reached if contest.frozen_at else table and table.reached) or 0
    top = _top(table.standings, people) if table else _final(contest, people)
    return SimpleNamespace(
        id=contest.contest_id,
        title=contest.title,
        teams=[names.get(team, team) for team in contest.team_ids],
        dates=f"{day_text(contest.starts_on)} – {day_text(contest.ends_on)}",
        state=_state(contest, begun=begun, over=over),
        goal=contest.goal,
        reached=reached,
        met=reached >= contest.goal,
        top=top,
        mine=_mine(table.standings) if table else None,
        weights=[(label(MEASURES, str(m)), contest.weights.get(str(m), 0)) for m in Measure],
        hash=contest.table_hash,
        out=reader().person_id in contest.out,
        open=contest.frozen_at is None,
        ranked=contest.ranked,
    )


def models(
    connection: Connection, teams: Sequence[str], people: Mapping[str, MemberFacts]
) -> list[SimpleNamespace]:
    """Return the role models who agreed to be shown."""
    return [_model(card, people) for card in standings.role_models(connection, teams)]


def my_namings(connection: Connection) -> list[SimpleNamespace]:
    """Return what I was asked, and what I agreed to."""
    return [
        SimpleNamespace(
            id=card.model_id,
            text=what_for(card.model_id),
            asked=card.consents is None,
            consents=bool(card.consents),
        )
        for card in standings.named(connection, reader().person_id)
        if card.consents is not False
    ]


def workshops(
    connection: Connection, teams: Sequence[str], people: Mapping[str, MemberFacts]
) -> tuple[list[SimpleNamespace], list[SimpleNamespace]]:
    """Return the sharing sessions, and the clinics that concern the reader."""
    found = standings.workshops(connection, teams, WORKSHOPS)
    sharing = [_sharing(card, people) for card in found if card.kind == "sharing"]
    mine_only = reader().role is Role.AGENT
    clinics = [
        _clinic(card, people)
        for card in found
        if card.kind == "clinic" and (not mine_only or card.agent_id == reader().person_id)
    ]
    return sharing, clinics


def what_for(model_id: str) -> str:
    """Return for what somebody was named."""
    for event in shilu().record.events.get(role_model_stream(model_id)):
        if isinstance(event, RoleModel.Named):
            return event.what_for or _("〔已删除〕")
    return ""


def name_of(people: Mapping[str, MemberFacts], person_id: str | None) -> str:
    """Return a person's name, or the id if nobody has it."""
    found = people.get(person_id or "")
    return found.name if found else person_id or "—"


def _state(contest: ContestCard, *, begun: bool, over: bool) -> tuple[str, str]:
    if contest.frozen_at is not None:
        return _("名次已定"), "ok"
    if over:
        return _("已结束，等晚到的记录"), "warn"
    return (_("进行中"), "info") if begun else (_("还没有开始"), "")


def _top(table: Sequence[Standing], people: Mapping[str, MemberFacts]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            place=one.place,
            name=name_of(people, one.agent_id),
            points=f"{one.points:.1f}",
            me=one.agent_id == reader().person_id,
        )
        for one in podium(table)
    ]


def _final(contest: ContestCard, people: Mapping[str, MemberFacts]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            place=0, name=name_of(people, agent), points="", me=agent == reader().person_id
        )
        for agent in contest.top
    ]


def _mine(table: Sequence[Standing]) -> SimpleNamespace | None:
    """Return one's own place with its parts; None for who has none."""
    for one in table:
        if one.agent_id == reader().person_id:
            parts = [(label(MEASURES, str(m)), one.measures[m]) for m in Measure]
            return SimpleNamespace(place=one.place, points=f"{one.points:.1f}", parts=parts)
    return None


def _model(card: ModelCard, people: Mapping[str, MemberFacts]) -> SimpleNamespace:
    return SimpleNamespace(
        name=name_of(people, card.agent_id),
        text=what_for(card.model_id),
        when=day_text(card.named_on),
    )


def _sharing(card: WorkshopCard, people: Mapping[str, MemberFacts]) -> SimpleNamespace:
    speakers = _("、").join(name_of(people, person) for person in card.people)
    return SimpleNamespace(topic=card.topic or "", who=speakers, when=day_text(card.held_on))


def _clinic(card: WorkshopCard, people: Mapping[str, MemberFacts]) -> SimpleNamespace:
    told = next(iter(shilu().record.events.get(card.stream_id)), None)
    held = told if isinstance(told, ExpertClinic.Held) else None
    return SimpleNamespace(
        agent=name_of(people, card.agent_id),
        expert=name_of(people, card.people[0]),
        diagnosis=(held.diagnosis if held else None) or _("〔已删除〕"),
        plan=(held.plan if held else None) or _("〔已删除〕"),
        when=day_text(card.held_on),
    )
