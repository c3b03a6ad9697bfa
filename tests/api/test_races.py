"""Requests at the same time: one append for one key, one winner for one version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.api.conftest import Branch, an_entry, day_of

Logged = Callable[..., tuple[str, str]]
TIMES = 8


def test_the_same_post_many_times_at_once_is_appended_once(branch: Branch) -> None:
    entry = an_entry()
    path = f"/daily-logs/A1/{day_of(entry)}/activities"
    branch.token("A1")

    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(
            pool.map(lambda _: branch.ask("A1", "POST", path, entry, Key="k"), range(TIMES))
        )

    assert {a.status_code for a in answers} == {201}
    assert len({a.json["position"] for a in answers}) == 1
    assert sum("Idempotent-Replayed" not in a.headers for a in answers) == 1
    day = branch.ask("A1", "GET", f"/daily-logs/A1/{day_of(entry)}").json
    assert len(day["activities"]) == 1


def test_of_many_corrections_of_one_version_one_wins(branch: Branch, logged: Logged) -> None:
    path, activity_id = logged()
    etag = branch.ask("A1", "GET", path).headers["ETag"]

    def correct(minutes: int) -> int:
        body = {"minutes": minutes, "reason": "看错了"}
        entry = f"{path}/activities/{activity_id}"
        return branch.ask("A1", "PATCH", entry, body, Match=etag).status_code

    with ThreadPoolExecutor(TIMES) as pool:
        answers = Counter(pool.map(correct, range(31, 31 + TIMES)))

    assert answers == {200: 1, 412: TIMES - 1}


def test_many_submissions_of_an_untouched_day_open_it_once(branch: Branch) -> None:
    path = f"/daily-logs/A1/{day_of(an_entry())}"
    branch.token("A1")

    def submit(_: int) -> int:
        body = {"short_reason": "培训"}
        return branch.ask("A1", "POST", f"{path}/submission", body, Match='"0"').status_code

    with ThreadPoolExecutor(TIMES) as pool:
        answers = Counter(pool.map(submit, range(TIMES)))

    assert answers == {201: 1, 412: TIMES - 1}
