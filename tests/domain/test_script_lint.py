"""What is wrong with a callback script (R-56; 保险销售行为管理办法 17, 24)."""

from __future__ import annotations

import pytest

from domain.application import TeamRecord
from domain.refusals import ScriptHasFlaws
from domain.rulebook import RULEBOOK_STREAM, Rulebook, ScriptStep
from domain.script_lint import Flaw, lint
from domain.words import Role
from shilu.scripts import DEFAULT_TEXTS, ORIGINAL_TEXTS
from tests.domain.conftest import a_by

GOOD = "我是〔公司全称〕的〔主管姓名〕，执业证编号〔编号〕，与保险服务有关。"


def flaws(text: str) -> set[Flaw]:
    return {found.flaw for found in lint([text])}


def test_the_default_script_has_no_flaw() -> None:
    assert lint(DEFAULT_TEXTS) == ()


def test_the_handbooks_own_script_has_every_kind_of_flaw() -> None:
    assert {found.flaw for found in lint(ORIGINAL_TEXTS)} == set(Flaw)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        (GOOD.replace("〔公司全称〕", "公司"), Flaw.NO_COMPANY),
        (GOOD.replace("〔主管姓名〕", "业务经理"), Flaw.NO_NAME),
        (GOOD.replace("执业证编号〔编号〕，", ""), Flaw.NO_LICENCE),
        (GOOD.replace("与保险服务有关", "想问几句"), Flaw.NO_INSURANCE),
        (GOOD + "这是一套投资理财工具。", Flaw.FORBIDDEN_WORD),
        (GOOD + "上午他去您那里进行了拜访是吗。", Flaw.LEADING_QUESTION),
        (GOOD + "今天下午2:00还是明天？", Flaw.PRESSING),
    ],
)
def test_each_flaw_is_found(text: str, flaw: Flaw) -> None:
    assert flaws(text) == {flaw}


def test_a_company_called_insurance_does_not_say_what_the_call_is_about() -> None:
    assert flaws("我叫李明，平安保险有限公司，执业证编号一。") == {Flaw.NO_INSURANCE}


def test_to_forbid_a_word_is_not_to_use_it() -> None:
    assert flaws(GOOD + "不保本，不比较收益率。") == {Flaw.FORBIDDEN_WORD}
    assert flaws(GOOD + "不保本。") == set()


def test_flaws_hold_a_script_back_until_they_are_meant(team: TeamRecord) -> None:
    steps = tuple(ScriptStep(no, "题", "您好") for no in range(1, 7))
    admin = lambda: a_by("M1", Role.ADMINISTRATOR)  # noqa: E731
    with pytest.raises(ScriptHasFlaws):
        team.rulebook.publish_script("variant-b", "zh", steps, by=admin(), meant=False)

    team.rulebook.publish_script("variant-b", "zh", steps, by=admin(), meant=True)

    flagged = list(team.events.get(RULEBOOK_STREAM))[-2]
    assert isinstance(flagged, Rulebook.ScriptFlagged)
    assert {found.flaw for found in flagged.findings} >= {Flaw.NO_COMPANY, Flaw.NO_LICENCE}
