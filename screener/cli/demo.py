"""`screener demo`: the sample patients, with everything that came along."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from screener.cli.screen import write_report
from screener.cli.screening import Screening, say_problems
from screener.criteria.library import shipped
from screener.matching.results import rank_key

SAMPLE_TRIAL = "NCT06452485"
SAMPLE_DAY = date(2026, 6, 1)


@click.command()
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    default=Path("screener-demo.html"),
    show_default=True,
    metavar="PATH",
    help="Where the HTML report goes.",
)
def command(report: Path) -> int:
    """Screen the sample patients for NCT06452485 and write the HTML report.

    The patients are made up. The screening date is fixed, so that the demo shows the same on every day.

    \b
    Example:
      screener demo --report demo.html
    """
    from screener.reports.terminal import ranked_list

    screening = Screening(SAMPLE_TRIAL, shipped("criteria"), SAMPLE_DAY)
    patients = shipped("data") / "patients.csv"
    with screening.open(patients) as table:
        results = sorted(screening.results(table), key=rank_key)
        ranked_list(screening.loaded, SAMPLE_DAY, results, reasons=True, out=None)
        click.echo()
        write_report(screening, table, results, source=patients.name, to=report)
        click.echo(_NEXT.format(report=report, patients=patients), err=True)
        return say_problems(table)


_NEXT = """
What to try next:
  open {report} in a browser
  screener explain NCT06452485 --as-of 2026-06-01 --patients {patients} --patient P-004
  screener records template NCT06452485 --out my-patients.xlsx     (then fill it in, and)
  screener screen NCT06452485 --patients my-patients.xlsx
  screener criteria show NCT06452485                               (the rules beside the protocol's words)"""
