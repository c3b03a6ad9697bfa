"""Plans (计划): what an agent means to do on a day, and what became of it (R-13, R-20)."""

from __future__ import annotations

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.plan import Intention, PlanItem, plan_stream
from domain.words import PlanChange, PlanKind
from projections import plans
from service.access import Thing
from service.api import guard
from service.api.fields import Clock, Day, Id, Text, one_of
from service.api.preconditions import Done, by, command_id
from service.api.resource import Resource
from service.api.schemas import Body
from service.context import shilu

resource = Resource("plans", "What an agent plans: 计划.")

OWNER = "/plans/<thing:agent_id>"
ITEM = OWNER + "/items/<thing:item_id>"


class NewPlanItem(Body):
    """One more item; ``at`` is local time of ``day``."""

    item_id = Id(metadata={"description": "The client's own id, best a UUID."})
    day = Day(required=True)
    kind = one_of(PlanKind, required=True)
    at = Clock(allow_none=True, load_default=None)
    customer_id = Id(allow_none=True, load_default=None)
    goal = Text(80, allow_none=True, load_default=None)
    note = Text(200, allow_none=True, load_default=None)


class PlanKept(Body):
    """A planned visit names the entry that says so."""

    activity_id = Id(allow_none=True, load_default=None)


class PlanMoved(Body):
    """To when, and why."""

    day = Day(required=True)
    at = Clock(allow_none=True, load_default=None)
    reason = one_of(PlanChange, required=True)


class PlanCancelled(Body):
    """Why not."""

    reason = one_of(PlanChange, required=True)


class PlanItemShown(ma.Schema):
    """An item; ``own`` is false for what only an entry's agreed next time says."""

    item_id = fields.String(required=True)
    day = fields.Date(required=True)
    at = fields.Time(required=True, allow_none=True)
    kind = one_of(PlanKind, required=True)
    customer_id = fields.String(required=True, allow_none=True)
    goal = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    activity_id = fields.String(required=True, allow_none=True)
    from_day = fields.Date(required=True, allow_none=True)
    own = fields.Boolean(required=True)


class PlanShown(ma.Schema):
    """A day's plan."""

    agent_id = fields.String(required=True)
    day = fields.Date(required=True)
    items = fields.List(fields.Nested(PlanItemShown), required=True)


@resource.query(OWNER + "/<day:day>", PlanShown, views=("plans",), errors=(403, 404))
def show_plan(_: dict[str, Any], agent_id: str, day: date) -> dict[str, Any]:
    """Show a day's plan."""
    guard.need_about_agent(Thing.READ_LOG, agent_id)
    with shilu().views.connect() as connection:
        items = plans.between(connection, agent_id, day, day)
    return {"agent_id": agent_id, "day": day, "items": items}


@resource.command(OWNER + "/items", NewPlanItem, errors=(404,))
def plan(body: dict[str, Any], agent_id: str) -> Done:
    """Plan something for today or later."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    item_id = body.pop("item_id", None) or f"p-{command_id()}"
    receipt = shilu().record.plans.plan(agent_id, item_id, Intention(**body), by=by())
    return _done(receipt, agent_id, item_id, PlanItem.Planned)


@resource.command(ITEM + "/kept", PlanKept, errors=(404,))
def keep(body: dict[str, Any], agent_id: str, item_id: str) -> Done:
    """Say that it was done."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.plans.keep(agent_id, item_id, body["activity_id"], by=by())
    return _done(receipt, agent_id, item_id, PlanItem.Kept)


@resource.command(ITEM + "/moved", PlanMoved, errors=(404,))
def move(body: dict[str, Any], agent_id: str, item_id: str) -> Done:
    """Put it off (改期)."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.plans.move(agent_id, item_id, **body, by=by())
    return _done(receipt, agent_id, item_id, PlanItem.Moved)


@resource.command(ITEM + "/cancelled", PlanCancelled, errors=(404,))
def cancel(body: dict[str, Any], agent_id: str, item_id: str) -> Done:
    """Give it up."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.plans.cancel(agent_id, item_id, body["reason"], by=by())
    return _done(receipt, agent_id, item_id, PlanItem.Cancelled)


def _done(receipt: Any, agent_id: str, item_id: str, event: Any) -> Done:
    return Done(
        receipt, plan_stream(agent_id, item_id), event, f"/plans/{agent_id}", {"item_id": item_id}
    )
