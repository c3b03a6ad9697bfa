"""Complaints for whom is above (U2, R-34): taken up, both sides heard, sanction, teaching, end.

An upper supervisor who is complained about finds no such complaint here.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.complaint import Complaint
from domain.words import ComplaintFinding, Receipt, Sanction
from projections import audit_trail, complaints, customers, team_day
from projections.audit_trail import Filters
from projections.complaints import CONCLUDED, FILED, ComplaintCard
from service.access import Thing, may, need
from service.context import shilu
from service.forms import Day, Form, PageForm, an_id, by, one_of, see, sent, text, whole
from service.language import N_, _, day_text, local
from service.pages.complaint_story import STATES, for_everybody_above, name_of, state_text
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import FINDINGS, SANCTIONS, options

pages = Blueprint("complaints", __name__)
TABS = ("waiting", "all")
REVEALS = ("callback.contact_revealed.", "confidentiality.contact_revealed.")


class OpenForm(PageForm):
    """Taking a complaint up needs no words."""


class AskForm(PageForm):
    """A question to one of the two, in the mediator's own words."""

    person_id = an_id(required=True, missing=N_("请选择问谁"))
    question = text(4000, required=True, missing=N_("请写下要问什么"))


class SanctionForm(PageForm):
    """A sanction with its reason; none is chosen beforehand."""

    kind = one_of(Sanction, required=True, missing=N_("请选择处分"))
    reason = text(4000, required=True, missing=N_("请写明理由"))


class EducateForm(PageForm):
    """How the team was taught."""

    held_on = Day(required=True)
    note = text(4000, required=True, missing=N_("请写下讲了什么"))


class ConcludeForm(PageForm):
    """The end of the mediation."""

    version = whole(0, 10**9, missing=N_("请刷新页面再试"))
    finding = one_of(ComplaintFinding, required=True, missing=N_("请选择结论"))
    terms = text(4000, required=True, missing=N_("请写明结论的依据和约定"))


@pages.get("/complaints")
def listing() -> str:
    """List the complaints that the reader may see."""
    need(reader(), Thing.READ_COMPLAINT)
    chosen = request.args.get("state", "waiting")
    chosen = chosen if chosen in TABS else "waiting"
    with views("complaints") as connection:
        found = list(complaints.not_against(connection, reader().person_id))
        teams = {t.team_id: t.name for t in team_day.teams(connection)}
    shown = [card for card in found if chosen == "all" or card.state != CONCLUDED]
    return render_template(
        "complaints.html",
        tabs=_tabs(found, chosen),
        complaints=[_row(card, teams) for card in shown],
        as_of=as_of("complaints"),
    )


@pages.get("/complaints/<complaint_id>")
def complaint(complaint_id: str) -> Response:
    """Show one complaint."""
    return _page(_need(Thing.READ_COMPLAINT, complaint_id), Form())


@pages.post("/complaints/<complaint_id>/open")
def open_mediation(complaint_id: str) -> Response:
    """Take a complaint up, or over."""
    return _command(
        complaint_id,
        OpenForm(),
        "open",
        lambda form: shilu().record.complaints.open_mediation(complaint_id, by=by(form)),
    )


@pages.post("/complaints/<complaint_id>/ask")
def ask(complaint_id: str) -> Response:
    """Ask one of the two."""
    return _command(
        complaint_id,
        AskForm(),
        "ask",
        lambda form: shilu().record.complaints.ask(
            complaint_id, form.data["person_id"], form.data["question"], by=by(form)
        ),
    )


@pages.post("/complaints/<complaint_id>/sanction")
def sanction(complaint_id: str) -> Response:
    """Put a sanction on record."""
    return _command(
        complaint_id,
        SanctionForm(),
        "sanction",
        lambda form: shilu().record.complaints.sanction(
            complaint_id, form.data["kind"], form.data["reason"], by=by(form)
        ),
    )


@pages.post("/complaints/<complaint_id>/educate")
def educate(complaint_id: str) -> Response:
    """Put on record how the team was taught."""
    return _command(
        complaint_id,
        EducateForm(),
        "educate",
        lambda form: shilu().record.complaints.educate(
            complaint_id, form.data["held_on"], form.data["note"], by=by(form)
        ),
    )


@pages.post("/complaints/<complaint_id>/conclude")
def conclude(complaint_id: str) -> Response:
    """End the mediation."""
    return _command(
        complaint_id,
        ConcludeForm(),
        "conclude",
        lambda form: shilu().record.complaints.conclude(
            complaint_id,
            form.data["finding"],
            form.data["terms"],
            by=by(form),
            expected=form.data["version"],
        ),
    )


