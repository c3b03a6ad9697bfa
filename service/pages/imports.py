"""Imports of lists: bring a file, see what its columns mean and what is wrong, then take the rest.

People and teams are the administrator's, customers (计划100) the agent's own. Nothing is taken
before the whole file was checked on the page; the bad rows can be downloaded, put right and
brought again.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.bringing import plain
from domain.words import Receipt
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, command_id, see, sent
from service.import_kinds import EXAMPLES, KINDS
from service.importing import Kind, Outcome, go_through, guess, secret_of
from service.language import N_, _
from service.sessions import reader
from service.tables_in import BadTable, Grid, read_table
from service.tables_out import XLSX, Cell, csv_file, xlsx_file
from store.import_jobs import ImportJobs
from store.uploads import UploadGone, Uploads

pages = Blueprint("imports", __name__)
THINGS = {"people": Thing.PEOPLE, "customers": Thing.CUSTOMERS}
TITLES = {"people": N_("导入人员与团队"), "customers": N_("导入客户名单")}
BACK = {"people": "/people", "customers": "/customers"}
SHELLS = {"people": "desk.html", "customers": "phone.html"}
PREVIEWED, ERRORS_SHOWN = 5, 100
AT_ONCE = 200  # rows; more are taken by a worker, so that nobody waits for the answer


class UploadForm(PageForm):
    """A file; it is read apart from the form."""


class ColumnsForm(PageForm):
    """Which column is what, of a file that was brought before."""

    ticket = fields.String(required=True, validate=validate.Length(max=120))


View = Callable[[str], Response]


def each(method: str, tail: str) -> Callable[[View], View]:
    """Declare a route of every kind of import: each has its own right, and its own address."""

    def declare(view: View) -> View:
        for kind in KINDS:
            pages.add_url_rule(
                f"/import/{kind}{tail}",
                f"{view.__name__}_{kind}",
                view,
                methods=[method],
                defaults={"kind": kind},
            )
        return view

    return declare


@each("GET", "")
def start(kind: str) -> Response:
    """Ask for a file."""
    return _ask(_kind(kind), Form())


@each("GET", "/sample")
def example_csv(kind: str) -> Response:
    """Give a file to fill in, as CSV."""
    wanted = _kind(kind)
    header = [_(target.label) for target in wanted.targets]
    return _file(csv_file(header, EXAMPLES[kind]), f"{kind}.csv", "text/csv")


@each("GET", "/sample-sheet")
def example_xlsx(kind: str) -> Response:
    """Give a file to fill in, as XLSX."""
    wanted = _kind(kind)
    header = [_(target.label) for target in wanted.targets]
    return _file(xlsx_file(header, EXAMPLES[kind], kind), f"{kind}.xlsx", XLSX)


@each("POST", "")
def bring(kind: str) -> Response:
    """Read the file, keep it sealed for an hour, and show what would become of it."""
    wanted, form = _kind(kind), sent(UploadForm())
    given = request.files.get("file")
    content = given.read() if given else b""
    if form.good and not content:
        form.fail("file", _("请选择一个文件"))
    if form.good:
        try:
            grid = read_table(content)
        except BadTable as bad:
            form.fail("file", _(bad.source))
        else:
            ticket = _uploads().put(_owner(wanted), content)
            return _preview(wanted, grid, guess(wanted, grid.header), Form(), ticket)
    return _ask(wanted, form)


@each("POST", "/check")
def check(kind: str) -> Response:
    """Check again with other columns."""
    wanted = _kind(kind)
    form, grid, columns = _sent(wanted)
    if grid is None:
        return _ask(wanted, form)
    return _preview(wanted, grid, columns, form, form.value("ticket"))


@each("POST", "/take")
def take(kind: str) -> Response:
    """Take the good rows by the same commands as the pages; the others are told."""
    wanted = _kind(kind)
    form, grid, columns = _sent(wanted)
    if grid is None:
        return _ask(wanted, form)
    if not form.good:
        return _preview(wanted, grid, columns, form, form.value("ticket"))
    if len(grid.lines) > AT_ONCE:
        return _queue(
            wanted, form, go_through(wanted, grid, columns, dry=True, moment=shilu().now())
        )
    outcome = go_through(wanted, grid, columns, dry=False, moment=shilu().now())
    if not outcome.errors:
        _uploads().drop(_owner(wanted))
        return see(BACK[kind], Receipt(outcome.position, UUID(int=0), 0), "imported")
    return _preview(wanted, grid, columns, Form(), form.value("ticket"), taken=outcome)


@each("GET", "/progress")
def progress(kind: str) -> Response:
    """Show how far a big import has come, and what came of it."""
    wanted = _kind(kind)
    job = _jobs().find(request.args.get("job", ""))
    if job is None or (job.person_id, job.kind) != (reader().person_id, wanted.name):
        raise NotFound
    page = render_template(
        "import_job.html",
        frame=SHELLS[kind],
        kind=kind,
        title=_(TITLES[kind]),
        back=BACK[kind],
        job=job,
        taken=job.done - len(job.refused),
    )
    return make_response(page)


@each("POST", "/bad-rows")
def bad_rows(kind: str) -> Response:
    """Give the rows that cannot be taken, with what is wrong, to be put right."""
    wanted = _kind(kind)
    form, grid, columns = _sent(wanted)
    if grid is None:
        return _ask(wanted, form)
    outcome = go_through(wanted, grid, columns, dry=True, moment=shilu().now())
    header = [*grid.header, _("行"), _("问题")]
    said = {no: _("；").join(e.said() for e in outcome.errors if e.row == no) for no in outcome.bad}
    rows: list[list[Cell]] = [
        [*line.cells, line.no, said[line.no]] for line in grid.lines if line.no in said
    ]
    return _file(csv_file(header, rows), f"{kind}-bad-rows.csv", "text/csv")


def _queue(kind: Kind, form: Form, outcome: Outcome) -> Response:
    """Let a worker take the new rows, and show how far it has come."""
    who = reader()
    job_id = "I-" + command_id(form, "import").hex[:12]
    rows = [
        {"no": no, "row": plain(kind.brought(row)), "secret": secret_of(row)}
        for no, row in outcome.new
    ]
    whose, counts = (who.person_id, str(who.role)), (outcome.known, len(outcome.bad))
    _jobs().put(job_id, whose, kind.name, rows, known=counts[0], bad=counts[1])
    _uploads().drop(_owner(kind))
    return redirect(f"/import/{kind.name}/progress?job={job_id}", 303)


def _jobs() -> ImportJobs:
    vault = shilu().record.mapper.vault  # type: ignore[attr-defined]
    return ImportJobs(shilu().accounts.engine, shilu().branch, vault)


def _kind(name: str) -> Kind:
    need(reader(), THINGS[name])
    return KINDS[name]


def _uploads() -> Uploads:
    return Uploads(shilu().accounts.engine)


def _owner(kind: Kind) -> str:
    return f"{shilu().branch}/{reader().person_id}/{kind.name}"


def _sent(kind: Kind) -> tuple[Form, Grid | None, dict[str, int]]:
    """Return the form, the table it is about (None: brought too long ago) and its columns."""
    schema: Any = ColumnsForm.from_dict(
        {f"column_{target.name}": fields.Integer(load_default=None) for target in kind.targets}
    )
    form = sent(schema())
    try:
        grid = read_table(_uploads().get(_owner(kind), form.value("ticket")))
    except (UploadGone, BadTable):
        form.problem, form.status = _("文件已经不在了，请重新选择。"), 409
        return form, None, {}
    columns = {t.name: form.data.get(f"column_{t.name}") for t in kind.targets}
    width = range(len(grid.header))
    chosen = {name: at for name, at in columns.items() if at is not None and at in width}
    for target in kind.targets:
        if target.needed and target.name not in chosen:
            form.fail(f"column_{target.name}", _("请选择哪一栏是{name}", name=_(target.label)))
    if len(set(chosen.values())) < len(chosen):
        form.problem, form.status = _("同一栏不能用两次。"), 422
    return form, grid, chosen


def _ask(kind: Kind, form: Form) -> Response:
    page = render_template(
        "import_start.html",
        frame=SHELLS[kind.name],
        form=form,
        kind=kind.name,
        title=_(TITLES[kind.name]),
        back=BACK[kind.name],
        targets=[(_(target.label), target.needed) for target in kind.targets],
    )
    return make_response(page, form.status)


def _preview(
    kind: Kind,
    grid: Grid,
    columns: dict[str, int],
    form: Form,
    ticket: str,
    taken: Outcome | None = None,
) -> Response:
    outcome = taken or go_through(kind, grid, columns, dry=True, moment=shilu().now())
    page = render_template(
        "import_preview.html",
        frame=SHELLS[kind.name],
        form=form,
        kind=kind.name,
        title=_(TITLES[kind.name]),
        back=BACK[kind.name],
        ticket=ticket,
        columns=[_column(target, grid, columns) for target in kind.targets],
        header=grid.header,
        first=[line.cells for line in grid.lines[:PREVIEWED]],
        total=len(grid.lines),
        outcome=outcome,
        errors=outcome.errors[:ERRORS_SHOWN],
        more=max(len(outcome.errors) - ERRORS_SHOWN, 0),
        done=taken is not None,
    )
    return make_response(page, form.status)


def _column(target: Any, grid: Grid, columns: dict[str, int]) -> SimpleNamespace:
    offered = [(str(at), name or _("第 {n} 栏", n=at + 1)) for at, name in enumerate(grid.header)]
    chosen = columns.get(target.name)
    return SimpleNamespace(
        name=f"column_{target.name}",
        label=_(target.label) + ("" if target.needed else _("（选填）")),
        offered=offered,
        value="" if chosen is None else str(chosen),
    )


def _file(content: bytes, name: str, kind: str) -> Response:
    answer = make_response(content)
    answer.mimetype = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
