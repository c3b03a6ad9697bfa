"""The review of a week or a month (S5): computed ticks, evaluation and advice (R-10 to R-14, R-20 to R-25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.log_checklist import Finding
from domain.refusals import CopiedRemark, ThinRemark
from domain.rhythm import Rules
from domain.sheet_checklist import (
    MONTHLY,
    WEEKLY,
    ReviewedSheet,
    SheetFinding,
    SheetItem,
    Tick,
    shown_by,
    ticks,
)
from domain.sheet_figures import Column, Feasibility, Figures, feasibility
from domain.sheet_review import Care
from domain.words import RemarkKind, Role, SheetKind
from domain.work_weeks import WorkWeek
from projections import customers, plans, sheet_queue, sheets, team_day
from projections.plans import Planned
from projections.sheets import Sheet
from service.access import Thing, may, need, need_about
from service.context import shilu
from service.forms import Form, PageForm, by, many_of, one_of, see, sent, text
from service.forms import Tick as Meant
from service.language import N_, _, day_text, month_text, span_text
from service.pages import month, week
from service.pages.log_facts import without_numbers
from service.pages.plans import goal_text
from service.pages.sheet_care import care_shown, told_on
from service.pages.sheet_words import claims_told, columns, warnings
from service.reading import clock, said, views
from service.refusals import sentence
from service.review_aids import Row, sheet_rows
from service.sessions import reader
from service.undo import of_review
from service.words import (
    PLAN_KINDS,
    REMARKS,
    SHEET_KINDS,
    SHEET_TICKS,
    label,
    options,
)

pages = Blueprint("sheet_reviews", __name__)
EARLIER = 10  # evaluations with which a new one is compared
LOOK_BACK = timedelta(days=92)


class CareForm(PageForm):
    """主管关怀: an evaluation and advice, for a month guidance on the next calendar."""

    kind = one_of(RemarkKind, required=True, missing=N_("请选择批语的用意"))
    findings = many_of(SheetFinding)
    evaluation = text(2000, required=True, missing=N_("请写评价"))
    advice = text(2000, required=True, missing=N_("请写建议"))
    guidance = text(2000)
    meant = Meant()


class ReplyForm(PageForm):
    """That a review was read, with or without an answer."""

    reply = text(2000)


@dataclass(frozen=True, slots=True)
class Shown:
    """A sheet as its review needs it, of a week or of a month."""

    facts: ReviewedSheet
    checklist: Sequence[SheetItem]
    title: str
    summary: str
    plan: str
    claims: Sequence[str]
    targets: Figures | None
    done: Figures
    history: Sequence[Figures]
    next_targets: Figures | None
    warnings: Sequence[str]
    items: Sequence[Planned]
    rolled: Sequence[SimpleNamespace]


@pages.get("/reviews/<agent_id>/<any(week,month):sheet>/<period>")
def review(agent_id: str, sheet: str, period: str) -> Response:
    """Show a sheet, and its review if there is one."""
    of = _need(Thing.READ_REVIEW, agent_id, period)
    if not may(reader(), Thing.REVIEW):
        raise NotFound  # agents find their reviews beside their own sheets
    return _page(agent_id, SheetKind(sheet), of, Form())


@pages.post("/reviews/<agent_id>/<any(week,month):sheet>/<period>")
def complete(agent_id: str, sheet: str, period: str) -> Response:
    """Record the review, and go on with the next sheet."""
    of = _need(Thing.REVIEW, agent_id, period)
    which, form = SheetKind(sheet), sent(CareForm())
    if form.good:
        data = form.data
        care = Care(
            data["kind"],
            data["evaluation"],
            data["advice"],
            data["guidance"],
            tuple(data["findings"]),
        )
        with form.refusals(evaluation="evaluation", advice="advice", guidance="guidance"):
            receipt = shilu().record.sheet_reviews.complete(
                agent_id,
                which,
                of,
                care,
                by=by(form),
                earlier=_earlier(agent_id, which, of),
                meant=data["meant"],
            )
            undo = f"undo={agent_id}/{which}/{of}"
            return see(_with(_next(agent_id, which, of), undo), receipt, "reviewed")
    return _page(agent_id, which, of, form)


@pages.post("/reviews/<agent_id>/<any(week,month):sheet>/<period>/withdraw")
def withdraw(agent_id: str, sheet: str, period: str) -> Response:
    """Take a review back that was just given; the sheet waits again."""
    of = _need(Thing.REVIEW, agent_id, period)
    which, form = SheetKind(sheet), sent(PageForm())
    if form.good:
        with form.refusals():
            receipt = shilu().record.sheet_reviews.withdraw(agent_id, which, of, by=by(form))
            return see(f"/reviews/{agent_id}/{which}/{of}", receipt, "sheet_review_withdrawn")
    return _page(agent_id, which, of, form)


def _with(address: str, argument: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{argument}"


@pages.post("/mine/sheets/<any(week,month):sheet>/<period>/read")
def read(sheet: str, period: str) -> Response:
    """Say, as the agent, that a review was read, and answer it if there is something to say."""
    need(reader(), Thing.ANSWER_REVIEW)
    of, which = _period(period), SheetKind(sheet)
    form = sent(ReplyForm())
    address = f"/week?day={of}" if which is SheetKind.WEEK else f"/month?month={of:%Y-%m}"
    with form.refusals(reply="reply"):
        receipt = shilu().record.sheet_reviews.read(
            reader().person_id, which, of, by=by(form), reply=form.data.get("reply")
        )
        return see(address, receipt, "read")
    if form.status == 404:
        raise NotFound
    return make_response(render_template("problem_form.html", form=form, back=address), form.status)


def queue_rows(
    found: Sequence[Sheet], names: dict[str, str], teams: dict[str, str]
) -> list[SimpleNamespace]:
    """Return sheets as rows of the queue."""
    zone, today = shilu().rules().time_zone, shilu().today()
    return [
        SimpleNamespace(
            href=f"/reviews/{one.agent_id}/{one.kind}/{one.period}",
            agent=names.get(one.agent_id, one.agent_id),
            team=teams.get(one.team_id, one.team_id),
            title=f"{label(SHEET_KINDS, one.kind)} {_period_text(one.kind, one.period)}",
            text=_("{time} 提交", time=clock(one.submitted_at, zone, with_day=today))
            if one.reviewed_at is None
            else (_("伙伴已读") if one.read_at else _("伙伴未读")),
            late=one.on_time is False,
            overdue=is_overdue(one),
        )
        for one in found
    ]


def is_overdue(sheet: Sheet) -> bool:
    """Tell whether a sheet has waited too long for its review (R-04)."""
    if sheet.submitted_at is None or sheet.reviewed_at is not None:
        return False
    return shilu().now() > sheet.submitted_at + timedelta(hours=shilu().rules().review.sheet_hours)


def _period_text(kind: str, period: date) -> str:
    if kind == SheetKind.WEEK:
        return span_text(period, period + timedelta(days=6))
    return month_text(period)


def _period(period: str) -> date:
    try:
        return date.fromisoformat(period)
    except ValueError as problem:
        raise NotFound from problem


def _need(thing: Thing, agent_id: str, period: str) -> date:
    need(reader(), thing)
    of = _period(period)
    member = shilu().record.organisation.member(agent_id)
    team_id = member.team_on(shilu().today()) or member.team_id if member else None
    need_about(reader(), thing, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT:
        raise NotFound
    return of


def _earlier(agent_id: str, kind: SheetKind, period: date) -> list[str]:
    """Return the reviewer's last evaluations of other sheets."""
    with shilu().views.connect() as connection:
        given = sheet_queue.by_reviewer(connection, reader().person_id, EARLIER)
    keys = [(one.agent_id, SheetKind(one.kind), one.period) for one in given]
    told = [told_on(*key) for key in keys if key != (agent_id, kind, period)]
    return [one.evaluation for one in told if one is not None and one.evaluation]


