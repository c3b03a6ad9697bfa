"""The supervisor's journal (S8): filled from the day's record, summed up, filed (R-80 to R-85)."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.duties import Duty
from domain.supervisor_journal import (
    NoteKind,
    Question,
    SupervisorJournal,
    digest_of,
    journal_stream,
)
from projections import journals, supervisor_duties, team_day
from projections.journals import Journal
from projections.supervisor_duties import Done
from service.access import Thing, need
from service.coaching_words import DUTIES, MOMENTS, OPENINGS
from service.context import shilu
from service.forms import Form, PageForm, by, one_of, see, sent, text
from service.journal_words import CARDS, NOTES
from service.language import N_, _, day_text
from service.pages.duty_rings import duty_rings
from service.reading import as_of, clock, day_in_address, said, views
from service.sessions import reader
from service.words import OUTCOMES, REVIEW_VERDICTS, label, options
from store.proof import leaf_hash

pages = Blueprint("journal", __name__)
FILED = timedelta(days=31)
ANSWER_HOLDS = timedelta(days=7)  # before the same question is asked again
WORDS = {
    Duty.CALLBACK: OUTCOMES,
    Duty.COACHING: MOMENTS,
    Duty.TRACKING: OPENINGS,
    Duty.REVIEW: REVIEW_VERDICTS,
}


class NoteForm(PageForm):
    """What no other event tells (R-80)."""

    kind = one_of(NoteKind, required=True, missing=N_("请选择是哪类事"))
    text = text(2000, required=True, missing=N_("请写下这件事"))


class SummaryForm(PageForm):
    """The evening's summary (R-81)."""

    summary = text(2000, required=True, missing=N_("请写下今天的总结"))


class AnswerForm(PageForm):
    """What the supervisor says to a question of the self-check."""

    answer = text(2000, required=True, missing=N_("请写下你的回答"))


@pages.get("/journal")
def journal() -> Response:
    """Show a day's journal; today's unless the address names another."""
    need(reader(), Thing.JOURNAL)
    return _page(min(day_in_address(shilu().today()), shilu().today()), Form())


@pages.post("/journal/<day>/notes")
def add_note(day: str) -> Response:
    """Note something by hand."""
    of = _day(day)
    form = sent(NoteForm(), name="note")
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.journals.add_note(
                of, form.data["kind"], form.data["text"], by=by(form)
            )
            return see(f"/journal?day={of}", receipt, "noted")
    return _page(of, form)


@pages.post("/journal/<day>/submit")
def submit(day: str) -> Response:
    """Sum the day up and file it with the digest over its facts."""
    of = _day(day)
    form = sent(SummaryForm(), name="summary")
    if form.good:
        with views("supervisor_duties") as connection:
            done = _facts(connection, of)
        with form.refusals(summary="summary"):
            receipt = shilu().record.journals.submit(
                of, form.data["summary"], hashed([one.position for one in done]), by=by(form)
            )
            return see(f"/journal?day={of}", receipt, "journal_filed")
    return _page(of, form)


@pages.post("/journal/<day>/questions/<question>")
def answer(day: str, question: str) -> Response:
    """Answer a question of the self-check."""
    of = _day(day)
    if question not in set(Question):
        raise NotFound
    form = sent(AnswerForm(), name=f"q-{question}")
    if form.good:
        with form.refusals(answer="answer"):
            receipt = shilu().record.journals.answer_question(
                of, Question(question), form.data["answer"], by=by(form)
            )
            return see(f"/journal?day={of}", receipt, "question_answered")
    return _page(of, form)


def _day(day: str) -> date:
    need(reader(), Thing.JOURNAL)
    try:
        return date.fromisoformat(day)
    except ValueError as problem:
        raise NotFound from problem


def hashed(positions: list[int]) -> list[tuple[int, str]]:
    """Return positions with the hashes of what is stored there, for the digest of a journal."""
    recorder: Any = shilu().record.recorder
    found = []
    for position in positions:
        rows = recorder.rows_after(position - 1, 1)
        if rows and rows[0].position == position:
            found.append((position, leaf_hash(bytes(rows[0].envelope)).hex()))
    return found


def _facts(connection: Connection, day: date) -> list[Done]:
    return list(supervisor_duties.done_between(connection, reader().person_id, day, day))


