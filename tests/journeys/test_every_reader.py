"""For every reader: without JavaScript, on 320 px, with big enough targets, with few taps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visit

PAGES = {
    "agent": [
        "/today",
        "/today?kind=new_prospect_visit",
        "/today/submit",
        "/plans",
        "/week",
        "/month",
        "/customers",
        "/customers/new",
        "/mine",
        "/receipts",
    ],
    "supervisor": [
        "/board",
        "/callbacks",
        "/callbacks?state=done",
        "/cases",
        "/reviews?state=sheets",
        "/team-goals",
    ],
    "supervisor3": ["/board"],
    "upper": ["/cases", "/board", "/time-machine"],
    "auditor": [
        "/events",
        "/events/100",
        "/time-machine?at=2026-01-05T08:00",
        "/proof",
        "/proof/recompute",
        "/exports",
        "/receipts",
    ],
    "admin": ["/people", "/people/new", "/teams/new", "/people/A101"],
}
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, summary, textarea')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.type !== 'hidden')
  .filter(e => !e.closest('p, .s, .kv, td, th, .skip, h1, h2'))
  .map(e => [e, e.closest('.chips span, .tick') || e])
  .map(([e, box]) => [e.outerHTML.slice(0, 90), box.getBoundingClientRect()])
  .filter(([, r]) => r.width > 1 && (r.height < 43.5 || r.width < 43.5))
  .map(([html, r]) => `${html} ${Math.round(r.width)}x${Math.round(r.height)}`)"""


def test_an_entry_takes_five_taps_at_most(visit: Visit) -> None:
    page = visit("agent", phone=True)
    page.goto("/today")
    taps = [
        page.get_by_role("link", name=re.compile("面谈")).first,
        page.get_by_role("group", name="面谈了谁？").get_by_role("radio").first,
        page.get_by_role("radio", name="意向明确"),
        page.get_by_role("button", name="保存这次面谈"),
    ]

    for tap in taps:
        tap.tap()

    expect(page.get_by_role("status").filter(has_text="记下了")).to_be_visible()
    assert len(taps) <= 5


def test_the_whole_entry_form_is_on_the_first_screen_of_a_phone(visit: Visit) -> None:
    page = visit("agent", phone=True)
    page.goto("/today?kind=face_meeting")

    save = page.get_by_role("button", name="保存这次面谈").bounding_box()
    bar = page.get_by_role("navigation", name="主导航").bounding_box()

    assert save is not None
    assert bar is not None
    assert save["y"] + save["height"] <= bar["y"]


def test_everything_works_without_javascript(visit: Visit) -> None:
    agent = visit("agent", phone=True, java_script_enabled=False)
    agent.goto("/today?kind=new_prospect_visit")
    expect(agent.get_by_label("称呼")).to_be_hidden()
    agent.get_by_role("radio", name="新增拜访").check()
    agent.get_by_role("radio", name="新客户").check()
    agent.get_by_label("称呼").fill("林晓东")
    agent.get_by_role("radio", name="转介绍").check()
    agent.get_by_role("button", name="保存这次拜访").click()
    expect(agent.get_by_role("alert")).to_contain_text("请选择结果")
    expect(agent.get_by_label("称呼")).to_have_value("林晓东")
    agent.get_by_role("radio", name="再联系").check()
    agent.get_by_role("button", name="保存这次拜访").click()
    expect(agent.get_by_role("status").filter(has_text="记下了")).to_be_visible()
    expect(agent.get_by_text("林晓东")).to_be_visible()

    supervisor = visit("supervisor", java_script_enabled=False)
    supervisor.goto("/board")
    supervisor.get_by_role("link", name="回访").last.click()
    for tick in supervisor.get_by_role("checkbox").all():
        tick.check()
    supervisor.get_by_role("button", name="准备好了").click()
    supervisor.get_by_role("radio", name="无人接听").check()
    supervisor.get_by_role("button", name="记下拨号").click()
    supervisor.get_by_role("radio", name="联系不上").check()
    supervisor.get_by_role("button", name="保存客户的回答").click()
    expect(supervisor.get_by_text("事后沟通").first).to_be_visible()

    auditor = visit("auditor", java_script_enabled=False)
    auditor.goto("/events")
    auditor.get_by_label("类型").select_option(label="电话回访")
    auditor.get_by_role("button", name="筛选").click()
    expect(auditor.get_by_text("联系不上").first).to_be_visible()


def test_an_error_takes_the_focus_and_its_link_leads_to_the_field(visit: Visit) -> None:
    page = visit("agent", phone=True)
    page.goto("/today?kind=face_meeting")

    page.get_by_role("button", name="保存这次面谈").tap()

    expect(page).to_have_title(re.compile("^错误："))
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="请选择结果").tap()
    expect(page.get_by_role("radio", name="意向明确")).to_be_focused()


@pytest.mark.parametrize("login", list(PAGES))
def test_no_page_is_wider_than_320_pixels(visit: Visit, login: str) -> None:
    page = visit(login, phone=True, viewport={"width": 320, "height": 720})

    wide = [path for path in PAGES[login] if width_of(page, path) > 320]

    assert wide == []


@pytest.mark.parametrize("login", ["agent", "supervisor", "admin"])
def test_targets_are_big_enough_for_a_thumb(visit: Visit, login: str) -> None:
    page = visit(login, phone=True)

    for path in PAGES[login]:
        page.goto(path)
        assert page.evaluate(SMALL_TARGETS) == [], path


def test_the_page_is_dark_where_the_reader_likes_it_dark(visit: Visit) -> None:
    page = visit("agent", phone=True, color_scheme="dark")

    background = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert background == "rgb(14, 22, 20)"


def test_a_demo_login_is_one_tap(visit: Visit, site: Site) -> None:
    page = visit("agent", phone=True)
    page.goto("/mine")
    page.get_by_role("button", name="退出登录").tap()

    page.get_by_role("button", name=re.compile(f"以{site.login('auditor')['name']}登录")).tap()

    expect(page).to_have_url(re.compile("/events"))


def width_of(page: Page, path: str) -> int:
    page.goto(path)
    return int(page.evaluate("document.documentElement.scrollWidth"))
