"""`screener records table`: the fact table made from patient records."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.options import as_of_option, criteria_option, out_option, records_options, today

if TYPE_CHECKING:
    from screener.criteria.library import SharedFacts
    from screener.deriving.patients import SourceSettings
    from screener.facts.definitions import Vocabulary


@click.command("table")
@click.argument("path", type=click.Path(path_type=Path, readable=False), metavar="PATH")
@click.option("--trial", metavar="TRIAL", help="Only the facts that the rules of this trial read [default: all facts].")
@as_of_option
@records_options
@out_option("the table (.csv or .parquet)")
@criteria_option
def command(
    path: Path,
    settings: SourceSettings,
    trial: str | None,
    as_of: date | None,
    out: Path | None,
    criteria_dir: Path | None,
) -> int:
    """Write the fact table that patient records give: a row a patient, each fact with its date and its source.

    `screener screen` says the same of the table as of the records, on the same date; so the way from the records to a
    verdict can be seen, and kept.

    \b
    Examples:
      screener records table export/ --out facts.csv
      screener records table export/ --trial NCT06452485 --as-of 2026-06-01 --out facts.parquet
    """
    from screener.cli.screening import say_problems, without_collection
    from screener.cli.watching import watched
    from screener.criteria.library import criteria_folder
    from screener.deriving.patients import made_of, open_patients
    from screener.reports.fact_table import fact_rows, write_fact_table

    facts, columns = facts_and_columns(trial, criteria_folder(criteria_dir))
    names = None if trial is None else list(columns.facts)
    day = as_of or today()
    with open_patients(
        path, facts.vocabulary, facts.derivations, as_of=day, settings=settings, names=names
    ) as patients:
        to_terminal = out is None and sys.stdout.isatty()
        with without_collection(), watched(shown=not to_terminal) as watch:
            write_fact_table(made_of(patients, partial(fact_rows, columns), watch=watch), columns, out)
        return say_problems(patients)


def facts_and_columns(trial: str | None, folder: Path) -> tuple[SharedFacts, Vocabulary]:
    """The facts and their derivations, and those that become columns: of a trial what its rules read, else all."""
    from screener.criteria.library import SharedFacts, find_rules, shared_facts
    from screener.criteria.model import facts_of
    from screener.errors import InvalidRules
    from screener.facts.definitions import Vocabulary
    from screener.findings import Findings
    from screener.matching.gate import admitted

    if trial is not None:
        loaded = admitted(find_rules(trial, folder), folder)
        return SharedFacts(loaded.rules.vocabulary, loaded.derivations), Vocabulary.of(*facts_of(loaded.rules))
    findings = Findings()
    shared = shared_facts(folder, findings)
    if findings.errors:
        raise InvalidRules("The vocabulary has mistakes, so no facts can be derived.", findings=findings.ordered())
    return shared, shared.vocabulary
