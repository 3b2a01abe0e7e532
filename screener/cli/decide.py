"""`screener decide`: a person's decision on a patient."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from screener.cli.memory_options import footing_for, open_memory_at, utc_now
from screener.cli.options import Day, criteria_option, today, trial_argument
from screener.cli.ready_rules import from_store
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening
from screener.errors import EXIT_OK
from screener.worklist.states import CONSENTS, STATES


@click.command()
@trial_argument
@click.argument("patient", metavar="PATIENT")
@click.argument("state", metavar="STATE", type=click.Choice(STATES[1:]))
@click.option("--by", required=True, metavar="NAME", help="Who decides.")
@click.option("--reason", metavar="CODE", help="INEL-<criterion>, MISSING-<criterion>, PT-DECLINED, MD-DECLINED, ...")
@click.option("--reason-text", metavar="TEXT", help="The reason in words; OTHER needs them.")
@click.option("--override-reason", metavar="TEXT", help="Why the decision disagrees with the screening.")
@click.option(
    "--recheck", type=Day(), metavar="DATE", help="For recheck_due: the day [default: the next that matters]."
)
@click.option("--do-not-contact/--contact-allowed", default=None, help="Whether the patient may be contacted.")
@click.option("--second", is_flag=True, help="A second reader's decision, kept beside the first.")
@click.option("--clinician", metavar="NAME", help="The clinician who approved.")
@click.option("--on", type=Day(), metavar="DATE", help="For approached: the day of it [default: today].")
@click.option("--consent", type=click.Choice(CONSENTS), help="Where the consent stands.")
@click.option("--consent-version", metavar="TEXT", help="The version of the consent form.")
@click.option("--note", metavar="TEXT", help="Anything to keep beside it.")
@criteria_option
@store_option
def command(
    trial: str, patient: str, state: str, by: str, reason: str | None, reason_text: str | None,
    override_reason: str | None, recheck: date | None, do_not_contact: bool | None, second: bool, clinician: str | None,
    on: date | None, consent: str | None, consent_version: str | None, note: str | None, criteria_dir: Path | None,
    store_url: str | None,
) -> int:  # fmt: skip
    """Move PATIENT of TRIAL to STATE.

    STATE is needs_data, needs_review, recheck_due, to_approach, approached, not_eligible, declined or enrolled. Only
    legal moves are kept. A decision that disagrees with the screening needs a reason; who is marked as not to be
    contacted is never approached.

    \b
    Examples:
      screener decide NCT06452485 P-001 to_approach --by "A. Jansen"
      screener decide NCT06452485 P-007 not_eligible --reason INEL-I1 --by "A. Jansen"
      screener decide NCT06452485 P-009 recheck_due --by "A. Jansen"
    """
    from screener.store.decision_tables import log_of
    from screener.worklist.deciding import Given, decide
    from screener.worklist.states import Move

    screening = Screening(trial, criteria_dir, today(), state=from_store(store_url))
    footing, _ = footing_for(screening, criteria_dir)
    move = Move(state, reason, reason_text, override_reason, recheck, do_not_contact)  # type: ignore[arg-type]
    given = Given(patient, move, by, second, clinician, on, consent, consent_version, note)
    with open_memory_at(store_url) as memory:
        kept = decide(memory, footing, given, today=today(), now=utc_now())
    row = kept.row
    again = f" Look again on {row.recheck_on}: {row.recheck_because}." if row.recheck_on else ""
    read = "was read a second time as" if second else "is"
    click.echo(
        f"Kept as {log_of(row)} decision {row.id}: {kept.pseudonym} {read} {row.state.replace('_', ' ')}.{again}"
    )
    if kept.changed is not None:
        click.echo(kept.changed, err=True)
    click.echo(f"Anchor of the audit trail: {kept.anchor}", err=True)
    return EXIT_OK
