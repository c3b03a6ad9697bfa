"""The event stream and the time machine (X1, X2)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta

from tests.service.conftest import NOON, TODAY, Branch
from tests.store import golden


def test_every_filter_is_in_the_address(branch: Branch) -> None:
    branch.log_visit()
    branch.follow()
    auditor = branch.visitor("x1")

    mine = auditor.get("/events?topic=daily_log.&agent=A1").text
    others = auditor.get("/events?topic=daily_log.&agent=A2").text

    assert "与客户 张** 的面谈" in mine
    assert "没有符合的事件" in others


def test_every_kind_of_event_can_be_filtered(branch: Branch) -> None:
    page = branch.visitor("x1").get("/events").text
    offered = re.findall(r'<option value="([a-z_.]+)"', page)

    topics = {str(row["topic"]) for row in golden.rows()}
    missing = {t.split(".")[0] for t in topics if not t.startswith(tuple(offered))}

    assert missing == set()


def test_a_row_leads_to_an_event_with_its_neighbours(branch: Branch) -> None:
    auditor = branch.visitor("x1")
    first = re.search(r'href="/events/(\d+)"', auditor.get("/events").text)
    assert first is not None

    page = auditor.get(f"/events/{first[1]}").text

    assert f"第 {first[1]} 号事件" in page
    assert f'href="/events/{int(first[1]) - 1}"' in page
    assert "回到这一刻" in page


def test_causes_and_effects_lead_to_one_another(branch: Branch) -> None:
    branch.log_visit()
    cause = branch.store.reader().head()
    by = replace(branch.by(), cause=str(cause))
    branch.record.rulebook.set_deadlines(time(21), by=by)
    branch.follow()
    auditor = branch.visitor("x1")

    stream = auditor.get("/events").text

    assert f'<a href="/events/{cause}">起因 № {cause}</a>' in stream
    assert f'<a href="/events/{cause}#effects">引起 1 条</a>' in stream
    assert f'href="/events/{cause + 1}"' in auditor.get(f"/events/{cause}").text
    assert f'href="/events/{cause}"' in auditor.get(f"/events/{cause + 1}").text


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
    assert "<td>面谈</td><td>0 次</td><td><b>1 次</b></td>" in page


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


def test_what_came_late_is_there_in_one_reading_only(branch: Branch) -> None:
    branch.moment = NOON + timedelta(hours=5)
    branch.log_visit(minutes_ago=180)
    branch.follow()
    auditor, at = branch.visitor("x1"), "2026-11-18T15:00"

    recorded, occurred, both = (
        auditor.get(f"/time-machine?team=T1&at={at}&reading={reading}").text
        for reading in ("recorded", "occurred", "both")
    )

    assert meetings_of(recorded, "王小梅") == ["—"]
    assert meetings_of(occurred, "王小梅") == ["1"]
    assert "<td>面谈</td><td>0 次</td><td><b>1 次</b></td>" in both
    assert "两种读法的差别" in both


def test_a_moved_slider_leads_to_the_end_of_its_day(branch: Branch) -> None:
    page = branch.visitor("x1").get("/time-machine?team=T1&at=2026-11-18T11:00").text
    stood = re.search(r'id="slide"[^>]* value="(\d+)"', page)
    assert stood is not None

    moved = branch.visitor("x1").get(
        f"/time-machine?team=T1&at=2026-11-18T11:00&vs=&day=&reading=occurred"
        f"&slide={int(stood[1]) - 2}&stood={stood[1]}"
    )

    assert moved.status_code == 303
    assert moved.headers["Location"] == (
        "/time-machine?team=T1&at=2026-11-16T23%3A59%3A59.999000&reading=occurred"
    )


def test_a_slider_that_was_not_moved_leaves_the_exact_instant(branch: Branch) -> None:
    sent = branch.visitor("x1").get(
        "/time-machine?team=T1&at=2026-11-18T11:00:00.25&vs=2026-11-17T08:00&slide=9&stood=9"
    )

    assert sent.headers["Location"] == (
        "/time-machine?team=T1&at=2026-11-18T11%3A00%3A00.250000&vs=2026-11-17T08%3A00%3A00"
    )


def test_no_slider_leads_past_this_moment(branch: Branch) -> None:
    sent = branch.visitor("x1").get("/time-machine?team=T1&at=2026-11-18T09:00&slide=99&stood=20")

    assert sent.headers["Location"].endswith("at=2026-11-18T12%3A00%3A01")


def test_a_script_gets_the_page_at_once_and_its_address_beside_it(branch: Branch) -> None:
    answer = branch.visitor("x1").get(
        "/time-machine?team=T1&at=2026-11-18T11:00&slide=3&stood=3", **{"HX-Request": "true"}
    )

    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == "/time-machine?team=T1&at=2026-11-18T11%3A00%3A00"


def test_a_slider_that_is_none_changes_nothing(branch: Branch) -> None:
    auditor = branch.visitor("x1")

    for bad in ("slide=x&stood=1", "slide=999999999999999&stood=0", "slide=-3&stood=1", "slide=1"):
        answer = auditor.get(f"/time-machine?team=T1&at=2026-11-18T11:00&{bad}")
        where = answer.headers.get("Location", "at=2026-11-18T11%3A00%3A00")
        assert where.endswith("at=2026-11-18T11%3A00%3A00"), bad


def meetings_of(page: str, name: str) -> list[str]:
    """Return what stands in the column of meetings of an agent, for each state shown."""
    rows = re.findall(rf'<tr><th scope="row"><a [^>]*>{name}</a></th>(.*?)</tr>', page, re.S)
    cells = [re.findall(r"<td class=\"n[^>]*>([^<]*)", row) for row in rows]
    return [row[1] for row in cells if len(row) > 1]


def test_an_agents_day_is_shown_as_it_was_known_and_as_it_had_happened(branch: Branch) -> None:
    branch.moment = NOON + timedelta(hours=5)
    branch.log_visit(minutes_ago=180)
    branch.follow()
    auditor, at = branch.visitor("x1"), "2026-11-18T15:00"

    recorded, occurred = (
        auditor.get(f"/time-machine/agents/A1?team=T1&at={at}&reading={reading}").text
        for reading in ("recorded", "occurred")
    )

    assert "那一刻还没有这一天的记录" in recorded
    assert "张**" in occurred
    assert "张三丰" not in occurred


def test_an_agents_day_is_a_link_away_with_its_instant(branch: Branch) -> None:
    page = branch.visitor("x1").get("/time-machine?team=T1&at=2026-11-18T11:00").text

    link = re.search(r'href="(/time-machine/agents/A1[^"]*)"', page)

    assert link is not None
    assert "at=2026-11-18T11%3A00%3A00" in link[1]
    assert branch.visitor("x1").get(link[1].replace("&amp;", "&")).status_code == 200


def test_the_past_day_of_nobody_is_not_there(branch: Branch) -> None:
    assert branch.visitor("x1").get("/time-machine/agents/A9").status_code == 404
    assert branch.visitor("s1").get("/time-machine/agents/A1").status_code == 403
