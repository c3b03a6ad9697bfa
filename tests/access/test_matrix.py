"""The access matrix over every route there is: who may, and about whom; nothing else happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.access.rows import PUBLIC, ROWS, Row
from tests.access.world import COLUMNS, READERS, World

STATUS = {"x": 403, "0": 404}
MAY = {200, 201, 204, 303, 409, 412, 422}
HOLE = re.compile(r"<(?:[^:<>]*:)?(\w+)>")
FILLED = re.compile(r"\{\w+\}")
HOW = """
Routes without a row in the access matrix: {missing}
Rows without a route: {stale}

Add a row to tests/access/rows.py: row("METHOD /the/rule/<as:in_the_url_map>", body, s="++00", ...).
Readers: a agent A1, s supervisor of A1 and A2, u upper supervisor, x auditor, m administrator.
Signs for things of A1, A2, B1 (another team), Z1 (another branch): + may, x 403, 0 404;
one sign stands for all four, a reader left out may never (403). Things: World.things, World._fill.
"""


def test_every_route_has_a_row(world: World) -> None:
    routes = {
        f"{method} {rule.rule}"
        for rule in world.home.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    known = {row.route for row in ROWS} | PUBLIC

    assert routes == known, HOW.format(
        missing=sorted(routes - known) or "none", stale=sorted(known - routes) or "none"
    )


def test_no_route_has_two_rows() -> None:
    assert len({row.route for row in ROWS} | PUBLIC) == len(ROWS) + len(PUBLIC)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.route)
def test_who_may_not_is_told_so_and_nothing_happens(world: World, row: Row) -> None:
    before = said(world)

    wrong = [
        (reader, column, sign, response.status_code)
        for reader, column, sign in cells(row, allowed=False)
        if (response := send(world, row, READERS[reader], column)).status_code != STATUS[sign]
    ]

    assert wrong == []
    assert said(world) == before


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.route)
def test_who_may_is_let_in(world: World, tmp_path: Path, row: Row) -> None:
    asked = world if row.route.startswith("GET") else World(tmp_path)

    statuses = [
        (reader, column, send(asked, row, READERS[reader], column).status_code)
        for reader, column, _sign in cells(row, allowed=True)
    ]

    assert statuses, "nobody may: is this route of any use?"
    assert statuses[0][2] in row.first, statuses[0]
    assert [cell for cell in statuses if cell[2] not in MAY | set(row.first)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.route)
@pytest.mark.parametrize("login", ["", "z1"], ids=["nobody", "somebody_of_another_branch"])
def test_without_a_session_of_this_branch_nothing_opens(world: World, row: Row, login: str) -> None:
    before = said(world)

    response = send(world, row, login, "A1")

    if "/api/" in row.route:
        assert response.status_code == 401
    else:
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in")
    assert said(world) == before


def cells(row: Row, *, allowed: bool) -> Iterator[tuple[str, str, str]]:
    """Go through the readers and columns of a row; one column where no thing is named."""
    some = names_things(row)
    for reader in READERS:
        signs = row.signs(reader)
        for column, sign in zip(COLUMNS, signs, strict=True):
            if (sign == "+") is allowed and (some or column == "A1"):
                yield reader, column, sign


def names_things(row: Row) -> bool:
    """Tell whether the request says whom it is about."""
    return bool(HOLE.search(row.route) or FILLED.search(f"{row.query}{row.body}"))


def send(world: World, row: Row, login: str, column: str) -> TestResponse:
    """Send the request of a row about the things of a column."""
    things = world.things(column)
    method, rule = row.route.split(" ")
    path = HOLE.sub(lambda hole: things[hole.group(1)], rule)
    if row.query:
        path += "?" + row.query.format_map(things)
    return world.ask(login, method, path, filled(row.body, things) if method != "GET" else None)


def filled(body: Any, things: dict[str, str]) -> Any:
    """Return a body with the things of a column in it."""
    if isinstance(body, str):
        return body.format_map(things)
    if hasattr(body, "items"):
        return {key: filled(value, things) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, things) for value in body]
    return body


def said(world: World) -> list[str]:
    """Return what is on record but the refusals themselves."""
    return [topic for topic in world.topics() if not topic.startswith("access.")]
