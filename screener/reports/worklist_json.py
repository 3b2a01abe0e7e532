"""The worklist, and one patient of it, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screener.worklist.outcomes import outcomes
from screener.worklist.states import BINS

if TYPE_CHECKING:
    from screener.reports.worklist_text import Listing
    from screener.worklist.answers_shown import AnswerShown
    from screener.worklist.asking import CohortQuestion
    from screener.worklist.cohort_view import CohortView, Entry
    from screener.worklist.evidence import Beside
    from screener.worklist.recheck import Recheck
    from screener.worklist.settling import SettledBy


def worklist_data(listing: Listing, questions: Sequence[CohortQuestion]) -> dict[str, Any]:
    """The bins with their counts, the questions, and the patients asked for."""
    view = listing.view
    counts = Counter(one.bin for one in view.entries)
    return {
        "trial": view.trial,
        "run": view.run.id,
        "as_of": view.run.as_of,
        "since": view.since,
        "bins": {name: counts[name] for name in BINS if counts[name]},
        "questions": [one._asdict() for one in questions],
        "patients": [_entry_data(view, one, listing.beside) for one in listing.entries],
    }


def patient_data(
    listing: Listing, settled_by: Sequence[SettledBy], answers: Sequence[AnswerShown], again: Recheck | None
) -> dict[str, Any]:
    """One patient, which single answer settles them, which answers stand, and when to look again."""
    (entry,) = listing.entries
    data = _entry_data(listing.view, entry, listing.beside)
    look_again = {"on": again.on.isoformat(), "because": again.because} if again is not None else None
    known = {"settled_by": [one._asdict() for one in settled_by], "answers": [one._asdict() for one in answers]}
    return data | known | {"look_again": look_again}


def _entry_data(view: CohortView, entry: Entry, beside: Mapping[str, Beside]) -> dict[str, Any]:
    one, decision = entry.standing, entry.decision
    found = outcomes(one.results, view.criteria_of(entry))
    age, notes, _ = beside[one.pseudonym]
    return {
        "patient": one.pseudonym,
        "rank": entry.rank,
        "bin": entry.bin,
        "verdict": one.verdict,
        "recoverable": one.recoverable,
        "score": one.score,
        "failing": found.failing,
        "open": found.unknown,
        "questions": one.questions,
        "new": entry.new,
        "moved_from": entry.moved_from,
        "moved_since_decision": entry.moved_since_decision,
        "when_decided": {"failing": entry.then.failing, "open": entry.then.unknown} if entry.then else None,
        "in_last_run": entry.run.id == view.run.id,
        "data": {"as_of": entry.run.as_of, **(age._asdict() if age else {})},
        "decided_by": decision.who if decision else None,
        "decided_at": f"{decision.at:%Y-%m-%dT%H:%M:%SZ}" if decision else None,
        "recheck_on": decision.recheck_on if decision else None,
        "recheck_because": decision.recheck_because if decision else None,
        "do_not_contact": entry.decided.barred,
        "notes": [note._asdict() for note in notes],
    }
