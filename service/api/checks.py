"""Scheduled checks (R-04), and what the look for filling problems suggests (R-30 to R-34)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.filling_ladder import Problem
from domain.filling_suggestion import FillingSuggestion, suggestion_stream
from domain.refusals import UnknownSuggestion
from domain.words import Check, Role
from projections import checks, filling_cases, team_day
from service.access import Reach, Thing, may, reach
from service.api import guard
from service.api.fields import Instant, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by
from service.api.resource import Resource
from service.api.schemas import PageArgs, Reason, names_of, page
from service.context import shilu
from service.pages.checks import hidden
from service.sessions import reader

resource = Resource("checks", "What is checked by itself, and what it suggests to a human.")
MOST = 10_000


class CheckListed(ma.Schema):
    """A check that was made; ``found`` counts what it found."""

    check = one_of(Check, required=True)
    subject = fields.String(required=True)
    team_id = fields.String(required=True, allow_none=True)
    day = fields.Date(required=True)
    due_at = Instant(required=True)
    done_at = Instant(required=True)
    found = fields.Integer(required=True)
    findings = fields.List(fields.String(), required=True)


class SuggestionListed(ma.Schema):
    """What a check saw, in figures; a human takes it up or puts it aside."""

    suggestion_id = fields.String(required=True)
    agent_id = fields.String(required=True)
    team_id = fields.String(required=True)
    problem = one_of(Problem, required=True)
    day = fields.Date(required=True)
    facts = fields.Dict(required=True)


@resource.query(
    "/checks",
    page(CheckListed, "CheckPage"),
    args=PageArgs,
    views=("checks", "team_day"),
    errors=(403,),
)
def list_checks(args: dict[str, Any]) -> Page:
    """List the checks that the reader may see, newest first; administrators see no findings."""
    guard.need(Thing.CHECKS)
    before = key_of(args["cursor"], int)
    with shilu().views.connect() as connection:
        mine = None
        if reach(reader(), Thing.CHECKS) is not Reach.BRANCH:
            teams = [team.team_id for team in team_day.teams(connection)]
            mine = [team for team in teams if may(reader(), Thing.CHECKS, team_id=team)]
        found = checks.newest(connection, MOST, teams=mine, hidden=hidden())
    found = [one for one in found if before is None or one.position < before]
    some = page_of(found[: args["limit"] + 1], args["limit"], key=lambda one: one.position)
    return replace(some, items=[_check(one) for one in some.items])


def _check(one: checks.DoneCheck) -> dict[str, Any]:
    names = names_of(CheckListed) - {"found", "findings"}
    nameless = reader().role is Role.ADMINISTRATOR
    told = [] if nameless else list(one.findings)
    shown = {name: getattr(one, name) for name in names}
    return shown | {"found": len(one.findings), "findings": told}


@resource.query(
    "/filling-suggestions",
    page(SuggestionListed, "SuggestionPage"),
    args=PageArgs,
    views=("filling_cases", "team_day"),
    errors=(403,),
)
def list_suggestions(args: dict[str, Any]) -> Page:
    """List what waits for the reader's look, newest first."""
    guard.need(Thing.LEAD_FILLING)
    before = key_of(args["cursor"], int)
    with shilu().views.connect() as connection:
        teams = [
            team.team_id
            for team in team_day.teams(connection)
            if may(reader(), Thing.LEAD_FILLING, team_id=team.team_id)
        ]
        found = filling_cases.suggested_in(connection, teams)
    found = [one for one in found if before is None or one.position < before]
    some = page_of(found[: args["limit"] + 1], args["limit"], key=lambda one: one.position)
    names = names_of(SuggestionListed)
    return replace(some, items=[{n: getattr(one, n) for n in names} for one in some.items])


@resource.command("/filling-suggestions/<thing:suggestion_id>/dismissal", Reason, errors=(404,))
def dismiss(body: dict[str, Any], suggestion_id: str) -> Done:
    """Put a suggestion aside, with a reason."""
    guard.need(Thing.LEAD_FILLING)
    found = shilu().record.filling_suggestions.find(suggestion_id)
    about: dict[str, Any] = {"agent_id": found.agent_id, "team_id": found.team_id} if found else {}
    if found is None or not may(reader(), Thing.LEAD_FILLING, **about):
        raise UnknownSuggestion(suggestion_id=suggestion_id)
    receipt = shilu().record.filling_suggestions.dismiss(suggestion_id, **body, by=by())
    return Done(receipt, suggestion_stream(suggestion_id), FillingSuggestion.Dismissed)