def _next(agent_id: str, kind: SheetKind, period: date) -> str:
    """Return the address of the next sheet that waits, else of the queue."""
    with shilu().views.connect() as connection:
        mine = [
            team.team_id
            for team in team_day.teams(connection)
            if may(reader(), Thing.REVIEW, team_id=team.team_id)
        ]
        waits = sheet_queue.waiting(connection, mine, shilu().today() - LOOK_BACK)
    for one in waits:
        if (one.agent_id, one.kind, one.period) != (agent_id, str(kind), period):
            return f"/reviews/{one.agent_id}/{one.kind}/{one.period}"
    return "/reviews?state=sheets"


def shown_week(agent_id: str, monday: date, rules: Rules) -> Shown | None:
    """Return a week as its review needs it, None if nothing was said about it."""
    of = week.known(agent_id, monday)
    if of.sheet is None:
        return None
    summary = week.summary_of(agent_id, monday)
    claims = claims_told(summary, of.targets, of.done)
    history, items = [*of.history, of.done], [i for items in of.plan.values() for i in items]
    goals = _team_goals(of.sheet.team_id, monday + timedelta(days=7))
    facts = ReviewedSheet(
        missing=len(of.sheet.missing),
        summary_length=of.sheet.summary_length,
        claims=len(claims),
        feasibility=_judged(of.targets, of.history),
        next_feasibility=_judged(of.sheet.next_targets, history),
        empty_days=len(week.empty_days(of, rules)),
        empty_weeks=False,
        team_goals=goals is not None,
        serves_team=any(item.goal for item in items),
        below_share=False,
        week_lengths=(),
    )
    return Shown(
        facts=facts,
        checklist=WEEKLY,
        title=f"{_('周工作检视表')} {_period_text('week', monday)}",
        summary=summary,
        plan="",
        claims=claims,
        targets=of.targets,
        done=of.done,
        history=of.history,
        next_targets=of.sheet.next_targets,
        warnings=warnings(of.sheet.next_targets, history),
        items=items,
        rolled=(),
    )


