"""Options of the commands that work on cohorts, and what those commands have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from screener.cli.options import Command
from screener.cli.ready_rules import ReadyRules, from_store
from screener.cohort.duckdb_settings import MEMORY, DuckDbSettings
from screener.errors import EXIT_OK, EXIT_REJECTED, UsageError

if TYPE_CHECKING:
    from screener.cohort.query import TrialRules
    from screener.cohort.summary import Summary

_SHOWN_AT_MOST: Final = 20


def facts_option(command: Command) -> Command:
    """Where the patients are."""
    return click.option(
        "--facts",
        required=True,
        metavar="PATH",
        help="Table of patients: .parquet, .csv or .jsonl, a folder of them or a pattern; for PostgreSQL its name.",
    )(command)


def duckdb_options(command: Command) -> Command:
    """What an engine on this machine may use: `settings` is handed to the command."""

    @click.option(
        "--memory-limit", metavar="SIZE", default=MEMORY, show_default=True, help="Memory for DuckDB, as 400MB or 2GB."
    )
    @click.option(
        "--threads", type=click.IntRange(1, 1024), metavar="COUNT", help="Threads [default: one for each processor]."
    )
    @wraps(command)
    def with_settings(*arguments: Any, memory_limit: str, threads: int | None, **named: Any) -> Any:
        return command(*arguments, settings=DuckDbSettings(memory_limit, threads), **named)

    return cast("Command", with_settings)


def rules_ready(trials: Sequence[str], criteria_dir: Path | None, store_url: str | None) -> list[ReadyRules]:
    """The rules of the trials as they stand towards the registry.

    Raises:
        UsageError: a trial is named twice, or there are no rules for one.
    """
    found = [ReadyRules(trial, criteria_dir, state=from_store(store_url)) for trial in trials]
    ids = [one.loaded.rules.trial for one in found]
    twice = [one for one in ids if ids.count(one) > 1]
    if twice:
        raise UsageError(f"{twice[0]} is named twice.", hint="Name each trial once.")
    return found


def rules_of(some: Sequence[ReadyRules]) -> list[TrialRules]:
    """The rules of trials, as cohorts take them."""
    from screener.cohort.query import TrialRules

    return [TrialRules(one.loaded.rules, frozenset(one.standing.stale)) for one in some]


@contextmanager
def percentage(what: str) -> Iterator[Callable[[float], None] | None]:
    """A bar on standard error, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4) as bar:
        task = bar.add_task(what, total=100)
        yield lambda done: bar.update(task, completed=done)


def say_summary(summary: Summary) -> int:
    """Say on standard error what was found and what could not be used.

    Returns:
        The exit code: fine, or patient data rejected in part.
    """
    for trial, counts in summary.counts.items():
        told = ", ".join(f"{counts.get(verdict, 0):,} {words}" for verdict, words in _VERDICTS.items())
        total = sum(counts.values())
        click.echo(f"{trial}: {total:,} patient{'' if total == 1 else 's'}: {told}.", err=True)
    say_columns(summary.unknown)
    if not summary.rejected:
        return EXIT_OK
    count = "1 cell or row" if summary.rejected == 1 else f"{summary.rejected:,} cells or rows"
    click.echo(f"{count} could not be used; a cell that cannot be read is unknown:", err=True)
    for line in _unusable(summary):
        click.echo(f"  {line}", err=True)
    return EXIT_REJECTED


_VERDICTS: Final = {
    "eligible": "eligible on recorded data",
    "needs_information": "need information",
    "not_eligible": "not eligible",
}


def _unusable(summary: Summary) -> Iterator[str]:
    over = " (counted over all files)" if summary.files > 1 else ""
    for one in summary.unusable:
        first = "" if one.first_row is None else f", first in row {one.first_row:,}{over}"
        yield f"column {one.column}: {one.count:,}{first}; {one.hint}"
    if summary.repeated:
        first = "" if summary.repeated_row is None else f", first in row {summary.repeated_row:,}{over}"
        yield f"rows that name a patient again: {summary.repeated:,}{first}; the first row of each was used"
    for row in summary.rows:
        others = f" and {row.count - 1:,} more" if row.count > 1 else ""
        yield f"{row.first}{others}: {row.problem}; {row.hint}"


def say_columns(unknown: Sequence[tuple[str, str]]) -> None:
    """Say which columns mean nothing here, and what was probably meant."""
    for heading, hint in unknown[:_SHOWN_AT_MOST]:
        click.echo(f'Column "{heading}" is not a fact and was not used{f": {hint}" if hint else "."}', err=True)
    if len(unknown) > _SHOWN_AT_MOST:
        click.echo(f"and {len(unknown) - _SHOWN_AT_MOST:,} more columns were not used.", err=True)
