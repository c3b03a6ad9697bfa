"""The review of one log (S2): the checklist's ticks beside the log, and a remark (R-01 to R-04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.log_checklist import Finding, findings
from domain.refusals import CopiedRemark, ThinRemark
from domain.review import Remark, Review
from domain.review_aids import MOST_PHRASES
from domain.words import RemarkKind, ReviewVerdict, Role
from projections import agent_day, customers, review_queue, team_day
from projections.agent_day import AgentDay, Entry
from projections.review_queue import ReviewedLog
from service.access import Thing, may, need, need_about
from service.context import shilu
from service.forms import Form, PageForm, Tick, by, many_of, one_of, see, sent, text, whole
from service.language import N_, _, day_text
from service.pages.log_facts import notes, reviewed_day, summary
from service.pages.reviews import LOOK_BACK
from service.pages.rings import entry_text, kind_label, rings
from service.reading import clock, said, views
from service.refusals import sentence
from service.review_aids import for_agent, phrases, rows
from service.sessions import reader
from service.undo import of_review
from service.words import LOG_FINDINGS, REMARKS, REVIEW_VERDICTS, label, options

pages = Blueprint("review", __name__)
EARLIER = 10  # remarks with which a new one is compared


class ReviewForm(PageForm):
    """What the reviewer makes of a log."""

    verdict = one_of(ReviewVerdict, required=True, missing=N_("请选择这份日志填得怎样"))
    kind = one_of(RemarkKind, required=True, missing=N_("请选择批语的用意"))
    findings = many_of(Finding)
    advice = text(2000)
    phrase = whole(0, MOST_PHRASES - 1, missing=N_("请选择"))
    text = text(2000)
    meant = Tick()


@pages.get("/reviews/<agent_id>/<day>")
def log(agent_id: str, day: str) -> Response:
    """Show a log, and the review if there is one."""
    of = _need(Thing.READ_REVIEW, agent_id, day)
    if not may(reader(), Thing.REVIEW):
        raise NotFound  # agents find their reviews on their own page
    return _page(agent_id, of, Form())


@pages.post("/reviews/<agent_id>/<day>")
def complete(agent_id: str, day: str) -> Response:
    """Record the review, and go on with the next log."""
    of = _need(Thing.REVIEW, agent_id, day)
    form = sent(ReviewForm())
    told = _remark(form, agent_id) if form.good else ""
    if form.good and not told:
        form.fail("text", _("请写一句批语"))
    if form.good:
        data = form.data
        remark = Remark(
            data["kind"], data["verdict"], told, data["advice"], tuple(data["findings"])
        )
        with form.refusals(text="text", advice="advice"):
            receipt = shilu().record.reviews.complete(
                agent_id,
                of,
                remark,
                by=by(form),
                earlier=earlier_remarks(agent_id, of),
                meant=data["meant"],
            )
            return see(f"{_next(agent_id, of)}?undo={agent_id}/{of}", receipt, "reviewed")
    return _page(agent_id, of, form)


@pages.post("/reviews/<agent_id>/<day>/withdraw")
def withdraw(agent_id: str, day: str) -> Response:
    """Take a review back that was just given; the log waits again."""
    of = _need(Thing.REVIEW, agent_id, day)
    form = sent(PageForm())
    if form.good:
        with form.refusals():
            receipt = shilu().record.reviews.withdraw(agent_id, of, by=by(form))
            return see(_address(agent_id, of), receipt, "review_withdrawn")
    return _page(agent_id, of, form)


def _remark(form: Form, agent_id: str) -> str:
    """Return what the reviewer says: the phrase that was chosen, then their own words."""
    known, chosen = phrases(), form.data["phrase"]
    phrase = known[chosen] if chosen is not None and chosen < len(known) else None
    own = form.data["text"] or ""
    said = for_agent(phrase, _name(agent_id)) if phrase else ""
    joint = " " if own and said.isascii() and said else ""
    return said + joint + own


def _name(agent_id: str) -> str:
    member = shilu().record.organisation.member(agent_id)
    return member.name if member else agent_id


def _need(thing: Thing, agent_id: str, day: str) -> date:
    need(reader(), thing)
    try:
        of = date.fromisoformat(day)
    except ValueError as problem:
        raise NotFound from problem
    member = shilu().record.organisation.member(agent_id)
    team_id = member.team_on(of) or member.team_id if member else None
    need_about(reader(), thing, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT:
        raise NotFound
    return of


def earlier_remarks(agent_id: str, day: date) -> list[str]:
    """Return the reviewer's last remarks on other logs."""
    with shilu().views.connect() as connection:
        given = review_queue.by_reviewer(connection, reader().person_id, EARLIER)
    others = [log for log in given if (log.agent_id, log.day) != (agent_id, day)]
    told = (told_on(log.agent_id, log.day) for log in others)
    return [review.text for review in told if review is not None and review.text]


def _events(agent_id: str, day: date) -> Iterator[object]:
    record = shilu().record
    return iter(record.events.get(record.reviews.stream(agent_id, day)))


def told_on(agent_id: str, day: date) -> Review.Completed | None:
    """Return the review of an agent's day as it was recorded, or None."""
    for event in _events(agent_id, day):
        if isinstance(event, Review.Completed):
            return event
    return None


