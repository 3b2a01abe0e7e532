"""Where every patient of a trial stands after its last run: one pass over the results in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import col, func, or_, select

from screener.store.memory_tables import Patient, ResultRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from screener.store.database import Database


class PatientStanding(NamedTuple):
    """What the last run says of a patient; `since` is the run that found it first, `first_run` the patient's first."""

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


def standings(database: Database, trial_id: int, run: int, members: Collection[int]) -> list[PatientStanding]:
    """The standing of each member of a run, in the order in which they became known."""
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
            )  # type: ignore[call-overload]
            .join(ResultRow, col(ResultRow.patient_id) == Patient.id)
            .join(firsts, firsts.c.patient_id == Patient.id)
            .where(ResultRow.trial_id == trial_id, ResultRow.run_id <= run, or_(until.is_(None), until > run))
            .order_by(col(Patient.id))
        )  # fmt: skip
        return [
            PatientStanding(*row)._replace(questions=tuple(row.questions.split(";")) if row.questions else ())
            for row in session.connection().execute(query)
            if row.id in members
        ]
