"""What the day's paperwork costs a person: an entry, an evening, a call's record, ten reviews.

Every step is done in a real browser and counted with the time that a person takes for it, by a
keystroke-level model (Card, Moran and Newell): so a busy machine changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from domain.callback import callback_id_of
from tests.access.world import CONTACTS
from tests.journeys.every_page import Served

POINT, THINK = 1.1, 1.35  # seconds to reach and press something, and to decide that
CHARACTER_BY_THUMB, CHARACTER_BY_HAND, READ = 1.2, 0.6, 0.12  # seconds for a Chinese character


@dataclass
class Person:
    """Somebody at a page, with the taps and seconds that they have spent."""

    page: Page
    character: float = CHARACTER_BY_HAND
    taps: int = 0
    seconds: float = 0.0

    def tap(self, target: Locator) -> None:
        """Decide, reach and press."""
        target.click()
        self.taps += 1
        self.seconds += THINK + POINT

    def write(self, target: Locator, text: str) -> None:
        """Go to a field and write into it."""
        self.tap(target)
        target.fill(text)
        self.seconds += len(text) * self.character

    def read(self, what: Locator) -> None:
        """Read what is shown."""
        text = re.sub(r"\s+", "", what.inner_text())
        self.seconds += len(text) * READ


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A branch of this test's own."""
    made = Served(tmp_path)
    yield made
    made.stop()


def at(served: Served, browser: Browser, reader: str) -> Page:
    """Return the page of somebody signed in."""
    return served.sign_in(browser, reader)[0].new_page()


def test_an_entry_takes_at_most_five_taps_and_fifteen_seconds(
    served: Served, browser: Browser
) -> None:
    page = at(served, browser, "a")
    page.goto("/today")
    agent = Person(page, CHARACTER_BY_THUMB)

    agent.tap(page.get_by_role("link", name=re.compile("面谈")).first)
    agent.tap(page.get_by_role("group", name="面谈了谁？").get_by_role("radio").first)
    agent.tap(page.get_by_role("radio", name="意向明确"))
    agent.tap(page.get_by_role("radio", name="明天 10:00"))
    agent.tap(page.get_by_role("button", name="保存这次面谈"))

    expect(page.get_by_text("记下了。")).to_be_visible()
    assert agent.taps <= 5
    assert agent.seconds <= 15


def test_handing_in_the_evening_takes_at_most_a_minute(served: Served, browser: Browser) -> None:
    page = at(served, browser, "a")
    page.goto("/today")
    agent = Person(page, CHARACTER_BY_THUMB)

    agent.tap(page.get_by_role("link", name="提交今日日志"))
    agent.read(page.locator("main section").first)
    agent.tap(page.get_by_role("radio", name="客户改期"))
    agent.write(page.get_by_label("今日心得"), "先问孩子再谈保障，客户愿意聊")
    agent.tap(page.get_by_role("button", name="确认提交"))

    expect(page.get_by_text("今天的日志交了")).to_be_visible()
    assert agent.seconds <= 60


def test_a_calls_record_takes_at_most_ninety_seconds_after_hanging_up(
    served: Served, browser: Browser
) -> None:
    page = at(served, browser, "s")
    page.goto(f"/callbacks/{callback_id_of('V-A1', 'S1')}")
    page.get_by_role("radio", name="接通", exact=True).click()
    page.get_by_role("button", name="记下拨号").click()
    supervisor = Person(page)  # the call is over

    supervisor.tap(page.get_by_role("group", name="客户确认有过").get_by_role("radio").first)
    supervisor.tap(page.get_by_role("group", name="满意度").get_by_role("radio", name="4"))
    supervisor.write(page.get_by_label("客户的疑问或建议"), "想知道中途不交会怎么样")
    supervisor.tap(page.get_by_role("button", name="保存客户的回答"))
    supervisor.write(
        page.get_by_label(re.compile("重点建议")), "下次带上减额交清的例子，当面算给客户看"
    )
    supervisor.tap(page.get_by_role("button", name="已与伙伴沟通"))

    expect(page.get_by_text("回访完成。")).to_be_visible()
    assert supervisor.seconds <= 90


def test_ten_logs_are_reviewed_in_six_minutes(served: Served, browser: Browser) -> None:
    ten_logs_wait(served)
    page = at(served, browser, "s")
    page.goto("/reviews")
    supervisor = Person(page)
    supervisor.tap(page.locator("main a[href^='/reviews/A']").first)

    for n in range(10):
        supervisor.read(page.locator(".two > .stack").first)
        page.keyboard.press("a")  # filled in well, praise
        supervisor.seconds += THINK
        text = f"第{n + 1}份写得具体，明天接着约"
        page.keyboard.insert_text(text)
        supervisor.seconds += len(text) * CHARACTER_BY_HAND
        supervisor.tap(page.get_by_role("button", name="批阅，看下一份"))
        expect(page.get_by_text("批阅已记下").first).to_be_visible()

    assert supervisor.seconds <= 6 * 60


def ten_logs_wait(served: Served) -> None:
    """Let A1 and A2 have written and handed in a log on each of five days."""
    home, today = served.world.home, served.world.home.moment
    for days in range(1, 6):
        home.moment = today - timedelta(days=days)
        for person in ("A1", "A2"):
            home.log_visit(person, CONTACTS[person][0])
            day = home.record.rulebook.rules().day_of(home.moment)
            home.record.daily_logs.submit(
                person,
                day,
                by=home.by(person),
                summary="约到两位，一位想看方案",
                help_wanted=False,
                short_reason="training",
            )
    home.moment = today
    home.follow()
