"""Reviews of daily logs (批阅): what waits, the review, its withdrawal and its reading (R-01 to R-04, R-14)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.log_checklist import Finding
from domain.refusals import UnknownLog
from domain.review import Remark, Review
from domain.words import Receipt, RemarkKind, ReviewVerdict
from projections import review_queue, team_day
from projections.review_queue import ReviewedLog
from service.access import Thing, may
from service.api import guard
from service.api.fields import Instant, Text, Truth, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, page
from service.api.sheet_reviews import SheetReply
from service.context import shilu
from service.pages.review import earlier_remarks
from service.sessions import reader

resource = Resource("log-reviews", "Reviews of daily logs: 批阅.")

LOG = "/log-reviews/<thing:agent_id>/<day:day>"
LOOK_BACK = timedelta(days=60)


class RemarkBody(Body):
    """What the reviewer has to say; advice is needed where something is to improve."""

    kind = one_of(RemarkKind, required=True)
    verdict = one_of(ReviewVerdict, required=True)
    text = Text(2000, required=True)
    advice = Text(2000, allow_none=True, load_default=None)
    findings = fields.List(one_of(Finding), load_default=list, validate=validate.Length(max=12))
    meant = Truth(
        load_default=False, metadata={"description": "Save it although it is short or copied."}
    )


class LogReviewShown(ma.Schema):
    """A log on its way through the review; null is what has not been."""

    agent_id = fields.String(required=True)
    day = fields.Date(required=True)
    team_id = fields.String(required=True)
    submitted_at = Instant(required=True, allow_none=True)
    reviewed_at = Instant(required=True, allow_none=True)
    reviewer = fields.String(required=True, allow_none=True)
    kind = one_of(RemarkKind, required=True, allow_none=True)
    verdict = one_of(ReviewVerdict, required=True, allow_none=True)
    findings = fields.List(fields.String(), required=True)
    read_at = Instant(required=True, allow_none=True)


@resource.query(
    "/log-reviews",
    page(LogReviewShown, "LogReviewPage"),
    args=PageArgs,
    views=("review_queue", "team_day"),
    errors=(403,),
)
def list_waiting(args: dict[str, Any]) -> Page:
    """List the logs that wait for the reader's review, the oldest day first."""
    guard.need(Thing.REVIEW)
    since = shilu().today() - LOOK_BACK
    with shilu().views.connect() as connection:
        teams = [team.team_id for team in team_day.teams(connection)]
        mine = [team for team in teams if may(reader(), Thing.REVIEW, team_id=team)]
        found = sorted(review_queue.waiting(connection, mine, since), key=_key)
    behind = key_of(args["cursor"], str) or ""
    return page_of([one for one in found if _key(one) > behind], args["limit"], key=_key)


def _key(one: ReviewedLog) -> str:
    return f"{one.day}/{one.agent_id}"


@resource.query(LOG, LogReviewShown, views=("review_queue",), errors=(403, 404), tagged=True)
def show(_: dict[str, Any], agent_id: str, day: date) -> Tagged:
    """Show how far a log's review has come; the ETag is the log's version, for the review."""
    guard.need_about_agent(Thing.READ_REVIEW, agent_id)
    with shilu().views.connect() as connection:
        one = review_queue.one(connection, agent_id, day)
    if one is None:
        raise UnknownLog(agent_id=agent_id, day=day)
    return Tagged(one, _version(agent_id, day))


@resource.command(LOG, RemarkBody, errors=(404,), if_match=True)
def complete(body: dict[str, Any], agent_id: str, day: date) -> Done:
    """Record the review of a log as it was read: If-Match is the version of the log."""
    guard.need_about_agent(Thing.REVIEW, agent_id)
    meant = body.pop("meant")
    receipt = shilu().record.reviews.complete(
        agent_id,
        day,
        Remark(**{**body, "findings": tuple(body["findings"])}),
        by=by(),
        earlier=earlier_remarks(agent_id, day),
        meant=meant,
        expected=expected(lambda: _version(agent_id, day)),
    )
    return _done(receipt, agent_id, day, Review.Completed)


@resource.command(LOG + "/withdrawal", errors=(404,))
def withdraw(agent_id: str, day: date) -> Done:
    """Take one's own review back within ten minutes, unread; the log waits again."""
    guard.need_about_agent(Thing.REVIEW, agent_id)
    receipt = shilu().record.reviews.withdraw(agent_id, day, by=by())
    return _done(receipt, agent_id, day, Review.Withdrawn)


@resource.command(LOG + "/read", SheetReply, errors=(404,))
def read(body: dict[str, Any], agent_id: str, day: date) -> Done:
    """Say, as the agent, that a review was read."""
    guard.need_about_agent(Thing.ANSWER_REVIEW, agent_id)
    receipt = shilu().record.reviews.read(agent_id, day, by=by(), reply=body["reply"])
    return _done(receipt, agent_id, day, Review.Read)


def _version(agent_id: str, day: date) -> int:
    log = shilu().record.daily_logs.find(agent_id, day)
    return log.version if log else 0


def _done(receipt: Receipt, agent_id: str, day: date, event: Any) -> Done:
    streams = shilu().record.reviews.streams(agent_id, day)
    stream = receipt.stream_id if receipt.stream_id in streams else streams[-1]  # withdrawn, too
    return Done(receipt, stream, event, f"/log-reviews/{agent_id}/{day}")
