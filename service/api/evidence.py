"""Verifying the whole log and taking evidence out, for auditors' programs; both go on record."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields, validate

from domain.audit import Found, LogVerdict, LogVerification, verification_stream
from projections.evidence import Evidence
from service.access import Thing
from service.api import guard
from service.api.preconditions import Done, by, check_key, command_id
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import Body, Receipt
from service.context import shilu
from service.evidence_files import MOST, hand_over
from service.evidence_jobs import Busy, Job, JobFailed

resource = Resource("evidence", "The log verified as a whole, and parts of it as evidence.")

MAX_SINCE = 20
MAX_NOTE = 16 * 1024
POSITION = validate.Range(1, 10**15)


class NewVerification(Body):
    """Older checkpoints, whole, to which the log is held besides its own."""

    since = fields.List(
        fields.String(validate=validate.Length(max=MAX_NOTE)),
        validate=validate.Length(max=MAX_SINCE),
        load_default=list,
    )


class Verified(Receipt):
    """What was found; ``event`` is the altered one, ``block`` the 256 events among which it is."""

    verdict = fields.String(
        required=True, validate=validate.OneOf([str(verdict) for verdict in LogVerdict])
    )
    size = fields.Integer(required=True)
    newer = fields.Integer(required=True)
    event = fields.Integer(required=True, allow_none=True)
    block = fields.Integer(required=True, allow_none=True)
    told = fields.String(required=True)


class NewExport(Body):
    """Which events, by position, both included; ``contents``: as stored, or envelopes alone."""

    first = fields.Integer(required=True, strict=True, validate=POSITION)
    last = fields.Integer(strict=True, validate=POSITION, load_default=None, allow_none=True)
    contents = fields.Boolean(load_default=True)

    @ma.validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("last") is not None and data["last"] < data["first"]:
            raise ma.ValidationError("last is before first", "last")


@resource.command("/log-verifications", NewVerification, answer=Verified)
def verify(body: dict[str, Any]) -> Done:
    """Verify the whole log against its checkpoints, and put on record what was found."""
    guard.need(Thing.EVIDENCE)
    evidence, _size = _signed()
    try:
        said = Job(evidence, {"do": "verify", "since": body["since"], "witnesses": []}).wait()
    except (Busy, JobFailed) as problem:
        raise _problem(problem) from problem
    verdict, verification_id = list(LogVerdict)[said["code"]], str(command_id())
    found = Found(verdict, said["size"], said.get("newer", 0), said["event"])
    receipt = shilu().record.audits.verified(verification_id, found, by=by())
    shown = {"verdict": verdict, "size": found.size, "newer": found.newer, "event": found.event}
    shown |= {"block": said["block"], "told": said["told"]}
    stream = verification_stream(verification_id)
    return Done(receipt, stream, LogVerification.Verified, shown=shown)


@resource.plain(
    "/evidence-exports", "POST", 400, 401, 403, 409, 413, 415, 422, 503, body=NewExport, status=201
)
def export(body: dict[str, Any]) -> Response:
    """Hand a bundle over as a zip file (docs/audit.md), after that is on record."""
    guard.need(Thing.EVIDENCE)
    check_key(required=True)
    evidence, size = _signed()
    first, last = body["first"], min(body["last"] or size, size)
    if first > last:
        raise Problem("no-checkpoint")
    if last - first >= MOST:
        raise Problem("invalid", errors=[{"field": "last", "message": f"at most {MOST} events"}])
    try:
        response = hand_over(evidence, first, last, contents=body["contents"], who=by())
    except (Busy, JobFailed) as problem:
        raise _problem(problem) from problem
    response.status_code = 201
    return response


def _signed() -> tuple[Evidence, int]:
    proofs = shilu().proofs
    newest = proofs.kept.newest() if proofs else None
    if proofs is None or proofs.evidence is None or newest is None:
        raise Problem("no-checkpoint")
    return proofs.evidence, newest.checkpoint.size


def _problem(problem: Exception) -> Problem:
    names = {"no-checkpoint": "no-checkpoint", "signer-away": "signer-away"}
    return Problem(names.get(str(problem), "busy"))
