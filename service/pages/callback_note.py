"""A callback written down on paper: find its visit, let a human decide where it is unclear (R-53)."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from marshmallow import fields
from werkzeug.wrappers import Response

from domain.callback import Answer
from domain.detection.matching import Candidate, Note, Verdict
from domain.words import CallbackOutcome
from projections import customers, team_day
from service.access import Thing, may, need
from service.context import shilu
from service.forms import Day, Form, PageForm, an_id, by, one_of, see, sent, text, whole
from service.language import N_, _, day_text
from service.note_matching import Found, chosen, find
from service.pages.rings import kind_label
from service.reading import clock, views
from service.sessions import reader
from service.words import OUTCOMES, options

pages = Blueprint("callback_note", __name__)
NOBODY = "+none"


class NoteForm(PageForm):
    """What stands on the paper; without a number or a name nothing can be found."""

    day = Day(required=True)
    called_on = Day(required=True)
    name = text(40)
    phone = text(30)
    agent = an_id()
    hour = whole(0, 23, missing=N_("请填写 0 到 23 点"))
    outcome = one_of(CallbackOutcome, required=True, missing=N_("请选择客户的回答"))
    note = text(2000)
    activity = fields.String(load_default=None)


@pages.get("/callbacks/note")
def note() -> Response:
    """Show the empty form."""
    need(reader(), Thing.CALL)
    return _page(Form(), None)


@pages.post("/callbacks/note")
def record() -> Response:
    """Find the visit; record the call once the visit is clear, or was chosen by the reader."""
    need(reader(), Thing.CALL)
    form = sent(NoteForm())
    if form.good and not (form.data["name"] or form.data["phone"]):
        form.fail("name", _("请填写称呼或电话"))
    if not form.good:
        return _page(form, None)
    data = form.data
    told = [data[name] for name in ("day", "name", "phone", "agent", "hour", "called_on")]
    found = find(Note(*told))
    if data["activity"] in (None, NOBODY):
        return _page(form, None if data["activity"] == NOBODY else found)
    with form.refusals():
        visit, how = chosen(found, data["activity"])
        receipt = shilu().record.callback_notes.record(
            visit, how, Answer(data["outcome"], note=data["note"]), data["called_on"], by=by(form)
        )
        return see(f"/callbacks/{visit.callback_id}", receipt, "answered")
    return _page(form, found)


def _page(form: Form, found: Found | None) -> Response:
    with views() as connection:
        ids = {v.customer_id for v in found.visits.values()} if found else set()
        names = customers.names(connection, ids)
        people = team_day.people(connection, shilu().today())
    agents = [
        (p.person_id, p.name)
        for p in people.values()
        if p.team_id and may(reader(), Thing.CALL, team_id=p.team_id)
    ]
    page = render_template(
        "callback_note.html",
        form=form,
        today=shilu().today(),
        agents=agents,
        outcomes=options(OUTCOMES),
        said=_verdict(found) if found else "",
        choices=_choices(found, names, {k: p.name for k, p in people.items()}) if found else [],
        clear=[found.match.visit_id] if found and found.match.visit_id else [],
        nobody=form.value("activity") == NOBODY,
    )
    return make_response(page, form.status)


def _verdict(found: Found) -> str:
    return {
        Verdict.MATCHED: _("很可能是这一次，请核对后保存。"),
        Verdict.AMBIGUOUS: _("有几次拜访都像，请你来选。"),
        Verdict.UNMATCHED: _("没有找到这样的拜访。这不算客户否认，也不会记到任何人名下。"),
    }[found.match.verdict]


def _choices(found: Found, names: dict[str, str], people: dict[str, str]) -> list[tuple[str, str]]:
    told = [(c.visit_id, _visit(c, found, names, people)) for c in found.match.candidates]
    return [*told, (NOBODY, _("都不是"))] if told else []


def _visit(
    candidate: Candidate, found: Found, names: dict[str, str], people: dict[str, str]
) -> str:
    visit = found.visits[candidate.visit_id]
    parts = SimpleNamespace(
        when=f"{day_text(visit.day)} {clock(visit.started_at, shilu().rules().time_zone)}",
        what=kind_label(visit.kind),
        who=names.get(visit.customer_id, "***"),
        agent=_("{agent} 的客户", agent=people.get(visit.agent_id, visit.agent_id)),
    )
    return " · ".join((parts.when, parts.what, parts.who, parts.agent))
