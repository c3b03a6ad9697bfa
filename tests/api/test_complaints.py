"""Complaints through the API: who files, who mediates, and what the one asked is told (R-34)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Branch

WORDS = "客户周三接到了主管的推销电话"


def file(branch: Branch, **changes: Any) -> str:
    body = {"accused_id": "S1", "customer_id": "C-A1", "text": WORDS, **changes}
    response = branch.ask("A1", "POST", "/complaints", body)
    assert response.status_code == 201, response.json
    branch.catch_up()
    return str(response.json["complaint_id"])


@pytest.fixture
def asked(branch: Branch) -> str:
    complaint = file(branch)
    branch.ask("U1", "POST", f"/complaints/{complaint}/mediation")
    body = {"person_id": "S1", "question": "请说明"}
    response = branch.ask("U1", "POST", f"/complaints/{complaint}/questions", body)
    assert response.status_code == 201, response.json
    branch.catch_up()
    return complaint


def test_a_filing_sent_twice_is_one_complaint(branch: Branch) -> None:
    body = {"accused_id": "S1", "text": WORDS}
    first = branch.ask("A1", "POST", "/complaints", body, Key="k-1")
    again = branch.ask("A1", "POST", "/complaints", body, Key="k-1")
    branch.catch_up()

    assert first.json["complaint_id"] == again.json["complaint_id"]
    assert again.json["repeated"]
    assert len(branch.ask("A1", "GET", "/complaints").json["items"]) == 1


def test_the_one_asked_is_told_the_question_alone(branch: Branch, asked: str) -> None:
    answer = {"text": "没有联系过"}
    branch.ask("S1", "POST", f"/inquiries/{asked}/answers", answer)

    shown = branch.ask("S1", "GET", f"/inquiries/{asked}")

    assert [(s["kind"], s["text"]) for s in shown.json["said"]] == [
        ("question", "请说明"),
        ("answer", "没有联系过"),
    ]
    for secret in (WORDS, "A1", "C-A1"):
        assert secret not in shown.text


def test_who_was_not_asked_finds_nothing(branch: Branch) -> None:
    complaint = file(branch)

    assert branch.ask("S1", "GET", f"/inquiries/{complaint}").status_code == 404
    assert branch.ask("S1", "GET", f"/complaints/{complaint}").status_code == 403


def test_an_upper_supervisor_finds_no_complaint_about_themselves(branch: Branch) -> None:
    complaint = file(branch, accused_id="U1")

    assert branch.ask("U1", "GET", f"/complaints/{complaint}").status_code == 404
    assert branch.ask("U1", "GET", "/complaints").json["items"] == []
    assert branch.ask("U1", "POST", f"/complaints/{complaint}/mediation").status_code == 404


def test_the_agent_sees_that_it_ended_and_not_which_sanction(branch: Branch, asked: str) -> None:
    path = f"/complaints/{asked}"
    branch.ask("S1", "POST", f"/inquiries/{asked}/answers", {"text": "是我"})
    branch.ask("U1", "POST", f"{path}/sanction", {"kind": "warning", "reason": "属实"})
    branch.ask("U1", "POST", f"{path}/education", {"held_on": "2026-11-18", "note": "重申"})
    end = {"finding": "founded", "terms": "归还客户"}
    ended = branch.ask("U1", "POST", f"{path}/conclusion", end, Match="*")
    assert ended.status_code == 201, ended.json
    branch.catch_up()

    own = branch.ask("A1", "GET", path).json
    above = branch.ask("R1", "GET", path).json
    assert (own["state"], own["finding"], own["sanction"]) == ("concluded", "founded", None)
    assert above["sanction"] == "warning"


def test_an_old_page_does_not_conclude(branch: Branch, asked: str) -> None:
    path = f"/complaints/{asked}"
    tag = branch.ask("U1", "GET", path).headers["ETag"]
    branch.ask("A1", "POST", f"{path}/statements", {"text": "还有"})

    end = {"finding": "settled", "terms": "说开了"}
    response = branch.ask("U1", "POST", f"{path}/conclusion", end, Match=tag)

    assert response.status_code == 412


def test_concluded_complaints_wait_no_more(branch: Branch, asked: str) -> None:
    end = {"finding": "settled", "terms": "说开了"}
    branch.ask("U1", "POST", f"/complaints/{asked}/conclusion", end, Match="*")
    branch.catch_up()

    assert branch.ask("U1", "GET", "/complaints?state=waiting").json["items"] == []
    assert len(branch.ask("U1", "GET", "/complaints").json["items"]) == 1
