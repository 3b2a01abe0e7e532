"""The ranked list on a terminal: the sign of every criterion beside each patient, whatever the width, and why.

No criterion is ever left out: where a terminal is too narrow for all of them, they stand in several tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from screener.criteria.library import LoadedRules
from screener.criteria.model import Criterion, RuleSet, notes_of
from screener.facts.definitions import DECEASED
from screener.matching.results import PatientResult

SIGNS: Final = {
    "met": ("✓", "green"),
    "does not apply": ("✓", "green"),
    "allowed": ("·", "dim"),
    "unknown": ("?", "yellow"),
    "not met": ("✗", "red"),
    "applies": ("✗", "red"),
}
COLOURS: Final = {"eligible": "green", "needs_information": "yellow", "not_eligible": "red"}

_WHY: Final = "why, or what would settle it"
_BESIDE: Final = 60
"""Columns that the reasons need to stand beside the signs; with fewer they stand below, in all the width there is."""
_QUESTIONS: Final = 3
_LONGEST_ID: Final = 24
_VERDICT, _FOLDED_VERDICT = 28, 17
_GAP: Final = 2


def verdict_words(result: PatientResult) -> str:
    """The verdict as people are told it."""
    if result.verdict == "eligible":
        return "eligible on recorded data"
    if result.verdict == "needs_information":
        return "needs information"
    return "not eligible now, may change" if result.recoverable else "not eligible"


class RankedList:
    """Patients in rank order, fitted to the width in which it is printed."""

    def __init__(self, loaded: LoadedRules, results: Sequence[PatientResult]) -> None:
        self._loaded = loaded
        self._results = results
        self._criteria = loaded.rules.criteria

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Signs and reasons side by side where there is room, else the signs first and the reasons below."""
        if not self._results:
            return
        width = options.max_width
        all_signs = cell_len(_ids(self._criteria).plain)
        if width >= self._fixed(_VERDICT) + all_signs + _GAP + _BESIDE:
            yield self._table(self._criteria, verdict=_VERDICT, reasons=True)
            return
        verdict = _VERDICT if width >= self._fixed(_VERDICT) + all_signs else _FOLDED_VERDICT
        for some in self._fitting(width - self._fixed(verdict)):
            yield self._table(some, verdict=verdict, reasons=False)
            yield ""
        yield self._reasons()

    def _fixed(self, verdict: int) -> int:
        """The columns before the signs, gaps included."""
        return len(str(len(self._results))) + self._id_width() + verdict + len("score") + 4 * _GAP

    def _id_width(self) -> int:
        longest = max((cell_len(result.patient_id) for result in self._results), default=0)
        return min(max(longest, len("patient")), _LONGEST_ID)

    def _fitting(self, room: int) -> Iterator[Sequence[Criterion]]:
        """The criteria in as many rows of signs as they need."""
        some: list[Criterion] = []
        for criterion in self._criteria:
            if some and cell_len(_ids([*some, criterion]).plain) > room:
                yield some
                some = []
            some.append(criterion)
        yield some

    def _table(self, criteria: Sequence[Criterion], *, verdict: int, reasons: bool) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
        table.add_column("#", justify="right")
        table.add_column("patient", width=self._id_width(), overflow="fold")
        table.add_column("verdict", width=verdict)
        table.add_column("score", justify="right")
        table.add_column(_ids(criteria), no_wrap=True)
        if reasons:
            table.add_column(_WHY, ratio=1)
        place = self._criteria.index(criteria[0])
        for rank, result in enumerate(self._results, start=1):
            words = Text(verdict_words(result), style=COLOURS[result.verdict])
            signs = _signs(criteria, result, place)
            why = (Text(in_short(self._loaded, result)),) if reasons else ()
            table.add_row(str(rank), Text(result.patient_id), words, str(result.score), signs, *why)
        return table

    def _reasons(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
        table.add_column("#", justify="right")
        table.add_column("patient", width=self._id_width(), overflow="fold")
        table.add_column(_WHY, ratio=1)
        for rank, result in enumerate(self._results, start=1):
            table.add_row(str(rank), Text(result.patient_id), Text(in_short(self._loaded, result)))
        return table


def _ids(criteria: Sequence[Criterion]) -> Text:
    return Text("").join(_spaced(criteria, [Text(one.id) for one in criteria]))


def _signs(criteria: Sequence[Criterion], result: PatientResult, place: int) -> Text:
    """The signs of one patient for some criteria, each under its id; the first of them stands at this place."""
    results = result.criteria[place : place + len(criteria)]
    return Text("").join(_spaced(criteria, [Text(*SIGNS[one.result]) for one in results]))


def _spaced(criteria: Sequence[Criterion], texts: Sequence[Text]) -> Iterator[Text]:
    """The texts of criteria, each as wide as its id, and the exclusions set apart."""
    kind = criteria[0].kind
    for criterion, text in zip(criteria, texts, strict=True):
        if criterion is not criteria[0]:
            yield Text("  " if criterion.kind != kind else " ")
        kind = criterion.kind
        text.pad_right(len(criterion.id) - cell_len(text.plain))
        yield text


def in_short(loaded: LoadedRules, result: PatientResult) -> str:
    """What decides the patient, in a line or two; that a patient has died stands before all of it."""
    return " ".join([*said_of_death(loaded.rules, result), _decisive(loaded, result)])


def said_of_death(rules: RuleSet, result: PatientResult) -> list[str]:
    """What is to be said first of a patient of whom the record says that she has died; nothing of anybody else."""
    of_death = notes_of(DECEASED, rules) if result.notes else ()
    return [note.say for note in result.notes if note.id in of_death]


def _decisive(loaded: LoadedRules, result: PatientResult) -> str:
    if result.verdict == "not_eligible":
        return "; ".join(f"{one.id}: {one.reason}" for one in result.criteria if one.effect == "fails")
    asked = [f"{', '.join(one.criteria)}: {loaded.rules.vocabulary[one.fact].label}?" for one in result.questions]
    if len(asked) > _QUESTIONS + 1:
        asked[_QUESTIONS:] = [f"and {len(asked) - _QUESTIONS} more questions"]
    settled = {name for one in result.questions for name in one.criteria}
    left = [f"{one.id}: {one.reason}" for one in result.criteria if one.effect == "open" and one.id not in settled]
    presumed = [f"presumed: {loaded.rules.vocabulary[one.fact].label}" for one in result.presumed]
    return "; ".join([*left, *asked, *presumed]) or "every criterion that decides passes"
