"""Everybody of a trial as the study team sees them: state, verdict, questions, what moved, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from screener.errors import UsageError
from screener.matching.results import verdict_order
from screener.store.decisions import FIRST_READER, DecisionStore
from screener.store.patients import trial_named
from screener.store.rows import key_of
from screener.store.runs import RunStore
from screener.store.standings import PatientStanding, standings
from screener.worklist.deciding import state_of
from screener.worklist.footing import Footing, held_against, unpacked
from screener.worklist.members import unpacked_members
from screener.worklist.states import BINS

if TYPE_CHECKING:
    from screener.store.decision_tables import DecisionRow
    from screener.store.memory import Memory
    from screener.store.memory_tables import RunRow


class Entry(NamedTuple):
    """A patient of the worklist; `moved_from` is the verdict before the last run, where that moved it."""

    standing: PatientStanding
    bin: str
    moved_from: str | None
    decision: DecisionRow | None
    second: DecisionRow | None


class CohortView(NamedTuple):
    """A trial after its last run: the run, what it stood on, and every patient, first by bin, then by rank."""

    trial: str
    run: RunRow
    footing: Footing
    entries: Sequence[Entry]


def cohort_view(memory: Memory, trial: str, today: date) -> CohortView:
    """Look at a trial.

    Raises:
        UsageError: it has no run yet.
    """
    with memory.database.reading() as session:
        trial_id = trial_named(session, trial)
    runs = RunStore(memory.database, memory.keys)
    run = runs.last(trial)
    if run is None:
        raise UsageError(f"{trial} has no run yet.", hint=f"Begin with: screener run {trial} --patients PATH")
    number = key_of(run.id)
    found = standings(memory.database, trial_id, number, unpacked_members(run.members))
    before = _before(runs, run, [one.patient_id for one in found if one.since == number])
    firsts, seconds = _decisions(memory, trial_id)
    entries = [
        _entry(one, number, today, decision=firsts.get(one.patient_id), moved_from=before.get(one.patient_id))._replace(
            second=seconds.get(one.patient_id)
        )
        for one in found
    ]
    basis, files = runs.basis(run.basis_id)
    footing = held_against(unpacked(files, trial), basis.registry_text, engine=basis.engine)
    return CohortView(trial, run, footing, sorted(entries, key=_order))


def _entry(
    one: PatientStanding, run: int, today: date, *, decision: DecisionRow | None, moved_from: str | None
) -> Entry:
    state = state_of(decision, one.verdict, first_seen_now=one.first_run == run)
    waits = state == "recheck_due" and decision is not None and (decision.recheck_on or "") > today.isoformat()
    moved = moved_from if moved_from != one.verdict else None
    return Entry(one, "deferred" if waits else state, moved, decision, None)


def _before(runs: RunStore, run: RunRow, patients: Sequence[int]) -> dict[int, str]:
    """The verdicts of some patients before a run."""
    if run.previous_id is None or not patients:
        return {}
    before: dict[int, str] = {}
    for start in range(0, len(patients), 2000):
        some = runs.verdicts(run.trial_id, patients[start : start + 2000], run.previous_id)
        before |= {number: verdict for number, (_, verdict) in some.items()}
    return before


def _decisions(memory: Memory, trial_id: int) -> tuple[dict[int, DecisionRow], dict[int, DecisionRow]]:
    """The decision in force of each patient, and the second reader's beside it where it came after."""
    firsts: dict[int, DecisionRow] = {}
    seconds: dict[int, DecisionRow] = {}
    for row in DecisionStore(memory.database, memory.keys).of_trial(trial_id):
        if row.reader == FIRST_READER:
            firsts[row.patient_id] = row
            seconds.pop(row.patient_id, None)
        else:
            seconds[row.patient_id] = row
    return firsts, seconds


def _order(entry: Entry) -> tuple[int, int, int, int, str]:
    one = entry.standing
    rank = verdict_order(one.verdict, one.recoverable)  # type: ignore[arg-type]
    return BINS.index(entry.bin), rank, -one.score, len(one.questions), one.pseudonym
