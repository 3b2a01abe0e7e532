"""`screener explain`: one patient, criterion by criterion."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from screener.cli.options import as_of_option, criteria_option, patients_option, today, trial_argument
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening, from_store, say_problems
from screener.errors import UsageError
from screener.reports.json_text import PatientJson


@click.command()
@trial_argument
@patients_option
@click.option("--patient", "patient_id", required=True, metavar="ID", help="The patient, as the table names it.")
@as_of_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@criteria_option
@store_option
def command(
    trial: str,
    patients: Path,
    patient_id: str,
    as_of: date | None,
    form: str,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Explain one patient of a table: facts first, then every criterion with its reason, the verdict last.

    \b
    Example:
      screener explain NCT06452485 --patients my-patients.csv --patient P-007
    """
    screening = Screening(trial, criteria_dir, as_of or today(), state=from_store(store_url))
    with screening.open(patients) as table:
        result = next((one for one in screening.results(table) if one.patient_id == patient_id), None)
        if result is None:
            hint = "Look at the column patient_id; case and spaces count."
            raise UsageError("The table has no patient of that id.", hint=hint)
        if form == "json":
            click.echo(PatientJson().ranked(result, None))
        else:
            from screener.reports.terminal import explanation

            explanation(screening.standing, screening.as_of, result)
        screening.say_state()
        return say_problems(table)
