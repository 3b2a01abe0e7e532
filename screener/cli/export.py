"""`screener export`: the pre-screening log and the screening log, for people and programs outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.memory_options import by_option, named, open_memory_at
from screener.cli.options import trial_argument
from screener.cli.registry_options import store_option
from screener.cli.worklist import looked_at
from screener.errors import EXIT_OK

if TYPE_CHECKING:
    from screener.worklist.log import LogName


@click.command()
@trial_argument
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="A .csv, .xlsx or .json.")
@click.option(
    "--log",
    type=click.Choice(("pre-screening", "screening")),
    default="pre-screening",
    show_default=True,
    help="Before consent, or after it.",
)
@click.option("--contacts", is_flag=True, help="Only who is to be approached; who is not to be contacted never is.")
@click.option("--site", default="", metavar="NAME", help="The site, for the column of that name.")
@by_option
@store_option
def command(
    trial: str, out: Path, log: LogName, contacts: bool, site: str, by: str | None, store_url: str | None
) -> int:
    """Write a log of TRIAL, a row a patient, by pseudonym alone.

    \b
    Examples:
      screener export NCT06452485 --out log.xlsx
      screener export NCT06452485 --contacts --out to-approach.csv
    """
    from screener.errors import UsageError
    from screener.reports.log_export import WRITERS
    from screener.reports.writing_out import write_out
    from screener.worklist.log import COLUMNS, log_rows, of_log, to_contact

    who = named(by)
    write = WRITERS.get(out.suffix.lower().removeprefix("."))
    if write is None:
        hint = "Use .csv, .xlsx or .json."
        raise UsageError("The ending of the file tells its format, and this one is not known.", hint=hint)
    with open_memory_at(store_url) as memory:
        what = "contacts" if contacts else f"{log} log"
        view = looked_at(memory, trial, who, what, act="exported")
    entries = to_contact(view) if contacts else of_log(view, log)
    rows = log_rows(view, entries, log=log, site=site)
    write_out([write(COLUMNS, rows)], out)
    click.echo(f"Written: {out}", err=True)
    return EXIT_OK
