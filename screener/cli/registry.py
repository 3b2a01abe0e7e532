"""`screener registry`: the registry's records as they were kept, and what waits for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.cli.options import trial_argument
from screener.cli.registry_options import (
    base_url_option,
    contact_option,
    deadline_option,
    login_name,
    open_store,
    registry_id,
    store_option,
)
from screener.errors import EXIT_OK, EXIT_REGISTRY, UsageError

if TYPE_CHECKING:
    from screener.registry.doctor import Diagnosis
    from screener.registry.kept import DriftNote, Snapshot
    from screener.store.registry import RegistryStore

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

    nct_id = registry_id(trial)
    with open_store(store_url) as store:
        data = _shown(store, nct_id)
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


def _shown(store: RegistryStore, nct_id: str) -> dict[str, Any]:
    from screener.registry.sync_report import drift_data, stamp

    snapshot, trial = _latest(store, nct_id), store.trial(nct_id)
    assert trial is not None
    assert trial.first_seen is not None
    assert trial.last_checked is not None
    record = snapshot.record()
    return {
        "nct_id": nct_id,
        "status": record.status.overall_status,
        "registry_version": snapshot.registry_version,
        "protocol_sha256": snapshot.protocol_sha256,
        "eligibility_sha256": snapshot.eligibility_sha256,
        "eligibility": record.eligibility_text or "",
        "first_seen": stamp(trial.first_seen),
        "last_checked": stamp(trial.last_checked),
        "missing": trial.missing_since is not None,
        "drift": [drift_data(one) for one in store.drifts(nct_id) if one.state == "open"],
    }


def _latest(store: RegistryStore, nct_id: str) -> Snapshot:
    snapshot = store.latest(nct_id)
    if snapshot is None:
        raise UsageError(f"There is no record of {nct_id} yet.", hint=f"Fetch it with: screener sync {nct_id}")
    return snapshot


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

    nct_id = registry_id(trial)
    with open_store(store_url) as store:
        old, new, note = _change(store, nct_id)
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


def _change(store: RegistryStore, nct_id: str) -> tuple[Snapshot, Snapshot, DriftNote]:
    """The two records to set side by side, and what changed between them."""
    from screener.registry.drift import compare
    from screener.registry.kept import drift_note

    new = _latest(store, nct_id)
    drifts = store.drifts(nct_id)
    if not drifts:
        raise UsageError(f"The record of {nct_id} has not changed since {new.first_seen:%Y-%m-%d}.")
    first = next((one for one in drifts if one.state == "open"), drifts[-1])
    old = next(one for one in store.snapshots(nct_id) if one.number == first.old)
    return old, new, drift_note(compare(old.record(), new.record()))


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

    nct_id = registry_id(trial)
    with open_store(store_url) as store:
        data = _history(store, nct_id)
    if form == "json":
        click.echo(compact(data))
        return
    click.echo("records:")
    for one in data["snapshots"]:
        click.echo(
            f"  {one['first_seen']}  registry record of {one['registry_version']}  {one['protocol_sha256'][:12]}"
        )
    click.echo("changes:")
    for one in data["drift"]:
        click.echo(f"  {one['since']}  {one['state']}: {', '.join(one['classes']) or 'nothing that is compared'}")
    click.echo("checks:")
    for one in data["checks"]:
        click.echo(f"  {one['at']}  run {one['run_id']}  {one['outcome']}  {one['problem'] or ''}".rstrip())


def _history(store: RegistryStore, nct_id: str) -> dict[str, Any]:
    from screener.registry.sync_report import drift_data, stamp

    checks = store.checks(nct_id)
    if not checks and store.trial(nct_id) is None:
        raise UsageError(f"{nct_id} is not tracked.", hint=f"Track it with: screener registry track {nct_id}")
    snapshots = [
        {
            "first_seen": stamp(one.first_seen),
            "registry_version": one.registry_version,
            "protocol_sha256": one.protocol_sha256,
            "eligibility_sha256": one.eligibility_sha256,
            "api_version": one.api_version,
            "data_timestamp": one.data_timestamp,
        }
        for one in store.snapshots(nct_id)
    ]
    return {
        "nct_id": nct_id,
        "snapshots": snapshots,
        "drift": [{**drift_data(one), "state": one.state} for one in reversed(store.drifts(nct_id))],
        "checks": [
            {
                "run_id": one.run_id,
                "at": stamp(one.at),
                "outcome": one.outcome,
                "problem": one.problem,
                "http_status": one.http_status,
            }
            for one in checks
        ],
    }


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

    nct_id = registry_id(trial)
    if not by.strip() or not because.strip():
        raise UsageError("An acknowledgement needs a name and a reason.", hint="Give them with --by and --because.")
    with open_store(store_url) as store:
        done = store.acknowledge(nct_id, who=by.strip(), why=because.strip(), at=utc_now())
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

    with Client(base_url, deadline=deadline, contact=contact) as client:
        found = examine(client, registry_id(trial))
    _say_diagnosis(found)
    return EXIT_OK if found.status == 200 and found.kind in ("fine", "schema changed") else EXIT_REGISTRY


def _say_diagnosis(found: Diagnosis) -> None:
    from screener.registry.text import normalise

    click.echo(f"{found.kind}: {found.summary}")
    if found.advice:
        click.echo(f"  {found.advice}")
    click.echo(f"  asked: {found.url} (attempts: {found.attempts})")
    if found.status is not None:
        click.echo(f"  status: {found.status}")
    for name, value in found.headers:
        click.echo(f"  {name}: {value}")
    if found.start:
        click.echo(f"  begins: {normalise(found.start[:120].decode('utf-8', 'replace'))}")
    for difference in found.differences:
        click.echo(f"  not as described: {difference}")
