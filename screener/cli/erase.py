"""`screener erase`: take out all that is kept of a patient, or of everybody whose time to be kept is over."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from screener.cli.memory_options import named, open_memory_at, utc_now
from screener.cli.options import Day, today
from screener.cli.registry_options import store_option
from screener.errors import EXIT_OK, UsageError

if TYPE_CHECKING:
    from screener.store.erasure import Cause
    from screener.store.memory import Memory
    from screener.store.patients import Known


@click.command()
@click.argument("patient", metavar="[PATIENT]", required=False)
@click.option("--not-seen-since", "before", type=Day(), metavar="DATE", help="Everybody in no run as of DATE or later.")
@click.option(
    "--because",
    type=click.Choice(("request", "withdrawal", "retention", "mistake")),
    required=True,
    help="Why, for the record: the patient asked, withdrew, the time to keep it is over, or it was a mistake.",
)
@click.option("--preview", is_flag=True, help="Say how many it would be, and erase nobody.")
@click.option("--forget-do-not-contact", is_flag=True, help="Also where contact is barred, which is forgotten then.")
@click.option("--by", required=True, metavar="NAME", help="Who does this.")
@store_option
def command(
    patient: str | None, before: date | None, because: Cause, preview: bool, forget_do_not_contact: bool, by: str,
    store_url: str | None,
) -> int:  # fmt: skip
    """Take out all that is kept of PATIENT, in every trial: facts, results, answers and decisions.

    The audit trail stays whole: its rows hold a pseudonym and no clinical value, and one more tells of this. With
    --not-seen-since everybody is taken out who was in no table for so long; who consented stays, since the trial's own
    file has its own time, and so does who is not to be contacted.

    \b
    Examples:
      screener erase P-007 --because request --by "A. Jansen"
      screener erase --not-seen-since 2024-06-01 --because retention --by "A. Jansen" --preview
    """
    from screener.store.erasure import erase
    from screener.store.lock import run_lock

    who = named(by)
    if (patient is None) == (before is None):
        raise UsageError("Name a patient, or a day.", hint="Write PATIENT, or --not-seen-since DATE.")
    if before is not None and before > today():
        raise UsageError("Nobody can have been seen since a day to come.", hint="Give a past day.")
    with open_memory_at(store_url) as memory, run_lock(memory.database, "screening"):
        chosen = _named(memory, patient) if patient is not None else _overdue(memory, before)
        if preview:
            click.echo(f"{_patients(len(chosen))} would be erased.")
            return EXIT_OK
        anchor = erase(
            memory.database, memory.keys, chosen, who=who, because=because, at=utc_now(),
            forget_bar=forget_do_not_contact,
        )  # fmt: skip
    click.echo(f"{_patients(len(chosen))} erased.")
    if anchor is not None:
        click.echo("Backups and exports made before still hold what was erased: deal with them as well.", err=True)
        click.echo(f"Anchor of the audit trail: {anchor}", err=True)
    return EXIT_OK


def _named(memory: Memory, patient: str) -> list[Known]:
    from screener.store.patients import patient_named

    with memory.database.reading() as session:
        return [patient_named(session, memory.keys, patient)]


def _overdue(memory: Memory, before: date | None) -> list[Known]:
    from screener.store.erasure import overdue

    assert before is not None  # one of the two is given
    found = overdue(memory.database, memory.keys, before)
    if found.consented:
        click.echo(f"{_patients(found.consented)} stayed: consented, so the trial's own time counts.", err=True)
    if found.barred:
        click.echo(f"{_patients(found.barred)} stayed: not to be contacted, which would be forgotten.", err=True)
    return list(found.patients)


def _patients(count: int) -> str:
    return f"{count:,} patient{'' if count == 1 else 's'}"
