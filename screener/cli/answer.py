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
from screener.errors import EXIT_OK, UsageError


@click.command()
@trial_argument
@click.argument("patient", metavar="PATIENT")
@click.argument("fact", metavar="FACT")
@click.argument("value", metavar="[VALUE]", required=False)
@click.option("--on", type=Day(), metavar="DATE", help="The day for which the answer holds.")
@click.option("--by", required=True, metavar="NAME", help="Who says so.")
@click.option("--source", metavar="TEXT", help="From where: the chart, the patient, the PI.")
@click.option("--note", metavar="TEXT", help="Anything to keep beside it.")
@click.option("--withdraw", is_flag=True, help="Take back the answer that stands, from the next run on.")
@criteria_option
@store_option
def command(
    trial: str,
    patient: str,
    fact: str,
    value: str | None,
    on: date | None,
    by: str,
    source: str | None,
    note: str | None,
    withdraw: bool,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Settle FACT of PATIENT for TRIAL, from the next run on.

    An answer stands above what is recorded, and is always shown as one. It ends when the record of that fact changes,
    or a rule that reads it, and the next run says so; or when it is taken back.

    \b
    Examples:
      screener answer NCT06452485 P-003 primary_breast_sarcoma no --on 2026-06-01 --by "A. Jansen" --source chart
      screener answer NCT06452485 P-003 primary_breast_sarcoma --withdraw --by "A. Jansen"
    """
    from screener.worklist import answering

    screening = Screening(trial, criteria_dir, today(), state=from_store(store_url))
    footing, _ = footing_for(screening, criteria_dir)
    rules = footing.loaded.rules
    with open_memory_at(store_url) as memory:
        if withdraw:
            _nothing_beside(value, on, source, note)
            kept = answering.withdraw(memory, rules, (patient, fact), by=by, now=utc_now())
        else:
            given = answering.Given(patient, fact, *_whole(value, on), by, _source(source), note)
            kept = answering.take_down(memory, rules, given, today=today(), now=utc_now())
    said = f"Withdrawn: answer {kept.number}" if withdraw else f"Kept as answer {kept.number}"
    counts = "It no longer counts" if withdraw else "It counts"
    click.echo(f"{said} on {kept.pseudonym}. {counts} from the next run: screener rescreen {rules.trial}")
    say_anchor(kept.anchor)
    return EXIT_OK


def _nothing_beside(*given: object) -> None:
    if any(one is not None for one in given):
        raise UsageError("What is taken back has no value.", hint="Leave VALUE, --on, --source and --note away.")


def _whole(value: str | None, on: date | None) -> tuple[str, date]:
    if value is None:
        raise click.UsageError("Missing argument 'VALUE'.")
    if on is None:
        raise click.UsageError("Missing option '--on'.")
    return value, on


def _source(source: str | None) -> str:
    if source is None:
        raise click.UsageError("Missing option '--source'.")
    return source
