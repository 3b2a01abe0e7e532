"""A log as a workbook: the log, the matrix of criteria, the evidence, the reasons, and where all of it is from.

Every cell is text: nothing becomes a formula, a link, a number or a date, and nothing is cut.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.criteria.words import value_words
from screener.reports.fact_words import STATE_WORDS, record_words
from screener.reports.html_words import CAUSE_WORDS
from screener.reports.text_sheets import TextSheet, make_workbook
from screener.worklist.log import COLUMNS

if TYPE_CHECKING:
    from screener.facts.definitions import Vocabulary
    from screener.facts.values import FactValue
    from screener.matching.results import PatientResult

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
) -> Iterator[bytes]:  # fmt: skip
    """The workbook, in pieces.

    Args:
        patients: in the order of the log; gone through once, so that a large log needs little memory.
        criteria: the ids of the criteria, in the order of the protocol.
        provenance: names and values that say where all of it is from.
        sources: whether the places are shown where the evidence stands; their words can name a patient.

    Raises:
        UsageError: a cell holds more than a spreadsheet can; nothing is cut.
    """
    # The folder is its user's alone, and gone at the end.
    with tempfile.TemporaryDirectory(prefix="screener-export-") as name, ExitStack() as files:
        folder = Path(name)
        log, matrix, evidence, reasons, about = sheets = [
            TextSheet(sheet, columns, folder, files)
            for sheet, columns in (
                ("log", COLUMNS),
                ("criteria", (*_RESULTS, *criteria)),
                ("evidence", (*_EVIDENCE, *_SOURCES) if sources else _EVIDENCE),
                ("reasons", _REASONS),
                ("provenance", ("what", "value")),
            )
        ]
        for one in patients:
            log.add([one.row[column] for column in COLUMNS])
            matrix.add(_matrix_row(one, criteria))
            evidence.add(*_evidence_rows(one, sources=sources))
            reasons.add(*_reason_rows(one))
        about.add(*provenance)
        book = folder / "log.xlsx"
        make_workbook(sheets, _WIDTHS, book)
        with book.open("rb") as content:
            yield from iter(lambda: content.read(1 << 20), b"")


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
