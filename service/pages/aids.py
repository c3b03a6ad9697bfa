"""The administrator's checklists and phrases for reviews (R-03, R-14): wording, and which rows apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, cast

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from domain.log_checklist import CHECKLIST, ChecklistRow, Finding, Phrase
from domain.review_aids import LONGEST, WORDS
from domain.sheet_checklist import CHECKLISTS, SheetFinding, SheetRow
from domain.words import RemarkKind, SheetKind
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, by, many_of, one_of, see, sent, text
from service.language import N_, _
from service.reading import said
from service.review_aids import (
    Row,
    handbook_row,
    handbook_sheet_row,
    phrases,
    rows,
    sheet_rows,
)
from service.sessions import reader
from service.words import REMARKS, options

pages = Blueprint("aids", __name__)
SLOTS = 10  # phrases that the page offers; the first five have keys


def _checklist_form(findings: type[StrEnum], usual: Sequence[Row]) -> PageForm:
    """Return the form of a checklist: three texts a row, and which rows apply."""
    fields: dict[str, Any] = {"applies": many_of(findings)}
    for row in usual:
        fields |= {f"{name}_{row.finding}": text(LONGEST) for name in WORDS}
    return cast(PageForm, PageForm.from_dict(fields, name="ChecklistForm")())


def _phrases_form() -> PageForm:
    fields: dict[str, Any] = {}
    for n in range(SLOTS):
        fields |= {f"kind_{n}": one_of(RemarkKind), f"text_{n}": text(LONGEST)}
    return cast(PageForm, PageForm.from_dict(fields, name="PhrasesForm")())


@pages.get("/settings/checklist")
def checklist() -> Response:
    """Show the checklist of the daily log as the branch has it."""
    need(reader(), Thing.PEOPLE)
    return _checklist(Form(), rows())


@pages.post("/settings/checklist")
def define_checklist() -> Response:
    """Say which rows apply, and how they read."""
    need(reader(), Thing.PEOPLE)
    usual = [handbook_row(item) for item in CHECKLIST]
    form = sent(_checklist_form(Finding, usual))
    if form.good:
        with form.refusals(rows="applies"):
            told = [ChecklistRow(Finding(name), **own) for name, own in _told(form.data, usual)]
            receipt = shilu().record.review_aids.define_checklist(told, by=by(form))
            return see("/settings/checklist", receipt, "saved")
    return _checklist(form, rows())


@pages.get("/settings/checklist/<any(week,month):sheet>")
def sheet_checklist(sheet: str) -> Response:
    """Show the checklist of weeks or of months as the branch has it."""
    need(reader(), Thing.PEOPLE)
    return _checklist(Form(), sheet_rows(SheetKind(sheet)), sheet)


@pages.post("/settings/checklist/<any(week,month):sheet>")
def define_sheet_checklist(sheet: str) -> Response:
    """Say which rows apply to weeks or months, and how they read."""
    need(reader(), Thing.PEOPLE)
    kind = SheetKind(sheet)
    usual = [handbook_sheet_row(item) for item in CHECKLISTS[kind]]
    form = sent(_checklist_form(SheetFinding, usual))
    if form.good:
        with form.refusals(rows="applies"):
            told = [SheetRow(SheetFinding(name), **own) for name, own in _told(form.data, usual)]
            receipt = shilu().record.review_aids.define_sheet_checklist(kind, told, by=by(form))
            return see(f"/settings/checklist/{sheet}", receipt, "saved")
    return _checklist(form, sheet_rows(kind), sheet)


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


def _told(data: dict[str, Any], usual: Sequence[Row]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each finding with its row; a text that is the handbook's own is kept as that, and
    follows its language."""
    for row in usual:
        given = {name: data[f"{name}_{row.finding}"] or "" for name in WORDS}
        own = {name: "" if getattr(row, name) == told else told for name, told in given.items()}
        yield str(row.finding), {"applies": row.finding in data["applies"], **own}


def _checklist(form: Form, shown: Sequence[Row], sheet: str = "") -> Response:
    tabs = (("", N_("日志")), ("week", N_("周工作检视表")), ("month", N_("月经营记录")))
    page = render_template(
        "aids_checklist.html",
        form=form,
        rows=shown,
        sheet=sheet,
        tabs=[
            SimpleNamespace(href=_address(name), text=_(text), current=name == sheet)
            for name, text in tabs
        ],
        address=_address(sheet),
        titles=[(str(row.finding), row.symptom) for row in shown],
        applying=[str(row.finding) for row in shown if row.applies],
        said=said(),
    )
    return make_response(page, form.status)


def _address(sheet: str) -> str:
    return f"/settings/checklist/{sheet}" if sheet else "/settings/checklist"


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
