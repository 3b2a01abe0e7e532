"""Everybody of a trial as the study team sees them: state, verdict, questions, what moved, what was decided.

Whoever was ever screened for the trial is there, also who does not stand in the newest table: a log loses nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from screener.errors import UsageError
from screener.matching.results import verdict_order
from screener.store.decision_tables import PreScreeningDecision
from screener.store.decisions import FIRST_READER, DecisionStore
from screener.store.patients import trial_named
from screener.store.rows import key_of
from screener.store.runs import RunStore
from screener.store.standings import PatientStanding, last_runs, standings
from screener.worklist.deciding import state_of
from screener.worklist.footing import Footing, held_against, unpacked
from screener.worklist.outcomes import Outcomes, outcomes
from screener.worklist.states import BINS

if TYPE_CHECKING:
    from screener.store.decision_tables import DecisionRow
    from screener.store.memory import Memory
    from screener.store.memory_tables import RunRow


class Decided(NamedTuple):
    """What was decided of a patient: the decision in force with the second reader's beside it, where there is one.

    `before_consent` is the last one of the pre-screening log; `barred` says whether contact is barred, in any trial.
    """

    first: DecisionRow | None = None
    second: DecisionRow | None = None
    before_consent: DecisionRow | None = None
    second_before_consent: DecisionRow | None = None
    barred: bool = False


class Entry(NamedTuple):
    """A patient of the worklist.

    `rank` counts by verdict, score and questions over everybody, from 1. `run` is the last one that the patient took
    part in. `moved_from` is the verdict before, where the runs looked at moved it, and `new` says that the patient was
    first seen in them. `then` says which criteria failed, and were open, when the patient was decided on, where these
    are other ones now.
    """

    standing: PatientStanding
    bin: str
    rank: int
    run: RunRow
    moved_from: str | None
    new: bool
    decided: Decided
    then: Outcomes | None = None

    @property
    def decision(self) -> DecisionRow | None:
        """The decision in force."""
        return self.decided.first

    @property
    def moved_since_decision(self) -> bool:
        """Whether the verdict, or a criterion that fails or is open, is another one than the person who decided saw."""
        moved = self.decision is not None and self.decision.verdict != self.standing.verdict
        return moved or self.then is not None


class CohortView(NamedTuple):
    """A trial after its last run: what the runs stood on, and every patient, first by bin, then by rank.

    `since` is the run that the patients are compared with, none for the first run. `footings` are by the number of the
    basis.
    """

    trial: str
    today: date
    run: RunRow
    since: int | None
    footings: Mapping[int, Footing]
    entries: Sequence[Entry]

    @property
    def footing(self) -> Footing:
        """What the last run stood on."""
        return self.footings[self.run.basis_id]

    def criteria_of(self, entry: Entry) -> tuple[str, ...]:
        """The ids of the criteria that a patient's results are of, in the order of the protocol."""
        return self.footings[entry.standing.basis_id].criteria


def cohort_view(memory: Memory, trial: str, today: date, *, since: int | None = None) -> CohortView:
    """Look at a trial.

    Args:
        memory: the store and its key.
        trial: the trial's name.
        today: the day on which deferrals fall due.
        since: the run to compare verdicts with; none for the one before the last.

    Raises:
        UsageError: it has no run yet, or no such run.
    """
    with memory.database.reading() as session:
        trial_id = trial_named(session, trial)
    runs = RunStore(memory.database, memory.keys)
    run = runs.last(trial)
    if run is None:
        raise UsageError(f"{trial} has no run yet.", hint=f"Begin with: screener run {trial} --patients PATH")
    since = _compared_with(runs, run, trial, since)
    found = standings(memory.database, trial_id, key_of(run.id))
    before = _before(runs, run, [one.patient_id for one in found if since is not None and one.since > since], since)
    decided = _decisions(memory, trial_id)
    took_part = last_runs(memory.database, trial_id, [one.patient_id for one in found])
    ranked = sorted(found, key=_rank)
    bases = {one.basis_id for one in found} | {run.basis_id}
    footings = {number: _footing(runs, number, trial) for number in bases}
    then = _then(runs, run, trial, found, decided=decided, footings=footings)
    entries = [
        _entry(one, rank, took_part[one.patient_id], today, before=before.get(one.patient_id), since=since,
               decided=decided.get(one.patient_id, Decided()), last=key_of(run.id), then=then.get(one.patient_id))
        for rank, one in enumerate(ranked, start=1)
    ]  # fmt: skip
    entries.sort(key=lambda one: (BINS.index(one.bin), one.rank))
    return CohortView(trial, today, run, since, footings, entries)


