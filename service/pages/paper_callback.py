"""The callback record (回访电话记录表, R-53) as a sheet of paper: what the call came to, masked."""

from __future__ import annotations

from collections.abc import Iterator

from domain.callback import TICKS, Callback, callback_stream
from domain.paper import PaperKind
from domain.words import CallbackMode
from projections import callback_queue, customers
from projections.callback_queue import Call
from service.context import shilu
from service.language import _, day_text
from service.pages.log_facts import without_numbers
from service.pages.paper_daily_log import heading, without_name
from service.pages.rings import kind_label
from service.printing import Section, Sheet
from service.reading import clock, views
from service.refusals import TICK_WORDS
from service.words import (
    ATTEMPTS,
    DESIGNS,
    LAST_ACTIONS,
    MODES,
    OBJECTIONS,
    OUTCOMES,
    label,
    listed_because,
)

STEPS = 6


def callback_sheet(call: Callback) -> Sheet | None:
    """Return the sheet of a callback; None while the views do not know it yet."""
    with views("callback_queue", "customers") as connection:
        facts = callback_queue.one(connection, call.callback_id)
        card = customers.one(connection, call.customer_id)
    if facts is None:
        return None
    mask = card.name_masked if card else "***"
    caller = shilu().record.organisation.member(call.supervisor_id)
    told = _Told(call, mask)
    return Sheet(
        kind=PaperKind.CALLBACK_RECORD,
        subject=call.callback_id,
        agent_id=call.agent_id,
        team_id=call.team_id,
        day=facts.on_day,
        title=_("回访电话记录表"),
        head=heading(
            call.agent_id,
            call.team_id,
            (_("客户"), f"{mask} · {(card.phone_masked if card else None) or _('没有电话')}"),
            (_("回访人"), caller.name if caller else call.supervisor_id),
            (_("日期"), day_text(facts.on_day, year=True)),
            (_("方式"), f"{label(MODES, call.mode)} · {label(DESIGNS, call.design)}"),
        ),
        sections=(_visit(facts), _preparation(call, facts), told.steps(), told.answer(facts)),
        signatures=(_("回访人签字"), _("营销员签字"), _("日期")),
        back=f"/callbacks/{call.callback_id}",
    )


def _visit(facts: Call) -> Section:
    refused = _("、").join(label(OBJECTIONS, objection) for objection in facts.objections)
    return Section(
        _("拜访"),
        pairs=(
            (_("日期"), day_text(facts.visit_day, year=True)),
            (_("活动"), kind_label(facts.kind)),
            (_("为什么"), listed_because(facts.reason)),
            (_("最后动作"), label(LAST_ACTIONS, facts.last_action) or _("没有记")),
            (_("客户的拒绝"), refused or _("没有记")),
            (_("客户类型"), facts.customer_type or "—"),
        ),
    )


def _preparation(call: Callback, facts: Call) -> Section:
    wanted = [t for t in TICKS if t != "agent_briefed" or call.mode is CallbackMode.COACHING]
    done = _("已完成") if call.prepared else "—"
    rows = tuple((_(TICK_WORDS[t]), facts.overrides.get(t) or done) for t in wanted)
    return Section(_("打电话之前"), columns=(_("准备"), _("完成，或跳过的原因")), rows=rows)


class _Told:
    """What was said in a call, from its events: numbers hidden, the customer's name masked."""

    def __init__(self, call: Callback, mask: str) -> None:
        self._call, self._mask = call, mask
        self._events = list(shilu().record.events.get(callback_stream(call.callback_id)))

    def steps(self) -> Section:
        """Return the dialled calls and the steps taken (R-56)."""
        return Section(
            _("拨号与六步"),
            columns=(_("时间"), _("步骤"), _("记录")),
            rows=tuple(self._steps()),
        )

    def _steps(self) -> Iterator[tuple[str, ...]]:
        zone = shilu().rules().time_zone
        for event in self._events:
            if isinstance(event, Callback.Attempted):
                at = clock(event.by.recorded_at, zone)
                yield at, _("第 {n} 次拨号", n=event.attempt_no), label(ATTEMPTS, event.result)
            if isinstance(event, Callback.StepRecorded):
                at = clock(event.by.recorded_at, zone)
                note = self._masked(event.note) or event.skipped_reason or "—"
                yield at, _("第 {n} 步", n=event.step), note

    def answer(self, facts: Call) -> Section:
        """Return what the customer said. The advice afterwards is for the agent's eyes only."""
        zone = shilu().rules().time_zone
        pairs = [(_("客户确认有过这次拜访吗？"), label(OUTCOMES, facts.outcome) or "—")]
        for event in self._events:
            if isinstance(event, Callback.OutcomeRecorded):
                score = f"{event.satisfaction} / 5" if event.satisfaction else "—"
                pairs.append((_("满意度"), score))
                pairs.append((_("疑问或建议"), self._masked(event.suggestion) or "—"))
            if isinstance(event, Callback.RevisitAgreed):
                day = facts.on_day
                pairs.append((_("再访时间"), clock(event.at, zone, with_day=day)))
            if isinstance(event, Callback.Debriefed):
                pairs.append(
                    (_("事后沟通"), clock(event.by.recorded_at, zone, with_day=facts.on_day))
                )
                pairs.append((_("需要辅导的技巧"), event.skill_gap or "—"))
        return Section(_("客户的回答"), pairs=tuple(pairs))

    def _masked(self, text: str | None) -> str:
        shown = without_numbers(text or "")
        return without_name(shown, self._call.customer_id, self._mask)
