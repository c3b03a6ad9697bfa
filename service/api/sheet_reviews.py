"""Reviews of weekly sheets and monthly records: 主管关怀 (R-14, R-25)."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import fields, validate

from domain.refusals import UnknownSheet
from domain.sheet_checklist import SheetFinding
from domain.sheet_review import Care, SheetReview
from domain.words import RemarkKind, SheetKind
from service.access import Thing
from service.api import guard
from service.api.fields import Text, Truth, one_of
from service.api.preconditions import Done, by
from service.api.resource import Resource
from service.api.schemas import Body
from service.context import shilu

resource = Resource("sheet-reviews", "Reviews of weeks and months: 主管关怀.")

OWNER = "/sheet-reviews/<thing:agent_id>/<thing:sheet>/<day:period>"


class CareBody(Body):
    """An evaluation and advice; for a month guidance on the next calendar, too."""

    kind = one_of(RemarkKind, required=True)
    evaluation = Text(2000, required=True)
    advice = Text(2000, required=True)
    guidance = Text(2000, allow_none=True, load_default=None)
    findings = fields.List(
        one_of(SheetFinding), load_default=list, validate=validate.Length(max=12)
    )
    meant = Truth(
        load_default=False, metadata={"description": "Save it although it is short or copied."}
    )


class SheetReply(Body):
    """An answer to a review, if there is something to say."""

    reply = Text(2000, allow_none=True, load_default=None)


@resource.command(OWNER, CareBody, errors=(404,))
def complete(body: dict[str, Any], agent_id: str, sheet: str, period: date) -> Done:
    """Record the review of a sheet that was handed in."""
    guard.need_about_agent(Thing.REVIEW, agent_id)
    of, meant, remark = _sheet(agent_id, sheet, period), body.pop("meant"), body.pop("kind")
    care = Care(remark, **{**body, "findings": tuple(body["findings"])})
    receipt = shilu().record.sheet_reviews.complete(
        agent_id, of, period, care, by=by(), meant=meant
    )
    return _done(receipt, agent_id, of, period, SheetReview.Completed)


@resource.command(OWNER + "/withdrawal", errors=(404,))
def withdraw(agent_id: str, sheet: str, period: date) -> Done:
    """Take one's own review back within ten minutes, unread; the sheet waits again."""
    guard.need_about_agent(Thing.REVIEW, agent_id)
    of = _sheet(agent_id, sheet, period)
    receipt = shilu().record.sheet_reviews.withdraw(agent_id, of, period, by=by())
    return _done(receipt, agent_id, of, period, SheetReview.Withdrawn)


@resource.command(OWNER + "/read", SheetReply, errors=(404,))
def read(body: dict[str, Any], agent_id: str, sheet: str, period: date) -> Done:
    """Say, as the agent, that a review was read."""
    guard.need_about_agent(Thing.ANSWER_REVIEW, agent_id)
    of = _sheet(agent_id, sheet, period)
    receipt = shilu().record.sheet_reviews.read(agent_id, of, period, by=by(), reply=body["reply"])
    return _done(receipt, agent_id, of, period, SheetReview.Read)


def _sheet(agent_id: str, sheet: str, period: date) -> SheetKind:
    """Return the kind of sheet that a path names. Raises UnknownSheet."""
    if sheet not in set(SheetKind):
        raise UnknownSheet(agent_id=agent_id, period=period)
    return SheetKind(sheet)


def _done(receipt: Any, agent_id: str, sheet: SheetKind, day: date, event: Any) -> Done:
    streams = shilu().record.sheet_reviews.streams(agent_id, sheet, day)
    return Done(
        receipt,
        receipt.stream_id if receipt.stream_id in streams else streams[-1],  # withdrawn, too
        event,
        f"/{sheet}ly-{'sheets' if sheet is SheetKind.WEEK else 'records'}/{agent_id}/{day}",
    )
