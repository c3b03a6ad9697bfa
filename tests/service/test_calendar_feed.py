"""The calendar feed: one's own plan by a secret address that can be taken back."""

from __future__ import annotations

import re
from datetime import timedelta

from icalendar import Calendar

from domain.calendar_feed import CalendarFeed
from domain.daily_log import Activity
from domain.plan import Intention
from domain.words import ActivityKind, ActivityResult, PlanChange, PlanKind
from tests.service.conftest import NOON, TODAY, Branch, Visitor


def promise(branch: Branch, activity_id: str = "V1", days: int = 1) -> None:
    """Log a meeting that agreed on a next one."""
    activity = Activity(
        activity_id,
        ActivityKind.FACE_MEETING,
        "C-1",
        NOON - timedelta(hours=1),
        ActivityResult.INTERESTED,
        next_at=NOON + timedelta(days=days),
    )
    branch.record.daily_logs.log_activity("A1", activity, by=branch.by("A1"), repeat_is_meant=True)
    branch.follow()


def address(visitor: Visitor, **fields: str) -> str:
    page = visitor.post("/mine/calendar/open", **fields)
    found = re.search(r"<code>https?://[^/]+(/calendar/[^<]+)</code>", page.text)
    assert found is not None, page.text
    return found.group(1)


def read(branch: Branch, path: str) -> Calendar:
    answer = branch.visitor().get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return Calendar.from_ical(answer.data)


def test_a_calendar_program_reads_the_own_plan(branch: Branch) -> None:
    promise(branch)
    path = address(branch.visitor("a1"))

    (event,) = read(branch, path).walk("VEVENT")

    assert event.decoded("dtstart") == NOON + timedelta(days=1)
    assert event["uid"] == "n-V1@main.shilu"
    assert str(event["summary"]) == "面谈"


def test_no_name_goes_along_unless_it_is_asked_for_and_then_masked(branch: Branch) -> None:
    promise(branch)
    visitor = branch.visitor("a1")

    plain = branch.visitor().get(address(visitor)).text
    masked = branch.visitor().get(address(visitor, with_names="yes")).text

    assert "张" not in plain
    assert "张**" in masked
    assert "张三丰" not in masked


def test_nobody_elses_plan_is_in_it(branch: Branch) -> None:
    promise(branch)

    calendar = read(branch, address(branch.visitor("a2")))

    assert calendar.walk("VEVENT") == []


def test_an_address_taken_back_leads_nowhere(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    path = address(visitor)

    visitor.post("/mine/calendar/close")

    assert branch.visitor().get(path).status_code == 404


def test_a_new_address_takes_the_place_of_the_old_one(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    first, second = address(visitor), address(visitor)

    assert branch.visitor().get(first).status_code == 404
    assert branch.visitor().get(second).status_code == 200


def test_who_may_not_sign_in_any_more_has_no_feed(branch: Branch) -> None:
    path = address(branch.visitor("a1"))

    branch.accounts.disable("a1")

    assert branch.visitor().get(path).status_code == 404


def test_that_there_is_an_address_is_on_record_and_the_address_is_not(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    path = address(visitor)
    visitor.post("/mine/calendar/close")

    topics = [e.topic for e in branch.store.reader().all()]

    assert CalendarFeed.Opened.TOPIC in topics
    assert CalendarFeed.Closed.TOPIC in topics
    secret = path.removeprefix("/calendar/").removesuffix(".ics").encode()
    assert secret not in (branch.store.folder / "log.db").read_bytes()
    accounts = branch.store.data_dir / "accounts.db"
    assert secret not in accounts.read_bytes()


def test_what_is_planned_for_a_day_is_in_it_too_and_what_was_cancelled_is_not(
    branch: Branch,
) -> None:
    plans = branch.record.plans
    tomorrow = TODAY + timedelta(days=1)
    plans.plan("A1", "P1", Intention(tomorrow, PlanKind.TRAINING), by=branch.by("A1"))
    plans.plan("A1", "P2", Intention(tomorrow, PlanKind.TRAINING), by=branch.by("A1"))
    plans.cancel("A1", "P2", PlanChange.OWN, by=branch.by("A1"))
    branch.follow()

    (event,) = read(branch, address(branch.visitor("a1"))).walk("VEVENT")

    assert event.decoded("dtstart") == tomorrow
    assert event["uid"] == "P1@main.shilu"
