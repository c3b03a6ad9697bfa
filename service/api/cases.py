"""Cases (虚假填写, R-33): the evidence, the agent's word, a human's decision, the appeal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy import Connection

from domain.refusals import UnknownCase
from domain.verification_case import VerificationCase, VerificationCases, verification_stream
from domain.words import AppealVerdict, Leaning, Receipt, Verdict
from projections import cases, team_day
from projections.cases import CaseCard
from service.access import Reach, Thing, may, reach
from service.api import guard
from service.api.fields import Instant, Text, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, names_of, page
from service.case_sight import sees_score
from service.context import shilu
from service.sessions import reader

resource = Resource("cases", "Contradictions put before a human, who alone decides.")

ONE = "/cases/<thing:agent_id>/<int(max=9999):case_no>"
MAX_TEXT = 4000


class Telling(Body):
    """What the agent has to say."""

    text = Text(MAX_TEXT, required=True)


class Opinion(Body):
    """What one thinks of a case before seeing its score."""

    leaning = one_of(Leaning, required=True)
    text = Text(MAX_TEXT, required=True)


class Decision(Body):
    """A human's decision: cleared, unable (不会) or unwilling (不愿)."""

    verdict = one_of(Verdict, required=True)
    reason = Text(MAX_TEXT, required=True)


class AppealDecision(Body):
    """What becomes of the appeal, decided by somebody above."""

    verdict = one_of(AppealVerdict, required=True)
    reason = Text(MAX_TEXT, required=True)


class CaseListed(ma.Schema):
    """A case in a list."""

    agent_id = fields.String(required=True)
    team_id = fields.String(required=True)
    case_no = fields.Integer(required=True)
    opened_at = Instant(required=True)
    posterior = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "null for who decides, until they gave an opinion of their own."},
    )
    explained = fields.Boolean(required=True)
    verdict = one_of(Verdict, required=True, allow_none=True)
    appealed = fields.Boolean(required=True)
    appeal_verdict = one_of(AppealVerdict, required=True, allow_none=True)


class CaseArgs(PageArgs):
    """Which cases to list."""

    state = fields.String(validate=validate.OneOf(["waiting", "any"]), load_default="any")


class Item(ma.Schema):
    """One item of the evidence sum: ``weight`` in nats of log-odds, and its facts."""

    name = fields.String(required=True)
    weight = fields.Float(required=True, allow_none=True)
    facts = fields.Dict(required=True)


class CaseShown(CaseListed):
    """A case as those concerned see it: the evidence for and against, and what was said."""

    threshold = fields.Float(required=True)
    model_version = fields.String(required=True)
    items = fields.List(fields.Nested(Item), required=True)
    counter_items = fields.List(fields.Nested(Item), required=True)
    explanation = fields.String(required=True, allow_none=True)
    heard = fields.String(required=True, allow_none=True)
    own_leaning = one_of(Leaning, required=True, allow_none=True)
    recovered = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    appeal = fields.String(required=True, allow_none=True)
    appeal_reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


@resource.query(
    "/cases",
    page(CaseListed, "CasePage"),
    args=CaseArgs,
    views=("cases", "team_day"),
    errors=(403,),
)
def list_cases(args: dict[str, Any]) -> Page:
    """List the cases that the reader may see, newest first."""
    guard.need(Thing.READ_CASE)
    before = key_of(args["cursor"], int)
    with shilu().views.connect() as connection:
        found = _cases_seen(connection, waiting_only=args["state"] == "waiting")
    found = [case for case in found if before is None or case.position < before]
    found.sort(key=lambda case: case.position, reverse=True)
    some = page_of(found[: args["limit"] + 1], args["limit"], key=lambda case: case.position)
    return replace(some, items=[_listed(case) for case in some.items])


def _cases_seen(connection: Connection, *, waiting_only: bool) -> list[CaseCard]:
    if reach(reader(), Thing.READ_CASE) is Reach.OWN:
        own = cases.of_agent(connection, reader().person_id)
        return [case for case in own if not waiting_only or case.state in cases.WAITING]
    teams = [team.team_id for team in team_day.teams(connection)]
    return [
        case
        for team_id in teams
        if may(reader(), Thing.READ_CASE, team_id=team_id)
        for case in cases.in_team(connection, team_id, waiting_only=waiting_only)
    ]


def _listed(case: CaseCard) -> dict[str, Any]:
    flags = {
        "explained": case.explained_at is not None,
        "appealed": case.appealed_at is not None,
    }
    shown = {name: getattr(case, name) for name in names_of(CaseListed) - set(flags)} | flags
    file = _cases().find(case.agent_id)
    if file is None or not sees_score(reader(), file, case.case_no):
        shown["posterior"] = None
    return shown


