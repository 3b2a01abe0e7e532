"""`screener worklist`: who needs what, what is asked most usefully."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from screener.cli.memory_options import by_option, changed_since_run, form_option, named, open_memory_at, utc_now
from screener.cli.options import Day, criteria_option, today, trial_argument
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening
from screener.errors import EXIT_OK, UsageError
from screener.worklist.states import BINS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from screener.reports.worklist_text import Listing
    from screener.store.audit import Anchor
    from screener.store.memory import Memory
    from screener.store.patients import Known
    from screener.worklist.cohort_view import CohortView, Entry
    from screener.worklist.filters import Filters


@click.command()
@trial_argument
@click.option("--bin", "bins", multiple=True, type=click.Choice(BINS), help="Who is in this bin; repeatable.")
@click.option("--changed", is_flag=True, help="Whose verdict moved, or was another one when decided, and who is new.")
@click.option(
    "--since",
    type=click.IntRange(min=1),
    metavar="RUN",
    help="Compare with this run [default: the one before the last].",
)
@click.option(
    "--verdict", type=click.Choice(("eligible", "needs_information", "not_eligible")), help="Of this verdict."
)
@click.option("--asks", metavar="FACT", help="Who is asked for this fact.")
@click.option("--fails", metavar="CRITERION", help="Who fails this criterion.")
@click.option("--open", "open_", metavar="CRITERION", help="For whom this criterion is open.")
@click.option("--seen-before", type=Day(), metavar="DATE", help="Whose newest data are older than this day.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The most patients in the text."
)
@click.option("--questions", is_flag=True, help="Instead: which missing fact settles most patients.")
@click.option("--patient", metavar="ID", help="Instead: one patient, and which single answer settles them.")
@click.option("--patients", type=click.Path(path_type=Path), metavar="PATH", help="A table, to show its ids as well.")
@by_option
@form_option("text", "json")
@criteria_option
@store_option
def command(
    trial: str, bins: tuple[str, ...], changed: bool, since: int | None, verdict: str | None, asks: str | None,
    fails: str | None, open_: str | None, seen_before: date | None, limit: int, questions: bool, patient: str | None,
    patients: Path | None, by: str | None, form: str, criteria_dir: Path | None, store_url: str | None,
) -> int:  # fmt: skip
    """Show how many patients of TRIAL need what, what to find out, and who waits for somebody.

    Every filter that is given has to fit; with one, whoever fits is listed, whether or not they wait for somebody.

    \b
    Examples:
      screener worklist NCT06452485
      screener worklist NCT06452485 --bin needs_data --asks primary_breast_sarcoma --patients today.csv
      screener worklist NCT06452485 --questions
      screener worklist NCT06452485 --patient P-003
    """
    from screener.reports.json_text import compact
    from screener.worklist.filters import Filters

    filters = Filters(bins, changed, verdict, asks, fails, open_, seen_before.isoformat() if seen_before else None)
    if (questions or patient) and not filters.empty:
        raise UsageError("Filters go with the list alone.", hint="Leave them away, or --questions and --patient.")
    with open_memory_at(store_url) as memory:
        known = _known(memory, patient) if patient is not None else None
        view, anchor = looked_at(memory, trial, named(by), "worklist", since=since, patient=known)
        ids = _ids(memory, trial, criteria_dir, patients) if patients is not None else {}
        look = _Look(memory, view, ids, form)
        if known is not None:
            lines, data = look.at_one(known)
        elif questions:
            lines, data = look.at_questions()
        else:
            lines, data = look.at_all(filters, limit)
    changed_since = changed_since_run(view, criteria_dir, store_url)
    if isinstance(data, dict):
        data["changed_since_run"] = changed_since
    for line in [compact(data)] if form == "json" else lines:
        click.echo(line)
    say_standing(view, anchor, changed_since)
    return EXIT_OK


class _Look(NamedTuple):
    """What is looked at, as lines and as data."""

    memory: Memory
    view: CohortView
    ids: Mapping[str, str]
    form: str

    def at_all(self, filters: Filters, limit: int) -> tuple[Iterable[str], Any]:
        """The bins, the questions, and who is asked for."""
        from screener.reports.worklist_json import worklist_data
        from screener.reports.worklist_text import worklist_lines
        from screener.worklist.asking import Asking
        from screener.worklist.filters import at_work, chosen

        asked = Asking(self.memory, self.view).of_cohort(self.view.entries)
        found = chosen(self.view, filters)
        if self.form == "json":
            return (), worklist_data(self._listing(found), asked)
        found = at_work(found) if filters.empty else found
        listing = self._listing(found[:limit])
        shown = asked if filters.empty else ()
        return list(worklist_lines(listing, shown, more=len(found) - len(listing.entries))), None

    def at_questions(self) -> tuple[Iterable[str], Any]:
        """The questions of the cohort."""
        from screener.reports.worklist_text import question_lines
        from screener.worklist.asking import Asking

        asked = Asking(self.memory, self.view).of_cohort(self.view.entries)
        return question_lines(asked), [one._asdict() for one in asked]

    def at_one(self, known: Known) -> tuple[Iterable[str], Any]:
        """One patient, and which single answer settles them."""
        from screener.reports.worklist_json import patient_data
        from screener.reports.worklist_text import patient_lines
        from screener.worklist.answers_shown import answers_shown
        from screener.worklist.asking import Asking
        from screener.worklist.evidence import facts_of_entries
        from screener.worklist.recheck import next_recheck

        found = [one for one in self.view.entries if one.standing.patient_id == known.number]
        if not found:
            hint = f"Screen first: screener run {self.view.trial} --patients PATH"
            raise UsageError(f"This patient was never screened for {self.view.trial}.", hint=hint)
        listing = self._listing(found)
        ((entry, facts),) = facts_of_entries(self.memory, self.view, found)
        settled = Asking(self.memory, self.view).settled_by(entry, facts)
        again = next_recheck(self.view.footings[entry.standing.basis_id], facts, self.view.today)
        answers = answers_shown(self.memory, self.view, entry, facts)
        found_out = (settled, answers, again)
        return patient_lines(listing, *found_out), patient_data(listing, *found_out)

    def _listing(self, entries: Sequence[Entry]) -> Listing:
        from screener.reports.worklist_text import Listing
        from screener.worklist.evidence import beside

        return Listing(self.view, entries, self.ids, beside(self.memory, self.view, entries))


def looked_at(
    memory: Memory, trial: str, who: str, what: str, *, act: str = "viewed", since: int | None = None,
    patient: Known | None = None,
) -> tuple[CohortView, Anchor]:  # fmt: skip
    """The patients of a trial, and the row in the audit trail that somebody looked at them, or at one of them."""
    from screener.store.audit import Entry, record
    from screener.worklist.cohort_view import cohort_view

    view = cohort_view(memory, trial.upper(), today(), since=since)
    pseudonym = patient.pseudonym if patient is not None else None
    anchor = record(memory.database, memory.keys, Entry(who, act, what, view.trial, pseudonym), at=utc_now())
    return view, anchor


def say_standing(view: CohortView, anchor: Anchor, changed: str | None) -> None:
    """Say on standard error what every output must say: how the rules stand, what it is for, the anchor."""
    from screener.criteria.prose import INTENDED_USE

    if changed is not None:
        click.echo(changed, err=True)
    click.echo(f"{view.trial}. Rules: {view.footing.loaded.approval}. Intended use: {INTENDED_USE}", err=True)
    click.echo(f"Anchor of the audit trail: {anchor}", err=True)


def _known(memory: Memory, patient: str) -> Known:
    from screener.store.patients import patient_named

    with memory.database.reading() as session:
        return patient_named(session, memory.keys, patient)


def _ids(memory: Memory, trial: str, criteria_dir: Path | None, patients: Path) -> dict[str, str]:
    """The ids of a table by pseudonym."""
    with Screening(trial, criteria_dir, today()).open(patients) as table:
        return {memory.keys.pseudonym(one.patient_id): one.patient_id for one in table}
