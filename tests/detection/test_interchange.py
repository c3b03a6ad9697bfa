"""Reading a branch folder: every bad line is told, none is repaired in silence."""

import json
from pathlib import Path

import pytest

from shilu import interchange
from shilu.interchange import read_branch

VISIT = {
    "visit_id": "V1",
    "agent_id": "A1",
    "supervisor_id": "S1",
    "date": "2025-03-03",
    "start": "2025-03-03T10:00",
    "duration_min": 30,
    "kind": "face",
    "customer_name": "张三",
    "customer_phone": "13800000000",
    "remark": "谈养老年金",
    "created_at": "2025-03-03T20:56",
}
CALLBACK = {
    "callback_id": "K1",
    "visit_id": "V1",
    "supervisor_id": "S1",
    "date": "2025-03-04",
    "design": "random",
    "inclusion_prob": 0.02,
    "outcome": "confirm",
}
GOOD: dict[str, list[dict[str, object]]] = {
    interchange.AGENTS: [{"agent_id": "A1", "supervisor_id": "S1"}],
    interchange.VISITS: [VISIT],
    interchange.ATTENDANCE: [{"agent_id": "A1", "date": "2025-03-03", "present": True}],
    interchange.SALES: [{"agent_id": "A1", "date": "2025-03-03", "policies": 1}],
    interchange.CALLBACKS: [CALLBACK],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file, rows in GOOD.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def append(folder: Path, file: str, line: bytes) -> None:
    with (folder / file).open("ab") as target:
        target.write(line + b"\n")


def test_a_good_folder_reads_without_an_error(folder: Path) -> None:
    branch = read_branch(folder)

    assert branch.errors == ()
    assert [row.visit_id for row in branch.visits] == ["V1"]
    assert branch.callbacks[0].inclusion_prob == 0.02


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("visit_id", ""),
        ("visit_id", "V" * 65),
        ("agent_id", "A9"),
        ("supervisor_id", "S9"),
        ("date", "3 March"),
        ("date", "20250304"),
        ("start", "2025-03-09T10:00"),
        ("start", "2025-03-03T10:00+08:00"),
        ("duration_min", -1),
        ("duration_min", True),
        ("duration_min", "30"),
        ("kind", "call"),
        ("customer_name", 7),
        ("remark", "谈\x00"),
        ("remark", "谈\ud800"),
        ("remark", "长" * 4001),
        ("created_at", None),
    ],
)
def test_a_field_that_does_not_fit_is_told_with_its_line(
    folder: Path, field: str, value: object
) -> None:
    row = VISIT | {"visit_id": "V2"} | {field: value}
    append(folder, interchange.VISITS, json.dumps(row).encode())

    branch = read_branch(folder)

    (error,) = branch.errors
    assert (error.file, error.line, error.field) == (interchange.VISITS, 2, field)
    assert error.message_zh
    assert error.message_en
    assert len(branch.visits) == 1


@pytest.mark.parametrize("field", sorted(VISIT))
def test_a_missing_field_is_told(folder: Path, field: str) -> None:
    row = {key: value for key, value in VISIT.items() if key != field}
    append(folder, interchange.VISITS, json.dumps(row).encode())

    assert [error.field for error in read_branch(folder).errors] == [field]


@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe{}", b"{", b"[]", b"1", b'{"a": NaN}', b"[" * 5000, b'"' + b"x" * 70_000 + b'"'],
    ids=["not UTF-8", "cut off", "a list", "a number", "NaN", "too deep", "too long"],
)
def test_a_line_that_is_no_row_is_told(folder: Path, line: bytes) -> None:
    append(folder, interchange.SALES, line)

    (error,) = read_branch(folder).errors

    assert (error.file, error.line, error.field) == (interchange.SALES, 2, None)


@pytest.mark.parametrize(
    ("file", "field"),
    [
        (interchange.AGENTS, "agent_id"),
        (interchange.VISITS, "visit_id"),
        (interchange.ATTENDANCE, "agent_id+date"),
        (interchange.CALLBACKS, "callback_id"),
    ],
)
def test_a_repeated_row_is_told(folder: Path, file: str, field: str) -> None:
    append(folder, file, json.dumps(GOOD[file][0]).encode())

    (error,) = read_branch(folder).errors

    assert (error.line, error.field) == (2, field)


def test_a_callback_about_an_unknown_visit_is_told(folder: Path) -> None:
    row = CALLBACK | {"callback_id": "K2", "visit_id": "V9"}
    append(folder, interchange.CALLBACKS, json.dumps(row).encode())

    assert [error.field for error in read_branch(folder).errors] == ["visit_id"]


def test_unknown_names_phones_and_remarks_may_be_null(folder: Path) -> None:
    unknown = {"customer_name": None, "customer_phone": " ", "remark": None}
    append(folder, interchange.VISITS, json.dumps(VISIT | unknown | {"visit_id": "V2"}).encode())

    branch = read_branch(folder)

    assert branch.errors == ()
    assert branch.visits[1].customer_phone is None


def test_blank_lines_and_a_byte_order_mark_are_harmless(folder: Path) -> None:
    file = folder / interchange.AGENTS
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes() + b"\n\n")

    assert read_branch(folder).errors == ()


def test_a_missing_file_is_an_error_of_the_folder(folder: Path) -> None:
    (folder / interchange.SALES).unlink()

    (error,) = read_branch(folder).errors

    assert (error.file, error.line) == (interchange.SALES, 0)


def test_a_missing_folder_names_every_file(tmp_path: Path) -> None:
    errors = read_branch(tmp_path / "nowhere").errors

    assert [error.file for error in errors] == list(interchange.FILES)