def _page(day: date, form: Form) -> Response:
    me, today = reader().person_id, shilu().today()
    with views("supervisor_duties", "journals") as connection:
        rings = duty_rings(connection, me, day)
        done = _facts(connection, day)
        kept = journals.since(connection, me, today - FILED)
        mine = journals.one(connection, me, day)
        people = team_day.people(connection, today)
        checked = supervisor_duties.checked(connection, me, today - timedelta(days=14), today)
    names = {key: person.name for key, person in people.items()}
    told = _told(day)
    page = render_template(
        "journal.html",
        form=form,
        blank=Form(name="note"),
        closing=Form(name="summary"),
        said=said(),
        as_of=as_of("supervisor_duties", "journals"),
        day=day,
        today=today,
        rings=rings,
        facts=[_fact(one, names) for one in done],
        notes=told.notes,
        summary=told.summary,
        kinds=options(NOTES),
        filed=_filed(mine),
        questions=_questions(kept, form),
        shelf=[_shelf(one) for one in kept if one.submitted_at],
        owed=[_owed(one, found) for one, found in sorted(checked.items(), reverse=True) if found],
    )
    return make_response(page, form.status)


def _fact(one: Done, names: dict[str, str]) -> SimpleNamespace:
    duty = Duty(one.duty)
    return SimpleNamespace(
        time=clock(one.at, shilu().rules().time_zone),
        what=label(DUTIES, duty),
        who=names.get(one.agent_id, one.agent_id),
        word=label(WORDS[duty], one.word),
    )


def _told(day: date) -> SimpleNamespace:
    """Return what the supervisor wrote about a day."""
    told = SimpleNamespace(notes=[], summary="")
    for event in shilu().record.events.get(journal_stream(reader().person_id, day)):
        if isinstance(event, SupervisorJournal.NoteAdded):
            told.notes.append((label(NOTES, event.kind), event.text or _("〔已删除〕")))
        elif isinstance(event, SupervisorJournal.Submitted):
            told.summary = event.summary or _("〔已删除〕")
    return told


def _filed(mine: Journal | None) -> SimpleNamespace | None:
    """Return the digest filed with a journal, and whether the record still gives the same."""
    if mine is None or mine.digest is None:
        return None
    again = digest_of(hashed(list(mine.positions)))
    return SimpleNamespace(
        digest=mine.digest,
        n=len(mine.positions),
        same=again == mine.digest,
        late=mine.late,
        when=clock(mine.submitted_at, shilu().rules().time_zone, with_day=mine.day),
    )


def _questions(kept: Any, form: Form) -> list[SimpleNamespace]:
    """Return the questions that wait for an answer, newest first; each once.

    Every morning asks anew while the ten days still show it; an answer holds for a week.
    """
    asked = [(one, question) for one in kept for question in one.questions]
    newest: dict[str, tuple[Journal, tuple[str, float, int]]] = {}
    answered = {name: one.day for one in reversed(kept) for name in one.answered}
    for one, question in asked:
        name = question[0]
        if one.day - answered.get(name, date.min) > ANSWER_HOLDS:
            newest.setdefault(name, (one, question))
    return [question_card(one, name, value, of, form) for one, (name, value, of) in newest.values()]


def question_card(
    one: Journal, question: str, value: float, of: int, form: Form
) -> SimpleNamespace:
    """Return a question as people read it, with its own form."""
    card, name = CARDS[Question(question)], f"q-{question}"
    slots = {"p": round(100 * value), "n": of}
    wanted = {key: text for key, text in slots.items() if "{" + key + "}" in card.symptom}
    return SimpleNamespace(
        day=one.day,
        id=question,
        symptom=_(card.symptom, **wanted),
        cause=_(card.cause),
        ask=_(card.ask),
        form=form if form.name == name else Form(name=name),
    )


def _shelf(one: Journal) -> SimpleNamespace:
    return SimpleNamespace(
        day=one.day,
        text=day_text(one.day),
        n=len(one.positions),
        late=one.late,
    )


def _owed(day: date, found: tuple[str, ...]) -> SimpleNamespace:
    duties = [label(DUTIES, one.removeprefix("owes_")) for one in found if one.startswith("owes_")]
    calls = sum(one.startswith("cadence/") for one in found)
    parts = [_("没有做：{duties}", duties=_("、").join(duties))] if duties else []
    if calls:
        parts.append(_("{n} 位伙伴的追踪电话不够", n=calls))
    return SimpleNamespace(day=day_text(day), text=" · ".join(parts))