def shown_month(agent_id: str, first: date, rules: Rules) -> Shown | None:
    """Return a month as its review needs it, None if nothing was said about it."""
    of = month.known(agent_id, first)
    if of.sheet is None:
        return None
    summary, plan = month.texts_of(agent_id, first)
    claims = claims_told(summary, of.last_goals, of.last)
    goals, share = of.sheet.targets, month.weekly_share(of.sheet.targets, first, rules)
    lengths = [sum(map(rules.is_working_day, WorkWeek(*span).days())) for span in of.sheet.weeks]
    facts = ReviewedSheet(
        missing=len(of.sheet.missing),
        summary_length=of.sheet.summary_length,
        claims=len(claims),
        feasibility=_judged(share, of.history),
        next_feasibility={},
        empty_days=0,
        empty_weeks=not month.planned_weeks(of, rules),
        team_goals=of.team is not None,
        serves_team=any(item.goal for item in of.items),
        below_share=_below_share(goals, of.team.goals if of.team else None, of.team_size),
        week_lengths=lengths,
    )
    return Shown(
        facts=facts,
        checklist=MONTHLY,
        title=f"{_('月经营记录')} {_period_text('month', first)}",
        summary=summary,
        plan=plan,
        claims=claims,
        targets=of.last_goals,
        done=of.last,
        history=of.history,
        next_targets=goals,
        warnings=[f"{_('折算到一周：')}{one}" for one in warnings(share, of.history)],
        items=[item for item in of.items if item.state != plans.CANCELLED],
        rolled=month.rolled_up(of),
    )


def _judged(targets: Figures | None, history: Sequence[Figures]) -> dict[str, Feasibility]:
    verdicts = feasibility(targets, history) if targets is not None else {}
    return {str(column): verdict for column, verdict in verdicts.items()}


def _below_share(goals: Figures | None, team: Figures | None, size: int) -> bool:
    """Tell whether an agent's goals are below an equal share of the team's in any column."""
    if goals is None or team is None or not size:
        return False
    return any(goals.of(column) * size < team.of(column) for column in Column)