def _command(
    complaint_id: str, schema: PageForm, name: str, do: Callable[[Form], Receipt]
) -> Response:
    found = _need(Thing.MEDIATE, complaint_id)
    form = sent(schema, name)
    if form.good:
        with form.refusals(question="question", reason="reason", note="note", terms="terms"):
            return see(f"/complaints/{complaint_id}", do(form), f"complaint_{name}")
    return _page(found, form)


def _need(thing: Thing, complaint_id: str) -> Complaint:
    need(reader(), thing)
    found = shilu().record.complaints.find(complaint_id)
    if found is None or found.accused_id == reader().person_id:
        raise NotFound
    return found


def _tabs(found: list[ComplaintCard], chosen: str) -> list[SimpleNamespace]:
    texts = {"waiting": _("未结案"), "all": _("全部")}
    counts = {"waiting": sum(c.state != CONCLUDED for c in found), "all": len(found)}
    return [
        SimpleNamespace(
            href=f"/complaints?state={tab}", text=f"{text} {counts[tab]}", current=tab == chosen
        )
        for tab, text in texts.items()
    ]


def _row(card: ComplaintCard, teams: dict[str, str]) -> SimpleNamespace:
    filed = local(card.filed_at, shilu().rules().time_zone)
    mediator = _("{name} 调解", name=name_of(card.mediator_id)) if card.mediator_id else ""
    day = _("{day} 提出", day=day_text(filed.date()))
    return SimpleNamespace(
        id=card.complaint_id,
        agent=name_of(card.agent_id),
        accused=name_of(card.accused_id),
        team=teams.get(card.team_id or "", ""),
        text=" · ".join(part for part in (day, mediator) if part),
        state=state_text(card),
        cls=STATES[card.state],
    )


def _page(found: Complaint, form: Form) -> Response:
    with views("complaints", "audit_trail") as connection:
        card = complaints.one(connection, found.complaint_id)
        looks = _looks(connection, found)
        names = customers.names(connection, {found.customer_id} if found.customer_id else set())
    if card is None:
        raise NotFound
    mine = found.mediator_id == reader().person_id and card.state != CONCLUDED
    page = render_template(
        "complaint.html",
        form=form,
        blank=Form(),
        said=said(),
        version=found.version,
        today=shilu().today(),
        complaint=_shown(card, found, names),
        looks=looks,
        people=[(i, name_of(i)) for i in (found.accused_id, found.agent_id)],
        sanctions=options(SANCTIONS),
        findings=options(FINDINGS),
        may_open=not mine and card.state != CONCLUDED and may(reader(), Thing.MEDIATE),
        may_act=mine and may(reader(), Thing.MEDIATE),
    )
    return make_response(page, form.status)


def _shown(card: ComplaintCard, found: Complaint, names: dict[str, str]) -> SimpleNamespace:
    team = shilu().record.organisation.team(card.team_id or "")
    heard = found.has_heard_accused(shilu().now())
    steps = (
        (_("受理"), card.state != FILED),
        (_("听取双方"), heard),
        (_("处分"), card.sanction is not None),
        (_("团队教育"), card.educated),
        (_("结案"), card.state == CONCLUDED),
    )
    return SimpleNamespace(
        id=card.complaint_id,
        agent=name_of(card.agent_id),
        accused=name_of(card.accused_id),
        team=team.name if team else "",
        customer=names.get(card.customer_id or "", ""),
        mediator=name_of(card.mediator_id) if card.mediator_id else "",
        state=state_text(card),
        cls=STATES[card.state],
        heard=heard,
        sanctioned=card.sanction is not None,
        steps=steps,
        story=for_everybody_above(card.complaint_id),
    )


def _looks(connection: Connection, found: Complaint) -> list[SimpleNamespace]:
    """Return who saw the contact of the customer in question, from the record itself."""
    if found.customer_id is None:
        return []
    rows: list[Any] = []
    for topic in REVEALS:
        filters = Filters(topic=topic, customer_id=found.customer_id)
        rows += audit_trail.stream(connection, filters)
    zone = shilu().rules().time_zone
    return [
        SimpleNamespace(
            who=name_of(row.actor),
            about_accused=row.actor == found.accused_id,
            when=local(row.recorded_at, zone).strftime("%Y-%m-%d %H:%M"),
        )
        for row in sorted(rows, key=lambda row: -int(row.position))
    ]
