"""The month (A5): 月工作行事历 and 月经营记录, with the own funnel (R-20 to R-24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template, request
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from domain.funnel import Funnel, calls_needed
from domain.monthly_record import (
    MonthlyRecord,
    MonthWords,
    month_due_at,
    monthly_record_stream,
)
from domain.rhythm import Rules
from domain.sheet_figures import (
    Column,
    Figures,
    last_of_month,
    monday_of,
    month_of,
    next_month,
    total,
)
from domain.words import SheetKind
from domain.work_weeks import WorkWeek, from_ends, suggested
from projections import plans, sheet_figures, sheets, team_day
from projections.plans import Planned
from projections.sheets import Sheet, TeamGoals
from service.access import Thing, need
from service.context import shilu
from service.forms import Day, Form, OfflineForm, PageForm, Tick, by, see, sent, text, whole
from service.language import N_, _, day_text, month_text
from service.pages.sheet_care import care_shown
from service.pages.sheet_words import (
    claims_told,
    columns,
    number_fields,
    target_fields,
    typed_targets,
    warnings,
)
from service.reading import clock, said, views
from service.sessions import reader
from service.words import COLUMNS, MONTH_PARTS, label

pages = Blueprint("month", __name__)
FUNNEL_DAYS = 91
WORK_WEEK = 5  # working days
MOST_ENDS = 5  # the sixth week ends with the month
DAY = timedelta(days=1)


class MonthForm(OfflineForm):
    """The agent's words, and whether they are to be handed in."""

    month = Day(required=True)
    version = whole(0, 10**9, missing=N_("请刷新页面再试"))
    summary = text(4000)
    plan = text(4000)
    action = fields.String(load_default="save", validate=validate.OneOf(["save", "submit"]))
    meant = Tick()


GoalsForm = MonthForm.from_dict(target_fields(), name="GoalsForm")
WeeksForm = PageForm.from_dict(
    {"month": Day(required=True), **{f"end{n}": Day(load_default=None) for n in range(MOST_ENDS)}},
    name="WeeksForm",
)


@dataclass(frozen=True, slots=True)
class Month:
    """What is known of an agent's month; ``last`` is what the month before came to."""

    month: date
    sheet: Sheet | None
    last_goals: Figures | None
    last: Figures
    done: Figures
    history: Sequence[Figures]
    items: Sequence[Planned]
    team: TeamGoals | None
    members: Sequence[Figures]  # the goals that members have set themselves
    team_size: int
    funnel: Funnel


@pages.get("/month")
def month() -> Response:
    """Show a month: this one, unless the address names another."""
    need(reader(), Thing.WRITE_LOG)
    return _page(Form(), Form(name="w"), _month_in_address())


@pages.post("/month")
def write() -> Response:
    """Save or hand in the record."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(GoalsForm())  # type: ignore[arg-type]  # marshmallow forgets the base class
    of = month_of(form.data.get("month") or shilu().today())
    handing_in = form.data.get("action") == "submit"
    if form.good and handing_in and not form.data["meant"]:
        _ask_about_claims(form, of)
    if form.good:
        data = form.data
        words = MonthWords(data["summary"], data["plan"], typed_targets(data))
        commands = shilu().record.monthly_records
        send = commands.submit if handing_in else commands.write
        with form.refusals(summary="summary", plan="plan"):
            receipt = send(reader().person_id, of, words, by=by(form), expected=data["version"])
            done = "sheet_submitted" if handing_in else "sheet_saved"
            return see(f"/month?month={of:%Y-%m}", receipt, done)
    return _page(form, Form(name="w"), of)


@pages.post("/month/weeks")
def divide() -> Response:
    """Divide the month into work weeks by the days on which they end (R-24)."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(WeeksForm(), name="w")  # type: ignore[arg-type]
    of = month_of(form.data.get("month") or shilu().today())
    if form.good:
        ends = [form.data[f"end{n}"] for n in range(MOST_ENDS) if form.data[f"end{n}"]]
        with form.refusals(WeeksDontFit="end0"):
            receipt = shilu().record.monthly_records.divide(
                reader().person_id, of, from_ends(of, ends), by=by(form)
            )
            return see(f"/month?month={of:%Y-%m}", receipt, "divided")
    return _page(Form(), form, of, form)


def known(agent_id: str, month: date) -> Month:
    """Return what is known of an agent's month."""
    rules, today = shilu().rules(), shilu().today()
    before, last = month_of(month - DAY), month - DAY
    with views("sheets", "agent_day", "plans") as connection:
        old = sheets.one(connection, agent_id, sheets.MONTH, before)
        people = team_day.people(connection, today)
        me = people.get(agent_id)
        team_id = me.team_id if me else None
        mates = [p.person_id for p in people.values() if p.team_id == team_id and p.role == "agent"]
        goals = sheets.goals_of(connection, mates, month) if team_id else {}
        since = today - timedelta(days=FUNNEL_DAYS)
        worked = sheet_figures.done(connection, agent_id, rules, since, today)
        return Month(
            month=month,
            sheet=sheets.one(connection, agent_id, sheets.MONTH, month),
            last_goals=old.targets if old else None,
            last=sheet_figures.done(connection, agent_id, rules, before, last),
            done=sheet_figures.done(connection, agent_id, rules, month, last_of_month(month)),
            history=sheet_figures.weeks_before(
                connection, agent_id, rules, monday_of(min(month, today))
            ),
            items=plans.between(connection, agent_id, month, last_of_month(month)),
            team=sheets.team_goals(connection, team_id, month) if team_id else None,
            members=list(goals.values()),
            team_size=len(mates),
            funnel=Funnel(worked.calls, worked.meetings, worked.policies),
        )


