"""A supervisor looks at a number; the agent, with the page open, sees it within five seconds (R-34)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visit

pytestmark = pytest.mark.alone
SEEN_WITHIN = 5.0  # seconds, trust.md 2.3
DIALLED = "a[href^='tel:']"


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
    """Open a listed call about this agent's visit and tick its sheet."""
    page.goto("/callbacks")
    call = page.get_by_role("listitem").filter(has_text=agent_name).get_by_role("link").first
    call.click()
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="准备好了").click()
