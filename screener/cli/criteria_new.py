"""`screener criteria new` and `screener criteria rebase`: rules and the registry record they are written against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.options import criteria_option, trial_argument
from screener.cli.registry_options import (
    base_url_option,
    contact_option,
    deadline_option,
    open_store,
    registry_id,
    say_waiting,
    store_option,
)
from screener.errors import EXIT_FINDINGS, EXIT_OK, InvalidRules, UsageError

if TYPE_CHECKING:
    from screener.criteria.library import LoadedRules
    from screener.criteria.rebase import LostQuote, Rebased
    from screener.criteria.skeleton import Skeleton


@click.command()
@click.argument("nct_id", metavar="NCT-ID")
@base_url_option
@contact_option
@deadline_option(120.0)
@click.option(
    "--from", "source", type=click.Path(path_type=Path), metavar="FILE", help="Take the record from a file instead."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="The folder to write [default: criteria/NCT-ID]."
)
@click.option("--author", default="to be written", show_default=True, metavar="NAME", help="Who will write the rules.")
@criteria_option
def new(
    nct_id: str,
    base_url: str,
    contact: str,
    deadline: float,
    source: Path | None,
    out: Path | None,
    author: str,
    criteria_dir: Path | None,
) -> None:
    """Begin the rules of a trial: fetch its record and write one criterion for each line of its eligibility text.

    Every word is quoted, so that `screener criteria check` finds nothing missing. A line that says no more than an age
    limit, and says what the record's structured field says, is encoded with its cases; the others are marked `to be
    written`. A folder that is there already is never touched.

    \b
    Examples:
      screener criteria new NCT06452485 --out rules/NCT06452485
      screener criteria new NCT06452485 --from record.json
    """
    from screener.criteria.given_record import read_given
    from screener.criteria.skeleton import see_free, skeleton, write_skeleton

    asked = registry_id(nct_id)
    if not author.strip():
        raise UsageError("The rules need an author.", hint="Give the name with --author.")
    shelf = criteria_dir or Path("criteria")
    see_free(out or shelf / asked)
    content = _read(source) if source is not None else _fetched(asked, base_url, deadline=deadline, contact=contact)
    made = skeleton(read_given(content, asked), author.strip())
    folder = out or shelf / made.trial
    write_skeleton(folder, made.text, content)
    _say_made(made, asked, folder)


def _fetched(nct_id: str, base_url: str, *, deadline: float, contact: str) -> bytes:
    from screener.registry.client import Client
    from screener.registry.problems import MalformedId, Missing

    with Client(base_url, deadline=deadline, contact=contact, tell=say_waiting) as client:
        try:
            return client.fetch_study(nct_id).body
        except (MalformedId, Missing) as problem:
            raise UsageError(problem.message, hint=problem.hint) from problem


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _say_made(made: Skeleton, asked: str, folder: Path) -> None:
    total = len(made.encoded) + len(made.left)
    criteria = f"{total} {'criterion' if total == 1 else 'criteria'}"
    encoded = f"{len(made.encoded)} encoded" + (f" ({', '.join(made.encoded)})" if made.encoded else "")
    click.echo(f"{folder}: {criteria}, {encoded}, {len(made.left)} to be written.")
    if made.trial != asked:
        click.echo(f"The registry keeps {asked} under {made.trial} now; the rules are for {made.trial}.", err=True)
    click.echo(f"Write them in {folder / 'criteria.yaml'}, then run: screener criteria check {folder}", err=True)


@click.command()
@trial_argument
@click.option(
    "--record",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The new record, as the registry's API gives it [default: the latest that a sync has stored].",
)
@store_option
@criteria_option
def rebase(trial: str, source: Path | None, store_url: str | None, criteria_dir: Path | None) -> int:
    """Move the rules of TRIAL to a new registry record and say what must be rewritten.

    The record takes the place of the stored one and any approval ends. The rules are not changed: quotes that the new
    text does not hold, and words of it that no quote covers, are listed. Exit code 1 while something is left to write.

    \b
    Examples:
      screener criteria rebase NCT06452485
      screener criteria rebase NCT06452485 --record new-record.json
    """
    from screener.criteria.library import criteria_folder, find_rules
    from screener.criteria.rebase import rebase as rebase_rules

    folder = criteria_folder(criteria_dir)
    loaded = _readable(find_rules(trial, folder), folder)
    latest = _read(source) if source is not None else _stored(loaded.rules.trial, store_url)
    done = rebase_rules(loaded, latest)
    _say_rebased(done)
    return EXIT_OK if done.settled else EXIT_FINDINGS


def _stored(trial: str, store_url: str | None) -> bytes:
    """The latest good record that a sync has stored."""
    with open_store(store_url) as store:
        snapshot = store.latest(trial)
    if snapshot is None:
        hint = f"Fetch it with `screener sync {trial}`, or give one with --record."
        raise UsageError(f"There is no record of {trial} in the store yet.", hint=hint)
    return snapshot.body


def _readable(folder: Path, shared: Path) -> LoadedRules:
    """The rules, which must be readable as rules; that they fit the stored record is not asked here."""
    from screener.criteria.library import load
    from screener.findings import ERROR, Findings

    findings = Findings()
    loaded = load(folder, shared, findings)
    broken = [one for one in findings.ordered() if one.severity == ERROR and one.code[0] not in "SA"]
    if loaded is None or broken:
        raise InvalidRules(f"The rules in {folder} cannot be read, so nothing was changed.", findings=broken)
    return loaded


def _say_rebased(done: Rebased) -> None:
    versions = f"the record of {done.old_version or 'unknown date'} by that of {done.new_version or 'unknown date'}"
    click.echo(f"{done.trial}: replaced {versions}." if done.taken else f"{done.trial}: this record stands already.")
    if done.approval_ended:
        click.echo("The approval has ended: it was given for other words. Have the rules reviewed as they are now.")
    for change in done.fields:
        click.echo(f"Field {change.field}: {change.old or 'absent'} -> {change.new or 'absent'}")
    for lost in done.lost:
        _say_lost(lost)
    for section, words in done.uncovered:
        click.echo(f"\nNo quote covers these words of the {section} text:\n  {words}")
    if done.settled:
        click.echo("Every quote stands in the record, and every word of it is covered.")
        click.echo(f"Who would move under these rules: screener rescreen {done.trial} --preview", err=True)
        return
    left = f"{len(done.lost)} quotes to rewrite, {len(done.uncovered)} passages to cover"
    click.echo(f"\n{left}; then run: screener criteria check {done.trial}", err=True)


def _say_lost(lost: LostQuote) -> None:
    where = f"stands under {lost.elsewhere} now" if lost.elsewhere else "is no longer in the registry's text"
    click.echo(f"\n{lost.id}: the quote {where}:\n  {lost.quote}")
    if lost.closest:
        click.echo(f"  closest is now:\n  {lost.closest}")
