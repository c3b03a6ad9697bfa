"""Who asks too fast is told when to come again; nobody else notices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from service.rate_limit import BURST, RateLimit, set_up
from tests.service.conftest import Branch


@pytest.fixture
def limited(branch: Branch) -> Iterator[Branch]:
    """A branch in which each may ask once a second, five times at once."""
    app = branch.visitor("").client.application
    assert isinstance(app, Flask)
    set_up(app, 1)
    yield branch
    del app.extensions["shilu.rate_limit"]


def until_refused(branch: Branch, login: str, path: str, most: int = 20) -> tuple[int, str]:
    visitor = branch.visitor(login)
    for _ in range(most):
        answer = visitor.get(path)
        if answer.status_code == 429:
            return int(answer.headers["Retry-After"]), answer.text
    return 0, ""


def test_a_page_asked_for_too_fast_says_when_to_come_again(limited: Branch) -> None:
    seconds, page = until_refused(limited, "a1", "/today")

    assert seconds >= 1
    assert "点得太快了" in page


def test_the_api_says_so_as_a_problem(limited: Branch) -> None:
    seconds, problem = until_refused(limited, "a1", "/api/v1/me")

    assert seconds >= 1
    assert "Retry-After" in problem


def test_one_who_asks_too_fast_takes_nobody_elses_turn(limited: Branch) -> None:
    assert until_refused(limited, "a1", "/today")[0]

    assert limited.visitor("a2").get("/today").status_code == 200


def test_what_every_page_loads_is_not_counted(limited: Branch) -> None:
    assert until_refused(limited, "", "/livez") == (0, "")


def test_nothing_is_limited_where_nothing_is_set(branch: Branch) -> None:
    assert until_refused(branch, "a1", "/today", most=300) == (0, "")


@given(
    st.integers(1, 100),
    st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=200),
)
def test_nobody_gets_more_than_the_rate_and_the_burst(rate: int, pauses: list[float]) -> None:
    now = [0.0]
    limit = RateLimit(rate, lambda: now[0])
    taken = 0
    for pause in pauses:
        now[0] += pause
        taken += limit.wait("A1") == 0.0

    assert taken <= rate * (now[0] + BURST) + 1


@given(st.integers(1, 100), st.integers(1, 300))
def test_who_waits_as_long_as_told_is_served(rate: int, asked: int) -> None:
    now = [0.0]
    limit = RateLimit(rate, lambda: now[0])
    waits = [limit.wait("A1") for _ in range(asked)]
    now[0] += max(waits) + 1e-9

    assert limit.wait("A1") == 0.0