def _team_goals(team_id: str, day: date) -> Figures | None:
    with shilu().views.connect() as connection:
        known = sheets.team_goals(connection, team_id, day.replace(day=1))
    return known.goals if known else None


def _page(agent_id: str, kind: SheetKind, period: date, form: Form) -> Response:
    rules = shilu().rules()
    shown = (shown_week if kind is SheetKind.WEEK else shown_month)(agent_id, period, rules)
    with views("sheets") as connection:
        place = sheets.one(connection, agent_id, str(kind), period)
        items = shown.items if shown else ()
        names = customers.names(connection, {i.customer_id for i in items if i.customer_id})
    if shown is None or place is None:
        raise NotFound
    words = {row.finding: row for row in sheet_rows(kind)}
    checklist = [item for item in shown.checklist if words[item.finding].applies]
    found = shown_by(shown.facts, checklist)
    member = shilu().record.organisation.member(agent_id)
    held = {
        sentence(refusal(field=field))
        for refusal in (ThinRemark, CopiedRemark)
        for field in ("evaluation", "advice", "guidance")
    }
    page = render_template(
        "sheet_review.html",
        form=form,
        said=said(),
        undo=of_review(),
        agent_id=agent_id,
        sheet=str(kind),
        period=period,
        name=member.name if member else agent_id,
        title=shown.title,
        state=_state(place, rules),
        columns=columns(shown.targets, shown.done, shown.history),
        has_targets=shown.targets is not None,
        summary=without_numbers(shown.summary),
        plan=without_numbers(shown.plan),
        claims=shown.claims,
        next_columns=columns(shown.next_targets, Figures(), ()) if shown.next_targets else [],
        next_warnings=shown.warnings,
        items=[_item(item, names) for item in shown.items],
        rolled=shown.rolled,
        ticks=_ticks(checklist, found, words, nothing=_nothing_to_see(shown)),
        findings=[(str(item.finding), words[item.finding].symptom) for item in found],
        shown=[str(item.finding) for item in found],
        kinds=options(REMARKS),
        ask_meant=bool(held & set(form.errors.values())) or form.value("meant") != "",
        is_month=kind is SheetKind.MONTH,
        review=care_shown(agent_id, kind, period),
        may_review=may(reader(), Thing.REVIEW) and place.submitted_at is not None,
    )
    return make_response(page, form.status)


def _state(place: Sheet, rules: Rules) -> str:
    if place.submitted_at is None:
        return _("还没有提交")
    at = clock(place.submitted_at, rules.time_zone, with_day=shilu().today())
    return _("{time} 提交", time=at) + ("" if place.on_time else " · " + _("补交"))


def _item(item: Planned, names: dict[str, str]) -> SimpleNamespace:
    return SimpleNamespace(
        day=day_text(item.day),
        time=item.at.strftime("%H:%M") if item.at else "",
        kind=label(PLAN_KINDS, item.kind),
        who=names.get(item.customer_id, "") if item.customer_id else "",
        goal=goal_text(item.goal),
    )


def _nothing_to_see(shown: Shown) -> set[Tick]:
    """Return the ticks that cannot be made: without a target none is feasible or not."""
    return set() if shown.facts.feasibility else {Tick.FEASIBLE}


def _ticks(
    checklist: Sequence[SheetItem],
    found: Sequence[SheetItem],
    words: Mapping[Finding | SheetFinding, Row],
    nothing: set[Tick],
) -> list[SimpleNamespace]:
    """Return what is ticked off, each with its symptoms, the problem and what to coach."""
    return [
        SimpleNamespace(
            name=label(SHEET_TICKS, tick),
            good=not any(item.tick is tick for item in found),
            nothing=tick in nothing,
            rules=_("、").join(dict.fromkeys(i.rule for i in checklist if i.tick is tick)),
            shows=[words[item.finding] for item in found if item.tick is tick],
        )
        for tick in ticks(checklist)
    ]
