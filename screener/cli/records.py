"""`screener records`: tables of patients, and the records they are made from."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli.options import criteria_option, out_option, trial_argument
from screener.cli.records_inspect import command as inspect
from screener.cli.records_table import command as table
from screener.criteria.library import criteria_folder, find_rules
from screener.criteria.model import facts_of
from screener.errors import UsageError


@click.group()
def command() -> None:
    """Tables of patients, and the records that they can be made from."""


@command.command()
@trial_argument
@click.option(
    "--format", "form", type=click.Choice(("csv", "xlsx")), help="[default: by the ending of --out, else csv]"
)
@out_option("the template")
@criteria_option
def template(trial: str, form: str | None, out: Path | None, criteria_dir: Path | None) -> None:
    """Write an empty table with the right headings for TRIAL.

    The XLSX one has drop-downs, and the questions as comments on the headings. Fill it in, leave unknown what is
    unknown, and give it to `screener screen`.

    \b
    Examples:
      screener records template NCT06452485 --out my-patients.csv
      screener records template NCT06452485 --out my-patients.xlsx
    """
    from screener.facts.template import write_template_csv, write_template_xlsx
    from screener.matching.gate import admitted

    folder = criteria_folder(criteria_dir)
    loaded = admitted(find_rules(trial, folder), folder)
    kind = form or (out.suffix.lstrip(".").lower() if out else "csv")
    writers = {"csv": write_template_csv, "xlsx": write_template_xlsx}
    if kind not in writers:
        raise UsageError(f'A template is a .csv or a .xlsx file, not ".{kind}".')
    if out is None and kind == "xlsx":
        raise UsageError("A workbook needs a file to stand in.", hint="Name it with --out.")
    target = out or Path("/dev/stdout")
    if out is not None and out.exists():
        raise UsageError(f"{target} is there already.", hint="Choose another name with --out; it is not overwritten.")
    writers[kind](facts_of(loaded.rules), target)
    click.echo(f"{out or 'CSV'}: fill in one row a patient; an empty cell means that nothing is recorded.", err=True)


command.add_command(inspect)
command.add_command(table)
