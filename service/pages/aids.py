"""The administrator's checklist and phrases for reviews (R-03, R-14): wording, and which rows apply."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from domain.log_checklist import CHECKLIST, ChecklistRow, Finding, Phrase
from domain.review_aids import LONGEST, WORDS
from domain.words import RemarkKind
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, by, many_of, one_of, see, sent, text
from service.language import _
from service.reading import said
from service.review_aids import handbook_row, phrases, rows
from service.sessions import reader
from service.words import REMARKS, options

pages = Blueprint("aids", __name__)
SLOTS = 10  # phrases that the page offers; the first five have keys


def _checklist_form() -> PageForm:
    """Return the form of the checklist: three texts a row, and which rows apply."""
    fields: dict[str, Any] = {"applies": many_of(Finding)}
    for item in CHECKLIST:
        fields |= {f"{name}_{item.finding}": text(LONGEST) for name in WORDS}
    return cast(PageForm, PageForm.from_dict(fields, name="ChecklistForm")())


def _phrases_form() -> PageForm:
    fields: dict[str, Any] = {}
    for n in range(SLOTS):
        fields |= {f"kind_{n}": one_of(RemarkKind), f"text_{n}": text(LONGEST)}
    return cast(PageForm, PageForm.from_dict(fields, name="PhrasesForm")())


@pages.get("/settings/checklist")
def checklist() -> Response:
    """Show the checklist as the branch has it."""
    need(reader(), Thing.PEOPLE)
    return _checklist(Form())


@pages.post("/settings/checklist")
def define_checklist() -> Response:
    """Say which rows apply, and how they read."""
    need(reader(), Thing.PEOPLE)
    form = sent(_checklist_form())
    if form.good:
        with form.refusals(rows="applies"):
            receipt = shilu().record.review_aids.define_checklist(_rows(form.data), by=by(form))
            return see("/settings/checklist", receipt, "saved")
    return _checklist(form)


@pages.get("/settings/phrases")
def phrase_library() -> Response:
    """Show the phrases that reviewers are offered."""
    need(reader(), Thing.PEOPLE)
    return _phrases(Form())


@pages.post("/settings/phrases")
def define_phrases() -> Response:
    """Set the phrases; empty lines are left out."""
    need(reader(), Thing.PEOPLE)
    form = sent(_phrases_form())
    if form.good:
        told = [(form.data[f"kind_{n}"], form.data[f"text_{n}"]) for n in range(SLOTS)]
        given = [Phrase(kind or RemarkKind.GUIDE, words) for kind, words in told if words]
        with form.refusals(text="text_0"):
            receipt = shilu().record.review_aids.define_phrases(given, by=by(form))
            return see("/settings/phrases", receipt, "saved")
    return _phrases(form)


def _rows(data: dict[str, Any]) -> list[ChecklistRow]:
    """Return the rows; a text that is the handbook's own is kept as that, and follows its language."""
    found = []
    for item in CHECKLIST:
        usual = handbook_row(item)
        given = {name: data[f"{name}_{item.finding}"] or "" for name in WORDS}
        own = {name: "" if getattr(usual, name) == told else told for name, told in given.items()}
        found.append(ChecklistRow(item.finding, applies=item.finding in data["applies"], **own))
    return found


def _checklist(form: Form) -> Response:
    shown = rows()
    page = render_template(
        "aids_checklist.html",
        form=form,
        rows=shown,
        titles=[(str(row.finding), row.symptom) for row in shown],
        applying=[str(row.finding) for row in shown if row.applies],
        said=said(),
    )
    return make_response(page, form.status)


def _phrases(form: Form) -> Response:
    known = phrases()
    slots = [known[n] if n < len(known) else None for n in range(SLOTS)]
    page = render_template(
        "aids_phrases.html",
        form=form,
        slots=[
            SimpleNamespace(no=n, kind=str(one.kind) if one else "", text=one.text if one else "")
            for n, one in enumerate(slots)
        ],
        kinds=options(REMARKS),
        said=said(),
        hint=_("〔姓名〕会换成伙伴的名字；前五句可以用键盘 1 到 5 选。"),
    )
    return make_response(page, form.status)
