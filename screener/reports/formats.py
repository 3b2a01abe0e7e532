"""The formats of a screening that programs read: JSON, JSON lines and CSV, each written patient by patient."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, Protocol

from screener.criteria.library import LoadedRules
from screener.facts.inspection import RecordProblem
from screener.facts.table import Rejection
from screener.facts.values import FactValue
from screener.matching.results import CriterionResult, Form, Screened, T
from screener.reports.json_forms import JsonForm
from screener.reports.json_text import compact, rules_data

VERDICTS: Final = ("eligible", "needs_information", "not_eligible")
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_A_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


class Format(Protocol[T]):
    """How patients become text: each one's own text without its rank, and the whole in rank order."""

    @property
    def form(self) -> Form[T]:
        """The form of a criterion's result that it writes."""

    def patient(self, result: Screened[T]) -> bytes:
        """What is to be kept of one patient until the rank is known."""

    def whole(self, ranked: Iterable[tuple[int, bytes]], tail: Tail) -> Iterator[bytes]:
        """The output, piece by piece."""


class Tail:
    """What is known only when every patient was screened."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.rejected: Sequence[Rejection | RecordProblem] = ()


class JsonLines:
    """One patient object a line."""

    def __init__(self) -> None:
        self.form = JsonForm()
        self.patient = self.form.packed

    def whole(self, ranked: Iterable[tuple[int, bytes]], tail: Tail) -> Iterator[bytes]:
        """One line a patient."""
        unpacked = self.form.unpacked
        for rank, packed in ranked:
            yield unpacked(packed, rank)
            yield b"\n"


class Json:
    """One object: the rules, the counts, the patients and what was rejected."""

    def __init__(self, loaded: LoadedRules, as_of: date, stale: Iterable[str]) -> None:
        self.form = JsonForm()
        self.patient = self.form.packed
        self._head: dict[str, Any] = {
            "trial": loaded.rules.trial,
            "as_of": as_of.isoformat(),
            "rules": rules_data(loaded, stale),
        }

    def whole(self, ranked: Iterable[tuple[int, bytes]], tail: Tail) -> Iterator[bytes]:
        """The whole object, a line a patient."""
        counts = {verdict: tail.counts[verdict] for verdict in VERDICTS}
        yield f'{compact({**self._head, "counts": counts})[:-1]},\n "patients": ['.encode()
        for rank, packed in ranked:
            yield b",\n  " if rank > 1 else b"\n  "
            yield self.form.unpacked(packed, rank)
        rejected = [one.data() for one in tail.rejected]
        yield f'],\n "rejected": {compact(rejected)}}}\n'.encode()


class ResultForm:
    """The form of results for a table: what came out, in its one word."""

    def whole(self, result: CriterionResult) -> str:
        """The word."""
        return result.result

    def learned(self, specimen: CriterionResult) -> Callable[[tuple[FactValue, ...]], str]:
        """The word, whatever the dates."""
        word = specimen.result
        return lambda facts: word


class Csv:
    """One row a patient: the verdict, one column a criterion, and the questions."""

    def __init__(self, loaded: LoadedRules) -> None:
        self.form = ResultForm()
        ids = [criterion.id for criterion in loaded.rules.criteria]
        self._headings = ["rank", "patient_id", "verdict", "recoverable", "score", *ids, "questions"]

    def patient(self, result: Screened[str]) -> bytes:
        """The row without the rank, which is the first cell."""
        recoverable = "" if result.recoverable is None else "yes" if result.recoverable else "no"
        questions = " | ".join(one.question for one in result.questions)
        return _row([result.patient_id, result.verdict, recoverable, str(result.score), *result.criteria, questions])

    def whole(self, ranked: Iterable[tuple[int, bytes]], tail: Tail) -> Iterator[bytes]:
        """The heading row and the patients' rows."""
        yield _row(self._headings)
        for rank, text in ranked:
            yield b"%d,%b" % (rank, text)


def _row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return line.getvalue().encode()


def guarded(cell: str) -> str:
    """The cell as a spreadsheet shows it as text: what it would take for a formula gets an apostrophe in front.

    So does a cell that already looks like that, so that whoever takes one apostrophe away again has the cell as it was.
    """
    if _FORMULA.match(cell) and not _A_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
