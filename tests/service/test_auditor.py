"""The event stream and the time machine (X1, X2)."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.service.conftest import NOON, TODAY, Branch


def test_every_filter_is_in_the_address(branch: Branch) -> None:
    branch.log_visit()
    branch.follow()
    auditor = branch.visitor("x1")

    mine = auditor.get("/events?topic=daily_log.&agent=A1").text
    others = auditor.get("/events?topic=daily_log.&agent=A2").text

    assert "与客户 张** 的面谈" in mine
    assert "没有符合的事件" in others


def test_a_row_leads_to_an_event_with_its_neighbours(branch: Branch) -> None:
    auditor = branch.visitor("x1")
    first = re.search(r'href="/events/(\d+)"', auditor.get("/events").text)
    assert first is not None

    page = auditor.get(f"/events/{first[1]}").text

    assert f"第 {first[1]} 号事件" in page
    assert f'href="/events/{int(first[1]) - 1}"' in page
    assert "回到这一刻" in page


def test_an_event_that_is_not_there_is_a_clear_404(branch: Branch) -> None:
    auditor = branch.visitor("x1")

    assert auditor.get("/events/99999").status_code == 404
    assert auditor.get(f"/events/{10**30}").status_code == 404


def test_older_events_are_a_page_away(branch: Branch) -> None:
    for minutes in range(1, 60):
        branch.log_visit(minutes_ago=minutes)
    branch.follow()
    auditor = branch.visitor("x1")

    older = re.search(r'href="(/events\?before=\d+)"', auditor.get("/events").text)

    assert older is not None
    assert auditor.get(older[1]).status_code == 200


def test_a_team_is_shown_as_it_was_beside_as_it_is(branch: Branch) -> None:
    before = NOON - timedelta(minutes=1)
    branch.log_visit()
    branch.moment = NOON + timedelta(minutes=1)
    branch.follow()

    page = (
        branch.visitor("x1")
        .get(
            f"/time-machine?team=T1&at={before:%Y-%m-%dT%H:%M:%S}Z&vs=2026-11-18T12:00:30&day={TODAY}"
        )
        .text
    )

    assert page.count("2026年11月18日") >= 2
    assert "面谈 0 → 1" in page


def test_an_instant_that_is_none_is_told_and_nothing_breaks(branch: Branch) -> None:
    auditor = branch.visitor("x1")

    for bad in ("yesterday", "2026-13-40T00:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00"):
        response = (
            auditor.get("/time-machine") if not bad else auditor.get(f"/time-machine?at={bad}")
        )
        assert response.status_code == 422, bad


def test_a_team_that_was_not_there_yet_is_empty_then(branch: Branch) -> None:
    page = branch.visitor("x1").get("/time-machine?team=T1&at=2020-01-01T00:00").text

    assert "那时这个团队还没有人" in page
