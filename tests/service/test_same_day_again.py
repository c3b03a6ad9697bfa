"""A form with an error comes back about the day, week or month that it was about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.service.conftest import TODAY, Branch

NEXT_MONTH = (TODAY.replace(day=1) + timedelta(days=40)).replace(day=1)
LAST_MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)
THE_DAY_BEFORE_YESTERDAY = TODAY - timedelta(days=2)
NO_NUMBER = "很多"


@pytest.mark.parametrize(
    ("login", "path", "fields", "shown"),
    [
        ("a1", "/month", {"month": NEXT_MONTH, "calls": NO_NUMBER}, f'value="{NEXT_MONTH}"'),
        ("a1", "/week", {"monday": LAST_MONDAY, "next_calls": NO_NUMBER}, f'value="{LAST_MONDAY}"'),
        (
            "a1",
            "/week/targets",
            {"monday": LAST_MONDAY, "calls": NO_NUMBER},
            f'value="{LAST_MONDAY}"',
        ),
        ("a1", "/plans", {"day": NEXT_MONTH}, f'value="{NEXT_MONTH}"'),
        (
            "a1",
            "/today/entries",
            {"day": THE_DAY_BEFORE_YESTERDAY, "kind": "face_meeting"},
            f'name="day" value="{THE_DAY_BEFORE_YESTERDAY}"',
        ),
        (
            "a1",
            "/today/submit",
            {"day": THE_DAY_BEFORE_YESTERDAY, "summary": "长" * 2001},
            f'name="day" value="{THE_DAY_BEFORE_YESTERDAY}"',
        ),
        (
            "s1",
            "/team-goals/T1",
            {"month": NEXT_MONTH, "calls": NO_NUMBER},
            f'value="{NEXT_MONTH}"',
        ),
    ],
    ids=["month", "week", "targets", "plans", "entry", "submission", "team goals"],
)
def test_with_an_error_it_is_still_about_the_same_time(
    branch: Branch, login: str, path: str, fields: dict[str, object], shown: str
) -> None:
    sent = {name: str(value) for name, value in fields.items()}
    answer = branch.visitor(login).post(path, **{"version": "0", **sent})

    assert answer.status_code == 422
    assert shown in answer.text
