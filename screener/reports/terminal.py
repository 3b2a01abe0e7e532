"""Results for a person at a terminal: the ranked list and one patient explained. Colour is never the only sign."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from screener.criteria.library import LoadedRules
from screener.criteria.model import Criterion
from screener.criteria.prose import INTENDED_USE
from screener.criteria.words import value_words
from screener.facts.values import FactValue
from screener.matching.results import CriterionResult, PatientResult
from screener.registry.text import normalise
from screener.reports.writing_out import write_out
from screener.store.standing import Standing

SIGNS: Final = {
    "met": ("✓", "green"),
    "does not apply": ("✓", "green"),
    "allowed": ("·", "dim"),
    "unknown": ("?", "yellow"),
    "not met": ("✗", "red"),
    "applies": ("✗", "red"),
}
_COLOURS: Final = {"eligible": "green", "needs_information": "yellow", "not_eligible": "red"}
_WIDTH: Final = 118
_NARROW: Final = 110


def verdict_words(result: PatientResult) -> str:
    """The verdict as people are told it."""
    if result.verdict == "eligible":
        return "eligible on recorded data"
    if result.verdict == "needs_information":
        return "needs information"
    return "not eligible now, may change" if result.recoverable else "not eligible"


def ranked_list(
    standing: Standing, as_of: date, results: Sequence[PatientResult], *, reasons: bool, out: Path | None
) -> None:
    """Print patients in rank order, with what keeps each from being eligible."""
    _print(ranked_content(standing, as_of, results, reasons=reasons), out)


def ranked_content(
    standing: Standing, as_of: date, results: Sequence[PatientResult], *, reasons: bool
) -> RenderableType:
    """The ranked list, ready to be printed."""
    loaded = standing.loaded
    parts: list[RenderableType] = [_heading(standing, as_of), _matrix(loaded, results)]
    if reasons:
        parts += [_patient(loaded, result, rank) for rank, result in enumerate(results, start=1)]
    return Group(*parts, _legend(results))


def explanation(standing: Standing, as_of: date, result: PatientResult) -> None:
    """Print one patient: the evidence, every criterion beside the registry's words, and the verdict last."""
    loaded = standing.loaded
    parts: list[RenderableType] = [_heading(standing, as_of), Text(f"\nPatient {result.patient_id}\n", style="bold")]
    parts += [_evidence(loaded, result), _criteria(loaded, result, quotes=True), *_closing(loaded, result)]
    parts.append(_verdict(result))
    _print(Group(*parts, Text(f"\n{_sentence(INTENDED_USE)}", style="dim")), None)


def _print(content: RenderableType, out: Path | None) -> None:
    if out is None:
        console = Console(width=None if sys.stdout.isatty() else _WIDTH, soft_wrap=False)
        console.print(content)
        return
    console = Console(width=_WIDTH, color_system=None, record=False, quiet=True)
    with console.capture() as captured:
        console.quiet = False
        console.print(content)
    write_out([captured.get().encode()], out)


def _heading(standing: Standing, as_of: date) -> Text:
    loaded = standing.loaded
    version = f" · registry record of {loaded.record.version}" if loaded.record and loaded.record.version else ""
    text = Text(f"{loaded.rules.trial} · screening date {as_of}{version}\n", style="bold")
    style = "green" if loaded.approval.state == "approved" else "bold yellow"
    text.append(f"Rules: {loaded.approval}", style=style)
    for notice in standing.notices:
        text.append(f"\n! {notice}", style="bold yellow")
    return text


def _matrix(loaded: LoadedRules, results: Sequence[PatientResult]) -> Table:
    # On a narrow terminal the reasons need the room; the signs stand beside each patient with `--reasons`.
    narrow = sys.stdout.isatty() and shutil.get_terminal_size().columns < _NARROW
    shown = () if narrow else loaded.rules.criteria
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold", title_justify="left")
    table.add_column("#", justify="right")
    table.add_column("patient", no_wrap=True)
    table.add_column("verdict", max_width=16)
    table.add_column("score", justify="right")
    for criterion in shown:
        table.add_column(criterion.id, justify="center", no_wrap=True)
    table.add_column("why, or what would settle it", ratio=1)
    for rank, result in enumerate(results, start=1):
        signs = [Text(*SIGNS[one.result]) for one in result.criteria[: len(shown)]]
        verdict = Text(verdict_words(result), style=_COLOURS[result.verdict])
        table.add_row(
            str(rank), Text(result.patient_id), verdict, str(result.score), *signs, Text(_in_short(loaded, result))
        )
    return table


