"""`screener demo`: the sample patients, with everything that came along."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date
from pathlib import Path

import click

from screener.cli.screen import write_report
from screener.cli.screening import Screening, say_problems
from screener.criteria.library import shipped
from screener.criteria.staleness import staleness, under_review
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult, rank_key

SAMPLE_TRIAL = "NCT06452485"
SAMPLE_DAY = date(2026, 6, 1)
EXPLAINED = "P-003"


@click.command()
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    default=Path("screener-demo.html"),
    show_default=True,
    metavar="PATH",
    help="Where the HTML report goes.",
)
@click.option("--reasons", is_flag=True, help="Explain every patient here, and not one alone.")
def command(report: Path, reasons: bool) -> int:
    """Screen the sample patients for NCT06452485 and write the HTML report, which explains every one of them.

    Then shows what a change of the registry's record would do. The patients and the change are made up. The screening
    date is fixed, so that the demo shows the same on every day.

    \b
    Examples:
      screener demo
      screener demo --reasons --report demo.html
    """
    from screener.reports.terminal import patient_content, ranked_list, show

    screening = Screening(SAMPLE_TRIAL, shipped("criteria"), SAMPLE_DAY)
    patients = shipped("data") / "patients.csv"
    with screening.open(patients) as table:
        results = sorted(screening.results(table), key=rank_key)
        ranked_list(screening.standing, SAMPLE_DAY, results, reasons=reasons, out=None)
        if not reasons:
            rank, one = next(each for each in enumerate(results, start=1) if each[1].patient_id == EXPLAINED)
            show(patient_content(screening.loaded, one, rank), None)
        click.echo()
        _show_amendment(screening, patients, results)
        write_report(screening, table, results, source=patients.name, to=report)
        click.echo(_NEXT.format(report=report, screener=_as_typed()), err=True)
        return say_problems(table)


def _as_typed() -> str:
    """How this program can be called again: by its name where the shell finds it, else as it was called now."""
    program = Path(sys.argv[0])
    if program.name != "screener":
        return "python -m screener"
    found = shutil.which("screener")
    return "screener" if found and Path(found).samefile(program) else str(program)


def _show_amendment(screening: Screening, patients: Path, before: list[PatientResult]) -> None:
    """What a change of the registry's record would do: the changed words, the stale rule, the patients it touches."""
    from rich.console import Console

    from screener.registry.change_words import table
    from screener.registry.drift import compare
    from screener.registry.kept import drift_note
    from screener.registry.record import parse_record
    from screener.reports.ranked_list import verdict_words

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 118)
    stored = screening.loaded.record
    assert stored is not None  # the shipped rules have a record
    old = parse_record(json.loads(stored.path.read_bytes()))
    amended = json.loads((shipped("data") / "amendment" / f"{SAMPLE_TRIAL}.json").read_bytes())
    new = parse_record(amended)
    found = staleness(screening.loaded.rules, old.eligibility_text or "", new.eligibility_text or "")
    rules, stale = under_review(screening.loaded.rules, found)
    evaluator = Evaluator(rules, SAMPLE_DAY, stale=stale)
    with screening.open(patients) as again:
        after = {one.patient_id: one for one in map(evaluator.evaluate, again)}
    console.print("What a changed registry record would do", style="bold")
    console.print(f"({amended['provenance']})\n")
    console.print(table(drift_note(compare(old, new)).details))
    for name, why in found.stale.items():
        console.print(f"{name} is stale: {why}. Its result is unknown for every patient until a person looks.")
    for one in before:
        words, moved = verdict_words(one), verdict_words(after[one.patient_id])
        if words != moved:
            console.print(f"  {one.patient_id}: {words} -> {moved}", markup=False)
    console.print()


_NEXT = """
What to try next:
  Open {report} in a browser: every patient explained, to be read or printed.
  {screener} demo --reasons
      the same here
  {screener} records template NCT06452485 --out my-patients.xlsx
  {screener} screen NCT06452485 --patients my-patients.xlsx --report my-report.html
      your own patients: fill in one row each, then screen them
  {screener} criteria show NCT06452485
      the rules in sentences beside the registry's words
  {screener} trial NCT06452485
      the fact sheet of the study
  {screener} sync NCT06452485
      ask the registry whether its words have changed; as a nightly job it tells you the morning they do"""
