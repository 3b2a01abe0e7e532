"""What a run says to a person: the counts, who moved since the last run and why, and the anchor of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from screener.worklist.report import Change, Moves, RunReport

_SHOWN_AT_MOST: Final = 50
_WORDS: Final = {
    "eligible": "eligible on recorded data",
    "needs_information": "needs information",
    "not_eligible": "not eligible",
    None: "not in the run",
}
_COUNTED: Final = {**_WORDS, "needs_information": "need information"}
_ENDED: Final = {"evidence": "the record says otherwise now", "rule": "a rule that reads it was changed"}


def preview_lines(counts: Mapping[str, int], changed: Sequence[Change], *, trial: str, since: str) -> Iterator[str]:
    """The lines of a preview."""
    yield f"Preview of {trial}, nothing is kept: {_counts(counts)}."
    yield f"Would change since {since}: {_patients(len(changed))}."
    yield from _changes(changed)


def moves_lines(moves: Moves, *, trial: str) -> Iterator[str]:
    """The lines of what changed between two runs."""
    for run in moves[:2]:
        yield f"Run {run.id} of {trial} as of {run.as_of}: {_counts(run.counts)}."
    yield f"Changed between them: {_patients(len(moves.changed))}."
    yield from _changes(moves.changed)


def run_lines(report: RunReport, *, trial: str, as_of: str) -> Iterator[str]:
    """The lines of a run."""
    yield f"Run {report.run} of {trial} as of {as_of}: {_counts(report.counts)}."
    if report.previous is None:
        yield "This is the first run; from the next one on, what changed is told."
        return
    since = f"run {report.previous.id} as of {report.previous.as_of}"
    if not report.changed:
        yield f"Nobody's verdict has changed since {since}; {_patients(report.screened_again)} screened again."
    else:
        yield f"Changed since {since}: {_patients(len(report.changed))}; {report.screened_again:,} screened again."
    yield from _changes(report.changed)
    for one in report.ended_answers:
        yield f"Answer {one.answer} on {one.pseudonym} no longer stands: {_ENDED[one.why]}."


def _counts(counts: Mapping[str, int]) -> str:
    words = [f"{count:,} {(_WORDS if count == 1 else _COUNTED)[verdict]}" for verdict, count in counts.items()]
    return f"{_patients(sum(counts.values()))}; {', '.join(words)}"


def _changes(changed: Sequence[Change]) -> Iterator[str]:
    for change in changed[:_SHOWN_AT_MOST]:
        yield from _change_lines(change)
    if len(changed) > _SHOWN_AT_MOST:
        yield f"  and {len(changed) - _SHOWN_AT_MOST:,} more; --format json lists every one."


def _change_lines(change: Change) -> Iterator[str]:
    name = change.pseudonym if change.patient_id is None else f"{_shown(change.patient_id)} ({change.pseudonym})"
    yield f"  {name}: {_WORDS[change.before]} -> {_WORDS[change.after]}"
    for cause in change.because:
        yield f"      {cause.kind}: {cause.what}"


def _shown(text: str) -> str:
    """A text from a table as a terminal may get it."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _patients(count: int) -> str:
    return f"{count:,} patient{'' if count == 1 else 's'}"
