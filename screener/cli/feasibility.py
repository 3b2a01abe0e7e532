"""`screener feasibility`: what each criterion costs a cohort, what is not known, and what would help."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.cohort_options import (
    duckdb_options,
    facts_option,
    rules_of,
    rules_ready,
    say_summary,
)
from screener.cli.options import as_of_option, criteria_option, out_option, today, trial_argument
from screener.cli.registry_options import store_option
from screener.errors import UsageError

if TYPE_CHECKING:
    from screener.cohort.duckdb_settings import DuckDbSettings
    from screener.cohort.feasibility.model import Feasibility
    from screener.criteria.model import Number, RuleSet


@click.command()
@trial_argument
@facts_option
@as_of_option
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True,
              help="Output format.")  # fmt: skip
@out_option("the table or the JSON")
@click.option("--page", type=click.Path(path_type=Path), metavar="PATH", help="Also write a page with pictures (HTML).")
@click.option("--sweep", "sweeps", multiple=True, metavar="FACT=VALUES",
              help="Limits to try, as who_performance_status=1,2,3 [default: a few around each].")  # fmt: skip
@click.option("--no-questions", is_flag=True, help="Leave out what would be asked, which takes longest.")
@duckdb_options
@criteria_option
@store_option
def command(
    trial: str,
    facts: str,
    as_of: date | None,
    form: str,
    out: Path | None,
    page: Path | None,
    sweeps: tuple[str, ...],
    no_questions: bool,
    settings: DuckDbSettings,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Say of TRIAL and a cohort who would come in and what keeps the others out: counts, and nobody's data.

    The funnel follows the protocol; "this alone" counts those whom no other criterion keeps out; "without it" and the
    other limits say what a change of the protocol would bring; the questions are ordered by how many patients one
    answer would settle.

    \b
    Examples:
      screener feasibility NCT06452485 --facts cohort.parquet
      screener feasibility NCT06452485 --facts cohort.parquet --page feasibility.html
      screener feasibility NCT06452485 --facts cohort.parquet --sweep who_performance_status=1,2,3
    """
    from screener.cohort.duckdb_engine import opened
    from screener.cohort.feasibility.study import Study
    from screener.cohort.files import check_folders, check_places, find_files

    check_places(facts, out, page)
    check_folders(out, page)
    day = as_of or today()
    (ready,) = rules_ready([trial], criteria_dir, store_url)
    (rules,) = rules_of([ready])
    with opened(find_files(Path(facts)), [rules], day, settings) as engine:
        study = Study(engine, rules, day, notices=ready.standing.notices, approval=str(ready.loaded.approval))
        found = study.measure(_swept(sweeps, rules.rules), questions=not no_questions)
        summary = engine.unusable()
    _write(found, form, out=out, page=page)
    ready.say_state()
    return say_summary(summary)


def _swept(sweeps: tuple[str, ...], rules: RuleSet) -> dict[str, tuple[Number, ...]]:
    """The limits to try, by fact.

    Raises:
        UsageError: a sweep names no limit of these rules, or a value that its fact cannot have.
    """
    from screener.cohort.feasibility.sweeps import check_asked
    from screener.facts.values import Unreadable, read_number

    found: dict[str, tuple[Number, ...]] = {}
    for sweep in sweeps:
        fact, _, values = sweep.partition("=")
        try:
            found[fact.strip()] = tuple(read_number(one.strip()) for one in values.split(","))
        except Unreadable:
            raise UsageError(
                f'"{sweep}" names no limits.', hint="Write the fact and the limits, as who_performance_status=1,2,3."
            ) from None
    check_asked(rules, found)
    return found


def _write(study: Feasibility, form: str, *, out: Path | None, page: Path | None) -> None:
    from screener.cohort.feasibility.table import as_table
    from screener.cohort.feasibility.telling import as_json
    from screener.cohort.feasibility.telling import page as as_page
    from screener.reports.writing_out import write_out

    text = as_json(study) + "\n" if form == "json" else as_table(study)
    write_out([text.encode()], out)
    if page is not None:
        write_out([as_page(study).encode()], page)
        click.echo(f"Page: {page}", err=True)
