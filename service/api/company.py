"""The company: the branches that one was granted, side by side and searched together."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, g
from marshmallow import fields
from werkzeug.exceptions import NotFound

from projections.audit_trail import Filters
from projections.branch_board import BranchDay
from projections.fake_rates import Rate
from service.access import Thing, may
from service.api import guard
from service.api.events import EventArgs, EventListed, event_of
from service.api.fields import Id, Text
from service.api.resource import Resource
from service.api.schemas import Body
from service.company import Answer, board, company
from service.company_search import search
from service.going import go
from service.sessions import reader

resource = Resource("company", "The branches that one was granted, side by side.")
BOARD = ("due", "sent_in", "reviews", "callbacks", "cases")
MAX_PLACES = 4000  # characters: a place in the log of each branch


class CompanyEventArgs(EventArgs):
    """Which events to list; of all one's branches, or of one of them."""

    branch = Id()
    cursor = Text(MAX_PLACES, load_default=None, allow_none=False)


class CompanyEvent(EventListed):
    """An event of a branch."""

    branch = fields.String(required=True)
    branch_title = fields.String(required=True)


class CompanyEvents(ma.Schema):
    """A page of events of several branches, newest first; ``silent`` branches did not answer."""

    items = fields.List(fields.Nested(CompanyEvent), required=True)
    next = fields.String(required=True, allow_none=True)
    silent = fields.List(fields.String(), required=True)


class RateShown(ma.Schema):
    """An estimated share of made-up visits, 0 to 1, with its 95 % interval."""

    rate = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class BranchShown(ma.Schema):
    """A branch this morning. What the reader may not see, or the branch did not say, is null."""

    branch = fields.String(required=True)
    title = fields.String(required=True)
    answered = fields.Boolean(required=True)
    seconds = fields.Float(required=True)
    day = fields.Date(required=True, allow_none=True)
    people = fields.Integer(required=True, allow_none=True)
    due = fields.Integer(required=True, allow_none=True)
    sent_in = fields.Integer(required=True, allow_none=True)
    reviews = fields.Integer(required=True, allow_none=True)
    callbacks = fields.Integer(required=True, allow_none=True)
    cases = fields.Integer(required=True, allow_none=True)
    fake_rate = fields.Nested(RateShown, required=True, allow_none=True)


class CompanyShown(ma.Schema):
    """The branches, the slowest that answered, and the company's rate where there are enough calls."""

    branches = fields.List(fields.Nested(BranchShown), required=True)
    slowest = fields.String(required=True, allow_none=True)
    fake_rate = fields.Nested(RateShown, required=True, allow_none=True)
    covered = fields.Float(required=True)


class Going(Body):
    """The branch that the session is to be about."""

    branch = Id(required=True)


@resource.query("/company", CompanyShown, errors=(403,))
def show_company(_: dict[str, Any]) -> dict[str, Any]:
    """Show one's branches side by side."""
    guard.need(Thing.COMPANY)
    found = board()
    rated = may(reader(), Thing.FAKE_RATE) and found.rate.enough
    return {
        "branches": [_branch(answer) for answer in found.answers],
        "slowest": found.slowest.branch if found.slowest else None,
        "fake_rate": found.rate if rated else None,
        "covered": found.rate.covered,
    }


@resource.query("/company/events", CompanyEvents, args=CompanyEventArgs, errors=(403, 404))
def list_company_events(args: dict[str, Any]) -> dict[str, Any]:
    """List the events of all one's branches, newest first by the instant of recording."""
    guard.need(Thing.COMPANY)
    guard.need(Thing.EVENTS)
    branch, names = args.pop("branch", None), company()
    if branch and branch not in names:
        raise NotFound
    limit, after = args.pop("limit"), args.pop("cursor") or ""
    found = search([branch] if branch else names, Filters(**args), after, limit)
    items = [
        {**event_of(one.row), "branch": one.branch, "branch_title": one.title}
        for one in found.found
    ]
    return {"items": items, "next": found.next or None, "silent": list(found.silent)}


@resource.plain(
    "/company/branch", "POST", *(400, 401, 403, 404, 413, 415, 422), body=Going, status=204
)
def go_to(body: dict[str, Any]) -> Response:
    """Let the session be about another of one's branches; its CSRF token changes."""
    guard.need(Thing.COMPANY)
    if body["branch"] not in company():
        raise NotFound
    go(body["branch"])
    return Response(status=204, headers={"X-CSRF-Token": g.reader.csrf})


def _branch(answer: Answer[BranchDay]) -> dict[str, Any]:
    day, sees = answer.value, may(reader(), Thing.BOARD)
    shown = {name: getattr(day, name, None) if sees else None for name in BOARD}
    return {
        "branch": answer.branch,
        "title": answer.title,
        "answered": day is not None,
        "seconds": round(answer.seconds, 3),
        "day": day.day if day else None,
        "people": day.people if day else None,
        **shown,
        "fake_rate": _rate(day.rate) if day else None,
    }


def _rate(rate: Rate | None) -> Rate | None:
    return rate if rate and rate.enough and may(reader(), Thing.FAKE_RATE) else None
