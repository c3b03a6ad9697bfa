"""What was checked by itself (R-04): what ran, when, what it found, and what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from flask import Blueprint, render_template, request
from sqlalchemy import Connection

from domain.words import Check, Role
from projections import audit_words, checks, team_day
from projections.checks import DoneCheck
from projections.due import DueCheck, checks_due
from projections.retention import steps_due
from projections.season import contests_due
from projections.supervision_due import supervision_due
from service.access import Reach, Thing, may, need, reach
from service.context import shilu
from service.language import N_, _, day_text, reader_language
from service.reading import as_of, clock, views
from service.sessions import reader

pages = Blueprint("checks", __name__)
SHOWN = 60
# what watches over those who lead is not for them to see; what is about customers' data is not either
NOT_FOR_SUPERVISORS = frozenset(
    map(str, (Check.REVEAL_WATCH, Check.RETENTION, Check.KEY_DESTROYED))
)
TOLD = frozenset({str(Check.NOTIFY)})  # messages that went out: between us and who got them
WHAT: Mapping[str, str] = {
    Check.MISSING_LOGS: N_("每个工作日截止时，看谁没有写日志；请假的不算。"),
    Check.MISSING_WEEKS: N_("每周截止后，看谁没有交周工作检视表；整周请假的不算。"),
    Check.MISSING_MONTHS: N_("每月截止后，看谁没有划分工作周、没有交月经营记录。"),
    Check.OVERDUE_REVIEWS: N_("过了时限还没有批阅的日志，报给上级主管；夜里不报，等到早上八点。"),
    Check.OVERDUE_SHEET_REVIEWS: N_(
        "每个工作日早上八点，看哪些周表和月记录过了时限还没有批阅，报给上级主管；每份只报一次。"
    ),
    Check.FILLING_PROBLEMS: N_(
        "每周第一个工作日早上八点，看近六周有没有填写问题；只提示，不立案。"
    ),
    Check.DUTIES: N_("每天早上八点，看主管前一天的 1-1-1 和每人的追踪电话；请假的不算。"),
    Check.COACHING_MOMENTS: N_("每天早上八点，看日志里有没有该辅导的时机；只提示，由主管决定。"),
    Check.COACHING_EFFECT: N_("辅导后 14 天和 28 天，从日志里看前后有没有变化。"),
    Check.SELF_CHECK: N_("每天早上八点，看主管自己十个工作日的记录；问题只先给主管本人。"),
    Check.CONTEST_ENDED: N_("评比结束两天后的早上八点定名次，等晚到的记录和回访。"),
    Check.FAKE_ENTRIES: N_("每次回访有了回答，就和日志对一对；是不是有问题由人决定。"),
    Check.REVEAL_WATCH: N_("每次查看号码，看有没有不寻常的地方。"),
    Check.RETENTION: N_("客户资料到了保存期限，限制或删除。"),
    Check.KEY_DESTROYED: N_("删除客户以后，确认密钥真的销毁了。"),
}


@pages.get("/checks")
def listing() -> str:
    """Show the checks that concern the reader."""
    need(reader(), Thing.CHECKS)
    chosen = request.args.get("check", "")
    only_found = request.args.get("found") == "yes"
    with views("checks", "due", "team_day") as connection:
        teams = {team.team_id: team.name for team in team_day.teams(connection)}
        mine = _teams(teams)
        last = checks.last_of_each(connection, mine, hidden())
        shown = checks.newest(
            connection,
            SHOWN,
            teams=mine,
            hidden=hidden(),
            check=chosen or None,
            with_findings=only_found,
        )
        due = _due(connection, mine)
        people = team_day.people(connection, shilu().today())
    names = {key: person.name for key, person in people.items()}
    kinds = [kind for kind in map(str, Check) if kind not in hidden()]
    return render_template(
        "checks.html",
        kinds=[_kind(kind, last.get(kind), due) for kind in kinds if kind in WHAT or kind in last],
        options=[(kind, check_name(kind)) for kind in kinds],
        chosen=chosen,
        only_found=only_found,
        due=[_waits(one, teams) for one in due],
        done=[_done(one, teams, names) for one in shown],
        as_of=as_of("checks"),
    )


def hidden() -> frozenset[str]:
    """Return the kinds of checks that this reader does not see."""
    return TOLD | NOT_FOR_SUPERVISORS if reader().role is Role.SUPERVISOR else TOLD


def check_name(kind: str) -> str:
    """Return what people call a check."""
    return audit_words.word(kind, reader_language())


def _teams(teams: Mapping[str, str]) -> list[str] | None:
    """Return the teams whose checks the reader sees; None for all."""
    if reach(reader(), Thing.CHECKS) is Reach.BRANCH:
        return None
    return [team for team in teams if may(reader(), Thing.CHECKS, team_id=team)]


def _due(connection: Connection, mine: list[str] | None) -> list[DueCheck]:
    now = shilu().now()
    found = [
        *checks_due(connection, now),
        *steps_due(connection, now),
        *supervision_due(connection, now),
        *contests_due(connection, now),
    ]
    return [
        one for one in found if one.check not in hidden() and (mine is None or one.team_id in mine)
    ]


def _kind(kind: str, last: DoneCheck | None, due: list[DueCheck]) -> SimpleNamespace:
    zone, waits = shilu().rules().time_zone, sum(one.check == kind for one in due)
    return SimpleNamespace(
        name=check_name(kind),
        what=_(WHAT[kind]) if kind in WHAT else "",
        last=clock(last.done_at, zone, with_day=shilu().today()) if last else "",
        found=len(last.findings) if last else 0,
        due=waits,
    )


def _waits(one: DueCheck, teams: Mapping[str, str]) -> SimpleNamespace:
    zone = shilu().rules().time_zone
    return SimpleNamespace(
        name=check_name(one.check),
        team=teams.get(one.team_id, ""),
        day=day_text(one.day),
        since=clock(one.due_at, zone, with_day=shilu().today()),
    )


def _done(one: DoneCheck, teams: Mapping[str, str], names: Mapping[str, str]) -> SimpleNamespace:
    zone = shilu().rules().time_zone
    nameless = reader().role is Role.ADMINISTRATOR  # keeps the machine running; who it is about is
    # for those who lead
    return SimpleNamespace(
        name=check_name(one.check),
        team=teams.get(one.team_id or "", ""),
        day=day_text(one.day),
        due=clock(one.due_at, zone, with_day=one.day),
        at=clock(one.done_at, zone, with_day=one.day),
        found=len(one.findings),
        who="" if nameless else _("、").join(_people(one.findings, names)),
        href=_page_of(one),
    )


def _people(findings: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the findings that are about people, by name and word; ids of other things say nothing."""
    told = [finding.split("/") for finding in findings]
    return [
        " · ".join([names[who], *(audit_words.word(part, reader_language()) for part in what)])
        for who, *what in told
        if who in names
    ]


def _page_of(one: DoneCheck) -> str:
    if not one.findings or reader().role is not Role.SUPERVISOR:
        return ""
    return {
        Check.MISSING_LOGS: f"/board?day={one.day}",
        Check.OVERDUE_REVIEWS: "/reviews",
        Check.OVERDUE_SHEET_REVIEWS: "/reviews?state=sheets",
        Check.FILLING_PROBLEMS: "/filling/suggestions",
        Check.FAKE_ENTRIES: "/cases",
        Check.COACHING_MOMENTS: "/coaching",
        Check.COACHING_EFFECT: "/coaching?state=done",
    }.get(Check(one.check), "")
