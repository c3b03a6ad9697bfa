"""Callbacks: from the list over the sheet to the outcome; nothing revealed before its record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import TICKS, Branch, list_call, prepare_call

Logged = Callable[..., tuple[str, str]]


@pytest.fixture
def listed(branch: Branch, logged: Logged) -> str:
    """A visit of A1 on S1's list; gives the callback's path."""
    path, activity_id = logged()
    return list_call(branch, path, activity_id)


@pytest.fixture
def prepared(branch: Branch, listed: str) -> str:
    """A prepared callback's path."""
    prepare_call(branch, listed)
    return listed


def test_a_listed_callback_says_what_it_is_about(branch: Branch, listed: str) -> None:
    shown = branch.ask("S1", "GET", listed).json

    assert (shown["agent_id"], shown["mode"], shown["design"]) == ("A1", "coaching", "chosen")
    assert shown["reason"] == "新人"
    assert shown["prepared"] is False


@pytest.mark.parametrize(("person_id", "status"), [("S2", 404), ("A1", 403), ("M1", 403)])
def test_a_callback_is_no_business_of_others(
    branch: Branch, listed: str, person_id: str, status: int
) -> None:
    assert branch.ask(person_id, "GET", listed).status_code == status
    assert branch.ask(person_id, "POST", f"{listed}/reveal").status_code == status


def test_an_incomplete_sheet_names_what_is_missing(branch: Branch, listed: str) -> None:
    response = branch.ask("S1", "POST", f"{listed}/preparation", {"ticks": TICKS[:4]}, Match="*")

    assert response.status_code == 422
    assert response.json["ticks"] == ["objections_known"]


def test_a_contact_is_not_revealed_before_the_call_is_prepared(branch: Branch, listed: str) -> None:
    response = branch.ask("S1", "POST", f"{listed}/reveal")

    assert response.status_code == 409
    assert "13800001234" not in response.text


def test_a_reveal_is_on_record_before_the_number_is_answered(branch: Branch, prepared: str) -> None:
    response = branch.ask("S1", "POST", f"{prepared}/reveal")

    assert response.json["phone"] == "13800001234"
    event = branch.store.reader().at(response.json["position"])
    assert event.topic == "confidentiality.contact_revealed.v1"


def test_an_old_key_opens_no_contact_after_the_call(branch: Branch, prepared: str) -> None:
    branch.ask("S1", "POST", f"{prepared}/reveal", Key="k")
    branch.ask("S1", "POST", f"{prepared}/outcome", {"outcome": "unreachable"}, Match="*")

    response = branch.ask("S1", "POST", f"{prepared}/reveal", Key="k")

    assert response.status_code == 409
    assert "13800001234" not in response.text


def test_a_call_goes_from_attempt_to_debriefing(branch: Branch, prepared: str) -> None:
    branch.ask("S1", "POST", f"{prepared}/attempts", {"result": "answered"})
    branch.ask("S1", "POST", f"{prepared}/steps", {"step": 1, "note": "问候"})
    outcome = {"outcome": "denied", "visit_day_confirmed": False, "satisfaction": 3}
    branch.ask("S1", "POST", f"{prepared}/outcome", outcome, Match="*")
    branch.ask("S1", "POST", f"{prepared}/debriefing", {"advice": "先约好时间"})

    shown = branch.ask("S1", "GET", prepared).json

    assert shown["attempts"] == ["answered"]
    assert shown["steps"] == [1]
    assert shown["outcome"] == "denied"
    assert shown["debriefed"] is True


def test_an_outcome_from_a_stale_page_is_refused(branch: Branch, prepared: str) -> None:
    branch.ask("S1", "POST", f"{prepared}/attempts", {"result": "answered"})

    response = branch.ask(
        "S1", "POST", f"{prepared}/outcome", {"outcome": "confirmed"}, Match='"2"'
    )

    assert response.status_code == 412


def test_a_key_of_an_attempt_is_not_taken_for_an_outcome(branch: Branch, prepared: str) -> None:
    branch.ask("S1", "POST", f"{prepared}/attempts", {"result": "answered"}, Key="k")

    response = branch.ask(
        "S1", "POST", f"{prepared}/outcome", {"outcome": "confirmed"}, Match="*", Key="k"
    )

    assert response.json["type"] == "urn:shilu:problem:key-reused"
    assert branch.ask("S1", "GET", prepared).json["outcome"] is None
