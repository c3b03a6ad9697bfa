"""Handing the day in (A3): check what stands, one line, done; short of the quota is allowed."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from domain.rhythm import Rules
from projections import agent_day
from service.access import Thing, need
from service.context import shilu
from service.forms import Day, Form, OfflineForm, Tick, by, see, sent, text, written_at
from service.language import N_, _, local
from service.pages import plans
from service.pages.rings import items_missing, rings
from service.reading import day_in_address, views
from service.sessions import reader
from service.words import SHORT_REASONS

pages = Blueprint("submit", __name__)


class SubmitForm(OfflineForm):
    """The day's last words; a reason only where the quota is short. No day: the day of writing."""

    day = Day(load_default=None)
    short_reason = fields.String(
        load_default=None, validate=validate.OneOf(list(SHORT_REASONS), error=N_("请选择"))
    )
    summary = text(2000)
    help_wanted = Tick()


@pages.get("/today/submit")
def check() -> Response:
    """Show what will be handed in."""
    need(reader(), Thing.WRITE_LOG)
    return _page(Form(), min(day_in_address(shilu().today()), shilu().today()))


@pages.post("/today/submit")
def submit() -> Response:
    """Hand the day in."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(SubmitForm())
    day = form.data.get("day") or shilu().rules().day_of(written_at(form))
    if form.good:
        with form.refusals():
            receipt = shilu().record.daily_logs.submit(
                reader().person_id,
                day,
                by=by(form),
                summary=form.data["summary"],
                help_wanted=form.data["help_wanted"],
                short_reason=form.data["short_reason"],
            )
            return see(f"/today?day={day}", receipt, "submitted")
    return _page(form, day)


def _page(form: Form, day: date) -> Response:
    rules = shilu().rules()
    mode = rules.mode_on(day)
    tomorrow = plans.next_working_day(day)
    with views("agent_day", "plans") as connection:
        planned = plans.cards(connection, reader().person_id, tomorrow, tomorrow)
        log = agent_day.agent_day(connection, reader().person_id, day)
    page = render_template(
        "submit.html",
        form=form,
        day=day,
        due_text=_due_text(rules, day),
        rings=rings(log.kinds, mode),
        entries=log.kinds,
        short=items_missing(log.kinds, mode) > 0,
        short_reasons=[(key, _(source)) for key, source in SHORT_REASONS.items()],
        tomorrow=tomorrow,
        plans=[item for item in planned if item.state == "open"],
    )
    return make_response(page, form.status)


def _due_text(rules: Rules, day: date) -> str:
    due = rules.due_at(day)
    said = local(due, rules.time_zone).strftime("%H:%M")
    if shilu().now() <= due:
        return _("{time} 之前提交算按时", time=said)
    return _("已过 {time}，会记作补交，这不是坏事", time=said)
