"""The worklist, the questions of a cohort and the funnel as text for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screener.worklist.states import BINS

if TYPE_CHECKING:
    from screener.worklist.asking import CohortQuestion
    from screener.worklist.cohort_view import CohortView, Entry


def worklist_lines(view: CohortView, shown: Sequence[Entry], names: Mapping[str, str]) -> Iterator[str]:
    """The bins with their counts, then the patients that were asked for."""
    counts = Counter(one.bin for one in view.entries)
    yield f"{view.trial} after run {view.run.id} as of {view.run.as_of}: {len(view.entries):,} patients"
    for name in BINS:
        if counts[name]:
            yield f"  {counts[name]:>8,}  {_words(name)}"
    for entry in shown:
        yield _entry_line(entry, names)


def _entry_line(entry: Entry, names: Mapping[str, str]) -> str:
    one = entry.standing
    name = f"{names[one.pseudonym]} ({one.pseudonym})" if one.pseudonym in names else one.pseudonym
    parts = [f"{_words(entry.bin)}; {_words(one.verdict)}, score {one.score}"]
    if entry.moved_from is not None:
        parts.append(f"changed in the last run from {_words(entry.moved_from)}")
    if one.questions:
        parts.append(f"to find out: {', '.join(one.questions)}")
    if entry.decision is not None and entry.decision.recheck_on:
        parts.append(f"look again on {entry.decision.recheck_on}: {entry.decision.recheck_because}")
    if entry.decision is not None and entry.decision.do_not_contact:
        parts.append("not to be contacted")
    return f"{name}: {'; '.join(parts)}"


def question_lines(questions: Sequence[CohortQuestion]) -> Iterator[str]:
    """The questions of a cohort."""
    if not questions:
        yield "Nobody needs data."
    for one in questions:
        yield f"{one.patients:>8,} patients, {one.alone:,} by it alone  {one.fact} ({one.answered_by}): {one.question}"


def funnel_lines(data: Mapping[str, Any]) -> Iterator[str]:
    """The funnel, from its data, whose small counts may be words."""
    yield f"{'assessed':<20}{data['assessed']:>8}"
    yield f"  {'excluded':<18}{data['excluded']:>8}"
    yield f"      {'':<14}{'alone':>9}{'with others':>13}{'unknown':>10}"
    for one in data["by_criterion"]:
        yield f"      {one['id']:<14}{one['alone']:>9}{one['with_others']:>13}{one['unknown']:>10}"
    for indent, name in (("  ", "needs_information"), ("  ", "eligible"), ("", "approached"), ("", "enrolled")):
        yield f"{indent + _words(name):<20}{data[name]:>8}"
    if data["read_twice"]:
        kappa = "not told" if data["kappa"] is None else f"{data['kappa']:.2f}"
        yield f"read twice {data['read_twice']}, discordant {data['discordant']}, Cohen's kappa {kappa}"


def _words(name: str) -> str:
    return name.replace("_", " ")