def texts_of(agent_id: str, month: date) -> tuple[str, str]:
    """Return the record's last summary and plan as they were written, or nothing."""
    summary, plan = "", ""
    for event in shilu().record.events.get(monthly_record_stream(agent_id, month)):
        if isinstance(event, MonthlyRecord.LastMonthSummarised):
            summary = event.text or _("〔已删除〕")
        elif isinstance(event, MonthlyRecord.MonthPlanned):
            plan = event.text or _("〔已删除〕")
    return summary, plan


def weekly_share(goals: Figures | None, month: date, rules: Rules) -> Figures | None:
    """Return what a month's goals ask of a week of five working days."""
    if goals is None:
        return None
    working = sum(map(rules.is_working_day, WorkWeek(month, last_of_month(month)).days()))
    share = WORK_WEEK / max(working, 1)
    return Figures(**{str(c): ceil(goals.of(c) * share) for c in Column})


def rolled_up(of: Month) -> list[SimpleNamespace]:
    """Return the team's goals beside the sum of its members' own (R-23)."""
    if of.team is None:
        return []
    asked, own = of.team.goals, total(of.members)
    return [
        SimpleNamespace(
            name=label(COLUMNS, column),
            team=asked.of(column),
            sum=own.of(column),
            gap=max(asked.of(column) - own.of(column), 0),
        )
        for column in Column
        if asked.of(column)
    ]


def _month_in_address() -> date:
    given = request.args.get("month", "")
    try:
        month = date.fromisoformat(f"{given}-01") if len(given) == 7 else shilu().today()
    except ValueError:
        month = shilu().today()
    return month_of(month if 2000 < month.year < 2099 else shilu().today())


def _ask_about_claims(form: Form, month: date) -> None:
    """Hold a record back once if its summary says what the log does not show."""
    of = known(reader().person_id, month)
    told = claims_told(form.data["summary"] or "", of.last_goals, of.last)
    if told:
        form.fail("summary", told[0])
        form.data["ask_meant"] = True


def _page(form: Form, weeks_form: Form, month: date, wrong: Form | None = None) -> Response:
    rules = shilu().rules()
    of = known(reader().person_id, month)
    summary, plan = texts_of(reader().person_id, month)
    goals = of.sheet.targets if of.sheet else None
    shown = wrong or form
    page = render_template(
        "month.html",
        form=shown,
        draft=form,
        weeks_form=weeks_form,
        said=said(),
        month=month,
        month_text=month_text(month),
        before=f"{month_of(month - DAY):%Y-%m}",
        after_month=f"{next_month(month):%Y-%m}",
        unknown_year=month.year if month.year not in rules.published_years else None,
        due=_due(rules, of),
        version=of.sheet.version if of.sheet else 0,
        calendar=calendar(of, rules),
        weeks=_weeks(of, weeks_form, rules),
        divided=of.sheet is not None and bool(of.sheet.weeks),
        last_columns=columns(of.last_goals, of.last, ()),
        has_last=of.last_goals is not None,
        summary=summary,
        plan=plan,
        claims=claims_told(summary, of.last_goals, of.last),
        ask_meant=form.data.get("ask_meant") or form.value("meant") != "",
        goal_fields=number_fields(form, goals or _offer(of)),
        goal_columns=columns(goals, of.done, ()),
        has_goals=goals is not None,
        goal_warnings=warnings(weekly_share(goals, month, rules), of.history),
        team=of.team,
        rolled=rolled_up(of),
        rolled_of=_("{n}/{of} 位伙伴已定目标", n=len(of.members), of=of.team_size),
        funnel=funnel_told(of.funnel, goals.policies if goals else 0),
        missing=missing(of, rules, summary, plan),
        submitted=_submitted(of, rules),
        care=care_shown(reader().person_id, SheetKind.MONTH, month),
        last_care=care_shown(reader().person_id, SheetKind.MONTH, month_of(month - DAY)),
        reply=Form(name="r"),
        may_write=of.sheet is None or of.sheet.submitted_at is None,
    )
    return make_response(page, shown.status)


def _due(rules: Rules, of: Month) -> str:
    due = month_due_at(rules, of.month)
    if of.sheet is not None and of.sheet.submitted_at is not None:
        return ""
    day = day_text(rules.day_of(due))
    if shilu().now() <= due:
        return _("{day} 前交算按时", day=day)
    return _("已过 {day}，会记作补交，这不是坏事", day=day)


