"""A log as a workbook: the log, the matrix of criteria, the evidence, the reasons, and where all of it is from.

Every cell is text: nothing becomes a formula, a link, a number or a date, and nothing is cut.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from screener.criteria.words import value_words
from screener.errors import UsageError
from screener.reports.fact_words import STATE_WORDS, record_words
from screener.reports.html_words import CAUSE_WORDS
from screener.worklist.log import COLUMNS

if TYPE_CHECKING:
    from screener.facts.definitions import Vocabulary
    from screener.facts.values import FactValue
    from screener.matching.results import PatientResult

LONGEST_CELL: Final = 32_767
"""Characters that a cell of a spreadsheet holds at most."""

MOST_ROWS: Final = 1_048_576
"""Rows that a sheet holds at most; what is more goes on in another sheet."""

_RESULTS: Final = ("patient_pseudonym", "verdict")
_EVIDENCE: Final = ("patient_pseudonym", "criterion", "fact", "value", "on", "state")
_SOURCES: Final = ("source", "records")
_REASONS: Final = ("patient_pseudonym", "criterion", "kind", "result", "effect", "causes", "reason")
_WIDTHS: Final = {
    "reason": 90,
    "value": 30,
    "fact": 40,
    "causes": 30,
    "patient_pseudonym": 20,
    "source": 40,
    "what": 36,
}


class Patient(NamedTuple):
    """A patient of the workbook: the row of the log, the result, and the words of the facts it was screened with."""

    row: Mapping[str, str]
    result: PatientResult
    vocabulary: Vocabulary


def as_xlsx(
    patients: Iterable[Patient], criteria: Sequence[str], provenance: Iterable[tuple[str, str]], *, sources: bool
) -> bytes:  # fmt: skip
    """The workbook.

    Args:
        patients: in the order of the log; gone through once, so that a large log needs little memory.
        criteria: the ids of the criteria, in the order of the protocol.
        provenance: names and values that say where all of it is from.
        sources: whether the places are shown where the evidence stands; their words can name a patient.

    Raises:
        UsageError: a cell holds more than a spreadsheet can; nothing is cut.
    """
    import xlsxwriter

    content = io.BytesIO()
    # The folder is its user's alone, and gone at the end.
    with tempfile.TemporaryDirectory(prefix="screener-export-") as folder:
        options = {
            "constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False,
        }  # fmt: skip
        with xlsxwriter.Workbook(content, options) as book:
            log = _Sheet(book, "log", COLUMNS)
            matrix = _Sheet(book, "criteria", (*_RESULTS, *criteria))
            evidence = _Sheet(book, "evidence", (*_EVIDENCE, *_SOURCES) if sources else _EVIDENCE)
            reasons = _Sheet(book, "reasons", _REASONS)
            about = _Sheet(book, "provenance", ("what", "value"))
            for one in patients:
                log.add([one.row[name] for name in COLUMNS])
                matrix.add(_matrix_row(one, criteria))
                evidence.add(*_evidence_rows(one, sources=sources))
                reasons.add(*_reason_rows(one))
            about.add(*provenance)
    return content.getvalue()


class _Sheet:
    """A sheet that is written row by row, and goes on in another one when it is full."""

    def __init__(self, book: Any, name: str, columns: Sequence[str]) -> None:
        self._book = book
        self._name = name
        self._columns = columns
        self._count, self._place = 1, 0
        self._sheet = self._begun(name)

    def add(self, *rows: Sequence[str]) -> None:
        """Write rows."""
        for row in rows:
            self._place += 1
            if self._place == MOST_ROWS:
                self._count, self._place = self._count + 1, 1
                self._sheet = self._begun(f"{self._name} {self._count}")
            _write_row(self._sheet, self._place, self._columns, row)

    def _begun(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        bold = self._book.add_format({"bold": True})
        for place, column in enumerate(self._columns):
            sheet.set_column(place, place, _WIDTHS.get(column, 16))
            sheet.write_string(0, place, column, bold)
        return sheet


def _write_row(sheet: Any, place: int, columns: Sequence[str], row: Sequence[str]) -> None:
    for number, cell in enumerate(row):
        if len(cell) > LONGEST_CELL:
            hint = "Use --format csv, which has no such limit."
            raise UsageError(f"A cell of {columns[number]} is too long for a spreadsheet.", hint=hint)
        if cell:
            sheet.write_string(place, number, cell)


def _matrix_row(one: Patient, criteria: Sequence[str]) -> list[str]:
    results = {criterion.id: criterion.result for criterion in one.result.criteria}
    return [one.result.patient_id, one.result.verdict, *[str(results.get(name, "")) for name in criteria]]


def _reason_rows(one: Patient) -> Iterator[list[str]]:
    for criterion in one.result.criteria:
        causes = ", ".join(CAUSE_WORDS[cause] for cause in criterion.causes)
        yield [
            one.result.patient_id, criterion.id, criterion.kind, criterion.result, criterion.effect, causes,
            criterion.reason,
        ]  # fmt: skip


def _evidence_rows(one: Patient, *, sources: bool) -> Iterator[list[str]]:
    for criterion in one.result.criteria:
        for fact in criterion.facts:
            row = [one.result.patient_id, criterion.id, *_fact_cells(fact, one.vocabulary)]
            if sources:
                row += [fact.source or "", " | ".join(map(record_words, fact.evidence))]
            yield row


def _fact_cells(fact: FactValue, vocabulary: Vocabulary) -> list[str]:
    words = STATE_WORDS.get(fact.state) or value_words(fact.value, vocabulary[fact.fact])
    return [vocabulary[fact.fact].label, words, fact.on.text if fact.on else "", fact.state]
