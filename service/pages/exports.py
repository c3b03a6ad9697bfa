"""Taking evidence out (X4, 取证包): a range of the log as a file that proves itself, on record first.

The file holds the events as stored (personal fields are ciphertext) or who, when and what kind
alone, the checkpoint, the proof, a signed manifest, the verifier, and a cover page to read.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, g, make_response, render_template
from marshmallow import fields, validate
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.words import By
from projections import audit_trail, timeline
from service.access import Thing, need
from service.context import Proofs, shilu
from service.event_words import names_for, sentence
from service.evidence_files import MOST, hand_over
from service.evidence_jobs import Busy, JobFailed
from service.forms import Day, Form, PageForm, by, sent, whole
from service.language import LANGUAGES, N_, _, local
from service.pages.proof import BROKEN, FAILED, busy, done_before, log_key, signed
from service.reading import integer, views
from service.sessions import reader
from store.checkpoints import Kept
from store.signed_note import base64ed

pages = Blueprint("exports", __name__)
LISTED = 1000  # events in words on the cover
FULL, ENVELOPES = "full", "envelopes"
POSITION = 10**15


class ExportForm(PageForm):
    """Which events, by days or by positions, and whether with their contents."""

    since = Day(load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)
    first = whole(1, POSITION, missing=N_("请填写条号"))
    last = whole(1, POSITION, missing=N_("请填写条号"))
    what = fields.String(
        required=True,
        validate=validate.OneOf((FULL, ENVELOPES)),
        error_messages={"required": N_("请选择一项")},
    )


@pages.get("/exports")
def exports() -> Response:
    """Show the form, and what was taken out before."""
    need(reader(), Thing.EVIDENCE)
    return _page(Form())


@pages.post("/exports")
def export() -> Response:
    """Put the export on record, then hand the file over."""
    need(reader(), Thing.EVIDENCE)
    form = sent(ExportForm())
    proofs = signed(form) if form.good else None
    newest = proofs.kept.newest() if proofs else None
    if proofs is None or newest is None or proofs.evidence is None:
        return _page(form)
    chosen = _range(form, newest.checkpoint.size)
    if chosen is None:
        return _page(form)
    contents, who = form.data["what"] == FULL, by(form)
    more = _covers(newest, proofs, chosen, contents, who)
    try:
        return hand_over(proofs.evidence, *chosen, contents=contents, who=who, more=more)
    except Busy:
        busy(form)
    except JobFailed as failed:
        form.problem, form.status = _(FAILED.get(str(failed), BROKEN)), 503
    return _page(form)


def _range(form: Form, size: int) -> tuple[int, int] | None:
    """Return the first and the last position asked for, or None with the reason in the form."""
    with shilu().views.connect() as connection:
        first = form.data["first"] or _first_of(connection, form.data["since"])
        last = form.data["last"] or _last_of(connection, form.data["until"], size)
    last = min(last, size)
    if first > last:
        form.fail("last" if form.data["last"] else "until", _("这段时间里没有已签存证的记录"))
        return None
    if last - first >= MOST:
        form.fail("last", _("一次最多 {count} 条，请分几次导出", count=f"{MOST:,}"))
        return None
    return first, last


def _first_of(connection: Connection, day: date | None) -> int:
    if day is None:
        return 1
    return timeline.position_at(connection, _midnight(day) - timedelta(microseconds=1)) + 1


def _last_of(connection: Connection, day: date | None, size: int) -> int:
    if day is None:
        return size
    end = _midnight(day + timedelta(days=1)) - timedelta(microseconds=1)
    return timeline.position_at(connection, end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(shilu().rules().time_zone))


def _covers(
    newest: Kept, proofs: Proofs, chosen: tuple[int, int], contents: bool, who: By
) -> dict[str, str]:
    """Return the cover page in each language, by file name."""
    first, last = chosen
    with views("audit_trail", "team_day") as connection:
        listed = min(last, first + LISTED - 1)
        rows = audit_trail.between(connection, first, listed)
        names = names_for(connection, rows)
    zone, said = shilu().rules().time_zone, newest.checkpoint
    shown = {
        "first": first,
        "last": last,
        "more": last - listed,
        "contents": contents,
        "origin": said.origin,
        "size": said.size,
        "root": base64ed(said.root),
        "signed_at": local(newest.signed_at, zone),
        "made_at": local(who.recorded_at, zone),
        "key": str(log_key(proofs)),
        "export_id": str(who.command_id),
    }
    covers, before = {}, g.get("language")
    for language in LANGUAGES:
        g.language = language
        lines = [(r.position, local(r.recorded_at, zone), sentence(r, names)) for r in rows]
        covers[f"cover.{language}.html"] = render_template("cover.html", lines=lines, **shown)
    g.language = before
    if before is None:
        g.pop("language")
    return covers


def _page(form: Form) -> Response:
    with views("audit_trail", "team_day") as connection:
        done = done_before(connection, "audit.evidence_exported")
    asked = {name: integer(name) or "" for name in ("first", "last")}
    page = render_template("exports.html", form=form, done=done, asked=asked)
    return make_response(page, form.status)
