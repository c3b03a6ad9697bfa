"""The auditor: the week as a stream of events, the team as it stood, the log as it was signed."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.journeys.week.player import Player
from tests.journeys.week.stage import PEOPLE, TEAM

NUMBERS = 4  # of a member's row: calls, meetings, closings, new visits


def count_events(auditor: Player, family: str, first: date, last: date, n: int) -> None:
    """Be sure of how many events of a family the stream has between two days."""
    auditor.open("/events")
    form = auditor.part("form.filters")
    form.place.locator("[name=topic]").select_option(label=auditor.words(family))
    form.write("从", str(first))
    form.write("到", str(last))
    form.press("筛选")
    expect(auditor.page).to_have_url(re.compile(f"since={first}"))
    expect(auditor.page.locator("ul.stream > li")).to_have_count(n)


def look_back(auditor: Player, **asked: str) -> None:
    """Go back to an instant; ``vs``: beside another one, ``reading``: how it is read."""
    auditor.open(f"/time-machine?{urlencode({'team': TEAM, **asked})}")


def numbers(auditor: Player, agent: str, side: int = 0) -> list[str]:
    """Return the four numbers of an agent in the first or the second state shown."""
    card = auditor.page.locator("section[aria-labelledby^=s]").nth(side)
    row = card.get_by_role("row").filter(has_text=PEOPLE[agent][0])
    return [row.locator("td.n").nth(no).inner_text().split()[0] for no in range(NUMBERS)]


def verify_the_log(auditor: Player) -> None:
    """Have the whole log recomputed against the newest checkpoint."""
    auditor.open("/proof")
    auditor.tap("开始验证")
    expect(auditor.page.locator(".verdict h2.ok")).to_have_text(auditor.words("完好"))
