"""`screener answer`: settle a fact that the record leaves open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from screener.cli.memory_options import footing_for, open_memory_at, say_anchor, utc_now
from screener.cli.options import Day, criteria_option, today, trial_argument
from screener.cli.ready_rules import from_store
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening
from screener.errors import EXIT_OK


@click.command()
@trial_argument
@click.argument("patient", metavar="PATIENT")
@click.argument("fact", metavar="FACT")
@click.argument("value", metavar="VALUE")
@click.option("--on", required=True, type=Day(), metavar="DATE", help="The day for which the answer holds.")
@click.option("--by", required=True, metavar="NAME", help="Who says so.")
@click.option("--source", required=True, metavar="TEXT", help="From where: the chart, the patient, the PI.")
@click.option("--note", metavar="TEXT", help="Anything to keep beside it.")
@criteria_option
@store_option
def command(
    trial: str,
    patient: str,
    fact: str,
    value: str,
    on: date,
    by: str,
    source: str,
    note: str | None,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Settle FACT of PATIENT for TRIAL, from the next run on.

    An answer stands above what is recorded, and is always shown as one. It ends when the record of that fact changes,
    or a rule that reads it, and the next run says so.

    \b
    Example:
      screener answer NCT06452485 P-003 primary_breast_sarcoma no --on 2026-06-01 --by "A. Jansen" --source chart
    """
    from screener.worklist.answering import Given, take_down

    screening = Screening(trial, criteria_dir, today(), state=from_store(store_url))
    footing, _ = footing_for(screening, criteria_dir)
    given = Given(patient, fact, value, on, by, source, note)
    with open_memory_at(store_url) as memory:
        kept = take_down(memory, footing.loaded.rules, given, today=today(), now=utc_now())
    name = footing.rules.trial
    click.echo(
        f"Kept as answer {kept.number} on {kept.pseudonym}. It counts from the next run: screener rescreen {name}"
    )
    say_anchor(kept.anchor)
    return EXIT_OK