def _compared_with(runs: RunStore, run: RunRow, trial: str, since: int | None) -> int | None:
    if since is None:
        return run.previous_id
    asked = runs.run(since)
    if asked is None or asked[1] != trial or since >= key_of(run.id):
        hint = f"Give the number of a run before run {run.id}; `screener audit show --trial {trial}` lists them."
        raise UsageError(f"{trial} has no run {since} to compare with.", hint=hint)
    return since


def _footing(runs: RunStore, number: int, trial: str) -> Footing:
    basis, files = runs.basis(number)
    return held_against(unpacked(files, trial), basis.registry_text, engine=basis.engine)


def _entry(
    one: PatientStanding, rank: int, run: RunRow, today: date, *,
    before: str | None, since: int | None, decided: Decided, last: int, then: Outcomes | None,
) -> Entry:  # fmt: skip
    decision = decided.first
    state = state_of(decision, one.verdict, first_seen_now=one.first_run == last, same_criteria=then is None)
    waits = (
        state == "recheck_due"
        and decision is not None
        and decision.verdict == one.verdict
        and (decision.recheck_on or "") > today.isoformat()
    )
    moved = before if before != one.verdict else None
    new = since is not None and one.first_run > since
    return Entry(one, "deferred" if waits else state, rank, run, moved, new, decided, then)


def _then(
    runs: RunStore, run: RunRow, trial: str, found: Sequence[PatientStanding], *,
    decided: Mapping[int, Decided], footings: Mapping[int, Footing],
) -> dict[int, Outcomes]:  # fmt: skip
    """What became of the criteria when a patient was decided on, of those of whom it is something else now."""
    ids = {number: footing.criteria for number, footing in footings.items()}
    seen: dict[int, dict[int, PatientStanding]] = defaultdict(dict)
    for one in found:
        first = decided.get(one.patient_id, Decided()).first
        if first is not None and first.run_id < one.since:
            seen[first.run_id][one.patient_id] = one
    then: dict[int, Outcomes] = {}
    for number, some in seen.items():
        for patient, (basis, letters) in runs.letters(run.trial_id, list(some), number).items():
            if basis not in ids:
                ids[basis] = _footing(runs, basis, trial).criteria
            before, one = outcomes(letters, ids[basis]), some[patient]
            if before.differ(outcomes(one.results, ids[one.basis_id])):
                then[patient] = before
    return then


def _before(runs: RunStore, run: RunRow, patients: Sequence[int], since: int | None) -> dict[int, str]:
    """The verdicts of some patients after an earlier run."""
    before: dict[int, str] = {}
    for start in range(0, len(patients) if since is not None else 0, 2000):
        some = runs.verdicts(run.trial_id, patients[start : start + 2000], since or 0)
        before |= {number: verdict for number, (_, verdict) in some.items()}
    return before


def _decisions(memory: Memory, trial_id: int) -> dict[int, Decided]:
    """What was decided of each patient; a second reading counts for the decision that it came after."""
    store = DecisionStore(memory.database, memory.keys)
    found: dict[int, Decided] = {}
    for row in store.of_trial(trial_id):
        before = found.get(row.patient_id, Decided())
        now = before._replace(first=row, second=None) if row.reader == FIRST_READER else before._replace(second=row)
        if isinstance(row, PreScreeningDecision):
            now = now._replace(before_consent=now.first, second_before_consent=now.second)
        found[row.patient_id] = now
    for patient in store.not_to_be_contacted():
        found[patient] = found.get(patient, Decided())._replace(barred=True)
    return found


def _rank(one: PatientStanding) -> tuple[int, int, int, str]:
    rank = verdict_order(one.verdict, one.recoverable)  # type: ignore[arg-type]
    return rank, -one.score, len(one.questions), one.pseudonym
