"""What `screen`, `explain` and `demo` have in common: from a trial and a table to results."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from screener.cli.ready_rules import ReadyRules, no_store
from screener.criteria.model import RuleSet, facts_of
from screener.deriving.patients import PatientSource, SourceSettings, made_of, open_patients
from screener.errors import EXIT_OK, EXIT_REJECTED
from screener.facts.values import PatientRecord
from screener.matching.evaluate import Evaluator, EvaluatorOf
from screener.matching.results import PatientResult, Screened, T, Verdict, in_form
from screener.reports.ranking import sort_key
from screener.store.state import RegistryState

if TYPE_CHECKING:
    from screener.facts.fhir.records import Watch
    from screener.reports.formats import Format

_SHOWN_AT_MOST = 20
RECORDS_AS_THEY_ARE: Final = SourceSettings()


class Screening(ReadyRules):
    """Rules that may run, ready to screen tables of patients on one date.

    Args:
        trial: its id, or a path.
        criteria_dir: the folder of criteria, or none for the default.
        as_of: the screening date.
        state: the registry's latest record as the store keeps it; none where nothing was ever fetched.
    """

    def __init__(
        self,
        trial: str,
        criteria_dir: Path | None,
        as_of: date,
        *,
        state: Callable[[str], RegistryState | None] = no_store,
    ) -> None:
        super().__init__(trial, criteria_dir, state=state)
        self.as_of = as_of
        self._evaluator = Evaluator(self.loaded.rules, as_of, stale=self.standing.stale)

    def results(self, table: PatientSource, *, watch: Watch | None = None) -> Iterator[PatientResult]:
        """The result of each patient, in the order of the table."""
        return map(self._evaluator.evaluate, self.patients(table, watch=watch))

    def patients(self, table: PatientSource, *, watch: Watch | None = None) -> Iterator[PatientRecord]:
        """The patients, in the order of the table."""
        return made_of(table, _as_they_are, watch=watch)

    def texts(self, table: PatientSource, form: Format[T], *, watch: Watch | None = None) -> Iterator[Text]:
        """The result of each patient as text, in the order of the table; made where the patient is read."""
        stale = frozenset(self.standing.stale)
        return made_of(table, partial(_screened, self.loaded.rules, self.as_of, stale, form), watch=watch)

    def result(self, patient: PatientRecord) -> PatientResult:
        """The result of one patient."""
        return self._evaluator.evaluate(patient)

    def open(self, patients: Path, settings: SourceSettings = RECORDS_AS_THEY_ARE) -> PatientSource:
        """The patients of a table, or of records."""
        rules, derivations = self.loaded.rules, self.loaded.derivations
        names = [fact.name for fact in facts_of(rules)]
        return open_patients(patients, rules.vocabulary, derivations, as_of=self.as_of, settings=settings, names=names)


class Text(NamedTuple):
    """The result of one patient as text, with its verdict and the key of its rank."""

    verdict: Verdict
    key: bytes
    text: bytes


def text_of(result: PatientResult, form: Format[T]) -> Text:
    """The result of a patient as text of a format."""
    return _text(in_form(result, form.form), form)


def _text(result: Screened[T], form: Format[T]) -> Text:
    return Text(result.verdict, sort_key(result), form.patient(result))


def _screened(rules: RuleSet, as_of: date, stale: frozenset[str], form: Format[T]) -> Callable[[PatientRecord], Text]:
    evaluate = EvaluatorOf(rules, as_of, form.form, stale=stale).evaluate
    return lambda patient: _text(evaluate(patient), form)


def _as_they_are() -> Callable[[PatientRecord], PatientRecord]:
    return lambda patient: patient


@contextmanager
def without_collection() -> Iterator[None]:
    """Spare the search for reference cycles: screening makes none, and looking for them costs a fifth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def say_problems(table: PatientSource, *, patient: PatientRecord | None = None) -> int:
    """Say what could not be used of a table, by row and column and never by content.

    Args:
        table: it, read to its end.
        patient: where one is named, of the cells and rows only those of this patient count.

    Returns:
        The exit code: fine, or patient data rejected in part.
    """
    _say_columns(table.unknown_columns)
    rejected = table.rejected if patient is None else table.problems_of(patient)
    if not rejected:
        return EXIT_OK
    count = "1 place" if len(rejected) == 1 else f"{len(rejected):,} places"
    click.echo(f"What stands in {count} could not be used; what cannot be read is unknown:", err=True)
    for one in rejected[:_SHOWN_AT_MOST]:
        hint = f"; {one.hint}" if one.hint else ""
        click.echo(f"  {one.place}: {one.problem}{hint}", err=True)
    if len(rejected) > _SHOWN_AT_MOST:
        more = f"{len(rejected) - _SHOWN_AT_MOST:,} more"
        click.echo(f'  and {more}; `screener screen --format json` lists every one under "rejected".', err=True)
    return EXIT_REJECTED


def _say_columns(unknown: Sequence[tuple[str, str]]) -> None:
    for heading, hint in unknown[:_SHOWN_AT_MOST]:
        click.echo(f'Column "{heading}" is not a fact and was not used{f": {hint}" if hint else "."}', err=True)
    if len(unknown) > _SHOWN_AT_MOST:
        more = len(unknown) - _SHOWN_AT_MOST
        click.echo(f"and {more:,} more columns were not used; the HTML report (--report) lists every one.", err=True)
