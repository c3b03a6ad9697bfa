"""The same routes on PostgreSQL: what it holds differently from SQLite is refused before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from tests.api.conftest import Branch, an_entry, day_of, list_call, prepare_call


@pytest.fixture
def branch(tmp_path: Path, postgres_url: str) -> Iterator[Branch]:
    """A new branch in a schema of its own."""
    made = Branch(tmp_path, f"t{uuid4().hex[:12]}", postgres_url)
    yield made
    made.record.close()


def test_an_entry_is_logged_corrected_and_shown(branch: Branch) -> None:
    entry = an_entry(activity_id="V1", note="谈了\n保障缺口")
    path = f"/daily-logs/A1/{day_of(entry)}"
    branch.ask("A1", "POST", f"{path}/activities", entry)
    etag = branch.ask("A1", "GET", path).headers["ETag"]

    body = {"minutes": 45, "reason": "看错了"}
    assert branch.ask("A1", "PATCH", f"{path}/activities/V1", body, Match=etag).status_code == 200

    (shown,) = branch.ask("A1", "GET", path).json["activities"]
    assert (shown["minutes"], shown["note"]) == (45, "谈了\n保障缺口")


def test_a_repeated_post_gives_the_first_receipt(branch: Branch) -> None:
    entry = an_entry()
    path = f"/daily-logs/A1/{day_of(entry)}/activities"

    first = branch.ask("A1", "POST", path, entry, Key="k").json
    again = branch.ask("A1", "POST", path, entry, Key="k").json

    assert again == first | {"repeated": True}


@pytest.mark.parametrize("name", ["\x00", "\ud800", "a\x00b"])
def test_a_text_that_postgresql_cannot_hold_is_refused(branch: Branch, name: str) -> None:
    response = branch.ask("M1", "POST", "/teams", {"team_id": "T9", "name": name})

    assert response.status_code == 422


def test_a_reveal_is_on_record_before_the_number_is_answered(branch: Branch) -> None:
    entry = an_entry(activity_id="V1")
    branch.ask("A1", "POST", f"/daily-logs/A1/{day_of(entry)}/activities", entry)
    path = list_call(branch, f"/daily-logs/A1/{day_of(entry)}", "V1")
    prepare_call(branch, path)

    assert branch.ask("S1", "POST", f"{path}/reveal").json["phone"] == "13800001234"


def test_of_many_corrections_of_one_version_one_wins(branch: Branch) -> None:
    entry = an_entry(activity_id="V1")
    path = f"/daily-logs/A1/{day_of(entry)}"
    branch.ask("A1", "POST", f"{path}/activities", entry)
    etag = branch.ask("A1", "GET", path).headers["ETag"]

    def correct(minutes: int) -> int:
        body = {"minutes": minutes, "reason": "看错了"}
        return branch.ask("A1", "PATCH", f"{path}/activities/V1", body, Match=etag).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = Counter(pool.map(correct, range(31, 35)))

    assert answers == {200: 1, 412: 3}


def test_events_are_listed_and_states_shown(branch: Branch) -> None:
    branch.catch_up()

    assert branch.ask("R1", "GET", "/events?limit=3").json["next"]
    assert branch.ask("U1", "GET", "/team-states/T1").json["state"]["team_id"] == "T1"
