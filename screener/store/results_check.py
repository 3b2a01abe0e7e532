"""Whether the results and the facts behind them are still those that runs found: each row by its seal, and none gone.

A result that is no longer in force is followed by one of the run that ended it, and the first of a patient is of the
patient's first run; so every row is looked at once, however many nights there were. That the last result of a patient
is there is shown by the hashes of the last run that the patient took part in, which are over all results then.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, type_coerce
from sqlmodel import col, select

from screener.store.in_force import in_force_at
from screener.store.members import added, as_bits, unpacked_members
from screener.store.memory_tables import FactSnapshot, Patient, ResultRow, RunRow
from screener.store.rows import key_of
from screener.store.seals import RESULT_PARTS, result_content, run_hashes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlmodel import Session

    from screener.store.keys import Keys

Owner = tuple[int, int]
"""A trial and a patient, by their numbers."""

_HISTORY: Final = (*RESULT_PARTS, "until_run", "seal", "pseudonym", "body")


def changed_runs(session: Session, keys: Keys, runs: Collection[int], erased: Collection[int]) -> set[int]:
    """The runs of which a result, or the facts behind one, are no longer what they were.

    Args:
        session: a session that reads.
        keys: the keys of this store.
        runs: the complete runs.
        erased: patients whose rows were taken out, which the trail tells of.
    """
    first_runs = _first_runs(session, erased)
    changed: set[int] = set()
    for owner, rows in _histories(session, runs):
        began = first_runs.pop(owner, None)
        if rows[0]["run_id"] != began:
            changed.add(rows[0]["run_id"] if began is None else began)
        changed |= {row["run_id"] for row in rows if not _whole(row, keys)}
        nexts = [row["run_id"] for row in rows[1:]]
        for row, following in zip(rows, [*nexts, None], strict=True):
            until = row["until_run"] if row["until_run"] in runs else None
            if until != following:
                changed.add(until or following or row["run_id"])
    return changed | set(first_runs.values()) | _differing(session, erased)


def untold_runs(session: Session, runs: Collection[int]) -> set[int]:
    """The runs that results name and that are neither among these, the complete ones, nor open."""
    begun = session.exec(select(ResultRow.run_id).distinct())
    over = session.exec(select(ResultRow.until_run).distinct())
    untold = {one for one in (*begun, *over) if one is not None}
    return untold - set(runs) - set(session.exec(select(RunRow.id).where(RunRow.outcome == "running")))


def _differing(session: Session, erased: Collection[int]) -> set[int]:
    """The runs whose hashes are not over the results that were in force, of those that were somebody's last one.

    A run that a patient took part in who was erased since cannot be added up again by its hashes; then it is looked at
    whether all the others are there, and no verdict more often than it was counted.
    """
    last: dict[int, RunRow] = {}
    asked: list[RunRow] = []
    for run in session.exec(select(RunRow).where(RunRow.outcome == "complete").order_by(col(RunRow.id))):
        before = last.get(run.trial_id)
        try:
            if before is not None and as_bits(before.members) & ~as_bits(run.members):
                asked.append(before)
        except zlib.error:
            continue  # the seal of the run tells of that
        last[run.trial_id] = run
    return {key_of(run.id) for run in (*asked, *last.values()) if not _adds_up(session, run, erased)}


def _adds_up(session: Session, run: RunRow, erased: Collection[int]) -> bool:
    members = unpacked_members(run.members)
    if not members.isdisjoint(erased):
        return _others_are_there(session, run, members.difference(erased))
    query = select(ResultRow.patient_id, ResultRow.facts_sha256, ResultRow.sha256).order_by(col(ResultRow.patient_id))
    query = query.where(ResultRow.trial_id == run.trial_id, *in_force_at(key_of(run.id)))
    try:
        found = run_hashes(
            (patient, facts, result) for patient, facts, result in session.exec(query) if patient in members
        )
    except TypeError:  # SQLite lets a column hold what is not of its type
        return False
    return found == (run.facts_sha256, run.results_sha256)


def _others_are_there(session: Session, run: RunRow, members: Collection[int]) -> bool:
    """Whether of a run each of these has a result, and no verdict more often than was counted of everybody."""
    query = select(ResultRow.patient_id, ResultRow.verdict)
    query = query.where(ResultRow.trial_id == run.trial_id, *in_force_at(key_of(run.id)))
    found = {patient: verdict for patient, verdict in session.exec(query) if patient in members}
    left = Counter(run.counts)
    left.subtract(found.values())
    return found.keys() == set(members) and min(left.values(), default=0) >= 0


def _first_runs(session: Session, erased: Collection[int]) -> dict[Owner, int]:
    """The first run of each patient in each trial, by who took part."""
    query = select(RunRow).where(RunRow.outcome == "complete").order_by(col(RunRow.id))
    seen: dict[int, int] = defaultdict(int)
    first: dict[Owner, int] = {}
    for run in session.exec(query):
        try:
            new, seen[run.trial_id] = added(run.members, seen[run.trial_id])
        except zlib.error:
            continue  # the seal of the run tells of that
        first.update({(run.trial_id, patient): key_of(run.id) for patient in new if patient not in erased})
    return first


def _histories(session: Session, runs: Collection[int]) -> Iterator[tuple[Owner, Sequence[Mapping[str, Any]]]]:
    """The results of each patient in each trial, the first first."""
    columns = [getattr(ResultRow, name) for name in _HISTORY[:-2]]
    # What is no yes or no any more must not stop the check.
    columns[_HISTORY.index("recoverable")] = type_coerce(col(ResultRow.recoverable), Integer)
    query = (
        select(*columns, Patient.pseudonym, FactSnapshot.body)  # type: ignore[call-overload]
        .outerjoin(Patient, col(Patient.id) == ResultRow.patient_id)
        .outerjoin(FactSnapshot, col(FactSnapshot.id) == ResultRow.snapshot_id)
        .order_by(col(ResultRow.trial_id), col(ResultRow.patient_id), col(ResultRow.run_id))
        .execution_options(yield_per=1000)
    )
    with session.connection().execute(query) as found:
        rows = (dict(zip(_HISTORY, row, strict=True)) for row in found)
        counted = (row for row in rows if row["run_id"] in runs)
        for owner, some in groupby(counted, lambda row: (row["trial_id"], row["patient_id"])):
            yield owner, list(some)


def _whole(row: Mapping[str, Any], keys: Keys) -> bool:
    try:
        seal = keys.seal(result_content(row, row["pseudonym"]))
        body = hashlib.sha256(row["body"] or b"").digest()
        return hmac.compare_digest(seal, row["seal"]) and hmac.compare_digest(body, row["facts_sha256"])
    except TypeError:  # SQLite lets a column hold what is not of its type
        return False
