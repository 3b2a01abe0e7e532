"""`screener registry`: the registry's records as they were kept, and what waits for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.options import trial_argument
from screener.cli.registry_options import (
    base_url_option,
    contact_option,
    deadline_option,
    login_name,
    open_store,
    registry_id,
    say_waiting,
    store_option,
)
from screener.errors import EXIT_OK, EXIT_REGISTRY, UsageError

if TYPE_CHECKING:
    from screener.registry.doctor import Diagnosis
    from screener.registry.kept import Snapshot

_form_option = click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)


@click.group()
def command() -> None:
    """Track trials in the registry, and look at what was kept of them."""


@command.command()
@trial_argument
@click.option("--by", metavar="NAME", help="Who wants it tracked [default: the user's login].")
@store_option
def track(trial: str, by: str | None, store_url: str | None) -> None:
    """Track TRIAL: the next sync fetches it, and so does every later one.

    \b
    Example:
      screener registry track NCT06452485 --by "A. Jansen"
    """
    from screener.registry.sync import utc_now

    nct_id = registry_id(trial)
    with open_store(store_url, create=True) as store:
        new = store.track(nct_id, by=by or login_name(), at=utc_now())
    click.echo(f"{nct_id} is tracked from now on." if new else f"{nct_id} was tracked already.")


@command.command()
@trial_argument
@store_option
def untrack(trial: str, store_url: str | None) -> None:
    """Stop tracking TRIAL; what was kept of it stays.

    \b
    Example:
      screener registry untrack NCT06452485
    """
    nct_id = registry_id(trial)
    with open_store(store_url) as store:
        if not store.untrack(nct_id):
            raise UsageError(f"{nct_id} is not tracked.")
    click.echo(f"{nct_id} is no longer tracked; its records are kept.")


@command.command()
@trial_argument
@_form_option
@store_option
def show(trial: str, form: str, store_url: str | None) -> None:
    """Show the latest good record of TRIAL.

    \b
    Examples:
      screener registry show NCT06452485
      screener registry show NCT06452485 --format json
    """
    from screener.reports.json_text import compact
    from screener.store.shown import record_data

    nct_id = registry_id(trial)
    with open_store(store_url) as store:
        data = record_data(store, nct_id)
    if form == "json":
        click.echo(compact(data))
        return
    missing = "the registry no longer knows this study" if data["missing"] else ""
    facts = (
        ("registry record of", data["registry_version"]),
        ("status", data["status"]),
        ("first seen", data["first_seen"]),
        ("last checked", data["last_checked"]),
        ("missing", missing),
        ("eligibility", (data["eligibility_sha256"] or "")[:12]),
    )
    click.echo(nct_id)
    for name, value in facts:
        if value:
            click.echo(f"  {name}: {value}")
    click.echo(f"\n{data['eligibility']}\n")
    for drift in data["drift"]:
        for change in drift["changes"]:
            click.echo(f"waits for a person since {drift['since']}: {change}")


@command.command()
@trial_argument
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page instead.")
@store_option
def diff(trial: str, html: Path | None, store_url: str | None) -> None:
    """Show what changed in the record of TRIAL, side by side.

    Everything that waits for a person is taken together; when nothing waits, the last change is shown.

    \b
    Examples:
      screener registry diff NCT06452485
      screener registry diff NCT06452485 --html change.html
    """
    from screener.cli.sync import console
    from screener.registry.change_words import page, table
    from screener.reports.writing_out import write_out
    from screener.store.shown import change_of

    nct_id = registry_id(trial)
    with open_store(store_url) as store:
        old, new, note = change_of(store, nct_id)
    title = f"{nct_id}: the registry record changed"
    intro = f"Before: {_seen(old)}. Now: {_seen(new)}."
    if html is not None:
        write_out([page(note.details, title=title, intro=intro).encode("utf-8", "replace")], html)
        click.echo(f"Page: {html}", err=True)
        return
    click.echo(f"{title}\n{intro}")
    if note.classes:
        console().print(table(note.details))
    else:
        click.echo("Nothing that is compared differs between the two.")


def _seen(snapshot: Snapshot) -> str:
    return f"registry record of {snapshot.registry_version}, first seen {snapshot.first_seen:%Y-%m-%d %H:%M} UTC"


@command.command()
@trial_argument
@_form_option
@store_option
def history(trial: str, form: str, store_url: str | None) -> None:
    """List the records kept of TRIAL, and every check of it, the latest first.

    \b
    Example:
      screener registry history NCT06452485
    """
    from screener.reports.json_text import compact
    from screener.store.shown import history_data

    nct_id = registry_id(trial)
    with open_store(store_url) as store:
        data = history_data(store, nct_id)
    if form == "json":
        click.echo(compact(data))
        return
    click.echo("records:" if data["snapshots"] else "records: none")
    for one in data["snapshots"]:
        click.echo(
            f"  {one['first_seen']}  registry record of {one['registry_version']}  {one['protocol_sha256'][:12]}"
        )
    click.echo("changes:" if data["drift"] else "changes: none")
    for one in data["drift"]:
        click.echo(f"  {one['since']}  {one['state']}: {', '.join(one['classes']) or 'nothing that is compared'}")
    click.echo("checks:" if data["checks"] else "checks: none")
    for one in data["checks"]:
        click.echo(f"  {one['at']}  run {one['run_id']}  {one['outcome']}  {one['problem'] or ''}".rstrip())


@command.command()
@trial_argument
@click.option("--by", required=True, metavar="NAME", help="Who has looked.")
@click.option("--because", required=True, metavar="TEXT", help="What was found, and why the rules stand.")
@store_option
def acknowledge(trial: str, by: str, because: str, store_url: str | None) -> None:
    """Record that a person has looked at the changes of TRIAL that wait.

    Rules that these changes made stale count again, as long as the registry's text stays as it is now.

    \b
    Example:
      screener registry acknowledge NCT06452485 --by "A. Jansen" --because "the wording only; no criterion changes"
    """
    from screener.registry.sync import utc_now
    from screener.store.keys import key_path, read_keys

    nct_id = registry_id(trial)
    if not by.strip() or not because.strip():
        raise UsageError("An acknowledgement needs a name and a reason.", hint="Give them with --by and --because.")
    keys = read_keys(key_path())
    with open_store(store_url) as store:
        done = store.acknowledge(nct_id, who=by.strip(), why=because.strip(), at=utc_now(), keys=keys)
    click.echo(f"{nct_id}: {len(done)} change{'' if len(done) == 1 else 's'} acknowledged by {by.strip()}.")


@command.command()
@trial_argument
@deadline_option(30.0)
@base_url_option
@contact_option
def doctor(trial: str, deadline: float, base_url: str, contact: str) -> int:
    """Send exactly the request that a sync sends for TRIAL, and say what came back.

    Exit code 4 when the registry cannot be used from here.

    \b
    Example:
      screener registry doctor NCT06452485
    """
    from screener.registry.client import Client
    from screener.registry.doctor import examine

    with Client(base_url, deadline=deadline, contact=contact, tell=say_waiting) as client:
        found = examine(client, registry_id(trial))
    _say_diagnosis(found)
    return EXIT_OK if found.usable else EXIT_REGISTRY


def _say_diagnosis(found: Diagnosis) -> None:
    from screener.registry.text import normalise, printable

    click.echo(f"{found.kind}: {found.summary}")
    if found.advice:
        click.echo(f"  {found.advice}")
    click.echo(f"  asked: {found.url} (attempts: {found.attempts})")
    if found.status is not None:
        click.echo(f"  status: {found.status}")
    for name, value in found.headers:
        click.echo(printable(f"  {name}: {value}"))
    if found.start:
        click.echo(printable(f"  begins: {normalise(found.start[:120].decode('utf-8', 'replace'))}"))
    for difference in found.differences:
        click.echo(f"  not as described: {difference}")
