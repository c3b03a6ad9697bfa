"""Tables in and out: what Excel and WPS write is read, and what we write is never a formula."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from service.tables_in import MAX_BYTES, MAX_MEMBERS, MAX_ROWS, MAX_UNPACKED, BadTable, read_table
from service.tables_out import FORMULA, csv_file, guarded, xlsx_file

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_as_spreadsheets_save_it(encoding: str, delimiter: str) -> None:
    content = f"姓名{delimiter}电话\r\n张三丰{delimiter}13812341234\r\n".encode(encoding)

    grid = read_table(content)

    assert grid.header == ("姓名", "电话")
    assert [line.cells for line in grid.lines] == [("张三丰", "13812341234")]


def test_lines_keep_their_number_and_empty_ones_are_left_out() -> None:
    grid = read_table("姓名,电话\n张三,\n,\n李四\n".encode())

    assert [(line.no, line.cells) for line in grid.lines] == [(2, ("张三", "")), (4, ("李四", ""))]


def test_a_number_in_a_sheet_is_read_as_it_was_typed() -> None:
    grid = read_table(xlsx_file(["电话"], [[13812341234]], "t"))

    assert grid.lines[0].cells == ("13812341234",)


def test_an_unknown_encoding_is_told() -> None:
    with pytest.raises(BadTable, match="编码"):
        read_table(b"\xff\xff\xff\xfe\x80,\x80\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * (MAX_BYTES + 1), "2 MB"),
        (b"a\n" + b"1\n" * (MAX_ROWS + 1), "5000"),
        (b"a,b\n" + b"x" * 501, "500"),
        (b",".join([b"a"] * 41), "40"),
        (b"", "空"),
        (b'a\n"open', "引号"),
        (b"PK\x03\x04 no archive", "XLSX"),
        (b"\x00\x01\x02", "XLSX"),
    ],
)
def test_a_file_past_its_limits_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(BadTable, match=said):
        read_table(content)


def test_an_archive_that_swells_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (MAX_UNPACKED + 1))

    with pytest.raises(BadTable, match="展开"):
        read_table(file.getvalue())


def test_an_archive_of_too_many_files_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for no in range(MAX_MEMBERS + 1):
            archive.writestr(f"xl/{no}.xml", b"")

    with pytest.raises(BadTable, match="展开"):
        read_table(file.getvalue())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        grid = read_table(content)
    except BadTable:
        return
    assert all(len(line.cells) == len(grid.header) for line in grid.lines)


@given(st.binary(max_size=200))
def test_any_bytes_in_an_archive_are_read_or_refused(content: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", content)
        archive.writestr("xl/worksheets/sheet1.xml", content)

    with pytest.raises(BadTable):
        read_table(file.getvalue())


@given(TEXTS)
def test_no_text_that_we_write_is_a_formula(text: str) -> None:
    shown = guarded(text)

    assert isinstance(shown, str)
    assert not shown.lstrip(" \u3000\xa0\ufeff").startswith(FORMULA)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "\x00=1"])
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert str(guarded(text)).startswith("'")


def test_numbers_stay_numbers_and_plain_text_stays_plain() -> None:
    assert (guarded(-3), guarded("王小梅"), guarded(None)) == (-3, "王小梅", None)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_csv_says_again_what_was_put_in(cells: list[str]) -> None:
    content = csv_file(["a"] * len(cells), [cells]).decode("utf-8-sig")

    read = list(csv.reader(io.StringIO(content, newline="")))

    assert read[1] == [guarded(cell) for cell in cells]


def test_a_sheet_holds_texts_and_no_formula_or_link() -> None:
    content = xlsx_file(["a", "b"], [["=HYPERLINK(1)", "https://example.com"]], "t")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert rows[1] == ["'=HYPERLINK(1)", "https://example.com"]
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
