"""Exports: tables of one's own teams, put on record, and nobody's contact in any of them."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from domain.export import Export, Table
from store.log_reader import LoggedEvent
from tests.service.conftest import CUSTOMERS, TODAY, Branch

DAYS = {"first_day": "2026-11-01", "last_day": str(TODAY)}
READERS = ["s1", "u1", "x1"]


def a_full_branch(branch: Branch) -> None:
    """Tell a visit, a callback, a case and a review."""
    visitor = branch.visitor("a1")
    entry = {
        "day": str(TODAY),
        "kind": "face_meeting",
        "customer_id": "C-1",
        "result": "interested",
    }
    visitor.post("/today/entries", note="张三丰说打 13812341234", numbers_meant="yes", **entry)
    visitor.post("/today/submit", day=str(TODAY), summary="好")
    branch.list_call(branch.log_visit())
    branch.open_case()


def export(
    branch: Branch, login: str, table: str, file_format: str = "csv", **more: str
) -> TestResponse:
    form = {"table": table, "file_format": file_format, **DAYS, **more}
    return branch.visitor(login).post("/tables", **form)


def rows_of(answer: TestResponse) -> list[list[str]]:
    text = answer.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def exports_of(branch: Branch) -> list[LoggedEvent]:
    return [e for e in branch.store.reader().all() if e.topic == Export.Made.TOPIC]


def ends_of(phone: str) -> re.Pattern[bytes]:
    """Return what finds a number's last four digits, masked or alone, and not within a random id."""
    return re.compile(rb"(?<![0-9A-Za-z-])%b(?![0-9A-Za-z-])" % phone[-4:].encode())


def test_the_end_of_a_number_is_found_behind_a_mask_and_not_in_an_id() -> None:
    assert ends_of("13812341234").search(b"a,138****1234,b")
    assert ends_of("13812341234").search(b"<t>1234</t>")
    assert not ends_of("13812341234").search(b"K-9f012348bba")


@pytest.mark.parametrize("login", READERS)
@pytest.mark.parametrize("table", list(Table))
def test_no_role_takes_a_contact_away(branch: Branch, login: str, table: str) -> None:
    a_full_branch(branch)

    as_csv, as_xlsx = (export(branch, login, table, form) for form in ("csv", "xlsx"))

    with zipfile.ZipFile(io.BytesIO(as_xlsx.data)) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    assert len(rows_of(as_csv)) > 0
    for _owner, name, phone in CUSTOMERS.values():
        for content in (as_csv.data, inside):
            assert name.encode() not in content
            assert phone.encode() not in content
            assert not ends_of(phone).search(content)


@pytest.mark.parametrize("login", ["a1", "m1"])
def test_who_leads_nobody_takes_nothing_away(branch: Branch, login: str) -> None:
    assert export(branch, login, "entries").status_code == 403


def test_an_export_is_on_record_with_the_digest_of_the_file(branch: Branch) -> None:
    a_full_branch(branch)

    answer = export(branch, "s1", "entries", "xlsx")

    (made,) = exports_of(branch)
    assert (made.actor, made.data["table"], made.data["teams"]) == ("S1", "entries", ["T1"])
    assert made.data["digest"] == hashlib.sha256(answer.data).hexdigest()
    assert made.data["rows"] == 3


def test_a_supervisor_gets_the_own_team_alone(branch: Branch) -> None:
    a_full_branch(branch)

    assert rows_of(export(branch, "s2", "entries")) == []
    assert {row[2] for row in rows_of(export(branch, "s1", "entries"))} == {"A1"}


def test_the_team_table_has_a_row_for_each_agent_and_day(branch: Branch) -> None:
    a_full_branch(branch)
    answer = export(branch, "u1", "team_days", first_day=str(TODAY), team_id="T1")

    rows = rows_of(answer)

    assert [(row[0], row[2], row[3]) for row in rows] == [
        (str(TODAY), "A1", "王小梅"),
        (str(TODAY), "A2", "李建国"),
    ]
    assert rows[0][5] == "3"


def test_a_sheet_has_numbers_as_numbers(branch: Branch) -> None:
    a_full_branch(branch)

    answer = export(branch, "x1", "team_days", "xlsx", first_day=str(TODAY))

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    assert sheet.to_python()[1][5] == 3


def test_a_name_that_is_a_formula_is_a_text_in_the_table(branch: Branch) -> None:
    branch.record.organisation.form_team("T3", "=cmd|' /C calc'!A0", by=branch.by())
    branch.record.organisation.move("A2", "T3", TODAY, by=branch.by())
    branch.follow()

    rows = rows_of(export(branch, "u1", "team_days", first_day=str(TODAY), team_id="T3"))

    assert rows[0][1] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first_day": "2026-11-18", "last_day": "2026-11-17"}, "第一天之前"),
        ({"first_day": "2026-01-01", "last_day": "2026-11-17"}, "三个月"),
    ],
)
def test_days_that_cannot_be_are_told(branch: Branch, days: dict[str, str], said: str) -> None:
    answer = export(branch, "s1", "entries", **days)

    assert answer.status_code == 422
    assert said in answer.text


def test_the_same_form_sent_twice_is_one_export(branch: Branch) -> None:
    visitor = branch.visitor("s1")
    form = {"table": "entries", "file_format": "xlsx", **DAYS}

    for _ in range(2):
        visitor.post("/tables", _id="4b1c5f3e-6f2f-4b7e-9c37-0a5f7d0f3a11", **form)

    assert len(exports_of(branch)) == 1
