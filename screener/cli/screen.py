"""`screener screen`: patients ranked for a trial."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from screener.cli.options import (
    as_of_option,
    criteria_option,
    out_option,
    patients_option,
    records_options,
    today,
    trial_argument,
)
from screener.cli.ready_rules import from_store
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening, Text, say_problems, text_of, without_collection
from screener.cli.watching import watched
from screener.deriving.patients import PatientSource, SourceSettings
from screener.matching.results import PatientResult
from screener.reports.formats import Csv, Format, Json, JsonLines, Tail
from screener.reports.ranking import Ranking
from screener.reports.writing_out import write_out

FORMATS = ("table", "json", "jsonl", "csv")


@click.command()
@trial_argument
@patients_option
@records_options
@as_of_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Output format.")
@out_option("the result")
@click.option("--report", type=click.Path(path_type=Path), metavar="PATH", help="Also write an HTML report.")
@click.option("--reasons", is_flag=True, help="In a table: every criterion of every patient, with its reason.")
@criteria_option
@store_option
def command(
    trial: str,
    patients: Path,
    settings: SourceSettings,
    as_of: date | None,
    form: str,
    out: Path | None,
    report: Path | None,
    reasons: bool,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Screen patients for TRIAL (an id such as NCT06452485, or a folder with rules) and rank them.

    Eligible patients come first, then those who need information, then those who are not eligible; within each the
    higher score, then fewer questions. What cannot be read is unknown, listed by row and column, and stops nothing:
    the exit code is 3 then.

    \b
    Examples:
      screener screen NCT06452485 --patients my-patients.csv
      screener screen NCT06452485 --patients cohort.parquet --format jsonl --out results.jsonl
      screener screen NCT06452485 --patients my-patients.xlsx --report report.html
    """
    from screener.cohort.files import check_places

    check_places(str(patients), out, report)
    screening = Screening(trial, criteria_dir, as_of or today(), state=from_store(store_url))
    with screening.open(patients, settings) as table:
        if form == "table" or report is not None:
            _for_people(screening, table, patients, form=form, out=out, report=report, reasons=reasons)
        else:
            text = _format(screening, form)
            with Ranking() as ranking, without_collection():
                with watched() as watch:
                    tail = _ranked(screening.texts(table, text, watch=watch), ranking)
                _write(text, ranking, tail, table, out)
        screening.say_state()
        return say_problems(table)


def _format(screening: Screening, form: str) -> Format[Any]:
    if form == "json":
        return Json(screening.loaded, screening.as_of, screening.standing.stale)
    return Csv(screening.loaded) if form == "csv" else JsonLines()


def _ranked(texts: Iterable[Text], ranking: Ranking) -> Tail:
    """Put patients into rank order, without holding them all in memory."""
    tail = Tail()
    for verdict, key, text in texts:
        tail.counts[verdict] += 1
        ranking.add(key, text)
    return tail


def _write(form: Format[Any], ranking: Ranking, tail: Tail, table: PatientSource, out: Path | None) -> None:
    tail.rejected = table.rejected
    if not tail.counts:
        click.echo("There are no patients in the table.", err=True)
    write_out(form.whole(ranking, tail), out, of_patients=True)


def _for_people(
    screening: Screening,
    table: PatientSource,
    patients: Path,
    *,
    form: str,
    out: Path | None,
    report: Path | None,
    reasons: bool,
) -> None:
    from screener.matching.results import rank_key
    from screener.reports.terminal import ranked_list

    with watched() as watch:
        results = sorted(screening.results(table, watch=watch), key=rank_key)
    if form == "table":
        ranked_list(screening.standing, screening.as_of, results, reasons=reasons, out=out)
    else:
        text = _format(screening, form)
        with Ranking() as ranking:
            tail = _ranked((text_of(one, text) for one in results), ranking)
            _write(text, ranking, tail, table, out)
    if report is not None:
        write_report(screening, table, results, source=patients.name, to=report)


def write_report(
    screening: Screening, table: PatientSource, results: list[PatientResult], *, source: str, to: Path
) -> None:
    """Write the HTML report of one run."""
    from datetime import UTC, datetime

    from screener import __version__
    from screener.reports.html import ScreeningReport, report

    content = ScreeningReport(
        loaded=screening.loaded,
        notices=screening.standing.notices,
        as_of=screening.as_of,
        results=results,
        rejected=table.rejected,
        unknown_columns=table.unknown_columns,
        source_name=source,
        version=__version__,
        created=datetime.now(UTC),
    )
    write_out([report(content).encode()], to, of_patients=True)
    click.echo(f"Report: {to}", err=True)
