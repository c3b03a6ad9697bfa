"""The agent's day (A1, A2): the rings are the add buttons, five taps save an entry (R-40)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, render_template, request
from markupsafe import Markup
from marshmallow import fields
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.daily_log import Activity
from domain.refusals import LateReasonMissing, LooksRepeated, Refusal
from domain.rhythm import Rules
from domain.words import ActivityKind, ActivityResult, ContactSource, LastAction, Objection, Receipt
from projections import agent_day, customers, team_day
from projections.agent_day import AgentDay
from service.access import Thing, need
from service.context import shilu
from service.forms import (
    Day,
    Form,
    Moment,
    OfflineForm,
    Phone,
    Tick,
    by,
    command_id,
    many_of,
    one_of,
    see,
    sent,
    text,
    whole,
    written_at,
)
from service.language import N_, _, day_text, local
from service.pages import plans, sheet_reminders
from service.pages.named_customer import NEW, find_by_name
from service.pages.own_customers import own_names
from service.pages.rings import (
    KINDS_OF,
    entry_text,
    items_missing,
    kind_label,
    result_label,
    rings,
    strip_cell,
)
from service.reading import clock, day_in_address, said, views
from service.sessions import reader
from service.undo import Undo, just
from service.words import KINDS, LAST_ACTIONS, OBJECTIONS, SOURCES, options

pages = Blueprint("today", __name__)
PICK = "+time"
CHIPS = 4
QUESTIONS = {
    "appointment_call": N_("打给了谁？"),
    "face_meeting": N_("面谈了谁？"),
    "closing_visit": N_("促成了谁？"),
    "new_prospect_visit": N_("拜访了谁？"),
}
SAVES = {
    "appointment_call": N_("保存这通电话"),
    "face_meeting": N_("保存这次面谈"),
    "closing_visit": N_("保存这次促成"),
    "new_prospect_visit": N_("保存这次拜访"),
}
MET = (ActivityResult.INTERESTED, ActivityResult.FOLLOW_UP, ActivityResult.DECLINED)
AT_FIELD = {
    "UnknownCustomer": "customer_id",
    "ActivityInFuture": "started_at",
    "LateReasonMissing": "late_reason",
    "LooksRepeated": "repeat_is_meant",
    "minutes": "minutes",
    "note": "note",
    "name": "new_name",
}


class NextMoment(Moment):
    """One of the offered moments, or the wish to pick another one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value if value == PICK else super()._deserialize(value, attr, data, **kwargs)


class Clock(fields.Time):
    """A time of day, as browsers send it."""

    default_error_messages = {"invalid": N_("请填写正确的时间，如 09:30")}  # noqa: RUF012


class EntryForm(OfflineForm):
    """One entry. Who and what came of it are asked; all else may stay empty.

    Without signal there is no list to choose from: then ``customer_name`` names the customer, and
    the day is that of writing.
    """

    day = Day(load_default=None)
    ring = text(32)
    kind = one_of(ActivityKind, required=True, missing=N_("请选择是哪一种拜访"))
    customer_id = text(64)
    customer_name = text(40)
    new_name = text(40)
    new_phone = Phone(load_default=None)
    new_source = one_of(ContactSource)
    result = one_of(ActivityResult, required=True, missing=N_("请选择结果"))
    next = NextMoment(load_default=None)
    next_at = Moment(load_default=None)
    note = text(2000)
    started_at = Clock(load_default=None)
    minutes = whole(1, 720, missing=N_("请填写 1 到 720 的分钟数"))
    objections = many_of(Objection)
    objection_handling = text(500)
    last_action = one_of(LastAction)
    late_reason = text(200)
    repeat_is_meant = Tick()


@pages.get("/today")
def today() -> Response:
    """Show the day: rings, the form of the chosen ring, and what stands already."""
    need(reader(), Thing.WRITE_LOG)
    day = min(day_in_address(shilu().today()), shilu().today())
    kind = request.args.get("kind", "")
    return _page(Form(), day, kind if kind in KINDS_OF else "", request.args.get("customer", ""))