@resource.query(ONE, CaseShown, errors=(403, 404), tagged=True)
def show_case(_: dict[str, Any], agent_id: str, case_no: int) -> Tagged:
    """Show a case, its evidence and what was said about it."""
    guard.need_about_agent(Thing.READ_CASE, agent_id)
    shown: dict[str, Any] = {}
    version = 0
    for event in shilu().record.events.get(verification_stream(agent_id)):
        version = event.originator_version
        if getattr(event, "case_no", None) == case_no:
            shown.update(_told(event))
    file = _cases().find(agent_id)
    if not shown or file is None:
        raise UnknownCase(agent_id=agent_id, case_no=case_no)
    shown["own_leaning"] = file.opinions.get(reader().person_id)
    if not sees_score(reader(), file, case_no):
        _hide_score(shown)
    return Tagged(shown | {"version": version}, version)


def _hide_score(shown: dict[str, Any]) -> None:
    shown["posterior"] = None
    for side in ("items", "counter_items"):
        shown[side] = [{"name": i.name, "weight": None, "facts": i.facts} for i in shown[side]]


def _told(event: Any) -> dict[str, Any]:
    """Return what one event of a case adds to its representation."""
    match event:
        case VerificationCase.CaseOpened():
            told = {name: getattr(event, name, None) for name in names_of(CaseShown)}
            told |= {"opened_at": event.by.recorded_at, "explained": False, "appealed": False}
            return told | {"recovered": False}
        case VerificationCase.Explained():
            return {"explained": True, "explanation": event.text}
        case VerificationCase.Heard():
            return {"explained": True, "heard": event.text}
        case VerificationCase.Recovered():
            return {"recovered": True}
        case VerificationCase.Decided():
            return {"verdict": event.verdict, "reason": event.reason}
        case VerificationCase.Appealed():
            return {"appealed": True, "appeal": event.text}
        case VerificationCase.AppealDecided():
            return {"appeal_verdict": event.verdict, "appeal_reason": event.reason}
    return {}


@resource.command(ONE + "/explanation", Telling, errors=(404,))
def explain(body: dict[str, Any], agent_id: str, case_no: int) -> Done:
    """Say, as the agent, what there is to say."""
    guard.need_about_agent(Thing.ANSWER_CASE, agent_id)
    receipt = _cases().explain(agent_id, case_no, body["text"], by=by())
    return _done(receipt, agent_id, case_no, VerificationCase.Explained)


@resource.command(ONE + "/opinion", Opinion, errors=(404,))
def give_opinion(body: dict[str, Any], agent_id: str, case_no: int) -> Done:
    """Note what one thinks, as somebody who may decide; only then the score is shown."""
    guard.need_about_agent(Thing.DECIDE_CASE, agent_id)
    receipt = _cases().give_opinion(agent_id, case_no, **body, by=by())
    return _done(receipt, agent_id, case_no, VerificationCase.OpinionRecorded)


@resource.command(ONE + "/hearing", Telling, errors=(404,))
def hear(body: dict[str, Any], agent_id: str, case_no: int) -> Done:
    """Write down what the agent said in a talk."""
    guard.need_about_agent(Thing.DECIDE_CASE, agent_id)
    receipt = _cases().hear(agent_id, case_no, body["text"], by=by())
    return _done(receipt, agent_id, case_no, VerificationCase.Heard)


@resource.command(ONE + "/decision", Decision, errors=(404,), if_match=True)
def decide(body: dict[str, Any], agent_id: str, case_no: int) -> Done:
    """Decide a case, as a human and with a reason."""
    guard.need_about_agent(Thing.DECIDE_CASE, agent_id)
    receipt = _cases().decide(
        agent_id, case_no, **body, by=by(), expected=expected(lambda: _version(agent_id))
    )
    return _done(receipt, agent_id, case_no, VerificationCase.Decided)


@resource.command(ONE + "/appeal", Telling, errors=(404,))
def appeal(body: dict[str, Any], agent_id: str, case_no: int) -> Done:
    """Ask somebody above to look again."""
    guard.need_about_agent(Thing.ANSWER_CASE, agent_id)
    receipt = _cases().appeal(agent_id, case_no, body["text"], by=by())
    return _done(receipt, agent_id, case_no, VerificationCase.Appealed)


@resource.command(ONE + "/appeal/decision", AppealDecision, errors=(404,))
def decide_appeal(body: dict[str, Any], agent_id: str, case_no: int) -> Done:
    """Decide an appeal, as somebody other than who decided the case."""
    guard.need_about_agent(Thing.DECIDE_APPEAL, agent_id)
    receipt = _cases().decide_appeal(agent_id, case_no, **body, by=by())
    return _done(receipt, agent_id, case_no, VerificationCase.AppealDecided)


def _cases() -> VerificationCases:
    return shilu().record.verification_cases


def _version(agent_id: str) -> int | None:
    file = _cases().find(agent_id)
    return file.version if file else None


def _done(receipt: Receipt, agent_id: str, case_no: int, event: Any) -> Done:
    return Done(receipt, verification_stream(agent_id), event, f"/cases/{agent_id}/{case_no}")
