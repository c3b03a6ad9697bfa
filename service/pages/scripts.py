"""Callback scripts (话术, R-56): read, and published anew; the handbook's own stays as it was."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from flask import Blueprint, make_response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.rulebook import ScriptStep
from domain.script_lint import Found, lint
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, Tick, by, see, sent, text
from service.language import N_, _
from service.reading import said
from service.refusals import TICK_WORDS
from service.sessions import reader

pages = Blueprint("scripts", __name__)
STEPS = range(1, 7)
ORIGINAL = "handbook-original"
TITLES = (
    N_("寒暄致意"),
    N_("介绍伙伴"),
    N_("说明意图"),
    N_("具体说明"),
    N_("达成约访"),
    N_("事后沟通"),
)


def _form() -> PageForm:
    """Return the form of a script: a title and a text for each step."""
    missing: Any = {"required": True, "missing": N_("六步都要写")}
    fields: dict[str, Any] = {}
    for n in STEPS:
        fields |= {f"title_{n}": text(40, **missing), f"text_{n}": text(1000, **missing)}
    fields["meant"] = Tick()
    return cast(PageForm, PageForm.from_dict(fields, name="ScriptForm")())


@pages.get("/settings/scripts")
def listing() -> str:
    """List the scripts."""
    need(reader(), Thing.PEOPLE)
    book = shilu().record.rulebook.find()
    known = book.scripts.values() if book else ()
    return render_template(
        "scripts.html",
        scripts=[
            SimpleNamespace(
                id=script.script_id,
                text=_("第 {n} 版", n=script.version),
                flaws=len(lint([step.text for step in script.steps], script.language)),
                language=script.language,
                fixed=script.script_id == ORIGINAL,
            )
            for script in known
        ],
        said=said(),
    )


@pages.get("/settings/scripts/<script_id>")
def script(script_id: str) -> Response:
    """Show a script in its newest version."""
    need(reader(), Thing.PEOPLE)
    return _page(script_id, Form())


@pages.post("/settings/scripts/<script_id>")
def publish(script_id: str) -> Response:
    """Publish a script's next version; calls already begun keep theirs."""
    need(reader(), Thing.PEOPLE)
    language = _language(script_id)
    if script_id == ORIGINAL:
        raise NotFound  # it is kept word for word, beside those that are used
    form = sent(_form())
    if form.good:
        data = form.data
        steps = tuple(ScriptStep(n, data[f"title_{n}"], data[f"text_{n}"]) for n in STEPS)
        with form.refusals():
            receipt = shilu().record.rulebook.publish_script(
                script_id, language, steps, by=by(form), meant=data["meant"]
            )
            return see("/settings/scripts", receipt, "saved")
    return _page(script_id, form)


def _language(script_id: str) -> str:
    book = shilu().record.rulebook.find()
    known = book.scripts.get(script_id) if book else None
    if known is None:
        raise NotFound
    return known.language


def _flaw(one: Found) -> str:
    what = _(TICK_WORDS[str(one.flaw)])
    if not one.step:
        return what
    return _("第 {n} 步：{what}「{words}」", n=one.step, what=what, words=one.words)


def _page(script_id: str, form: Form) -> Response:
    language = _language(script_id)
    known = shilu().record.rulebook.script(script_id)
    said_now = [form.value(f"text_{step.step}", step.text) for step in known.steps]
    page = render_template(
        "script.html",
        form=form,
        script_id=script_id,
        language=language,
        fixed=script_id == ORIGINAL,
        steps=known.steps,
        flaws=[_flaw(one) for one in lint(said_now, language)],
        held=form.status == 409 or form.value("meant") != "",
        titles=[_(title) for title in TITLES],
        said=said(),
    )
    return make_response(page, form.status)
