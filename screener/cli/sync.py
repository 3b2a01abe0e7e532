"""`screener sync`: the registry's records fetched, kept and compared."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from screener.cli.options import criteria_option
from screener.cli.registry_options import (
    base_url_option,
    contact_option,
    deadline_option,
    login_name,
    rate_option,
    say_waiting,
    store_option,
    waiting_words,
)
from screener.errors import EXIT_OK, EXIT_USAGE, ScreenerError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from screener.registry.client import Client
    from screener.registry.retry import Waiting
    from screener.registry.sync_outcome import Judge, SyncReport
    from screener.store.database import Database
    from screener.store.registry import RegistryStore

_INTERRUPTED: Final = 130


@click.command()
@click.argument("trials", nargs=-1, metavar="[TRIAL]...")
@click.option("--format", "form", type=click.Choice(("text", "jsonl")), default="text", show_default=True)
@deadline_option(900.0)
@rate_option
@click.option("--metrics", type=click.Path(path_type=Path), metavar="FILE", help="Also write figures for Prometheus.")
@click.option("--ping", metavar="URL", help="Ask for this address when every trial was fetched.")
@click.option("--quiet", is_flag=True, help="Say nothing on a night with exit code 0, so that a job mails nothing.")
@base_url_option
@contact_option
@store_option
@criteria_option
def command(
    trials: tuple[str, ...],
    form: str,
    deadline: float,
    rate: float,
    metrics: Path | None,
    ping: str | None,
    quiet: bool,
    base_url: str,
    contact: str,
    store_url: str | None,
    criteria_dir: Path | None,
) -> int:
    """Fetch the registry's records of tracked trials, keep them, and say what changed.

    Without TRIAL all tracked trials are fetched; a TRIAL that is not tracked yet is tracked from then on.

    Exit codes: 0 nothing to review, 1 a change waits for a person, 2 an id cannot be used, or nothing is tracked, 4
    some or all trials were not fetched, 5 the store is damaged, 75 another run is at work.

    \b
    Examples:
      screener sync NCT06452485
      screener sync --format jsonl --metrics /var/lib/node_exporter/screener.prom
    """
    from screener.registry.client import Client

    client_telling = partial(Client, base_url, deadline=deadline, interval=1 / rate, contact=contact)
    report = _fetched(trials, client_telling, store_url=store_url, criteria_dir=criteria_dir, quiet=quiet)
    if report is None:
        return _INTERRUPTED
    code = report.exit_code
    if not quiet or code != EXIT_OK:
        _say(report, form)
    if metrics is not None:
        code = _write_metrics(report, metrics)
    if ping and report.complete:
        _ping(ping)
    return code


def _fetched(
    trials: Sequence[str],
    client_telling: Callable[..., Client],
    *,
    store_url: str | None,
    criteria_dir: Path | None,
    quiet: bool,
) -> SyncReport | None:
    """Fetch the trials into the store and say what came of it; none where it was stopped."""
    from screener.registry.sync import Sync
    from screener.store.address import store_address
    from screener.store.database import open_database
    from screener.store.lock import run_lock
    from screener.store.registry import RegistryStore

    asked = [trial.strip().upper() for trial in trials]
    database = open_database(store_address(store_url))
    assert database is not None
    with database, run_lock(database), _progress(quiet=quiet) as (fetched, tell):
        database.examine()
        store, judges = RegistryStore(database), _judges(criteria_dir)
        _see_what_to_fetch(asked, store, database)
        with client_telling(tell=tell) as client:
            try:
                return Sync(client, store, judges=judges, fetched=fetched).run(asked, by=login_name() if asked else "")
            except KeyboardInterrupt:
                click.echo("Stopped. What was fetched before is kept; run again to fetch the rest.", err=True)
                return None


def _see_what_to_fetch(asked: list[str], store: RegistryStore, database: Database) -> None:
    """See that there is something to fetch: a nightly job over the wrong store would seem to go well for ever.

    Raises:
        UsageError: no trial was asked for, and none is tracked.
    """
    if not asked and not store.tracked():
        hint = "Begin with: screener sync NCT06452485"
        raise UsageError(f"No trial is tracked in {database.address}, so there is nothing to fetch.", hint=hint)


def _say(report: SyncReport, form: str) -> None:
    from screener.registry.sync_report import json_lines, print_report

    if form == "jsonl":
        for line in json_lines(report):
            click.echo(line)
        return
    print_report(report, console())


def console() -> Console:
    """Standard output for text; in a file or a log as wide as two columns need."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 118)


def _judges(criteria_dir: Path | None) -> Mapping[str, Judge]:
    """For each trial with rules, what the registry's latest text means for them."""
    from screener.criteria.library import criteria_folder, trials_in

    folder = criteria_folder(criteria_dir)
    return {trial: judge for trial in trials_in(folder) if (judge := _judge(folder / trial, folder)) is not None}


def _judge(folder: Path, shared: Path) -> Judge | None:
    from screener.criteria.library import load
    from screener.criteria.staleness import Staleness, staleness
    from screener.findings import Findings

    loaded = load(folder, shared, Findings())
    if loaded is None or loaded.record is None:
        click.echo(f"The rules of {folder.name} cannot be read; see `screener criteria check {folder.name}`.", err=True)
        return None
    rules, based_on = loaded.rules, loaded.record.eligibility

    def judge(latest: str) -> Staleness:
        return staleness(rules, based_on, latest)

    return judge


@contextmanager
def _progress(*, quiet: bool) -> Iterator[tuple[Callable[[str], None], Callable[[Waiting], None]]]:
    """What is told after each trial, and before a longer wait; trials are counted on a terminal only."""
    if quiet:
        yield lambda _: None, lambda _: None
        return
    if not sys.stderr.isatty():
        yield lambda _: None, say_waiting
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task("trials asked for:", total=None)

        def tell(waiting: Waiting) -> None:
            bar.console.print(waiting_words(waiting), markup=False, soft_wrap=True)

        yield lambda _: bar.advance(task), tell


def _write_metrics(report: SyncReport, path: Path) -> int:
    """Write the figures; that they cannot be written never hides what the run found."""
    from screener.registry.metrics import metrics_text
    from screener.reports.writing_out import write_out

    try:
        write_out([metrics_text(report).encode()], path)
    except ScreenerError as error:
        click.echo(f"Error: {error.message} {error.hint}".rstrip(), err=True)
        return report.exit_code or EXIT_USAGE
    return report.exit_code


def _ping(url: str) -> None:
    """Tell a health check that all is well; whatever comes of it, the run stays as it was."""
    import requests

    try:
        requests.get(url, timeout=(5, 10)).raise_for_status()
    except (requests.RequestException, ValueError):
        click.echo("The health check could not be told that the run is done.", err=True)