@pages.post("/today/entries")
def log_entry() -> Response:
    """Log an activity; a customer met for the first time is registered with it."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(EntryForm())
    day = form.data.get("day") or shilu().rules().day_of(written_at(form))
    if form.good:
        find_by_name(form)
        _check(form, day)
    if form.good:
        receipt = _log(form, day)
        if receipt is not None:
            return see(f"/today?day={day}&undo={_activity_id(form)}", receipt, "logged")
    return _page(form, day, _ring(form))


def _ring(form: Form) -> str:
    """Return the ring whose form to show again; one written without signal only has its kind."""
    ring, kind = form.value("ring"), form.value("kind")
    of_kind = (name for name, kinds in KINDS_OF.items() if kind in kinds)
    return ring if ring in KINDS_OF else next(of_kind, "face_meeting")


def _check(form: Form, day: date) -> None:
    data = form.data
    if not data["customer_id"]:
        form.errors.setdefault("customer_id", _("请选择客户"))
        form.status = 422
    if day != shilu().rules().day_of(written_at(form)) and data["started_at"] is None:
        form.fail("started_at", _("补录请填写开始时间"))
    if data["customer_id"] == NEW:
        if not data["new_name"]:
            form.fail("new_name", _("请填写新客户的称呼"))
        if data["new_source"] is None:
            form.fail("new_source", _("请选择从哪里认识"))
    if data["next"] == PICK and data["next_at"] is None:
        form.fail("next_at", _("请填写下次的时间"))


def _log(form: Form, day: date) -> Receipt | None:
    data, record, refused = form.data, shilu().record, None
    with form.refusals(**AT_FIELD):
        try:
            customer_id = data["customer_id"]
            if customer_id == NEW:
                customer_id = _register(form)
            return record.daily_logs.log_activity(
                reader().person_id,
                _activity(form, day, customer_id),
                by=by(form),
                repeat_is_meant=data["repeat_is_meant"],
            )
        except Refusal as refusal:
            refused = refusal
            raise
        finally:
            form.data["repeated"] = isinstance(refused, LooksRepeated)
            form.data["late"] = isinstance(refused, LateReasonMissing)
    return None


def _register(form: Form) -> str:
    customer_id = f"C-{command_id(form, 'customer').hex[:12]}"
    shilu().record.customers.register(
        customer_id,
        reader().person_id,
        form.data["new_name"],
        form.data["new_phone"],
        form.data["new_source"],
        by=by(form, "customer"),
    )
    return customer_id


def _activity_id(form: Form) -> str:
    return str(command_id(form, "activity"))


def _activity(form: Form, day: date, customer_id: str) -> Activity:
    data = form.data
    return Activity(
        activity_id=_activity_id(form),
        kind=data["kind"],
        customer_id=customer_id,
        started_at=moment_of(day, data["started_at"]) if data["started_at"] else written_at(form),
        result=data["result"],
        minutes=data["minutes"],
        contact_source=data["new_source"],
        objections=tuple(data["objections"]),
        objection_handling=data["objection_handling"],
        last_action=data["last_action"],
        next_at=data["next_at"] if data["next"] == PICK else data["next"],
        note=data["note"],
        late_reason=data["late_reason"],
    )


def moment_of(day: date, typed: time) -> datetime:
    """Return the instant of a time of day on the branch's wall clock."""
    zone = ZoneInfo(shilu().rules().time_zone)
    return datetime.combine(day, typed, zone).astimezone(UTC)


def _page(form: Form, day: date, kind: str, picked: str = "") -> Response:
    rules, me = shilu().rules(), reader().person_id
    with views("agent_day", "customers", "sheets") as connection:
        member = team_day.people(connection, shilu().today()).get(me)
        owed = sheet_reminders.of_agent(connection, me, member.since) if member else []
        log = agent_day.agent_day(connection, me, day)
        recent = _offered(connection, me)
        written = agent_day.days_written(connection, me, day, 7)
        submitted = agent_day.submitted_days(connection, me, day - timedelta(days=7))
    to_do, left_open = plans.open_items(me, day) if day == shilu().today() else ([], [])
    picked = picked or form.value("customer_id")
    recent = [*form.data.get("named", ()), *recent]
    names = own_names({*recent, *(e.customer_id for e in log.entries), picked} - {""})
    if picked not in names:
        picked = ""
    page = render_template(
        "today.html",
        form=form,
        day=day,
        is_today=day == shilu().today(),
        before=day - timedelta(days=1),
        after_day=day + timedelta(days=1),
        said=said(),
        undo=_undo(day),
        **_head(log, rules, kind),
        week=_week(day, rules, written, submitted),
        week_said=_("最近七天的日志"),
        entries=[_line(e, names, rules, day) for e in reversed(log.entries)],
        submitted=_submitted(log, rules),
        owed=owed if day == shilu().today() else [],
        to_do=to_do,
        left_open=left_open,
        changes=plans.changes(),
        **(_entry_form(form, day, kind, names, recent, picked) if kind else {"kind": ""}),
    )
    return make_response(page, form.status)


def _undo(day: date) -> Undo | None:
    """Return how to take the entry back that was just made."""
    entry = just("logged")
    told = {"day": day.isoformat(), "reason": _("刚记下就撤销")}
    return Undo(f"/today/entries/{quote(entry)}/withdraw", told) if entry else None


