"""Where every patient of a trial stands after its last run: one pass over the results in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import col, func, or_, select

from screener.store.members import unpacked_members
from screener.store.memory_tables import Patient, ResultRow, RunRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screener.store.database import Database


class PatientStanding(NamedTuple):
    """What is in force of a patient; `since` is the run that found it first, `first_run` the patient's first."""

    patient_id: int
    pseudonym: str
    since: int
    first_run: int
    verdict: str
    recoverable: bool | None
    score: int
    results: str
    questions: tuple[str, ...]
    as_of: str
    basis_id: int
    snapshot_id: int
    answers: str


def standings(database: Database, trial_id: int, run: int) -> list[PatientStanding]:
    """Everybody ever screened for a trial as they stood after a run, in the order in which they became known."""
    with database.reading() as session:
        firsts = (
            select(ResultRow.patient_id, func.min(ResultRow.run_id).label("first_run"))
            .where(ResultRow.trial_id == trial_id)
            .group_by(col(ResultRow.patient_id))
            .subquery()
        )
        until = col(ResultRow.until_run)
        query = (
            select(
                Patient.id, Patient.pseudonym, ResultRow.run_id, firsts.c.first_run, ResultRow.verdict,
                ResultRow.recoverable, ResultRow.score, ResultRow.results, ResultRow.questions, ResultRow.as_of,
                ResultRow.basis_id, ResultRow.snapshot_id, ResultRow.answers,
            )  # type: ignore[call-overload]
            .join(ResultRow, col(ResultRow.patient_id) == Patient.id)
            .join(firsts, firsts.c.patient_id == Patient.id)
            .where(ResultRow.trial_id == trial_id, ResultRow.run_id <= run, or_(until.is_(None), until > run))
            .order_by(col(Patient.id))
        )  # fmt: skip
        return [
            PatientStanding(*row)._replace(questions=tuple(row.questions.split(";")) if row.questions else ())
            for row in session.connection().execute(query)
        ]


def last_runs(database: Database, trial_id: int, patients: Iterable[int]) -> dict[int, RunRow]:
    """The last complete run in which each patient took part."""
    wanted = set(patients)
    found: dict[int, RunRow] = {}
    with database.reading() as session:
        query = select(RunRow).where(RunRow.trial_id == trial_id, RunRow.outcome == "complete")
        rows = session.exec(query.order_by(col(RunRow.id).desc()).execution_options(yield_per=20))
        for row in rows:
            if not wanted:
                break
            there = wanted & unpacked_members(row.members)
            found |= dict.fromkeys(there, row)
            wanted -= there
        rows.close()
        session.expunge_all()
    return found
