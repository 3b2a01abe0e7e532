"""Fact tables: one row a patient, one column a fact, beside it its date and its source. CSV, JSON, Parquet or Excel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from screener.facts.definitions import PATIENT_ID, Vocabulary
from screener.facts.tables.cells import MARK, NO_TEXT, WRITE_TEXT, Rejection, RowSource
from screener.facts.tables.csv_rows import CsvRows
from screener.facts.tables.headings import known_headings, resolve
from screener.facts.tables.json_rows import JsonRows
from screener.facts.tables.parquet_rows import ParquetRows
from screener.facts.tables.reading import CellReader
from screener.facts.tables.seen import SeenPatients
from screener.facts.tables.text import STANDARD_INPUT, TextSource, display_name, open_bytes
from screener.facts.tables.xlsx_rows import XlsxRows
from screener.facts.values import PatientRecord

__all__ = ["FactTable", "Rejection", "open_fact_table"]

_JSON_LINES: Final = (".jsonl", ".ndjson")
_JSON: Final = (".json", *_JSON_LINES)
_EXCEL: Final = (".xlsx", ".xlsm")


class FactTable:
    """An open source of patients, to be read once, row by row, and closed (it is a context manager).

    `unknown_columns` names each heading that means nothing here, as written, with a hint. `rejected` is what could not
    be used. Both are complete when the iteration is; the headings of a table that has a heading row are
    known at once.
    """

    def __init__(
        self, rows: RowSource, vocabulary: Vocabulary, *, as_of: date, name: str, unknown: list[tuple[str, str]]
    ) -> None:
        known = known_headings(vocabulary.facts.values()) if rows.headings is None else rows.headings
        headings = resolve(known, vocabulary, name=name)
        unknown += headings.unknown
        self.unknown_columns: list[tuple[str, str]] = unknown
        self.rejected: list[Rejection] = []
        self._rows = rows
        self._patient_id = headings.patient_id
        self._reader = CellReader(headings, as_of=as_of, reject=self.rejected.append)
        self._closing = ExitStack()
        self._begun = False

    def __iter__(self) -> Iterator[PatientRecord]:
        """Each patient, in the order of the source.

        Raises:
            UnusablePatients: the source cannot be read further; the message names the row where that can be known.
            RuntimeError: it was iterated before.
        """
        if self._begun:
            raise RuntimeError("a fact table is read once")
        self._begun = True
        facts, place = self._reader.facts, self._patient_id
        with ExitStack() as closing:
            seen = SeenPatients()
            closing.callback(seen.close)
            for row, cells in self._rows.rows(self.rejected.append):
                patient_id = cells[place].strip()
                if not patient_id and not any(cell.strip() for cell in cells):
                    continue
                problem = _problem(patient_id, row=row, seen=seen)
                if problem is None:
                    yield PatientRecord(patient_id, facts(cells, row), row)
                else:
                    self.rejected.append(problem)

    def problems_of(self, patient: PatientRecord) -> list[Rejection]:
        """What could not be used of one patient: cells of the row, and later rows that name the patient again."""
        again = _repeats(patient.row)
        return [one for one in self.rejected if one.row == patient.row or one.problem == again]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what the table is read from; standard input stays open."""
        self._closing.close()

    def closes(self, closing: ExitStack) -> Self:
        """The same table, which closes this too."""
        self._closing = closing
        return self


def open_fact_table(path: Path, vocabulary: Vocabulary, *, as_of: date) -> FactTable:
    """Open a fact table, the path `-` being standard input (CSV or JSON).

    The ending of the name tells the format; text without an ending that is known is JSON if it begins with `{` or `[`.
    `as_of` is the screening date: no date of a value may lie after it.

    Raises:
        UsageError: there is no such file, or it is a folder, a pipe or a device.
        UnusablePatients: it is empty, of another format or encoding, or its headings cannot be used.
    """
    unknown: list[tuple[str, str]] = []
    with ExitStack() as closing:
        rows = _open_rows(path, vocabulary, unknown=unknown, closing=closing)
        table = FactTable(rows, vocabulary, as_of=as_of, name=display_name(path), unknown=unknown)
        return table.closes(closing.pop_all())


def _open_rows(path: Path, vocabulary: Vocabulary, *, unknown: list[tuple[str, str]], closing: ExitStack) -> RowSource:
    ending = path.suffix.lower()
    if ending == ".parquet":
        return ParquetRows(path, closing)
    if ending in _EXCEL:
        return XlsxRows(path, closing)
    source = TextSource(open_bytes(path, closing), name=display_name(path))
    if ending in _JSON or source.first_line.startswith(("{", "[")):
        known = known_headings(vocabulary.facts.values())
        return JsonRows(source, known, unknown=unknown, lines=ending in _JSON_LINES or path == STANDARD_INPUT)
    return CsvRows(source)


def _problem(patient_id: str, *, row: int, seen: SeenPatients) -> Rejection | None:
    """Why a row cannot be used as a patient of its own; none where it can."""
    if not patient_id:
        return Rejection(row, PATIENT_ID, "blank", "give the patient an id; the row was not used")
    if patient_id.startswith(MARK):
        return Rejection(row, PATIENT_ID, NO_TEXT, f"{WRITE_TEXT}; the row was not used")
    earlier = seen.earlier_row(patient_id, row)
    if earlier is None:
        return None
    which = f"row {earlier} was used and row {row} was not: keep the right one, one row a patient"
    return Rejection(row, PATIENT_ID, _repeats(earlier), which)


def _repeats(row: int) -> str:
    return f"repeats row {row}"
