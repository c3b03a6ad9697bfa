"""The review's checklist and phrases as data of the branch (R-03)."""

from __future__ import annotations

import pytest

from domain.application import TeamRecord
from domain.log_checklist import ChecklistRow, Finding, Phrase
from domain.refusals import BadValue, EmptyText
from domain.sheet_checklist import SheetFinding, SheetRow
from domain.words import RemarkKind, Role, SheetKind
from tests.domain.conftest import a_by

ADMIN = Role.ADMINISTRATOR


def test_without_a_definition_every_row_of_the_handbook_applies(team: TeamRecord) -> None:
    aids = team.review_aids.find()

    assert all(aids.applies(finding) for finding in Finding)
    assert aids.row(Finding.NO_DAILY_SUMMARY).symptom == ""


def test_a_branch_says_which_rows_apply_and_in_its_own_words(team: TeamRecord) -> None:
    rows = (
        ChecklistRow(Finding.NO_DAILY_SUMMARY, symptom=" 没有写心得 "),
        ChecklistRow(Finding.LATE_ENTRIES, applies=False),
    )

    team.review_aids.define_checklist(rows, by=a_by("M1", ADMIN))

    aids = team.review_aids.find()
    assert aids.row(Finding.NO_DAILY_SUMMARY).symptom == "没有写心得"
    assert not aids.applies(Finding.LATE_ENTRIES)


def test_a_checklist_without_any_row_is_none(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.review_aids.define_checklist(
            [ChecklistRow(Finding.LATE_ENTRIES, applies=False)], by=a_by("M1", ADMIN)
        )


def test_weeks_and_months_have_checklists_of_their_own(team: TeamRecord) -> None:
    rows = [SheetRow(SheetFinding.SUMMARY_THIN, coach="写三件具体的事")]

    team.review_aids.define_sheet_checklist(SheetKind.WEEK, rows, by=a_by("M1", ADMIN))

    aids = team.review_aids.find()
    assert aids.sheet_row(SheetKind.WEEK, SheetFinding.SUMMARY_THIN).coach == "写三件具体的事"
    assert aids.sheet_row(SheetKind.MONTH, SheetFinding.SUMMARY_THIN).coach == ""


def test_a_row_of_another_checklist_is_refused(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.review_aids.define_sheet_checklist(
            SheetKind.WEEK, [SheetRow(SheetFinding.CALENDAR_EMPTY)], by=a_by("M1", ADMIN)
        )


def test_phrases_replace_those_before(team: TeamRecord) -> None:
    for words in ("写得好", "〔姓名〕，辛苦了"):
        phrase = Phrase(RemarkKind.PRAISE, words)
        team.review_aids.define_phrases([phrase], by=a_by("M1", ADMIN))

    assert team.review_aids.find().phrases == (Phrase(RemarkKind.PRAISE, "〔姓名〕，辛苦了"),)


def test_an_empty_phrase_is_refused(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.review_aids.define_phrases([Phrase(RemarkKind.ASK, " ")], by=a_by("M1", ADMIN))
