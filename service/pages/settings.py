"""The administrator's settings: the guide for the first day, and a page for each set of rules."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, current_app, render_template

from domain.words import Role
from projections import team_day
from service.access import Thing, need
from service.calendar_years import missing_year
from service.context import shilu
from service.language import N_, _
from service.reading import said, views
from service.sessions import reader

pages = Blueprint("settings", __name__)
LINKS = (
    ("/settings/work-modes", "route", N_("工作模式"), N_("每天几个电话、面谈、促成、新增")),
    ("/settings/deadlines", "clock", N_("截止时间"), N_("日志几点截止，多晚要写原因")),
    (
        "/settings/review-rhythm",
        "clipboard-check",
        N_("周、月和批阅的时限"),
        N_("周表和月记录哪天交，批阅几小时内完成"),
    ),
    ("/settings/call-hours", "phone", N_("打电话的时间"), N_("追踪和回访可以在几点打")),
    ("/settings/calendar", "calendar", N_("工作日历"), N_("放假和调休，按年发布")),
    ("/settings/checklist", "list-check", N_("批阅要点"), N_("看哪些，怎么说")),
    ("/settings/phrases", "messages", N_("常用批语"), N_("批阅时可以选的句子")),
    ("/settings/scripts", "phone-call", N_("回访话术"), N_("六步的说法，每改一次是新的一版")),
    ("/settings/thresholds", "scale", N_("立案门槛"), N_("多有把握才请人来看")),
)
IMPORT = "/import/people"  # where lists are read in, where there is such a page
CHANNELS = "/notices"


@pages.get("/settings")
def settings() -> str:
    """Show the guide and the settings."""
    need(reader(), Thing.PEOPLE)
    return render_template(
        "settings.html",
        steps=_guide(),
        links=[
            SimpleNamespace(href=href, icon=icon, text=_(text), hint=_(hint))
            for href, icon, text, hint in LINKS
        ],
        said=said(),
    )


def _guide() -> list[SimpleNamespace]:
    """Return the first day's steps in their order, each with whether it is done."""
    with views("team_day") as connection:
        teams = team_day.teams(connection)
        people = team_day.people(connection, shilu().today()).values()
    agents = [person for person in people if person.role == Role.AGENT]
    year = missing_year()
    led = bool(teams) and all(team.supervisor_id for team in teams)
    return [
        _step(
            _("组织：建团队，定主管"), "/teams/new", done=led, hint=_("{n} 个团队", n=len(teams))
        ),
        _step(
            _("名单：导入或添加伙伴"),
            _known(IMPORT) or "/people/new",
            done=bool(agents),
            hint=_("{n} 位伙伴", n=len(agents)),
        ),
        _step(
            _("工作日历：发布今年的放假和调休"),
            f"/settings/calendar?year={year}" if year else "/settings/calendar",
            done=year is None,
            hint=_("{year} 年还没有发布", year=year) if year else _("已发布"),
        ),
        _step(
            _("通知：企业微信、钉钉、飞书或邮件"),
            _known(CHANNELS),
            done=None,
            hint=_("可以以后再设"),
        ),
        _step(
            _("演示：先用演示营业部看一遍"),
            "",
            done=bool(shilu().demo) or None,
            hint=_("命令 shilu demo 建立一个演示营业部，不影响这里"),
        ),
    ]


def _step(text: str, href: str, *, done: bool | None, hint: str) -> SimpleNamespace:
    return SimpleNamespace(text=text, href=href, done=done, hint=hint)


def _known(address: str) -> str:
    """Return the address if this application has it."""
    rules = {rule.rule for rule in current_app.url_map.iter_rules()}
    return address if address in rules else ""
