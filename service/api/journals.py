"""The supervisor's journal (主管经营日志): notes, the evening's summary, the self-check (R-80 to R-85)."""

from __future__ import annotations

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.supervisor_journal import NoteKind, Question, SupervisorJournal, journal_stream
from domain.words import Receipt
from projections import journals, supervisor_duties
from service.access import Thing
from service.api import guard
from service.api.fields import Text, one_of
from service.api.preconditions import Done, by
from service.api.resource import Resource
from service.api.schemas import Body
from service.context import shilu
from service.pages.journal import hashed
from service.sessions import reader

resource = Resource("journals", "The supervisor's own journal: 主管经营日志.")
ONE = "/journals/<day:day>"
MAX_TEXT = 2000


class NewNote(Body):
    """What no other event tells (R-80)."""

    kind = one_of(NoteKind, required=True)
    text = Text(MAX_TEXT, required=True)


class NewSummary(Body):
    """The evening's summary (R-81)."""

    summary = Text(MAX_TEXT, required=True)


class NewAnswer(Body):
    """What the supervisor says to a question of the self-check."""

    question = one_of(Question, required=True)
    answer = Text(MAX_TEXT, required=True)


class AskedShown(ma.Schema):
    """A question of the self-check."""

    question = one_of(Question, required=True)
    value = fields.Float(required=True)
    of = fields.Integer(required=True)
    answered = fields.Boolean(required=True)


class JournalShown(ma.Schema):
    """A day's journal: what was done, whether it is filed, what is asked."""

    day = fields.Date(required=True)
    positions = fields.List(fields.Integer(), required=True)
    filed = fields.Boolean(required=True)
    digest = fields.String(required=True, allow_none=True)
    questions = fields.List(fields.Nested(AskedShown), required=True)


@resource.query(ONE, JournalShown, views=("supervisor_duties", "journals"), errors=(403, 404))
def show_journal(_: dict[str, Any], day: date) -> dict[str, Any]:
    """Show one's own journal of a day; ``positions`` are the day's facts on record."""
    guard.need(Thing.JOURNAL)
    me = reader().person_id
    with shilu().views.connect() as connection:
        done = supervisor_duties.done_between(connection, me, day, day)
        kept = journals.one(connection, me, day)
    asked = kept.questions if kept else ()
    filed = kept is not None and kept.digest is not None
    return {
        "day": day,
        "positions": kept.positions if kept and filed else [one.position for one in done],
        "filed": filed,
        "digest": kept.digest if kept else None,
        "questions": [
            {"question": q, "value": v, "of": of, "answered": bool(kept and q in kept.answered)}
            for q, v, of in asked
        ],
    }


@resource.command(ONE + "/notes", NewNote, errors=(404,))
def add_note(body: dict[str, Any], day: date) -> Done:
    """Note something by hand."""
    guard.need(Thing.JOURNAL)
    receipt = shilu().record.journals.add_note(day, body["kind"], body["text"], by=by())
    return _done(receipt, day, SupervisorJournal.NoteAdded)


@resource.command(ONE + "/submission", NewSummary, errors=(404,))
def submit_journal(body: dict[str, Any], day: date) -> Done:
    """Sum the day up and file it with the digest over its facts."""
    guard.need(Thing.JOURNAL)
    with shilu().views.connect() as connection:
        done = supervisor_duties.done_between(connection, reader().person_id, day, day)
    facts = hashed([one.position for one in done])
    receipt = shilu().record.journals.submit(day, body["summary"], facts, by=by())
    return _done(receipt, day, SupervisorJournal.Archived)


@resource.command(ONE + "/answers", NewAnswer, errors=(404,))
def answer_question(body: dict[str, Any], day: date) -> Done:
    """Answer a question of the self-check."""
    guard.need(Thing.JOURNAL)
    receipt = shilu().record.journals.answer_question(
        day, body["question"], body["answer"], by=by()
    )
    return _done(receipt, day, SupervisorJournal.QuestionAnswered)


def _done(receipt: Receipt, day: date, event: Any) -> Done:
    stream = journal_stream(reader().person_id, day)
    return Done(receipt, stream, event, f"/journals/{day.isoformat()}")