def _offered(connection: Connection, agent_id: str) -> list[str]:
    """Return the customers offered as chips: those of last, then any others of one's own."""
    recent = list(agent_day.recent_customers(connection, agent_id, CHIPS))
    if len(recent) < CHIPS:
        others = customers.of_owner(connection, agent_id, CHIPS)
        recent += [card.customer_id for card in others]
    return list(dict.fromkeys(recent))[:CHIPS]


def _head(log: AgentDay, rules: Rules, kind: str) -> dict[str, Any]:
    mode = rules.mode_on(log.day)
    missing = items_missing(log.kinds, mode)
    name = reader().name
    if log.day != shilu().today():
        greeting = day_text(log.day)
    elif missing:
        greeting = _("{name}，今天还差 {n} 项", name=name, n=missing)
    else:
        greeting = _("{name}，今天做满了", name=name)
    working = rules.is_working_day(log.day)
    return {
        "greeting": greeting,
        "day_kind": _("工作日") if working else _("休息日"),
        "mode_name": mode.name,
        "rings": rings(log.kinds, mode, kind),
    }


def _week(
    day: date, rules: Rules, written: dict[date, Any], submitted: set[date]
) -> list[SimpleNamespace]:
    cells = []
    for back in reversed(range(7)):
        one = day - timedelta(days=back)
        kinds = written.get(one, {})
        level = None if one not in submitted and not kinds else 0 if not kinds else 1
        if kinds and not items_missing(kinds, rules.mode_on(one)):
            level = 2
        state = strip_cell(level, working=rules.is_working_day(one))
        now = one == shilu().today() and level != 2
        cells.append(SimpleNamespace(day=one, state="now" if now else state))
    return cells


def _line(entry: Any, names: dict[str, str], rules: Rules, day: date) -> SimpleNamespace:
    return SimpleNamespace(
        id=entry.activity_id,
        time=clock(entry.started_at, rules.time_zone),
        instant=entry.started_at.isoformat(),
        kind=kind_label(entry.kind),
        customer=names.get(entry.customer_id, entry.customer_id),
        late=entry.late,
        withdrawn=entry.withdrawn,
        text=entry_text(entry, rules.time_zone, day),
    )


def _submitted(log: AgentDay, rules: Rules) -> str:
    if log.submitted_at is None:
        return ""
    on_time = _("按时") if log.on_time else _("补交")
    return f"{clock(log.submitted_at, rules.time_zone, with_day=log.day)} · {on_time}"


def _entry_form(
    form: Form, day: date, kind: str, names: dict[str, str], recent: list[str], picked: str
) -> dict[str, Any]:
    who = [(c, names[c]) for c in dict.fromkeys([picked, *recent]) if c in names]
    kinds = KINDS_OF[kind]
    results = [*MET, ActivityResult.NOT_MET]
    if kind == "closing_visit":
        results.insert(0, ActivityResult.SIGNED)
    hours = shilu().rules().deadlines.late_reason_after_hours
    late = shilu().now() - shilu().rules().due_at(day) > timedelta(hours=hours)
    return {
        "kind": kind,
        "kinds": options(KINDS, kinds),
        "who_question": _(QUESTIONS[kind]),
        "who": [*who, (NEW, _("新客户"))],
        "picked": picked,
        "more_customers": Markup('<a class="more" href="/customers?for={}">{}</a>').format(
            kind, _("其他…")
        ),
        "sources": options(SOURCES),
        "results": [(str(r), result_label(kind, r)) for r in results],
        "nexts": next_moments(),
        "objections": options(OBJECTIONS),
        "last_actions": options(LAST_ACTIONS),
        "repeated": form.data.get("repeated") or form.value("repeat_is_meant"),
        "late": late or form.data.get("late") or "late_reason" in form.errors,
        "open_details": _details_open(form, day),
        "save_text": _(SAVES[kind]),
    }


def _details_open(form: Form, day: date) -> bool:
    inside = ("started_at", "minutes", "objections", "objection_handling", "last_action")
    return day != shilu().today() or any(name in form.errors for name in inside)


def next_moments() -> list[tuple[str, str]]:
    """Return the two-choice offer of R-56 step 5 for a next meeting, and the wish to pick."""
    now = local(shilu().now(), shilu().rules().time_zone)
    today, tomorrow = now.date(), now.date() + timedelta(days=1)
    afternoon, said_as = (today, _("今天 14:00")) if now.hour < 13 else (tomorrow, _("明天 14:00"))
    return [
        (f"{afternoon}T14:00", said_as),
        (f"{tomorrow}T10:00", _("明天 10:00")),
        (PICK, _("选时间")),
    ]