def _next(agent_id: str, day: date) -> str:
    """Return the address of the next log that waits, else of the queue."""
    others = [log for log in _waiting() if log != (agent_id, day)]
    return _address(*others[0]) if others else "/reviews"


def _around(agent_id: str, day: date) -> tuple[str, str]:
    """Return the addresses of the logs before and behind this one in the queue, or of the queue."""
    waits = _waiting()
    if (agent_id, day) not in waits:
        return "/reviews", _address(*waits[0]) if waits else "/reviews"
    at = waits.index((agent_id, day))
    before = _address(*waits[at - 1]) if at else "/reviews"
    return before, _address(*waits[at + 1]) if at + 1 < len(waits) else "/reviews"


def _waiting() -> list[tuple[str, date]]:
    """Return the logs that wait for this reader, oldest first."""
    since = shilu().today() - LOOK_BACK
    with shilu().views.connect() as connection:
        mine = [
            team.team_id
            for team in team_day.teams(connection)
            if may(reader(), Thing.REVIEW, team_id=team.team_id)
        ]
        return [(log.agent_id, log.day) for log in review_queue.waiting(connection, mine, since)]


def _coach(agent_id: str) -> str:
    """Return where a log leads on: to a coaching, or to help with filling for who coaches nobody."""
    page = "coaching" if may(reader(), Thing.COACH) else "filling"
    return f"/{page}/new?agent={agent_id}"


def _address(agent_id: str, day: date) -> str:
    return f"/reviews/{agent_id}/{day}"


def _page(agent_id: str, day: date, form: Form) -> Response:
    rules = shilu().rules()
    with views("review_queue", "agent_day") as connection:
        log = agent_day.agent_day(connection, agent_id, day)
        place = review_queue.one(connection, agent_id, day)
        shown = {item.finding for item in findings(reviewed_day(connection, log))}
        found = [row for row in rows() if row.applies and row.finding in shown]
        entries = _entries(connection, log, rules.time_zone)
    if not log.version:
        raise NotFound
    before, behind = _around(agent_id, day)
    held = {sentence(refusal(field="text")) for refusal in (ThinRemark, CopiedRemark)}
    page = render_template(
        "review.html",
        form=form,
        said=said(),
        undo=of_review(),
        agent_id=agent_id,
        name=_name(agent_id),
        before=before,
        coach=_coach(agent_id),
        behind=behind,
        phrases=[(str(n), for_agent(one, _name(agent_id))) for n, one in enumerate(phrases())],
        day=day,
        state=_state(log, rules.time_zone),
        rings=rings(log.kinds, rules.mode_on(day)),
        entries=entries,
        summary=summary(agent_id, day),
        help_wanted=log.help_wanted,
        findings=[(str(row.finding), row.symptom) for row in found],
        shown=[str(row.finding) for row in found],
        rows=found,
        verdicts=options(REVIEW_VERDICTS),
        kinds=options(REMARKS),
        ask_meant=form.errors.get("text") in held or form.value("meant") != "",
        review=_review(agent_id, day, place),
        may_review=may(reader(), Thing.REVIEW),
    )
    return make_response(page, form.status)


def _state(log: AgentDay, zone: str) -> str:
    if log.submitted_at is None:
        return _("还没有提交")
    return _("{time} 提交", time=clock(log.submitted_at, zone, with_day=log.day))


def _entries(connection: Connection, log: AgentDay, zone: str) -> list[SimpleNamespace]:
    names = customers.names(connection, {e.customer_id for e in log.entries})
    told = notes(log.agent_id, log.day)
    return [_entry(e, names.get(e.customer_id, "***"), told, log.day, zone) for e in log.entries]


def _entry(
    entry: Entry, customer: str, told: dict[str, str], day: date, zone: str
) -> SimpleNamespace:
    return SimpleNamespace(
        time=clock(entry.started_at, zone),
        kind=kind_label(entry.kind),
        customer=customer,
        late=entry.late,
        withdrawn=entry.withdrawn,
        text=entry_text(entry, zone, day),
        note=told.get(entry.activity_id, ""),
    )


def _review(agent_id: str, day: date, place: ReviewedLog | None) -> SimpleNamespace | None:
    """Return the review as people read it, or None."""
    told = told_on(agent_id, day)
    if told is None:
        return None
    return shown_review(told, place)


def shown_review(told: Review.Completed, place: ReviewedLog | None) -> SimpleNamespace:
    """Return a review as its reviewer and its agent read it."""
    zone = shilu().rules().time_zone
    who = shilu().record.organisation.member(told.by.actor)
    return SimpleNamespace(
        who=who.name if who else told.by.actor,
        day=told.day,
        day_text=day_text(told.day),
        when=clock(told.by.recorded_at, zone, with_day=told.day),
        verdict=label(REVIEW_VERDICTS, told.verdict),
        cls={"good": "ok", "fair": "", "improve": "warn"}[str(told.verdict)],
        kind=label(REMARKS, told.kind),
        findings=[label(LOG_FINDINGS, finding) for finding in told.findings],
        text=told.text or _("〔已删除〕"),
        advice=told.advice or "",
        reply=_reply(told.agent_id, told.day),
        read=place is not None and place.read_at is not None,
    )


def _reply(agent_id: str, day: date) -> str:
    for event in _events(agent_id, day):
        if isinstance(event, Review.Read):
            return event.reply or ""
    return ""
