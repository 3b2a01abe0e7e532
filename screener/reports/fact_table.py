"""The fact table of patients written down: every fact with its date and its source, so that it reads back the same."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from screener.errors import UsageError
from screener.facts.definitions import Vocabulary
from screener.facts.tables.headings import known_headings
from screener.facts.values import UNSETTLED, FactValue, PatientRecord
from screener.facts.written import cell_text
from screener.reports.formats import guarded
from screener.reports.writing_out import write_out

FORMATS: Final = (".csv", ".parquet")
_CELLS: Final = {state: cell for cell, state in UNSETTLED.items()}


def fact_rows(vocabulary: Vocabulary) -> Callable[[PatientRecord], bytes]:
    """The function that writes what is known of a patient as a row; evidence is told by its source alone.

    `vocabulary` holds the facts that become columns.
    """

    def row(patient: PatientRecord) -> bytes:
        cells = [patient.patient_id]
        for name in vocabulary.facts:
            cells += _cells(patient.facts.get(name))
        return _row(cells)

    return row


def write_fact_table(rows: Iterable[bytes], vocabulary: Vocabulary, out: Path | None) -> None:
    """Write a fact table.

    Args:
        rows: one of each patient (see `fact_rows`), in the order that they are to have.
        vocabulary: the facts that become columns.
        out: a .csv or a .parquet file, or none for CSV to standard output.

    Raises:
        UsageError: the file is of another kind, or cannot be written.
    """
    if out is not None and out.suffix.lower() not in FORMATS:
        raise UsageError(f"A fact table is a .csv or a .parquet file, not {out.suffix or 'one without an ending'}.")
    if out is None or out.suffix.lower() == ".csv":
        write_out(_with_headings(rows, vocabulary), out, of_patients=True)
        return
    with tempfile.TemporaryDirectory(prefix="screener-") as folder:
        plain, packed = Path(folder) / "facts.csv", Path(folder) / "facts.parquet"
        write_out(_with_headings(rows, vocabulary), plain)
        _to_parquet(plain, packed)
        with packed.open("rb") as content:
            write_out(iter(lambda: content.read(1 << 20), b""), out, of_patients=True)


def _to_parquet(plain: Path, packed: Path) -> None:
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.read_csv(os.fspath(plain), all_varchar=True, header=True, delimiter=",", quotechar='"')
        rows.write_parquet(os.fspath(packed), compression="zstd")


def _with_headings(rows: Iterable[bytes], vocabulary: Vocabulary) -> Iterator[bytes]:
    yield _row(known_headings(vocabulary.facts.values()))
    yield from rows


def _cells(fact: FactValue | None) -> tuple[str, str, str]:
    """The value, its date and its source."""
    if fact is None:
        return "", "", ""
    on = fact.on.text if fact.on else ""
    return _CELLS[fact.state] if fact.value is None else cell_text(fact.value), on, fact.source or ""


def _row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return line.getvalue().encode()
