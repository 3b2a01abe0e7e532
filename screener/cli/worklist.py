"""`screener worklist`: who needs what, what is asked most usefully."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.cli.memory_options import by_option, form_option, named, open_memory_at, utc_now
from screener.cli.options import criteria_option, today, trial_argument
from screener.cli.registry_options import store_option
from screener.cli.screening import Screening
from screener.errors import EXIT_OK
from screener.worklist.states import BINS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screener.store.audit import Anchor
    from screener.store.memory import Memory
    from screener.worklist.cohort_view import CohortView, Entry


@click.command()
@trial_argument
@click.option("--bin", "bins", multiple=True, type=click.Choice(BINS), help="List who is in this bin; repeatable.")
@click.option("--changed", is_flag=True, help="List those whose verdict moved in the last run.")
@click.option("--questions", is_flag=True, help="Instead: which missing fact settles most patients.")
@click.option("--patients", type=click.Path(path_type=Path), metavar="PATH", help="A table, to show its ids as well.")
@by_option
@form_option("text", "json")
@criteria_option
@store_option
def command(
    trial: str,
    bins: tuple[str, ...],
    changed: bool,
    questions: bool,
    patients: Path | None,
    by: str | None,
    form: str,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Show how many patients of TRIAL need what, and list those of some bins, the most promising first.

    \b
    Examples:
      screener worklist NCT06452485
      screener worklist NCT06452485 --bin needs_data --bin recheck_due --patients today.csv
      screener worklist NCT06452485 --questions
    """
    from screener.reports.json_text import compact
    from screener.reports.worklist_text import question_lines, worklist_lines
    from screener.worklist.asking import cohort_questions

    who = named(by)
    with open_memory_at(store_url) as memory:
        view, _ = looked_at(memory, trial, who, "worklist")
        names = _names(memory, trial, criteria_dir, patients) if patients is not None else {}
    if questions:
        asked = cohort_questions(view.entries, view.footing.rules)
        lines = question_lines(asked)
        data: Any = [one._asdict() for one in asked]
    else:
        shown = [one for one in view.entries if one.bin in bins or (changed and one.moved_from is not None)]
        lines = worklist_lines(view, shown, names)
        patients_shown = [_data(one) for one in shown]
        data = {"trial": view.trial, "run": view.run.id, "bins": _counts(view.entries), "patients": patients_shown}
    for line in [compact(data)] if form == "json" else lines:
        click.echo(line)
    return EXIT_OK


def looked_at(
    memory: Memory, trial: str, who: str, what: str, *, act: str = "viewed", since: int | None = None
) -> tuple[CohortView, Anchor]:
    """The patients of a trial, and the row in the audit trail that somebody looked at them."""
    from screener.store.audit import Entry, record
    from screener.worklist.cohort_view import cohort_view

    view = cohort_view(memory, trial.upper(), today(), since=since)
    anchor = record(memory.database, memory.keys, Entry(who, act, what, view.trial), at=utc_now())
    return view, anchor


def say_standing(view: CohortView, anchor: Anchor) -> None:
    """Say on standard error what every output must say: how the rules stand, what it is for, the anchor."""
    from screener.criteria.prose import INTENDED_USE

    click.echo(f"{view.trial}. Rules: {view.footing.loaded.approval}. Intended use: {INTENDED_USE}", err=True)
    click.echo(f"Anchor of the audit trail: {anchor}", err=True)


def _names(memory: Memory, trial: str, criteria_dir: Path | None, patients: Path) -> dict[str, str]:
    """The ids of a table by pseudonym."""
    with Screening(trial, criteria_dir, today()).open(patients) as table:
        return {memory.keys.pseudonym(one.patient_id): one.patient_id for one in table}


def _counts(entries: Iterable[Entry]) -> dict[str, int]:
    from collections import Counter

    counts = Counter(one.bin for one in entries)
    return {name: counts[name] for name in BINS if counts[name]}


def _data(entry: Entry) -> dict[str, Any]:
    one, decision = entry.standing, entry.decision
    return {
        "patient": one.pseudonym,
        "bin": entry.bin,
        "verdict": one.verdict,
        "recoverable": one.recoverable,
        "score": one.score,
        "moved_from": entry.moved_from,
        "questions": one.questions,
        "recheck_on": decision.recheck_on if decision else None,
        "do_not_contact": bool(decision and decision.do_not_contact),
    }
