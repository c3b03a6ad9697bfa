"""Receipts in people's hands: what I wrote lately, each with the log's signature that it has it.

A receipt is a signed note, so anybody can check it with the log's public key alone.
"""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.words import Role
from projections import audit_trail
from projections.audit_trail import Filters
from service.access import Reach, Thing, reach
from service.context import shilu
from service.language import local, reader_language
from service.reading import views
from service.receipts import actor_of, receipt_note
from service.sessions import reader

pages = Blueprint("receipts", __name__)
SHOWN = 50


@pages.get("/receipts")
def listing() -> str:
    """List what I wrote, newest first, and what this browser keeps."""
    zone = shilu().rules().time_zone
    with views("audit_trail") as connection:
        mine = Filters(actor=reader().person_id)
        rows = audit_trail.stream(connection, mine, limit=SHOWN)
    receipts = [
        SimpleNamespace(
            position=row.position,
            text=row.sentence(reader_language()),
            when=local(row.recorded_at, zone).strftime("%m-%d %H:%M"),
        )
        for row in rows
    ]
    shell = "phone.html" if reader().role is Role.AGENT else "desk.html"
    return render_template("receipts.html", receipts=receipts, frame=shell)


@pages.get("/receipts/<int(max=9007199254740991):position>")
def receipt(position: int) -> Response:
    """Return the receipt of an event of one's own; the auditor gets that of any event."""
    actor = actor_of(position)
    auditor = reach(reader(), Thing.EVENTS) is Reach.BRANCH
    if actor is None or (actor != reader().person_id and not auditor):
        raise NotFound
    note = receipt_note(position)
    response = make_response(note or "unsigned\n", 200 if note else 503)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response
