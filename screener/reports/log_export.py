"""A log as CSV or JSON: the same text in each, never a formula, never cut."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from screener.reports.formats import guarded
from screener.reports.json_text import compact

Rows = Iterable[Mapping[str, str]]


def as_csv(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """The rows as CSV, with what a spreadsheet would take for a formula guarded."""
    yield csv_line(columns)
    for row in rows:
        yield csv_line(row[name] for name in columns)


def csv_line(cells: Iterable[str]) -> bytes:
    """One line of CSV, guarded."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return text.getvalue().encode()


def as_json(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """The rows as JSON, a line a row."""
    before = "["
    for row in rows:
        yield f"{before}{compact({name: row[name] for name in columns})}".encode()
        before = ",\n"
    yield b"]\n" if before != "[" else b"[]\n"
