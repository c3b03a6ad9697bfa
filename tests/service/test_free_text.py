"""A phone or identity number in a text is asked about before it goes on record (PIPL 6)."""

from __future__ import annotations

from tests.service.conftest import TODAY, Branch, errors_of

ENTRY = {"day": str(TODAY), "kind": "face_meeting", "customer_id": "C-1"} | {
    "result": "interested",
    "started_at": "09:20",
}
NOTE = "客户改用一三九一二三四五六七八了"


def test_a_number_in_a_note_is_asked_about_and_the_text_is_kept(branch: Branch) -> None:
    agent = branch.visitor("a1")

    response = agent.post("/today/entries", note=NOTE, **ENTRY)

    assert response.status_code == 409
    assert "手机号码" in errors_of(response)
    assert NOTE in response.text
    assert 'name="numbers_meant"' in response.text
    assert branch.record.daily_logs.find("A1", TODAY) is None


def test_with_the_tick_it_is_saved(branch: Branch) -> None:
    agent = branch.visitor("a1")

    response = agent.post("/today/entries", note=NOTE, numbers_meant="yes", **ENTRY)

    assert response.status_code == 303
    log = branch.record.daily_logs.find("A1", TODAY)
    assert log is not None
    assert [entry.note for entry in log.activities.values()] == [NOTE]


def test_the_tick_is_not_shown_before_it_is_needed(branch: Branch) -> None:
    page = branch.visitor("a1").get("/today?kind=face_meeting&customer=C-1").text

    assert "numbers_meant" not in page


def test_an_ordinary_text_is_saved_at_once(branch: Branch) -> None:
    response = branch.visitor("a1").post("/today/entries", note="2026 年底再谈 30 万", **ENTRY)

    assert response.status_code == 303


def test_an_appeal_is_looked_through_like_any_text(branch: Branch) -> None:
    branch.open_case()

    response = branch.visitor("a1").post("/mine/cases/1/explain", text="问他 13812341234")

    assert response.status_code == 409
    assert "手机号码" in errors_of(response)
