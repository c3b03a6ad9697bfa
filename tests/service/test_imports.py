"""Imports: checked first, wrong rows told with row, column, value and code, harmless to repeat."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from projections import customers
from service.pages.imports import AT_ONCE
from service.tables_in import MAX_BYTES
from service.tables_out import xlsx_file
from store.import_jobs import JOB, ImportJobs
from store.uploads import UPLOAD
from tests.service.conftest import Branch, Visitor
from workers.imports import bring_slice

PEOPLE = """工号,姓名,角色,团队编号,团队名称,入职日期,带领团队
A7,赵新,营销员,T7,新星组,2026/3/1,
S7,钱明,主管,T7,,2026-03-01,是
A8,孙一,营销员,T8,,2026-03-01,
A1,王小梅,营销员,T1,,,
A9,,营销员,T1,,2026-03-01,
A9,李四,经理,T1,,2026-13-01,
"""
CUSTOMERS = "客户姓名,手机,来源\n欧阳锋,137 1234 8888,转介绍\n洪七公,,缘故\n黄药师,123,活动\n"


def bring(visitor: Visitor, kind: str, content: bytes, name: str = "list.csv") -> TestResponse:
    fields = {"csrf_token": visitor.csrf, "command_id": str(uuid4())}
    file = (io.BytesIO(content), name)
    return visitor.client.post(f"/import/{kind}", data={**fields, "file": file})


def filled(page: TestResponse) -> dict[str, str]:
    """Return the form of the preview as a browser would send it."""
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert ticket is not None, page.text
    fields = {"ticket": ticket.group(1)}
    for name, options in re.findall(
        r'<select id="[^"]*" name="(\w+)"[^>]*>(.*?)</select>', page.text
    ):
        chosen = re.search(r'value="(\d+)" selected', options)
        fields[name] = chosen.group(1) if chosen else ""
    return fields


def jobs_of(branch: Branch) -> ImportJobs:
    vault = branch.record.mapper.vault  # type: ignore[attr-defined]
    return ImportJobs(branch.accounts.engine, "main", vault)


def work(branch: Branch) -> None:
    """Take what waits, as the worker does."""
    jobs = jobs_of(branch)
    for job in jobs.waiting():
        while bring_slice(branch.record, jobs, job.job_id, branch.context.now):
            pass


def errors(page: TestResponse) -> list[tuple[str, str, str]]:
    """Return row, value and code of the errors shown."""
    found = re.findall(
        r'<tr><th scope="row">(\d+)</th><td>[^<]*</td><td>([^<]*)</td><td>[^<]*</td><td><code>(\w+)',
        page.text,
    )
    return [(row, value, code) for row, value, code in found]


def test_nothing_is_taken_before_the_file_was_checked(branch: Branch) -> None:
    page = bring(branch.visitor("m1"), "people", PEOPLE.encode())

    assert page.status_code == 200
    assert branch.record.organisation.member("A7") is None
    assert "可以导入 2 行" in page.text


def test_what_is_wrong_is_told_by_row_value_and_code(branch: Branch) -> None:
    page = bring(branch.visitor("m1"), "people", PEOPLE.encode())

    assert errors(page) == [
        ("4", "T8", "unknown_team"),
        ("6", "—", "required"),
        ("7", "经理", "invalid"),
        ("7", "2026-13-01", "invalid"),
    ]


def test_good_rows_become_people_and_teams(branch: Branch) -> None:
    visitor = branch.visitor("m1")
    page = bring(visitor, "people", PEOPLE.encode())

    visitor.post("/import/people/take", **filled(page))

    team = branch.record.organisation.team("T7")
    member = branch.record.organisation.member("A7")
    assert team is not None
    assert (team.name, team.supervisor_id) == ("新星组", "S7")
    assert member is not None
    assert (member.name, str(member.since)) == ("赵新", "2026-03-01")
    assert branch.record.organisation.member("A9") is None


def test_the_bad_rows_come_back_with_their_problems(branch: Branch) -> None:
    visitor = branch.visitor("m1")
    page = bring(visitor, "people", PEOPLE.encode())

    file = visitor.post("/import/people/bad-rows", **filled(page))

    text = file.data.decode("utf-8-sig")
    assert text.splitlines()[0].endswith('"行","问题"')
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ['"A8"', '"A9"', '"A9"']


def test_a_second_time_changes_nothing(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    content = CUSTOMERS.replace("黄药师,123,活动\n", "").encode()
    for _ in range(2):
        page = bring(visitor, "customers", content)
        head = branch.store.reader().head()
        answer = visitor.post("/import/customers/take", **filled(page))
        visitor.follow(answer)

    assert branch.store.reader().head() == head


def test_customers_come_sealed_and_are_their_owners_alone(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    page = bring(visitor, "customers", CUSTOMERS.encode("gb18030"))

    visitor.post("/import/customers/take", **filled(page))
    branch.follow()

    with branch.context.views.connect() as connection:
        mine = {c.name_masked: c.phone_masked for c in customers.of_owner(connection, "A1")}
    assert mine == {"张**": "138****1234", "欧**": "137****8888", "洪**": None}
    log = (branch.store.folder / "log.db").read_bytes()
    assert "欧阳锋".encode() not in log
    assert b"13712348888" not in log


def test_a_number_that_is_mine_already_is_known(branch: Branch) -> None:
    content = "姓名,电话,来源\n张三,13812341234,缘故\n".encode()

    page = bring(branch.visitor("a1"), "customers", content)

    assert "已经有的 1 行" in page.text


def test_a_row_twice_in_a_file_is_told(branch: Branch) -> None:
    content = "姓名,电话,来源\n赵六,13511112222,缘故\n赵六,13511112222,缘故\n".encode()

    page = bring(branch.visitor("a1"), "customers", content)

    assert errors(page) == [("3", "—", "twice_in_file")]


def test_other_columns_can_be_chosen(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    page = bring(visitor, "customers", "甲,乙,丙\n赵六,13511112222,缘故\n".encode())
    fields = filled(page) | {"column_name": "0", "column_phone": "1", "column_contact_source": "2"}

    again = visitor.post("/import/customers/check", **fields)

    assert "可以导入 0 行" in page.text
    assert "可以导入 1 行" in again.text


def test_a_needed_column_must_be_chosen_before_anything_is_taken(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    page = bring(visitor, "customers", CUSTOMERS.encode())

    answer = visitor.post("/import/customers/take", **filled(page) | {"column_name": ""})

    assert answer.status_code == 422
    assert "请选择哪一栏是姓名" in answer.text


def test_a_sheet_of_excel_is_taken_too(branch: Branch) -> None:
    rows = [["欧阳锋", 13712348888, "转介绍"]]

    page = bring(
        branch.visitor("a1"),
        "customers",
        xlsx_file(["姓名", "电话", "来源"], rows, "名单"),
        "a.xlsx",
    )

    assert "可以导入 1 行" in page.text


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"a\n" + b"1\n" * 6000])
def test_a_file_that_is_no_list_shows_the_form_again(branch: Branch, content: bytes) -> None:
    page = bring(branch.visitor("a1"), "customers", content)

    assert page.status_code == 422
    assert 'class="summary"' in page.text


def test_a_file_past_the_limit_is_not_read(branch: Branch) -> None:
    assert bring(branch.visitor("a1"), "customers", b"x" * (MAX_BYTES + 10**6)).status_code == 413


def test_what_lies_between_the_pages_can_be_read_by_nobody(branch: Branch) -> None:
    page = bring(branch.visitor("a1"), "customers", CUSTOMERS.encode())

    with branch.accounts.engine.connect() as connection:
        kept = connection.execute(select(UPLOAD)).one()
    assert "欧阳锋".encode() not in kept.sealed
    assert filled(page)["ticket"].partition(".")[2] not in str(kept)


def test_somebody_elses_file_is_not_there(branch: Branch) -> None:
    page = bring(branch.visitor("a1"), "customers", CUSTOMERS.encode())

    answer = branch.visitor("a2").post("/import/customers/take", **filled(page))

    assert answer.status_code == 409


@pytest.mark.parametrize(("login", "kind"), [("m1", "people"), ("a1", "customers")])
@pytest.mark.parametrize("sample", ["sample", "sample-sheet"])
def test_the_example_has_our_columns(branch: Branch, login: str, kind: str, sample: str) -> None:
    visitor = branch.visitor(login)
    file = visitor.get(f"/import/{kind}/{sample}")

    page = bring(visitor, kind, file.data, sample)

    assert page.status_code == 200
    assert errors(page) == []


def many(count: int) -> bytes:
    rows = [f"A{n:04d},伙伴{n},营销员,T1,,2026-03-01," for n in range(1, count + 1)]
    return "\n".join(
        [PEOPLE.splitlines()[0], *rows, "A1,王小梅,营销员,T1,,,", ",没有工号,,,,,"]
    ).encode()


def test_a_big_file_is_taken_by_a_worker_and_its_progress_is_seen(branch: Branch) -> None:
    visitor = branch.visitor("m1")
    page = bring(visitor, "people", many(AT_ONCE))

    answer = visitor.post("/import/people/take", **filled(page))

    assert answer.status_code == 303
    assert branch.record.organisation.member("A0001") is None
    shown = visitor.get(answer.headers["Location"]).text
    assert f'max="{AT_ONCE}" value="0"' in shown
    assert "正在导入" in shown
    work(branch)
    shown = visitor.get(answer.headers["Location"]).text
    assert f"已导入 {AT_ONCE} 行，共 {AT_ONCE} 行" in shown
    assert "已经有的 1 行" in shown
    assert "有问题的 1 行" in shown
    assert branch.record.organisation.member(f"A{AT_ONCE:04d}") is not None


def test_the_rows_of_a_big_file_lie_sealed_and_are_gone_when_they_are_taken(
    branch: Branch,
) -> None:
    visitor = branch.visitor("a1")
    rows = [f"欧阳锋{n},,缘故" for n in range(AT_ONCE + 1)]
    page = bring(visitor, "customers", "\n".join(["姓名,电话,来源", *rows]).encode())
    visitor.post("/import/customers/take", **filled(page))

    with branch.accounts.engine.connect() as connection:
        kept = connection.execute(select(JOB)).one()
    assert "欧阳锋" not in str(kept)
    assert kept.sealed
    work(branch)

    with branch.accounts.engine.connect() as connection:
        assert connection.execute(select(JOB.c.sealed)).scalar_one() is None


def test_somebody_elses_import_is_not_there(branch: Branch) -> None:
    branch.open_account("m1")
    jobs_of(branch).put("I-1", ("M2", "administrator"), "people", [], known=0, bad=0)

    assert branch.visitor("m1").get("/import/people/progress?job=I-1").status_code == 404
