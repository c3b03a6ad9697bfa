"""Tables that people bring: CSV as Excel and WPS write it (UTF-8 or GB18030), and XLSX.

A file is read with limits on bytes, rows, columns and cells, so that no file, however it was
made, takes more than its share of the machine.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from service.language import N_

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024  # of an XLSX, which is a ZIP
MAX_MEMBERS = 500
MAX_ROWS = 5_000
MAX_COLUMNS = 40
MAX_CELL = 500
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",;\t"


class BadTable(Exception):
    """The file cannot be read as a table; ``source`` is the sentence that says why."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table with its number in the file, the header being 1."""

    no: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its header and its rows, each as wide as the header; empty rows are left out."""

    header: tuple[str, ...]
    lines: tuple[Line, ...]


def read_table(content: bytes) -> Grid:
    """Return the table in a file. Raises BadTable."""
    if len(content) > MAX_BYTES:
        raise BadTable(N_("文件太大了，最多 2 MB。请分成几份。"))
    rows = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    return _grid(rows)


def _grid(rows: Iterator[Sequence[str]]) -> Grid:
    header = next((_trimmed(row) for row in rows if any(cell.strip() for cell in row)), ())
    if not header:
        raise BadTable(N_("文件是空的。"))
    if len(header) > MAX_COLUMNS:
        raise BadTable(N_("栏目太多了，最多 40 栏。"))
    lines: list[Line] = []
    for no, row in enumerate(rows, 2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(lines) == MAX_ROWS:
            raise BadTable(N_("行数太多了，一次最多 5000 行。请分成几份。"))
        if any(len(cell) > MAX_CELL for cell in cells):
            raise BadTable(N_("有一格写得太长了，最多 500 个字。"))
        lines.append(Line(no, tuple((cells + [""] * len(header))[: len(header)])))
    return Grid(header, tuple(lines))


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _csv(content: bytes) -> Iterator[Sequence[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise BadTable(N_("这不是 CSV 或 XLSX 文件。"))
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as problem:
        raise BadTable(N_("CSV 的引号不成对，请用表格软件重新保存。")) from problem


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable(N_("文字编码认不出来。请保存为 UTF-8 或 GB18030 的 CSV，或 XLSX。"))


def _xlsx(content: bytes) -> Iterator[Sequence[str]]:
    _check_archive(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: Any = book.get_sheet_by_index(0).iter_rows()
        for row in rows:
            yield [_text(cell) for cell in row]
    except PasswordError as locked:
        raise BadTable(N_("这个文件有密码，请先去掉密码。")) from locked
    except (CalamineError, ValueError, IndexError) as problem:
        raise BadTable(N_("这不是 CSV 或 XLSX 文件。")) from problem


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError) as problem:
        raise BadTable(N_("这不是 CSV 或 XLSX 文件。")) from problem
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
        raise BadTable(N_("文件展开以后太大了。"))


def _text(cell: Any) -> str:
    """Return a cell as somebody would have typed it: a number in a phone column has no ``.0``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not cell.time() or cell.hour == 0 else str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
