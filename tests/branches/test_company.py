"""The company's pages: every branch asked for itself, and one answer put together."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.detection.company_rate import BranchRate, company_rate
from domain.rate_estimate import Estimate
from domain.words import Role
from service import company as asking
from service.context import Context
from tests.branches.company import TITLES, TODAY, Company, Visitor


def text_of(page: str) -> str:
    """Return what a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def auditor(company: Company) -> Visitor:
    return company.visitor("main", Role.AUDITOR, "X1", "all")


def hand_in(company: Company, name: str, agent_id: str = "A1") -> None:
    """Let an agent hand in the day's log."""
    company.visit(name, agent_id)
    by = company.by(agent_id, Role.AGENT)
    company.records[name].daily_logs.submit(agent_id, TODAY, by=by)


def estimate(company: Company, name: str, rate: float, *, enough: bool = True) -> None:
    """Put an estimate of a branch's fake rate on record."""
    made = Estimate("branch", TODAY, rate, rate / 2, rate * 2, 40, 60, 1, enough, "test")
    by = company.by("system", Role.SYSTEM)
    record = company.records[name]
    record.recording.answer(by, lambda: record.rate_estimates.estimated(made, by))


@contextmanager
def silent(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a branch answer nothing meanwhile."""
    real, over = asking.branch_day, threading.Event()

    def slow(context: Context) -> object:
        if context.branch == name:
            over.wait(20)
        with context.views.connect() as connection:
            return real(connection, TODAY)

    monkeypatch.setattr(asking, "_morning", slow)
    monkeypatch.setattr(asking, "PATIENCE", 1.0)
    yield
    over.set()


def test_the_board_shows_each_branch_and_their_sum(company: Company) -> None:
    hand_in(company, "main")
    hand_in(company, "north")
    hand_in(company, "north", "A2")
    company.follow()

    page = text_of(auditor(company).get("/company").text)

    assert all(title in page for title in TITLES.values())
    assert "日志 3/6 已交" in page
    for said in ("日志 1/2", "日志 2/2", "日志 0/2"):
        assert said in page
    assert "待批阅 3" in page
    assert re.search("最慢的是(总部|朝阳|远山)营业部：[0-9.]+ 秒", page)


def test_who_was_granted_two_branches_sees_these_alone(company: Company) -> None:
    company.follow()
    upper = company.visitor("main", Role.UPPER_SUPERVISOR, "U1", "north")

    page = upper.get("/company").text

    assert "朝阳营业部" in page
    assert "远山营业部" not in page


def test_a_branch_that_does_not_answer_hides_no_other(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.follow()
    visitor = auditor(company)
    with silent("north", monkeypatch):
        page = text_of(visitor.get("/company").text)
        again = text_of(visitor.get("/company").text)

    for shown in (page, again):
        assert shown.count("没有回应") == 1
        assert shown.count("日志 0/2") == 2


def test_the_company_s_fake_rate_is_weighted_by_visits(company: Company) -> None:
    for name, rate, visits in (("main", 0.02, 3), ("north", 0.10, 1)):
        for _ in range(visits):
            company.visit(name)
        estimate(company, name, rate)
    company.follow()

    shown = auditor(company).api("GET", "/api/v1/company").json

    assert shown["fake_rate"]["rate"] == pytest.approx(0.04)
    assert shown["fake_rate"]["low"] < 0.04 < shown["fake_rate"]["high"]
    assert shown["covered"] == pytest.approx(1.0)


def test_too_few_calls_are_said_to_be_too_few(company: Company) -> None:
    company.visit("main")
    company.visit("north")
    company.visit("north")
    estimate(company, "main", 0.05)
    estimate(company, "north", 0.05, enough=False)
    company.follow()
    visitor = auditor(company)

    assert "回访还不够：有估计的营业部只占全部拜访的 33%" in text_of(visitor.get("/company").text)
    assert visitor.api("GET", "/api/v1/company").json["fake_rate"] is None


def test_an_administrator_sees_people_and_no_figures_of_their_work(company: Company) -> None:
    company.follow()
    admin = company.visitor("main", Role.ADMINISTRATOR, "M1", "all")

    page = text_of(admin.get("/company").text)
    shown = admin.api("GET", "/api/v1/company").json

    assert "朝阳营业部" in page
    assert "待批阅" not in page
    assert "编造率" not in page
    assert {branch["reviews"] for branch in shown["branches"]} == {None}


def test_the_search_merges_branches_by_the_instant_of_recording(company: Company) -> None:
    company.follow()
    before = company.heads()
    for name in ("main", "north", "main", "south"):
        company.moment = company.moment.replace(minute=company.moment.minute + 1)
        company.visit(name)
    company.follow()

    found = auditor(company).api("GET", "/api/v1/company/events?topic=daily_log.activity_logged")

    assert [e["branch"] for e in found.json["items"]] == ["south", "main", "north", "main"]
    assert found.json["items"][0]["position"] > before["south"]
    assert found.json["silent"] == []


def test_pages_of_the_search_show_each_event_once(company: Company) -> None:
    company.follow()
    visitor, seen, cursor = auditor(company), list[tuple[str, int]](), ""
    while True:
        page = visitor.api("GET", f"/api/v1/company/events?limit=7{cursor}").json
        seen += [(e["branch"], e["position"]) for e in page["items"]]
        if not page["next"]:
            break
        cursor = f"&cursor={page['next']}"

    assert len(seen) == len(set(seen)) == sum(company.heads().values())


def test_a_found_event_opens_in_its_branch(company: Company) -> None:
    company.visit("north")
    company.follow()
    visitor = auditor(company)
    page = visitor.get("/company/search?topic=daily_log.").text
    target, *_more = re.findall(r'name="branch" value="(north:/events/\d+)"', page)
    assert "朝阳营业部" in page
    assert "朝阳A1" in page

    answer = visitor.post("/company/branch", branch=target)

    assert answer.headers["Location"] == target.removeprefix("north:")
    assert "朝阳A1" in visitor.get(answer.headers["Location"]).text


def test_going_by_the_api_changes_what_the_token_is_about(company: Company) -> None:
    hand_in(company, "north")
    company.follow()
    visitor = auditor(company)

    answer = visitor.api("POST", "/api/v1/company/branch", {"branch": "north"})

    assert answer.status_code == 204
    assert answer.headers["X-CSRF-Token"] == visitor.csrf
    listed = visitor.api("GET", "/api/v1/events?limit=200&topic=daily_log.submitted").json["items"]
    assert len(listed) == 1
    assert visitor.api("POST", "/api/v1/company/branch", {"branch": "west"}).status_code == 404


def test_the_mean_keeps_the_skew_of_its_parts() -> None:
    found = company_rate(
        [BranchRate(0.02, 0.01, 0.08, 100, True), BranchRate(0.04, 0.03, 0.10, 100, True)]
    )

    assert found.rate == pytest.approx(0.03)
    assert found.rate - found.low == pytest.approx(0.5 * 2**0.5 * 0.01)
    assert found.high - found.rate == pytest.approx(0.5 * 2**0.5 * 0.06)


def test_branches_with_less_than_half_of_the_visits_speak_for_nobody() -> None:
    found = company_rate(
        [BranchRate(0.02, 0.01, 0.08, 40, True), BranchRate(0.04, 0.03, 0.10, 60, False)]
    )

    assert not found.enough
    assert found.covered == pytest.approx(0.4)
