"""The agent's day through its pages (R-02, R-40)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.service.conftest import TODAY, Branch, errors_of

ENTRY = {
    "day": str(TODAY),
    "ring": "face_meeting",
    "kind": "face_meeting",
    "customer_id": "C-1",
    "result": "interested",
}


def count(branch: Branch) -> int:
    branch.follow()
    log = branch.record.daily_logs.find("A1", TODAY)
    return sum(log.counts().values()) if log else 0


def test_the_rings_are_the_add_buttons(branch: Branch) -> None:
    page = branch.visitor("a1").get("/today").text

    for kind in ("appointment_call", "face_meeting", "closing_visit", "new_prospect_visit"):
        assert f"kind={kind}#entry" in page


def test_an_entry_is_on_the_page_that_follows(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    page = visitor.follow(visitor.post("/today/entries", **ENTRY, note="担心缴费年限"))

    assert "张三丰" in page
    assert "记下了。" in page
    assert "已记 1 笔" in page


def test_what_came_of_a_visit_is_never_chosen_beforehand(branch: Branch) -> None:
    page = branch.visitor("a1").get("/today?kind=face_meeting").text

    assert not re.findall(r'name="(?:result|customer_id|next)"[^>]*checked', page)


def test_an_error_keeps_what_was_typed_and_says_so_on_top(branch: Branch) -> None:
    entry = {k: v for k, v in ENTRY.items() if k != "result"}

    response = branch.visitor("a1").post("/today/entries", **entry, note="担心缴费年限")

    assert response.status_code == 422
    assert "<title>错误：" in response.text
    assert "请选择结果" in errors_of(response)
    assert 'href="#f-result"' in response.text
    assert "担心缴费年限" in response.text
    assert re.search(r'value="C-1"[^>]*checked', response.text)


def test_a_customer_met_for_the_first_time_is_entered_on_the_way(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    new = ENTRY | {"customer_id": "+new", "new_name": "林晓东", "new_phone": "138-0000 1111"}

    page = visitor.follow(visitor.post("/today/entries", **new, new_source="referral"))

    assert "林晓东" in page
    assert "13800001111" in visitor.get("/customers").text


def test_the_same_form_sent_twice_is_one_entry(branch: Branch) -> None:
    visitor, command = branch.visitor("a1"), str(uuid4())

    first = visitor.post("/today/entries", command, **ENTRY)
    second = visitor.post("/today/entries", command, **ENTRY)

    assert first.headers["Location"] == second.headers["Location"]
    assert count(branch) == 1


def test_a_second_entry_like_the_first_is_asked_about(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    visitor.post("/today/entries", **ENTRY)

    asked = visitor.post("/today/entries", **ENTRY)
    meant = visitor.post("/today/entries", **ENTRY, repeat_is_meant="yes")

    assert asked.status_code == 409
    assert "是另一次" in asked.text
    assert meant.status_code == 303
    assert count(branch) == 2


def test_a_visit_in_the_future_is_refused(branch: Branch) -> None:
    response = branch.visitor("a1").post("/today/entries", **ENTRY, started_at="18:00")

    assert response.status_code == 422
    assert "时间在将来" in errors_of(response)
    assert count(branch) == 0


def test_another_agents_customer_cannot_be_used(branch: Branch) -> None:
    response = branch.visitor("a1").post("/today/entries", **ENTRY | {"customer_id": "C-2"})

    assert response.status_code == 404
    assert "不在你的名单里" in errors_of(response)
    assert "刘芳" not in response.text
    assert count(branch) == 0


def test_a_very_late_entry_asks_for_its_reason_and_is_marked(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    late = ENTRY | {"day": str(TODAY - timedelta(days=5)), "started_at": "10:00"}

    asked = visitor.post("/today/entries", **late)
    page = visitor.follow(visitor.post("/today/entries", **late, late_reason="出差没有信号"))

    assert asked.status_code == 422
    assert "补录原因" in errors_of(asked)
    assert "补录" in page


def test_a_correction_keeps_what_was_said_before(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    visit = branch.log_visit()
    page = visitor.get(f"/today/entries/{visit}?day={TODAY}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None

    page = visitor.follow(
        visitor.post(
            f"/today/entries/{visit}/correct",
            day=TODAY,
            version=version[1],
            result="declined",
            reason="记错了结果",
        )
    )

    trail = branch.visitor("x1").get("/events?topic=daily_log.activity_corrected").text
    assert "婉拒" in page
    assert "记错了结果" in trail


def test_a_correction_of_a_state_that_has_moved_on_is_refused(branch: Branch) -> None:
    visitor, visit = branch.visitor("a1"), branch.log_visit()

    response = visitor.post(
        f"/today/entries/{visit}/correct", day=TODAY, version=1, result="declined", reason="改"
    )

    assert response.status_code == 409
    assert "有人改过了" in errors_of(response)


def test_a_withdrawn_entry_stays_and_no_longer_counts(branch: Branch) -> None:
    visitor, visit = branch.visitor("a1"), branch.log_visit()

    page = visitor.follow(
        visitor.post(f"/today/entries/{visit}/withdraw", day=TODAY, reason="记错了")
    )

    assert "已撤回" in page
    assert count(branch) == 0


def test_an_entry_just_made_is_taken_back_with_one_tap(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    page = visitor.follow(visitor.post("/today/entries", **ENTRY))
    button = re.search(r'action="([^"]+)" data-undo>(.*?)</form>', page)
    assert button is not None
    told = dict(re.findall(r'name="(day|reason)" value="([^"]+)"', button.group(2)))

    page = visitor.follow(visitor.post(button.group(1), **told))

    assert "已撤回" in page
    assert count(branch) == 0


def test_a_day_is_handed_in_with_one_line(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    branch.log_visit()

    page = visitor.follow(visitor.post("/today/submit", day=TODAY, summary="多问少说"))

    assert "已提交" in page
    assert "按时" in page


def test_an_honest_zero_needs_only_its_reason(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    refused = visitor.post("/today/submit", day=TODAY)
    accepted = visitor.post("/today/submit", day=TODAY, short_reason="training")

    assert refused.status_code == 422
    assert accepted.status_code == 303


def test_customers_are_found_by_surname_and_by_last_digits(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    assert "张三丰" in visitor.get("/customers?q=张").text
    assert "张三丰" in visitor.get("/customers?q=1234").text
    assert "张三丰" not in visitor.get("/customers?q=李").text


def test_times_are_shown_on_the_branchs_wall_clock(branch: Branch) -> None:
    branch.moment = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)
    visitor = branch.visitor("a1")

    page = visitor.follow(visitor.post("/today/entries", **ENTRY))

    assert ">14:30</time>" in page
