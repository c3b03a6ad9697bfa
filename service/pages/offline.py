"""What a phone without signal needs: a shell that it may keep, a fresh token, plain answers.

A form marked ``data-offline`` is kept on the device first and sent when there is a signal
(``static/offline.js``). Its command id makes sure that it counts once; the shell holds no word
about any customer, since phones are shared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from flask import Blueprint, Response, current_app, g, jsonify, make_response, render_template
from werkzeug.exceptions import Unauthorized

from domain.words import ActivityResult
from service.context import shilu
from service.forms import Form
from service.from_queue import is_queued
from service.language import _
from service.words import KINDS, PLAN_KINDS, RESULTS, SHORT_REASONS, SOURCES, options

pages = Blueprint("offline", __name__)
SHELL = "/offline"
STYLES = ("app.css", "app.js", "offline.js", "icon.svg")
ICONS = (
    ("icon-192.png", 192, "any"),
    ("icon-512.png", 512, "any"),
    ("maskable.png", 512, "maskable"),
)
RESULTS_OFFERED = (
    ActivityResult.INTERESTED,
    ActivityResult.FOLLOW_UP,
    ActivityResult.DECLINED,
    ActivityResult.SIGNED,
    ActivityResult.NOT_MET,
)


@pages.get(SHELL)
def shell() -> str:
    """Show the page for times without signal: the same for everybody, with nobody's data.

    The calendar's exceptions stand in it, so that a plan is proposed for the next working day.
    """
    rules = shilu().rules()
    return render_template(
        "offline.html",
        days_off=_listed(rules.days_off),
        make_up_days=_listed(rules.make_up_days),
        form=Form(command_id=""),
        plan=Form(command_id="", name="p"),
        kinds=options(KINDS),
        plan_kinds=options(PLAN_KINDS),
        results=options(RESULTS, RESULTS_OFFERED),
        sources=options(SOURCES),
        short_reasons=[(key, _(source)) for key, source in SHORT_REASONS.items()],
    )


@pages.get("/queue")
def session_now() -> Response:
    """Tell whose session this is and its token, which is stale after hours without signal."""
    if g.reader is None:
        raise Unauthorized
    return jsonify(person=g.reader.person_id, csrf=g.reader.csrf)


@pages.get("/sw.js")
def worker() -> Response:
    """Give the service worker, which keeps the shell and nothing else."""
    kept = [SHELL, *(_address(name) for name in STYLES)]
    version = _digest([*kept, shell()])
    script = make_response(render_template("sw.js", kept=kept, version=version))
    script.mimetype = "text/javascript"
    return script


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """Tell phones how to install Shilu on the home screen."""
    icons = [
        {"src": _address(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in ICONS
    ]
    answer = jsonify(
        id="/",
        name=_("实录"),
        short_name=_("实录"),
        description=_("保险营销团队的实录：工作日志、回访与稽核"),
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#f3f6f4",
        theme_color="#0b6e5f",
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


@pages.after_app_request
def answer_the_queue(response: Response) -> Response:
    """Tell a waiting phone plainly what became of its form.

    A redirect is followed by browsers without a word, and a guest network's own page looks like
    an answer: so what was accepted says where to look, and every answer says that it is ours.
    """
    if not is_queued():
        return response
    if response.status_code == 303:
        see = response.headers["Location"]
        response = jsonify(see=see)
        response.headers["Shilu-Queue"] = "accepted"
    elif 400 <= response.status_code < 500 and response.status_code not in (401, 429):
        response.headers["Shilu-Queue"] = "refused"
    return response


def _listed(days: Iterable[date]) -> str:
    """Return the days of this year and later: an older phone's page needs no others."""
    this_year = shilu().today().year
    return " ".join(sorted(day.isoformat() for day in days if day.year >= this_year))


def _address(name: str) -> str:
    return str(current_app.jinja_env.globals["asset"](name))  # type: ignore[operator]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
