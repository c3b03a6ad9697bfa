"""The daily log (工作日志) as a sheet of paper: entries, notes and summary, customers masked."""

from __future__ import annotations

from datetime import date

from domain.paper import PaperKind
from domain.rhythm import Rules
from projections import agent_day, customers, review_queue
from projections.agent_day import AgentDay, Entry
from service.context import shilu
from service.language import _, day_text
from service.pages.log_facts import notes, summary
from service.pages.review import shown_review, told_on
from service.pages.rings import entry_text, kind_label, rings
from service.printing import Section, Sheet
from service.reading import clock, views
from service.sessions import reader


def daily_log_sheet(agent_id: str, team_id: str | None, day: date) -> Sheet:
    """Return the sheet of an agent's day; an empty one where nothing was written."""
    rules = shilu().rules()
    with views("agent_day", "review_queue") as connection:
        log = agent_day.agent_day(connection, agent_id, day)
        masks = customers.names(connection, {entry.customer_id for entry in log.entries})
        place = review_queue.one(connection, agent_id, day)
    told = told_on(agent_id, day)
    review = shown_review(told, place) if told else None
    mine = agent_id == reader().person_id
    sections = [
        _quota(log, rules),
        _entries(log, masks, rules.time_zone),
        Section(_("一天工作总结"), text=summary(agent_id, day) or _("没有填写")),
    ]
    if review is not None:
        words = (_("批语"), review.text), (_("建议"), review.advice or "—")
        head = (_("批阅人"), f"{review.who} · {review.when}"), (_("评价"), review.verdict)
        sections.append(Section(_("批阅"), pairs=(*head, *words)))
    return Sheet(
        kind=PaperKind.DAILY_LOG,
        subject=f"{agent_id}/{day}",
        agent_id=agent_id,
        team_id=team_id,
        day=day,
        title=_("工作日志"),
        head=heading(agent_id, team_id, (_("日期"), day_text(day, year=True)), _state(log, rules)),
        sections=tuple(sections),
        signatures=(_("营销员签字"), _("主管签字"), _("日期")),
        back=f"/today?day={day}" if mine else f"/agents/{agent_id}?day={day}",
    )


def heading(
    agent_id: str, team_id: str | None, *more: tuple[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return who a sheet is about, and more."""
    organisation = shilu().record.organisation
    member, team = organisation.member(agent_id), organisation.team(team_id or "")
    name = f"{member.name}（{agent_id}）" if member else agent_id
    return (_("营销员"), name), (_("团队"), team.name if team else "—"), *more


def without_name(text: str, customer_id: str, mask: str) -> str:
    """Return a text in which the customer's own name is masked as in the lists."""
    customer = shilu().record.customers.find(customer_id)
    name = customer.name if customer else None
    return text.replace(name, mask) if name and len(name) > 1 else text


def _state(log: AgentDay, rules: Rules) -> tuple[str, str]:
    if log.submitted_at is None:
        return _("提交"), _("还没有提交")
    on_time = _("按时") if log.on_time else _("补交")
    return _("提交"), clock(log.submitted_at, rules.time_zone, with_day=log.day) + " · " + on_time


def _quota(log: AgentDay, rules: Rules) -> Section:
    drawn = rings(log.kinds, rules.mode_on(log.day))
    return Section(
        rules.mode_on(log.day).name,
        columns=tuple(ring.caption for ring in drawn),
        rows=(tuple(f"{ring.n} / {ring.of}" for ring in drawn),),
    )


def _entries(log: AgentDay, masks: dict[str, str], zone: str) -> Section:
    told = notes(log.agent_id, log.day)
    return Section(
        _("这一天的记录"),
        columns=(_("时间"), _("活动"), _("客户"), _("结果"), _("备注")),
        rows=tuple(
            _row(entry, masks.get(entry.customer_id, "***"), told, log.day, zone)
            for entry in log.entries
        ),
        text="" if log.entries else _("这一天没有记录"),
    )


def _row(entry: Entry, mask: str, told: dict[str, str], day: date, zone: str) -> tuple[str, ...]:
    note = without_name(told.get(entry.activity_id, ""), entry.customer_id, mask)
    marks = [_("补录")] if entry.late else []
    marks += [_("已撤回")] if entry.withdrawn else []
    text = " · ".join([entry_text(entry, zone, day), *marks])
    return clock(entry.started_at, zone), kind_label(entry.kind), mask, text, note
