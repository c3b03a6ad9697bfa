"""A supervisor looks at a number; the agent, with the page open, sees it within five seconds (R-34)."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visit

pytestmark = pytest.mark.alone
SEEN_WITHIN = 5.0  # seconds, trust.md 2.3
DIALLED = "a[href^='tel:']"
LOOKED_BACK = 14  # days, for a visit


def test_the_agent_sees_a_look_within_five_seconds(
    site: Site, visit: Visit, pictures: Path
) -> None:
    agent, supervisor = visit("agent2", phone=True), visit("supervisor")
    agent.goto("/mine/looks")
    before = agent.get_by_role("listitem").count()
    the_supervisor_prepares_a_call_to(supervisor, site.login("agent2")["name"])

    began = time.monotonic()
    supervisor.get_by_role("button", name="查看号码并留痕").click()
    expect(supervisor.get_by_text("已留痕")).to_be_visible()
    number = supervisor.locator(DIALLED).first.inner_text()
    expect(agent.get_by_role("listitem")).to_have_count(before + 1, timeout=SEEN_WITHIN * 1000)
    took = time.monotonic() - began

    assert took <= SEEN_WITHIN
    assert number[3:7].isdigit()
    expect(agent.get_by_role("listitem").first).to_contain_text("电话回访")
    agent.screenshot(path=pictures / "looks-phone.png")
    supervisor.goto(supervisor.url.split("/reveal")[0])
    assert number not in supervisor.content()


def the_supervisor_prepares_a_call_to(page: Page, agent_name: str) -> None:
    """List a call about the agent's latest visit that nobody calls about yet, and tick its sheet."""
    page.goto("/agents")
    page.get_by_role("link", name=agent_name).first.click()
    listed = page.locator("a[href^='/callbacks/new']")
    for _ in range(LOOKED_BACK):
        if listed.count():
            break
        page.get_by_role("link", name="前一天").click()
    listed.first.click()
    page.get_by_label("为什么选这一次？").fill("想听听客户怎么说")
    page.get_by_role("button", name="放进回访名单").click()
    page.wait_for_url(re.compile("/callbacks/[^n]"))
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="准备好了").click()