def _in_short(loaded: LoadedRules, result: PatientResult) -> str:
    """What decides the patient, in a line or two."""
    if result.verdict == "not_eligible":
        return "; ".join(f"{one.id}: {one.reason}" for one in result.criteria if one.effect == "fails")
    asked = [f"{', '.join(one.criteria)}: {loaded.rules.vocabulary[one.fact].label}?" for one in result.questions]
    settled = {name for one in result.questions for name in one.criteria}
    asked += [f"{one.id}: {one.reason}" for one in result.criteria if one.effect == "open" and one.id not in settled]
    presumed = [f"presumed: {loaded.rules.vocabulary[one.fact].label}" for one in result.presumed]
    return "; ".join([*asked, *presumed]) or "every criterion that decides passes"


def _patient(loaded: LoadedRules, result: PatientResult, rank: int) -> Group:
    title = Text(f"\n{rank}. {result.patient_id}", style="bold")
    return Group(title, _criteria(loaded, result, quotes=False), *_closing(loaded, result), _verdict(result))


def _criteria(loaded: LoadedRules, result: PatientResult, *, quotes: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for criterion, one in zip(loaded.rules.criteria, result.criteria, strict=True):
        sign, colour = SIGNS[one.result]
        words = _words(criterion, one) if quotes else Text(_reason(one))
        table.add_row(Text(sign, style=colour), one.id, Text(one.result, style=colour), words)
    return Padding(table, (0, 0, 0, 2))


def _words(criterion: Criterion, one: CriterionResult) -> Text:
    text = Text(f"“{normalise(criterion.quote)}”\n", style="italic dim")
    text.append(_reason(one), style="not italic not dim")
    for reading in criterion.interpretations:
        status = "open reading" if reading.status == "open" else f"reading confirmed by {reading.by} on {reading.on}"
        text.append(f"\n{status}: {reading.note}", style="dim not italic")
    text.append("\n")
    return text


def _reason(one: CriterionResult) -> str:
    causes = ", ".join(cause.replace("_", " ") for cause in one.causes)
    return f"{one.reason} [{causes}]" if causes else one.reason


def _evidence(loaded: LoadedRules, result: PatientResult) -> RenderableType:
    facts = dict.fromkeys(fact for one in result.criteria for fact in one.facts)
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for heading in ("fact", "value", "date", "where to look it up"):
        table.add_column(heading)
    for fact in facts:
        definition = loaded.rules.vocabulary[fact.fact]
        shown = value_words(fact.value, definition) if fact.value is not None else fact.state
        shown = f"{shown} (presumed)" if fact.state == "presumed" else shown
        table.add_row(definition.label, Text(shown), _date(fact), Text(fact.source or "not recorded"))
    return Padding(table if facts else Text("No fact of this trial is recorded."), (0, 0, 1, 2))


def _date(fact: FactValue) -> str:
    return fact.on.text if fact.on else "not recorded" if fact.fact != "birth_date" else ""


def _closing(loaded: LoadedRules, result: PatientResult) -> list[RenderableType]:
    lines: list[str] = []
    for question in result.questions:
        lines.append(f"? {question.question} [{question.answered_by}; settles {', '.join(question.criteria)}]")
    for leaning in result.presumed:
        fact = loaded.rules.vocabulary[leaning.fact]
        value = value_words(leaning.value, fact)
        lines.append(f"~ {fact.label} is presumed {value}: {leaning.because} [{', '.join(leaning.criteria)}]")
    lines += [f"note, never part of the verdict: {note.say} ({note.cite})" for note in result.notes]
    return [Padding(Text(line), (0, 0, 0, 2)) for line in lines]


def _verdict(result: PatientResult) -> Text:
    text = Text("\n  ")
    text.append(f"{verdict_words(result)} (score {result.score})", style=f"bold {_COLOURS[result.verdict]}")
    return text


def _legend(results: Sequence[PatientResult]) -> Text:
    counts = Counter(verdict_words(result) for result in results)
    said = "; ".join(f"{count} {words}" for words, count in counts.items()) or "no patients"
    legend = Text(f"\n{len(results)} patients: {said}.\n")
    legend.append("✓ passes  ✗ fails  ? open  · never decides. Not recorded is unknown, never no.\n", style="dim")
    legend.append(_sentence(INTENDED_USE), style="dim")
    return legend


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
