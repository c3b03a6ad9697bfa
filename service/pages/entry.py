"""One entry of one's own: its texts, a correction, a withdrawal (撤回, within 24 hours)."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template
from marshmallow import fields
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.daily_log import Changes, DailyLog, LoggedActivity
from domain.words import ActivityResult
from service.access import Thing, need
from service.context import shilu
from service.forms import Day, Form, PageForm, by, one_of, see, sent, text, whole
from service.language import N_, _
from service.pages.own_customers import own_names
from service.pages.rings import kind_label, result_label
from service.pages.today import Clock, moment_of
from service.reading import clock, day_in_address
from service.sessions import reader
from service.words import LAST_ACTIONS, OBJECTIONS, label

pages = Blueprint("entry", __name__)


class CorrectForm(PageForm):
    """What may be put right; the reason stays on record."""

    day = Day(required=True)
    version = whole(0, 10**9, missing=N_("请刷新页面再试"))
    result = one_of(ActivityResult)
    started_at = Clock(load_default=None)
    minutes = whole(1, 720, missing=N_("请填写 1 到 720 的分钟数"))
    note = text(2000)
    reason = text(200, required=True, missing=N_("请写一句更正的原因"))


class WithdrawForm(PageForm):
    """Why an entry is taken back."""

    day = fields.Date(required=True)
    reason = text(200, required=True, missing=N_("请写一句撤回的原因"))


@pages.get("/today/entries/<activity_id>")
def entry(activity_id: str) -> Response:
    """Show the entry with its texts, and the forms to correct and withdraw it."""
    need(reader(), Thing.WRITE_LOG)
    return _page(activity_id, day_in_address(shilu().today()), Form(), Form(name="w"))


@pages.post("/today/entries/<activity_id>/correct")
def correct(activity_id: str) -> Response:
    """Correct the entry; what it said before stays on record."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(CorrectForm())
    day = form.data.get("day") or shilu().today()
    standing = _entry(activity_id, day)[1]
    if form.good:
        with form.refusals(ActivityInFuture="started_at", changes="result"):
            receipt = shilu().record.daily_logs.correct_activity(
                reader().person_id,
                day,
                activity_id,
                _changes(form, standing, day),
                form.data["reason"],
                by=by(form),
                expected=form.data["version"],
            )
            return see(f"/today?day={day}", receipt, "corrected")
    return _page(activity_id, day, form, Form(name="w"))


@pages.post("/today/entries/<activity_id>/withdraw")
def withdraw(activity_id: str) -> Response:
    """Take the entry back; it stays on record and no longer counts."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(WithdrawForm(), name="w")
    day = form.data.get("day") or shilu().today()
    _entry(activity_id, day)
    if form.good:
        with form.refusals():
            receipt = shilu().record.daily_logs.withdraw_activity(
                reader().person_id, day, activity_id, form.data["reason"], by=by(form)
            )
            return see(f"/today?day={day}", receipt, "withdrawn")
    return _page(activity_id, day, form, form)


def _entry(activity_id: str, day: date) -> tuple[DailyLog, LoggedActivity]:
    log = shilu().record.daily_logs.find(reader().person_id, day)
    standing = log.activities.get(activity_id) if log else None
    if log is None or standing is None:
        raise NotFound
    return log, standing


def _changes(form: Form, entry: LoggedActivity, day: date) -> Changes:
    zone, data = shilu().rules().time_zone, form.data
    typed = data["started_at"]
    moved = typed is not None and typed.strftime("%H:%M") != clock(entry.started_at, zone)
    note = (data["note"] or "").replace("\r\n", "\n")
    return Changes(
        result=data["result"] if data["result"] != entry.result else None,
        started_at=moment_of(day, typed) if moved else None,
        minutes=data["minutes"] if data["minutes"] != entry.minutes else None,
        note=note if note != (entry.note or "") else None,
    )


def _page(activity_id: str, day: date, form: Form, withdraw_form: Form) -> Response:
    log, standing = _entry(activity_id, day)
    zone = shilu().rules().time_zone
    names = own_names({standing.customer_id})
    shown = SimpleNamespace(
        id=activity_id,
        kind=kind_label(standing.kind),
        customer=names.get(standing.customer_id, standing.customer_id),
        result=str(standing.result),
        time=clock(standing.started_at, zone),
        minutes=standing.minutes or "",
        note=standing.note or "",
        withdrawn=standing.withdrawn,
    )
    page = render_template(
        "entry.html",
        form=form,
        withdraw=withdraw_form,
        day=day,
        version=log.version,
        entry=shown,
        facts=_facts(standing, zone, day),
        results=[(str(r), result_label(standing.kind, r)) for r in ActivityResult],
    )
    return make_response(page, form.status)


def _facts(entry: LoggedActivity, zone: str, day: date) -> list[tuple[str, Any]]:
    """Return what is known of the entry, leaving out what was not told."""
    known = [
        (_("时间"), clock(entry.started_at, zone, with_day=day)),
        (_("时长"), _("{n} 分钟", n=entry.minutes) if entry.minutes else ""),
        (_("结果"), result_label(entry.kind, entry.result)),
        (_("拒绝"), _("、").join(label(OBJECTIONS, o) for o in entry.objections)),
        (_("最后动作"), label(LAST_ACTIONS, entry.last_action)),
        (_("下次"), clock(entry.next_at, zone, with_day=day) if entry.next_at else ""),
        (_("一句话"), entry.note or ""),
        (_("记录于"), clock(entry.recorded_at, zone, with_day=day)),
    ]
    return [(name, value) for name, value in known if value]
