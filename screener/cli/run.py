"""`screener run`: screen, remember, and say what changed since the last run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.memory_options import by_option, form_option, named, open_memory_at, remembering, say_anchor
from screener.cli.options import (
    as_of_option,
    criteria_option,
    patients_option,
    records_options,
    today,
    trial_argument,
)
from screener.cli.ready_rules import from_store
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening, say_problems, without_collection
from screener.cli.watching import watched
from screener.deriving.patients import SourceSettings

if TYPE_CHECKING:
    from screener.store.run_records import Order
    from screener.worklist.report import RunReport


@click.command()
@trial_argument
@patients_option
@records_options
@as_of_option
@by_option
@form_option("text", "json")
@criteria_option
@store_option
def command(
    trial: str,
    patients: Path,
    settings: SourceSettings,
    as_of: date | None,
    by: str | None,
    form: str,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Screen patients for TRIAL, remember the results, and say what changed since the last run and why.

    Patients are remembered by pseudonym. Only who changed is screened again: by a datum, an answer, a rule, a line of
    the registry, or a day that came.

    \b
    Examples:
      screener run NCT06452485 --patients today.csv
      screener run NCT06452485 --patients today.csv --by "A. Jansen" --format json
    """
    from screener.store.lock import run_lock
    from screener.worklist.screening import seen_in

    who = named(by)
    screening = Screening(trial, criteria_dir, as_of or today(), state=from_store(store_url))
    with open_memory_at(store_url, create=True) as memory, run_lock(memory.database, "screening"):
        remembered = remembering(memory, screening, criteria_dir)
        with screening.open(patients, settings) as table, watched() as watch, without_collection():
            seen = seen_in(screening.patients(table, watch=watch), memory.keys)
            report = remembered.run(seen, order_of(screening, who, source="table"))
    say_report(report, screening, form)
    return say_problems(table)


def order_of(screening: Screening, who: str, *, source: str) -> Order:
    """What is asked of a run."""
    from screener.store.run_records import Order

    state, record = screening.state, screening.loaded.record
    return Order(
        trial=screening.loaded.rules.trial,
        as_of=screening.as_of,
        who=who,
        source=source,
        registry_sha256=state.protocol_sha256 if state else None,
        registry_version=state.registry_version if state else record.version if record else None,
        approved=screening.loaded.approval.state == "approved",
    )


def say_report(report: RunReport, screening: Screening, form: str) -> None:
    """Print what came of a run, and say what every output says."""
    from screener.reports.json_text import compact
    from screener.reports.run_text import run_lines
    from screener.worklist.report import run_data

    if form == "json":
        click.echo(compact(run_data(report.run, report.counts, report.changed)))
    else:
        for line in run_lines(report, trial=screening.loaded.rules.trial, as_of=screening.as_of.isoformat()):
            click.echo(line)
    screening.say_state()
    say_anchor(report.anchor)
