"""`screener cohort`: millions of patients, as one query."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.cohort_options import (
    duckdb_options,
    facts_option,
    percentage,
    rules_of,
    rules_ready,
    say_summary,
)
from screener.cli.options import as_of_option, criteria_option, today
from screener.cli.registry_options import store_option
from screener.cohort.duckdb_settings import DuckDbSettings
from screener.cohort.files import check_places
from screener.errors import EXIT_OK, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screener.cohort.layout import Layout
    from screener.cohort.query import TrialRules
    from screener.cohort.summary import Summary

ENGINES = ("duckdb", "spark", "postgres")


@click.command()
@click.argument("trials", metavar="TRIAL...", nargs=-1, required=True)
@facts_option
@click.option("--out", metavar="PATH", help="The result: .parquet or .csv, whole or not at all.")
@as_of_option
@click.option("--layout", type=click.Choice(("wide", "long")), default="wide", show_default=True,
              help="Of several trials: side by side, or a row for each patient and trial.")  # fmt: skip
@click.option("--engine", type=click.Choice(ENGINES), default="duckdb", show_default=True, help="What runs the query.")
@click.option(
    "--in-order", is_flag=True, help="With DuckDB: keep the order of the table, which takes one thread alone."
)
@click.option("--show-sql", is_flag=True, help="Print the statement instead of running it.")
@duckdb_options
@click.option("--master", metavar="URL", default="local[*]", show_default=True, help="For Spark: the cluster.")
@click.option("--database", metavar="URL", help="For PostgreSQL: postgresql://user@host/name.")
@criteria_option
@store_option
def command(
    trials: tuple[str, ...],
    facts: str,
    out: str | None,
    as_of: date | None,
    layout: Layout,
    engine: str,
    in_order: bool,
    show_sql: bool,
    settings: DuckDbSettings,
    master: str,
    database: str | None,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Screen a cohort of any size for TRIAL (one or more): what `screen` would say of each patient, in one query.

    The result has a row for each patient: patient_id, verdict, recoverable, score, each criterion's result and, in
    ID__causes, why it is open. What cannot be read is unknown, is counted by column, and makes exit code 3.

    \b
    Examples:
      screener cohort NCT06452485 --facts cohort.parquet --out results.parquet
      screener cohort NCT06452485 --facts 'exports/*.csv' --out results.csv --memory-limit 2GB
      screener cohort NCT06452485 --facts cohort.parquet --show-sql
    """
    _see_where_to_write(out, None if engine == "postgres" else facts, show_sql=show_sql)
    some = rules_ready(trials, criteria_dir, store_url)
    run = _Run(rules_of(some), facts, as_of or today(), layout, show_sql=show_sql)
    if engine == "duckdb":
        summary = run.duckdb(out, settings, in_order=in_order)
    elif engine == "spark":
        summary = run.spark(out, master=master)
    else:
        summary = run.postgres(out, database=database)
    if summary is None:
        return EXIT_OK
    for one in some:
        one.say_state()
    return say_summary(summary)


def _see_where_to_write(out: str | None, files: str | None, *, show_sql: bool) -> None:
    """See that the result has a place, and that it is none of the files that the facts are read from."""
    if out is None and not show_sql:
        raise UsageError("The result needs a place.", hint="Add --out results.parquet, or --show-sql to see the query.")
    if out is not None and files is not None:
        check_places(files, Path(out))


class _Run:
    """One query over one table, on the engine that is asked for; shown instead of run where that is asked."""

    def __init__(
        self, trials: Sequence[TrialRules], facts: str, as_of: date, layout: Layout, *, show_sql: bool
    ) -> None:
        self._trials = trials
        self._facts = facts
        self._as_of = as_of
        self._layout: Layout = layout
        self._show_sql = show_sql

    def duckdb(self, out: str | None, settings: DuckDbSettings, *, in_order: bool) -> Summary | None:
        from screener.cohort.duckdb_engine import opened
        from screener.cohort.files import find_files
        from screener.cohort.writing import written

        with opened(find_files(Path(self._facts)), self._trials, self._as_of, settings) as engine:
            if self._show_sql or out is None:
                csv = _is_csv(out)
                click.echo(written(engine.shown(self._layout, csv=csv), "duckdb", pretty=True) + ";")
                return None
            with percentage("screening") as progress:
                return engine.run(Path(out), self._layout, in_order=in_order, progress=progress)

    def spark(self, out: str | None, *, master: str) -> Summary | None:
        from screener.cohort.spark_engine import opened
        from screener.cohort.writing import written

        with opened(master, self._facts, self._trials, self._as_of) as engine:
            if self._show_sql or out is None:
                csv = _is_csv(out)
                click.echo(written(engine.shown(self._layout, csv=csv), "spark", pretty=True) + ";")
                return None
            return engine.run(out, self._layout)

    def postgres(self, out: str | None, *, database: str | None) -> Summary | None:
        from screener.cohort.postgres_engine import opened
        from screener.cohort.writing import written

        if database is None:
            raise UsageError("The database is not named.", hint="Add --database postgresql://user@host/name.")
        with opened(database, self._facts, self._trials, self._as_of) as engine:
            if self._show_sql or out is None:
                click.echo(written(engine.shown(self._layout, csv=True), "postgres", pretty=True) + ";")
                return None
            return engine.run(Path(out), self._layout)


def _is_csv(out: str | None) -> bool:
    return out is not None and Path(out).suffix.lower() == ".csv"
