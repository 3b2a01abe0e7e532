"""What `screen`, `explain` and `demo` have in common: from a trial and a table to results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import click

from screener.cli.ready_rules import ReadyRules, from_store, no_store
from screener.criteria.model import facts_of
from screener.deriving.patients import PatientSource, SourceSettings, open_patients
from screener.errors import EXIT_OK, EXIT_REJECTED
from screener.facts.values import PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult
from screener.store.state import RegistryState

__all__ = ["RECORDS_AS_THEY_ARE", "Screening", "from_store", "progress", "say_problems"]

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

    def results(self, table: PatientSource) -> Iterator[PatientResult]:
        """The result of each patient, in the order of the table."""
        return map(self._evaluator.evaluate, table)

    def result(self, patient: PatientRecord) -> PatientResult:
        """The result of one patient."""
        return self._evaluator.evaluate(patient)

    def open(self, patients: Path, settings: SourceSettings = RECORDS_AS_THEY_ARE) -> PatientSource:
        """The patients of a table, or of records."""
        rules, derivations = self.loaded.rules, self.loaded.derivations
        names = [fact.name for fact in facts_of(rules)]
        return open_patients(patients, rules.vocabulary, derivations, as_of=self.as_of, settings=settings, names=names)


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


@contextmanager
def progress(what: str) -> Iterator[_Counter]:
    """Counts on standard error while a table is read, on a terminal only."""
    if not sys.stderr.isatty():
        yield _Counter()
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4) as bar:
        task = bar.add_task(what, total=None)
        yield _Counter(lambda count: bar.update(task, completed=count))


class _Counter:
    """Counts patients, and shows the count now and then."""

    def __init__(self, show: object = None) -> None:
        self._show = show
        self.count = 0

    def each(self, patients: Iterable[PatientRecord]) -> Iterator[PatientRecord]:
        """The patients, counted as they pass."""
        for patient in patients:
            yield patient
            self()

    def __call__(self) -> None:
        self.count += 1
        if callable(self._show) and self.count % 500 == 0:
            self._show(self.count)
