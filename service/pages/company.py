"""The company (K1, K2): its branches side by side, one search over all, and the way into each.

There for those to whom other branches were granted; each branch is asked for itself.
"""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.detection.company_rate import CompanyRate
from projections.branch_board import BranchDay
from projections.fake_rates import Rate
from service.access import Thing, may, need
from service.branches import branches
from service.company import Answer, Board, board, company
from service.company_search import Found, search
from service.context import shilu
from service.event_words import sentence
from service.forms import Form, PageForm, sent, text
from service.going import go
from service.language import N_, _, day_text, local
from service.pages.arriving import own_address
from service.pages.events import FAMILIES, chosen_events, event_filters
from service.sessions import reader
from service.words import ROLES, label

pages = Blueprint("company", __name__)
PAGE = 50


class GoForm(PageForm):
    """To which branch, and there to which page, as ``north:/events/7``."""

    branch = text(200, required=True, missing=N_("请选择营业部"))


@pages.get("/company")
def overview() -> str:
    """Show the branches of the reader side by side."""
    need(reader(), Thing.COMPANY)
    found, sees = board(), may(reader(), Thing.BOARD)
    return render_template(
        "company.html",
        form=Form(),
        rows=[_row(answer) for answer in found.answers],
        total=_total(found),
        sees=sees,
        rate=_company_rate(found) if may(reader(), Thing.FAKE_RATE) else None,
        slowest=_slowest(found),
        may_search=may(reader(), Thing.EVENTS),
    )


@pages.get("/company/search")
def find() -> str:
    """Search the events of all the reader's branches, newest first."""
    need(reader(), Thing.COMPANY)
    need(reader(), Thing.EVENTS)
    chosen, names = chosen_events(), company()
    branch = request.args.get("branch", "")
    if branch and branch not in names:
        raise NotFound
    after = request.args.get("after", "")[:4000]
    found = search([branch] if branch else names, event_filters(chosen), after, PAGE)
    query = {key: value for key, value in vars(chosen).items() if value}
    if branch:
        query["branch"] = branch
    return render_template(
        "company_search.html",
        form=Form(),
        events=[_event(one) for one in found.found],
        chosen=chosen,
        branch=branch,
        branches=[(name, branches().title(name)) for name in names],
        topics=[SimpleNamespace(value=value, text=_(said)) for value, said in FAMILIES],
        filtered=bool(query),
        silent=found.silent,
        first=f"/company/search?{urlencode(query)}" if after else "",
        older=f"/company/search?{urlencode({**query, 'after': found.next})}" if found.next else "",
    )


@pages.post("/company/branch")
def go_to() -> Response:
    """Go to another of one's branches: everything is about that one from now on."""
    need(reader(), Thing.COMPANY)
    form = sent(GoForm())
    name, _colon, page = (form.data["branch"] if form.good else "").partition(":")
    if name not in company():
        raise NotFound
    go(name)
    return redirect(own_address(page or "/"), 303)


def _row(answer: Answer[BranchDay]) -> SimpleNamespace:
    day = answer.value
    return SimpleNamespace(
        name=answer.branch,
        title=answer.title,
        here=answer.branch == shilu().branch,
        there=day is not None,
        day=day_text(day.day) if day else "",
        figures=day,
        logs=_logs(day) if day else "",
        rate=_rate(day.rate) if day else "",
        seconds=f"{answer.seconds:.2f}",
    )


def _logs(day: BranchDay) -> str:
    return f"{day.sent_in}/{day.due}" if day.working else _("休息日")


def _total(found: Board) -> SimpleNamespace:
    figures = ("people", "due", "sent_in", "reviews", "callbacks", "cases")
    return SimpleNamespace(**{name: found.total(name) for name in figures})


def _rate(rate: Rate | None) -> str:
    if rate is None or not rate.enough:
        return _("回访还不够")
    return _percents(rate.rate, rate.low, rate.high)


def _company_rate(found: Board) -> SimpleNamespace:
    rate: CompanyRate = found.rate
    if not rate.enough:
        text = _("回访还不够：有估计的营业部只占全部拜访的 {n}%。", n=round(100 * rate.covered))
        return SimpleNamespace(enough=False, text=text)
    said = _(
        "全公司{rate}（95%），按各营业部的拜访加权，依据占全部拜访的 {n}%。",
        rate=_percents(rate.rate, rate.low, rate.high),
        n=round(100 * rate.covered),
    )
    return SimpleNamespace(enough=True, text=said)


def _percents(rate: float, low: float, high: float) -> str:
    shares = {"rate": rate, "low": low, "high": high}
    return _(
        "大约 {rate}%，区间 {low}% 到 {high}%",
        **{name: f"{100 * share:.1f}".rstrip("0").rstrip(".") for name, share in shares.items()},
    )


def _slowest(found: Board) -> str:
    if found.slowest is None or len(found.answers) < 2:
        return ""
    slowest = found.slowest
    return _("最慢的是{name}：{n} 秒。", name=slowest.title, n=f"{slowest.seconds:.2f}")


def _event(found: Found) -> SimpleNamespace:
    wall = local(found.row.recorded_at, found.zone)
    return SimpleNamespace(
        branch=found.branch,
        title=found.title,
        position=found.row.position,
        time=wall.strftime("%Y-%m-%d %H:%M:%S"),
        instant=found.row.recorded_at.isoformat(),
        sentence=sentence(found.row, found.names),
        role=label(ROLES, found.row.role),
    )
