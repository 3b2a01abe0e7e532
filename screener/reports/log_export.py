"""The screening log as CSV, XLSX or JSON: the same text in each, never a formula, never cut."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from screener.errors import UsageError
from screener.reports.formats import guarded
from screener.reports.json_text import compact

LONGEST_CELL: Final = 32_767
"""What a cell of a spreadsheet holds at most."""

Rows = Iterable[Mapping[str, str]]


def as_csv(columns: Sequence[str], rows: Rows) -> bytes:
    """The rows as CSV, with what a spreadsheet would take for a formula guarded."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode()


def as_json(columns: Sequence[str], rows: Rows) -> bytes:
    """The rows as JSON, a line a row."""
    lines = ",\n".join(compact({name: row[name] for name in columns}) for row in rows)
    return f"[{lines}]\n".encode()


def as_xlsx(columns: Sequence[str], rows: Rows) -> bytes:
    """The rows as a spreadsheet in which every cell is text.

    Raises:
        UsageError: a cell holds more than a spreadsheet can; nothing is cut.
    """
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet, bold = book.add_worksheet("log"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(columns):
                if len(row[name]) > LONGEST_CELL:
                    raise UsageError(f"A cell of {name} is too long for a spreadsheet.", hint="Use --format csv.")
                sheet.write_string(number, place, row[name])
    return content.getvalue()


WRITERS: Final = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}
