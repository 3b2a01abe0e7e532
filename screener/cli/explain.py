"""`screener explain`: one patient, criterion by criterion."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import click

from screener.cli.options import as_of_option, criteria_option, patients_option, records_options, today, trial_argument
from screener.cli.ready_rules import from_store
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening, say_problems
from screener.deriving.patients import PatientSource, SourceSettings
from screener.errors import UsageError
from screener.facts.values import PatientRecord
from screener.reports.json_text import patient_text

_ROWS_NAMED: Final = 10


@click.command()
@trial_argument
@patients_option
@records_options
@click.option("--patient", "patient_id", required=True, metavar="ID", help="The patient, as the table names it.")
@as_of_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@criteria_option
@store_option
def command(
    trial: str,
    patients: Path,
    settings: SourceSettings,
    patient_id: str,
    as_of: date | None,
    form: str,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Explain one patient of a table: facts first, then every criterion with its reason, the verdict last.

    Of what cannot be used in the table, only what concerns this patient is said, and only that makes the exit code 3.

    \b
    Example:
      screener explain NCT06452485 --patients my-patients.csv --patient P-007
    """
    screening = Screening(trial, criteria_dir, as_of or today(), state=from_store(store_url))
    with screening.open(patients, settings) as table:
        patient = _find(table, patient_id.strip())
        result = screening.result(patient)
        if form == "json":
            click.echo(patient_text(result, None))
        else:
            from screener.reports.terminal import explanation

            explanation(screening.standing, screening.as_of, result)
        screening.say_state()
        return say_problems(table, patient=patient)


def _find(table: PatientSource, patient_id: str) -> PatientRecord:
    """The patient of that id; the table is read to its end, where the same id may stand again.

    Raises:
        UsageError: nobody has that id.
    """
    found = [patient for patient in table if patient.patient_id == patient_id]
    if found:
        return found[0]
    lost = [one.lost for one in table.rejected if one.lost]
    hint = "Look at the ids of the patients; capitals count."
    if lost:
        more = f" and {len(lost) - _ROWS_NAMED} more" if len(lost) > _ROWS_NAMED else ""
        hint += f" What could not be used: {', '.join(lost[:_ROWS_NAMED])}{more}."
    raise UsageError("There is no patient of that id.", hint=hint)
