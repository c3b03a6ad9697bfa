"""How much is made up in team and branch, with its interval; and what to ask callers (R-33).

A single team cannot know its rate within a quarter: the page shows an interval, or says that there
are not enough calls yet. Nobody is named but, to those above, supervisors whose calls raise a
question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from flask import Blueprint, render_template
from sqlalchemy import Connection

from domain.detection.callers import MadeCall, Question, questions, usual_share
from domain.rate_estimate import BRANCH
from domain.words import CallbackOutcome
from projections import callback_queue, fake_rates, team_day
from projections.callback_queue import Call
from projections.fake_rates import Rate
from service.access import Thing, may, need
from service.context import shilu
from service.language import N_, _, day_text
from service.reading import as_of, views
from service.sessions import reader

pages = Blueprint("fake_rate", __name__)
MOST = 0.5  # the right end of the drawing
QUESTIONS: Mapping[str, str] = {
    "no_denials": N_("{total} 位客户答了话，只有 {count} 位说不符，比全营业部少得多。"),
    "seconds_long": N_("{total} 次通话里有 {count} 次不到半分钟就有了答复。"),
    "same_customers": N_("{total} 次回访里有 {count} 次打给同样几位客户。"),
    "own_choice": N_("{total} 次回访都是自己选的，没有一次来自抽样名单。"),
}
INNOCENT: Mapping[str, str] = {
    "no_denials": N_("也可能这个团队记得特别实在。"),
    "seconds_long": N_("也可能是先打完电话，再一起补记。"),
    "same_customers": N_("也可能是在陪伴重点客户。"),
    "own_choice": N_("也可能名单还没有用起来。"),
}


@pages.get("/fake-rate")
def fake_rate() -> str:
    """Show the newest estimates of branch and teams within reach, and what to ask callers."""
    need(reader(), Thing.FAKE_RATE)
    with views("fake_rates", "team_day", "callback_queue") as connection:
        teams = {t.team_id: t.name for t in team_day.teams(connection)}
        near = [t for t in teams if may(reader(), Thing.FAKE_RATE, team_id=t)]
        names = {BRANCH: _("整个营业部"), **{team: teams[team] for team in near}}
        shown = [
            _shown(name, fake_rates.of_scope(connection, scope)) for scope, name in names.items()
        ]
        asked = _asked(connection) if may(reader(), Thing.CHECK_CALLERS) else None
    return render_template(
        "fake_rate.html", rates=shown, asked=asked, as_of=as_of("fake_rates", "callback_queue")
    )


def _shown(name: str, rates: Sequence[Rate]) -> SimpleNamespace:
    newest = rates[-1] if rates else None
    if newest is None or not newest.enough:
        calls = newest.resolved if newest else 0
        return SimpleNamespace(
            name=name, enough=False, text=_("有答复的抽样回访 {n} 次，还不够。", n=calls), weeks=[]
        )
    return SimpleNamespace(
        name=name,
        enough=True,
        text=_(
            "大约 {rate}%，区间 {low}% 到 {high}%（95%）",
            rate=_percent(newest.rate),
            low=_percent(newest.low),
            high=_percent(newest.high),
        ),
        calls=_(
            "抽样回访 {drawn} 次，有答复 {resolved} 次，放下没打 {aside} 次 · 截至 {day}",
            drawn=newest.drawn,
            resolved=newest.resolved,
            aside=newest.set_aside,
            day=day_text(newest.day),
        ),
        above_zero=newest.low > 0.0,
        weeks=[_week(rate) for rate in rates if rate.enough],
    )


def _week(rate: Rate) -> SimpleNamespace:
    low, middle, high = (
        round(100 * min(side, MOST) / MOST) for side in (rate.low, rate.rate, rate.high)
    )
    said = _(
        "{day}：{low}% 到 {high}%",
        day=day_text(rate.day),
        low=_percent(rate.low),
        high=_percent(rate.high),
    )
    return SimpleNamespace(low=low, middle=middle, width=max(high - low, 1), said=said)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".rstrip("0").rstrip(".")


def _asked(connection: Connection) -> list[SimpleNamespace]:
    people = team_day.people(connection, shilu().today())
    by_caller: dict[str, list[MadeCall]] = defaultdict(list)
    for call in callback_queue.answered(connection):
        by_caller[call.supervisor_id].append(_made(call))
    usual = usual_share(call for calls in by_caller.values() for call in calls)
    return [
        SimpleNamespace(
            name=people[caller].name if caller in people else caller,
            questions=[_question(q) for q in found],
        )
        for caller, calls in sorted(by_caller.items())
        if (found := questions(calls, usual))
    ]


def _made(call: Call) -> MadeCall:
    timed = call.prepared_at is not None and call.answered_at is not None
    return MadeCall(
        caller_id=call.supervisor_id,
        customer_id=call.customer_id,
        agent_id=call.agent_id,
        outcome=CallbackOutcome(call.outcome or CallbackOutcome.NOT_ASKED),
        seconds=(call.answered_at - call.prepared_at).total_seconds() if timed else None,  # type: ignore[operator]
        drawn=call.frame_size is not None,
    )


def _question(question: Question) -> SimpleNamespace:
    facts = {"count": question.count, "total": question.total}
    return SimpleNamespace(
        text=_(QUESTIONS[question.name], **facts), reason=_(INNOCENT[question.name])
    )
