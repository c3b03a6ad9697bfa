"""Tables that people take away: CSV and XLSX in which no cell is ever a formula.

A text that begins like a formula gets an apostrophe in front (OWASP, "CSV injection"), in its
full-width forms too, since Excel takes those for the same; in XLSX it is a text cell besides.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter

Cell = str | int | float | None
FORMULA = tuple("=+-@\t\r\n\0") + tuple("＝＋－＠")
QUOTE = "'"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MADE = datetime(2026, 1, 1)  # noqa: DTZ001  the same rows are the same file, byte for byte


def guarded(cell: Cell) -> Cell:
    """Return a cell that no program takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "")
    stripped = text.lstrip(" \u3000\xa0\ufeff")
    return QUOTE + text if stripped.startswith(FORMULA) or text != cell else text


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV that Excel opens as UTF-8, every text quoted (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow(["" if cell is None else guarded(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """Return an XLSX with one sheet, its texts written as texts and never as formulas or links."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": MADE})
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        for column, name in enumerate(header):
            sheet.write_string(0, column, str(guarded(name)), bold)
        for at, row in enumerate(rows, 1):
            _write_row(sheet, at, row)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return file.getvalue()


def _write_row(sheet: xlsxwriter.worksheet.Worksheet, at: int, row: Sequence[Cell]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            sheet.write_string(at, column, str(guarded(cell)))
        elif cell is not None:
            sheet.write_number(at, column, cell)
