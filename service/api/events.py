"""The record itself, event by event, for the auditor: who, when, what, because of what."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound

from domain.words import Role
from projections import audit_trail
from projections.audit_trail import Filters, TrailRow
from service.access import Thing
from service.api import guard
from service.api.fields import Day, Id, Instant, one_of
from service.api.paging import Page, key_of, page_of
from service.api.resource import Resource
from service.api.schemas import PageArgs, names_of, page
from service.context import shilu
from service.language import reader_language

resource = Resource("events", "The record, event by event; sealed fields stay sealed.")

VIEWS = ("audit_trail",)
SOURCES = ("web", "api", "import", "worker", "cli", "demo")


class EventArgs(PageArgs):
    """Which events to list; days are UTC dates of the recorded instant, both included."""

    topic = fields.String(
        validate=validate.Regexp(r"^[a-z_.0-9]{1,80}$"),
        metadata={"description": "A topic, or its beginning: `callback.`"},
    )
    actor = Id()
    agent_id = Id()
    team_id = Id()
    customer_id = Id()
    source = fields.String(validate=validate.OneOf(SOURCES))
    since_day = Day()
    until_day = Day()


class EventListed(ma.Schema):
    """An event; ``cause`` is the position of the one that made it happen."""

    position = fields.Integer(required=True)
    topic = fields.String(required=True)
    sentence = fields.String(required=True)
    actor = fields.String(required=True)
    role = one_of(Role, required=True)
    source = fields.String(required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    cause = fields.Integer(required=True, allow_none=True)
    command_id = fields.UUID(required=True)
    stream_id = fields.UUID(required=True)
    stream_version = fields.Integer(required=True)
    agent_id = fields.String(required=True, allow_none=True)
    team_id = fields.String(required=True, allow_none=True)
    customer_id = fields.String(required=True, allow_none=True)
    facts = fields.Dict(keys=fields.String(), required=True)


class EventShown(EventListed):
    """An event with what else its command did, and what it made happen."""

    same_command = fields.List(fields.Nested(EventListed), required=True)
    effects = fields.List(fields.Nested(EventListed), required=True)


@resource.query(
    "/events", page(EventListed, "EventPage"), args=EventArgs, views=VIEWS, errors=(403,)
)
def list_events(args: dict[str, Any]) -> Page:
    """List events, newest first."""
    guard.need(Thing.EVENTS)
    limit, before = args.pop("limit"), key_of(args.pop("cursor"), int)
    with shilu().views.connect() as connection:
        found = audit_trail.stream(connection, Filters(**args), before, limit + 1)
    return page_of([event_of(row) for row in found], limit, key=lambda event: event["position"])


@resource.query("/events/<int:position>", EventShown, views=VIEWS, errors=(403, 404))
def show_event(_: dict[str, Any], position: int) -> dict[str, Any]:
    """Show an event, its siblings and its effects."""
    guard.need(Thing.EVENTS)
    with shilu().views.connect() as connection:
        row = audit_trail.one(connection, position) if position <= shilu().head() else None
        if row is None:
            raise NotFound
        siblings = audit_trail.same_command(connection, row.command_id)
        effects = audit_trail.effects_of(connection, position)
    return {
        **event_of(row),
        "same_command": [event_of(other) for other in siblings if other.position != position],
        "effects": [event_of(effect) for effect in effects],
    }


def event_of(row: TrailRow) -> dict[str, Any]:
    """Return an event as it is shown, with its sentence in the reader's language."""
    names = names_of(EventListed) - {"sentence"}
    shown = {name: getattr(row, name) for name in names}
    return shown | {"sentence": row.sentence(reader_language())}
