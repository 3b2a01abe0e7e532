"""Results for a person at a terminal: the ranked list and one patient explained. Colour is never the only sign."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
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
from screener.reports.fact_words import STATE_WORDS, record_words
from screener.reports.ranked_list import COLOURS, SIGNS, RankedList, said_of_death, verdict_words
from screener.reports.writing_out import write_out
from screener.store.standing import Standing

_WIDTH: Final = 118


def ranked_list(
    standing: Standing, as_of: date, results: Sequence[PatientResult], *, reasons: bool, out: Path | None
) -> None:
    """Print patients in rank order, with what keeps each from being eligible."""
    show(ranked_content(standing, as_of, results, reasons=reasons), out)


def ranked_content(
    standing: Standing, as_of: date, results: Sequence[PatientResult], *, reasons: bool
) -> RenderableType:
    """The ranked list, ready to be printed."""
    loaded = standing.loaded
    parts: list[RenderableType] = [_heading(standing, as_of), Text(), RankedList(loaded, results)]
    if reasons:
        parts += [patient_content(loaded, result, rank) for rank, result in enumerate(results, start=1)]
    return Group(*parts, _legend(results))


def explanation(standing: Standing, as_of: date, result: PatientResult) -> None:
    """Print one patient: the evidence, every criterion beside the registry's words, and the verdict last."""
    loaded = standing.loaded
    parts: list[RenderableType] = [_heading(standing, as_of), Text(f"\nPatient {result.patient_id}\n", style="bold")]
    parts += [
        *_died(loaded, result),
        _evidence(loaded, result),
        _criteria(loaded, result, quotes=True),
        *_closing(loaded, result),
    ]
    parts.append(_verdict(result))
    show(Group(*parts, Text(f"\n{_sentence(INTENDED_USE)}", style="dim")), None)


def show(content: RenderableType, out: Path | None) -> None:
    """Print to the terminal in its width, or as plain text to a file where one is named.

    Raises:
        UsageError: the file cannot be written.
    """
    if out is None:
        console = Console(width=None if sys.stdout.isatty() else _WIDTH, soft_wrap=False)
        console.print(content)
        return
    console = Console(width=_WIDTH, color_system=None, record=False, quiet=True)
    with console.capture() as captured:
        console.quiet = False
        console.print(content)
    write_out([captured.get().encode()], out, of_patients=True)


def _heading(standing: Standing, as_of: date) -> Text:
    loaded = standing.loaded
    version = f" · registry record of {loaded.record.version}" if loaded.record and loaded.record.version else ""
    text = Text(f"{loaded.rules.trial} · screening date {as_of}{version}\n", style="bold")
    style = "green" if loaded.approval.state == "approved" else "bold yellow"
    text.append(f"Rules: {loaded.approval}", style=style)
    for notice in standing.notices:
        text.append(f"\n! {notice}", style="bold yellow")
    return text


def patient_content(loaded: LoadedRules, result: PatientResult, rank: int) -> Group:
    """One patient of the list: every criterion with its reason, the questions and notes, the verdict last."""
    title = Text(f"\n{rank}. {result.patient_id}", style="bold")
    criteria = _criteria(loaded, result, quotes=False)
    return Group(title, *_died(loaded, result), criteria, *_closing(loaded, result), _verdict(result))


def _died(loaded: LoadedRules, result: PatientResult) -> Iterator[RenderableType]:
    """That the patient has died, before everything else: whoever reads on may be about to call."""
    for say in said_of_death(loaded.rules, result):
        yield Padding(Text(f"! {say}", style="bold"), (0, 0, 1, 2))


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
        table.add_column(heading, overflow="fold")
    for fact in facts:
        definition = loaded.rules.vocabulary[fact.fact]
        shown = value_words(fact.value, definition) if fact.value is not None else STATE_WORDS[fact.state]
        shown = f"{shown} (presumed)" if fact.state == "presumed" else shown
        table.add_row(Text(definition.label), Text(shown), _date(fact), Text(_where(fact)))
    return Padding(table if facts else Text("No fact of this trial is recorded."), (0, 0, 1, 2))


def _where(fact: FactValue) -> str:
    """The records behind a derived fact, a line each, or the source as it was told."""
    return "\n".join(map(record_words, fact.evidence)) or fact.source or "not recorded"


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
    return [*(Padding(Text(line), (0, 0, 0, 2)) for line in lines), *_notes(result)]


def _notes(result: PatientResult) -> Iterator[RenderableType]:
    """The notes of a patient, those from one source below it."""
    for cite in dict.fromkeys(note.cite for note in result.notes):
        yield Padding(Text(f"notes, never part of the verdict, from: {cite}", style="dim"), (0, 0, 0, 2))
        for note in result.notes:
            if note.cite == cite:
                yield Padding(Text(f"{note.id} {note.say}"), (0, 0, 0, 4))


def _verdict(result: PatientResult) -> Text:
    text = Text("\n  ")
    text.append(f"{verdict_words(result)} (score {result.score})", style=f"bold {COLOURS[result.verdict]}")
    return text


def _legend(results: Sequence[PatientResult]) -> Text:
    legend = Text(f"\n{_counted(results)}\n")
    legend.append("✓ passes  ✗ fails  ? open  · never decides. Not recorded is unknown, never no.\n", style="dim")
    legend.append(_sentence(INTENDED_USE), style="dim")
    return legend


def _counted(results: Sequence[PatientResult]) -> str:
    if not results:
        return "There are no patients in the table."
    counts = Counter(verdict_words(result) for result in results)
    said = "; ".join(
        f"{count} {words.replace('needs', 'need') if count > 1 else words}" for words, count in counts.items()
    )
    return f"{len(results):,} patient{'' if len(results) == 1 else 's'}: {said}."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
