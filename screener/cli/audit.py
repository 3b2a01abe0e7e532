"""`screener audit`: check the audit trail, print its anchor, look at it."""

from __future__ import annotations

import click

from screener.cli.memory_options import by_option, form_option, named, open_memory_at, tell
from screener.cli.registry_options import store_option
from screener.errors import EXIT_OK


@click.group()
def command() -> None:
    """Check the audit trail, print its anchor, or look at it.

    Every act that changes, shows or exports something of a patient has a row: who, when, what, which patient by
    pseudonym. A row is sealed together with the one before, with a key that is kept outside the store.
    """


@command.command("verify")
@click.option(
    "--anchor", "anchors", multiple=True, metavar="N:SEAL", help="An anchor printed earlier; may be repeated."
)
@form_option("text", "json")
@store_option
def verify(anchors: tuple[str, ...], form: str, store_url: str | None) -> int:
    """Check the trail from its first row to its last.

    Where it was changed the exit code is 5, and the first broken row is named. That rows were cut off the end is seen
    with an anchor that was printed before and kept elsewhere.

    \b
    Example:
      screener audit verify --anchor 1042:9f86d081884c7d659a2feaa0c55ad015
    """
    from screener.reports.json_text import compact
    from screener.store.audit import parse_anchor
    from screener.store.audit_check import verify as check

    given = [parse_anchor(one) for one in anchors]
    with open_memory_at(store_url) as memory:
        whole = check(memory.database, memory.keys, given)
    anchor = str(whole.head) if whole.head else None
    if form == "json":
        click.echo(compact({"whole": True, "rows": whole.rows, "anchor": anchor}))
    else:
        click.echo(f"The audit trail is whole: {whole.rows:,} row{'' if whole.rows == 1 else 's'}, anchor {anchor}.")
    return EXIT_OK


@command.command("anchor")
@store_option
def anchor(store_url: str | None) -> int:
    """Print the number and the seal of the last row, to be kept elsewhere.

    \b
    Example:
      screener audit anchor >> /somewhere/else/anchors.txt
    """
    from screener.errors import UsageError
    from screener.store.audit import head

    with open_memory_at(store_url) as memory, memory.database.reading() as session:
        last = head(session)
    if last is None:
        raise UsageError("The audit trail has no row yet.", hint="Begin with: screener run TRIAL --patients PATH")
    click.echo(str(last))
    return EXIT_OK


@command.command("show")
@click.option("--trial", metavar="TRIAL", help="The acts of one trial only.")
@click.option("--patient", metavar="ID", help="The acts on one patient only, by the id of the tables or the pseudonym.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="The last N rows only.")
@by_option
@form_option("text", "json")
@store_option
def show(
    trial: str | None, patient: str | None, last: int | None, by: str | None, form: str, store_url: str | None
) -> int:
    """Show who did what, when; that the trail was shown is a row of it as well.

    \b
    Example:
      screener audit show --patient P-007
    """
    from screener.reports.json_text import compact
    from screener.store.audit import Entry
    from screener.store.audit_rows import check_trial, rows
    from screener.store.patients import pseudonym_named

    who = named(by)
    with open_memory_at(store_url) as memory:
        with memory.database.reading() as session:
            # Only names that are known get into the trail, which keeps for ever what somebody mistyped.
            pseudonym = pseudonym_named(session, memory.keys, patient) if patient is not None else None
            if trial is not None:
                trial = trial.strip().upper()
                check_trial(session, trial)
        tell(memory, Entry(who, "viewed", "audit trail", trial, pseudonym))
        found = rows(memory.database, trial=trial, pseudonym=pseudonym, last=last)
    if form == "json":
        click.echo(compact([one._asdict() for one in found]))
    else:
        for one in found:
            words = [str(one.number), one.at, one.who, one.act, one.part, one.trial or "", one.pseudonym or ""]
            click.echo("  ".join(word for word in words if word))
    return EXIT_OK