def _offer(of: Month) -> Figures | None:
    """Return the goals that are offered: those of the month before, else what it came to."""
    return of.last_goals or (of.last if of.last != Figures() else None)


def missing(of: Month, rules: Rules, summary: str, plan: str) -> list[SimpleNamespace]:
    """Return what is still missing, each with the place where it is filled (R-20, R-21)."""
    lacks = {
        "work_weeks": of.sheet is None or not of.sheet.weeks,
        "summary": not summary,
        "plan": not plan,
        "goals": of.sheet is None or of.sheet.targets is None,
        "calendar": not planned_weeks(of, rules),
    }
    return [
        SimpleNamespace(href=f"#{name}", text=label(MONTH_PARTS, name))
        for name, lacking in lacks.items()
        if lacking
    ]


def planned_weeks(of: Month, rules: Rules) -> bool:
    """Tell whether the calendar has something in every work week: filled sensibly (R-20)."""
    days = {item.day for item in of.items if item.state != plans.CANCELLED}
    weeks = of.sheet.weeks if of.sheet else ()
    spans = weeks or [(w.first, w.last) for w in suggested(of.month, rules.is_working_day)]
    return all(any(first <= day <= last for day in days) for first, last in spans)


def calendar(of: Month, rules: Rules) -> list[list[SimpleNamespace]]:
    """Return the month as rows of seven days; days off and make-up days (调休) are marked."""
    first, last = monday_of(of.month), last_of_month(of.month)
    starts = {start for start, _end in (of.sheet.weeks if of.sheet else ())}
    rows = []
    while first <= last:
        rows.append([_cell(first + DAY * n, of, rules, starts) for n in range(7)])
        first += DAY * 7
    return rows


def _cell(day: date, of: Month, rules: Rules, starts: set[date]) -> SimpleNamespace:
    items = [i for i in of.items if i.day == day and i.state != plans.CANCELLED]
    make_up = day in rules.make_up_days
    return SimpleNamespace(
        day=day,
        inside=day.month == of.month.month,
        off=not rules.is_working_day(day),
        mark=_("班") if make_up else _("休") if day in rules.days_off else "",
        n=len(items),
        today=day == shilu().today(),
        starts=day in starts,
        said=_cell_said(day, len(items), make_up=make_up, off=not rules.is_working_day(day)),
    )


def _cell_said(day: date, n: int, *, make_up: bool, off: bool) -> str:
    kind = _("调休上班") if make_up else _("休息日") if off else ""
    parts = [day_text(day), kind, _("{n} 项安排", n=n) if n else ""]
    return _("，").join(part for part in parts if part)


def _weeks(of: Month, form: Form, rules: Rules) -> list[SimpleNamespace]:
    """Return the work weeks as drawn: those on record, else those that the calendar suggests."""
    spans = list(of.sheet.weeks) if of.sheet else []
    if not spans:
        spans = [(w.first, w.last) for w in suggested(of.month, rules.is_working_day)]
    return [
        SimpleNamespace(
            no=no + 1,
            name=f"end{no}",
            first=first,
            last=last,
            value=form.value(f"end{no}", last),
            fixed=last == last_of_month(of.month),
            working=sum(map(rules.is_working_day, WorkWeek(first, last).days())),
        )
        for no, (first, last) in enumerate(spans)
    ]


def funnel_told(funnel: Funnel, goal: int) -> SimpleNamespace:
    """Return the own funnel in words; with few figures it says so instead of a number."""
    goal = goal or 2
    if not funnel.says_something:
        return SimpleNamespace(
            line="",
            need=_("近 13 周只记了 {n} 通电话，记满 20 通才说得准。", n=funnel.calls),
            thin=True,
        )
    meetings, policies = funnel.per(5)
    line = _("你 5 通电话 → {m} 次面谈 → {p} 单", m=f"{meetings:.1f}", p=f"{policies:.1f}")
    needed = calls_needed(funnel, goal)
    if needed is None:
        return SimpleNamespace(
            line=line, need=_("近 13 周还没有成交，先看电话到面谈这一步。"), thin=True
        )
    if funnel.is_thin:
        need = _(
            "只有 {k} 单，说不准：要 {goal} 单，大约要 {low}–{high} 通。",
            k=funnel.policies,
            goal=goal,
            low=needed.low,
            high=needed.high,
        )
    else:
        need = _(
            "要 {goal} 单，照你的比率要 {likely} 通（{low}–{high} 通之间）。",
            goal=goal,
            likely=needed.likely,
            low=needed.low,
            high=needed.high,
        )
    return SimpleNamespace(line=line, need=need, thin=funnel.is_thin)


def _submitted(of: Month, rules: Rules) -> str:
    sheet: Any = of.sheet
    if sheet is None or sheet.submitted_at is None:
        return ""
    on_time = _("按时") if sheet.on_time else _("补交")
    return f"{clock(sheet.submitted_at, rules.time_zone, with_day=shilu().today())} · {on_time}"
