"""`screener records inspect`: what was understood of patient records, and what was not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.options import criteria_option, records_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from screener.deriving.patients import SourceSettings
    from screener.facts.events import PatientEvents


@click.command("inspect")
@click.argument("path", type=click.Path(path_type=Path, readable=False), metavar="PATH")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--trial", metavar="TRIAL", help="Of the facts, only those that the rules of this trial read.")
@records_options
@criteria_option
def command(path: Path, form: str, trial: str | None, settings: SourceSettings, criteria_dir: Path | None) -> int:
    """Say what is understood of the patient records at PATH, what is not, and which facts they can never answer.

    PATH is a FHIR bundle or resource, a folder of them, NDJSON of a bulk export, any of these packed with gzip, or OMOP
    tables. Nothing is said of what stands in a record: element names, codes and counts only. The exit code is 3 where
    something could not be used.

    \b
    Examples:
      screener records inspect export/
      screener records inspect export/ --trial NCT06452485
      screener records inspect export/ --zone Europe/Amsterdam --format json
    """
    from screener.cli.records_table import facts_and_columns
    from screener.cli.watching import watched
    from screener.criteria.derivations import kinds_behind
    from screener.criteria.library import criteria_folder
    from screener.errors import EXIT_OK, EXIT_REJECTED
    from screener.facts.record_source import each, open_events
    from screener.reports.inspection import Inspected, as_json, as_text
    from screener.reports.terminal import show

    facts, asked = facts_and_columns(trial, criteria_folder(criteria_dir))
    derivable = {name: kinds_behind(name, facts.derivations) for name in asked.facts}
    with open_events(path, zone=settings.zone, complete=settings.complete) as source, watched() as watch:
        for _ in each(source, _nothing_made, watch=watch):
            pass  # reading is what counts
        inspected = Inspected(path, str(settings.zone), source.inspection, source.rejected, derivable)
    if form == "json":
        click.echo(as_json(inspected))
    else:
        show(as_text(inspected), None)
    return EXIT_REJECTED if inspected.rejected else EXIT_OK


def _nothing_made() -> Callable[[PatientEvents], None]:
    return _pass_by


def _pass_by(_: PatientEvents) -> None:
    """Make nothing of a patient: only the counts are wanted, and they need not travel between processes."""
