"""Checklist, phrases and keys of the review page."""

from __future__ import annotations

from domain.log_checklist import CHECKLIST, ChecklistRow, Finding, Phrase
from domain.words import RemarkKind
from tests.service.conftest import TODAY, Branch, errors_of

LOG = f"/reviews/A1/{TODAY}"
ALL = [str(item.finding) for item in CHECKLIST]


def hand_in(branch: Branch) -> None:
    branch.log_visit()
    branch.record.daily_logs.submit(
        "A1", TODAY, summary="", short_reason="改期", by=branch.by("A1")
    )
    branch.follow()


def test_the_review_tells_symptom_problem_and_what_to_coach(branch: Branch) -> None:
    hand_in(branch)

    page = branch.visitor("s1").get(LOG).text

    for words in ("一天工作总结没有填", "没有做总结", "良好习惯的重要性"):
        assert words in page


def test_the_administrator_words_the_checklist_and_switches_rows_off(branch: Branch) -> None:
    hand_in(branch)
    admin = branch.visitor("m1")
    applies = [finding for finding in ALL if finding != Finding.QUOTA_SHORT]

    admin.follow(
        admin.post("/settings/checklist", applies=applies, symptom_no_daily_summary="心得没有写")
    )

    page = branch.visitor("s1").get(LOG).text
    assert "心得没有写" in page
    assert "活动量没有达到工作模式" not in page
    assert "没有做总结" in page  # what was left empty reads as before


def test_a_checklist_with_no_row_is_refused(branch: Branch) -> None:
    response = branch.visitor("m1").post("/settings/checklist")

    assert response.status_code == 422
    assert errors_of(response)


def test_a_phrase_stands_in_for_the_remark_with_the_agent_s_name(branch: Branch) -> None:
    hand_in(branch)
    supervisor = branch.visitor("s1")
    assert "王小梅，今天的面谈过程写得很具体" in supervisor.get(LOG).text

    supervisor.follow(supervisor.post(LOG, verdict="good", kind="praise", phrase="0"))

    assert "王小梅，今天的面谈过程写得很具体" in branch.visitor("a1").get("/mine").text


def test_a_phrase_and_a_remark_become_one_text(branch: Branch) -> None:
    hand_in(branch)
    supervisor = branch.visitor("s1")

    supervisor.follow(
        supervisor.post(LOG, verdict="good", kind="guide", phrase="2", text="张先生那里就是例子")
    )

    assert "约好。张先生那里就是例子" in branch.visitor("a1").get("/mine").text


def test_a_review_without_any_word_is_refused(branch: Branch) -> None:
    hand_in(branch)

    response = branch.visitor("s1").post(LOG, verdict="good", kind="guide")

    assert response.status_code == 422
    assert "请写一句批语" in errors_of(response)


def test_the_branch_s_phrases_replace_ours(branch: Branch) -> None:
    hand_in(branch)
    branch.record.review_aids.define_phrases(
        [Phrase(RemarkKind.PRAISE, "〔姓名〕好样的")], by=branch.by()
    )

    page = branch.visitor("s1").get(LOG).text

    assert "王小梅好样的" in page
    assert "继续保持" not in page


def test_the_page_knows_the_logs_before_and_behind(branch: Branch) -> None:
    hand_in(branch)
    branch.record.daily_logs.submit(
        "A2", TODAY, summary="", short_reason="改期", by=branch.by("A2")
    )
    branch.follow()
    supervisor = branch.visitor("s1")

    assert f'data-key="next" href="/reviews/A2/{TODAY}"' in supervisor.get(LOG).text
    assert f'data-key="previous" href="{LOG}"' in supervisor.get(f"/reviews/A2/{TODAY}").text


def test_the_phrase_page_keeps_what_was_typed(branch: Branch) -> None:
    admin = branch.visitor("m1")

    page = admin.follow(admin.post("/settings/phrases", kind_0="praise", text_0="好样的"))

    assert 'value="好样的"' in page


def test_a_row_in_the_branch_s_words_holds_for_all_languages(branch: Branch) -> None:
    row = ChecklistRow(Finding.NO_DAILY_SUMMARY, coach="每天三句话")
    branch.record.review_aids.define_checklist([row], by=branch.by())
    hand_in(branch)

    page = branch.visitor("s1").get(LOG, **{"Accept-Language": "en"}).text

    assert "每天三句话" in page
