"""A team's goals for a month, beside the sum of its members' own (R-13, R-23)."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.sheet_figures import Column, Figures, month_of, next_month, total
from projections import sheets, team_day
from service.access import Thing, may, need, need_about
from service.context import shilu
from service.forms import Day, Form, PageForm, by, see, sent, text
from service.language import _, month_text
from service.pages.sheet_words import number_fields, target_fields, typed_targets
from service.reading import said, views
from service.sessions import reader
from service.words import COLUMNS, label

pages = Blueprint("team_goals", __name__)


class TeamGoalsForm(PageForm):
    """The goals, what the month is about, and why they are changed."""

    month = Day(required=True)
    focus = text(500)
    reason = text(500)


WholeForm = TeamGoalsForm.from_dict(target_fields(), name="WholeForm")


@pages.get("/team-goals")
def mine() -> Response:
    """Go to the goals of the first team that one leads."""
    need(reader(), Thing.SET_GOALS)
    with shilu().views.connect() as connection:
        team_id = next((team for team, _name in _teams(connection)), "")
    if not team_id:
        raise NotFound
    return _page(Form(), team_id, _month_in_address())


@pages.get("/team-goals/<team_id>")
def goals(team_id: str) -> Response:
    """Show a team's goals for a month."""
    need_about(reader(), Thing.SET_GOALS, team_id=_known(team_id))
    return _page(Form(), team_id, _month_in_address())


@pages.post("/team-goals/<team_id>")
def set_goals(team_id: str) -> Response:
    """Set or change them."""
    need_about(reader(), Thing.SET_GOALS, team_id=_known(team_id))
    form = sent(WholeForm())  # type: ignore[arg-type]  # marshmallow forgets the base class
    month = month_of(form.data.get("month") or shilu().today())
    targets = typed_targets(form.data) if form.good else None
    if form.good and targets is None:
        form.fail("policies", _("请至少填一个数"))
    if form.good and targets is not None:
        with form.refusals(reason="reason"):
            receipt = shilu().record.team_goals.set(
                team_id,
                month,
                targets,
                by=by(form),
                focus=form.data["focus"],
                reason=form.data["reason"],
            )
            return see(f"/team-goals/{team_id}?month={month:%Y-%m}", receipt, "targets")
    return _page(form, team_id, month)


def _known(team_id: str) -> str:
    need(reader(), Thing.SET_GOALS)
    if shilu().record.organisation.team(team_id) is None:
        raise NotFound
    return team_id


def _teams(connection: Connection) -> list[tuple[str, str]]:
    return [
        (team.team_id, team.name)
        for team in team_day.teams(connection)
        if may(reader(), Thing.SET_GOALS, team_id=team.team_id)
    ]


def _month_in_address() -> date:
    """Return the month named in the address; at the end of a month it is the next one's turn."""
    given = request.args.get("month", "")
    try:
        return date.fromisoformat(f"{given}-01") if len(given) == 7 else _its_turn()
    except ValueError:
        return _its_turn()


def _its_turn() -> date:
    today = shilu().today()
    return next_month(today) if today.day > 24 else month_of(today)


def _page(form: Form, team_id: str, month: date) -> Response:
    with views("sheets", "team_day") as connection:
        teams = _teams(connection)
        people = team_day.people(connection, shilu().today())
        members = {p.person_id: p.name for p in people.values() if p.team_id == team_id}
        agents = [who for who in members if people[who].role == "agent"]
        known = sheets.team_goals(connection, team_id, month)
        own = sheets.goals_of(connection, agents, month)
    page = render_template(
        "team_goals.html",
        form=form,
        said=said(),
        teams=teams,
        team_id=team_id,
        team_name=dict(teams).get(team_id, team_id),
        month=month,
        month_text=month_text(month),
        before=f"{month_of(month - timedelta(days=1)):%Y-%m}",
        after_month=f"{next_month(month):%Y-%m}",
        fields=number_fields(form, known.goals if known else None),
        focus=known.focus if known else "",
        known=known is not None,
        columns=[label(COLUMNS, column) for column in Column],
        members=[_row(members[who], own.get(who)) for who in sorted(agents)],
        sums=_row(_("合计"), total(own.values())),
        team=_row(_("团队"), known.goals) if known else None,
        gaps=_gaps(known.goals, total(own.values())) if known else None,
    )
    return make_response(page, form.status)


def _row(name: str, figures: Figures | None) -> SimpleNamespace:
    numbers = [figures.of(column) if figures else "–" for column in Column]
    return SimpleNamespace(name=name, numbers=numbers)


def _gaps(asked: Figures, own: Figures) -> SimpleNamespace:
    numbers = [max(asked.of(column) - own.of(column), 0) for column in Column]
    return SimpleNamespace(name=_("还差"), numbers=numbers)
