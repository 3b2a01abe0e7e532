"""Which results were in force at the end of a run, and those of patients by their pseudonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from screener.store.memory_tables import Patient, ResultRow
from screener.store.run_records import Stands

if TYPE_CHECKING:
    from collections.abc import Sequence

STANDS: Final = (
    ResultRow.basis_id,
    ResultRow.snapshot_id,
    ResultRow.facts_sha256,
    ResultRow.answers,
    ResultRow.as_of,
    ResultRow.next_on,
    ResultRow.verdict,
    ResultRow.sha256,
)
"""The columns of what is in force, in the order of `Stands`."""


def known_at_once(
    session: Session, trial_id: int, pseudonyms: Sequence[str], *, last: int
) -> dict[str, tuple[int, Stands | None]]:
    """Patients by their pseudonyms, and what was in force of each at the end of a run, in one query."""
    query = (
        select(Patient.pseudonym, Patient.id, *STANDS)  # type: ignore[call-overload]
        .outerjoin(
            ResultRow,
            and_(col(ResultRow.patient_id) == Patient.id, col(ResultRow.trial_id) == trial_id, *in_force_at(last)),
        )
        .where(col(Patient.pseudonym).in_(pseudonyms))
    )
    rows = session.connection().execute(query)
    return {row[0]: (row[1], Stands._make(row[2:]) if row[2] is not None else None) for row in rows}


def known_by_number(
    session: Session, trial_id: int, names: Sequence[str], *, last: int
) -> dict[str, tuple[int, Stands | None]]:
    """The same in two queries: for one, a server without statistics would read the whole table each time."""
    named = select(Patient.pseudonym, Patient.id).where(col(Patient.pseudonym).in_(names))
    numbers = dict(session.exec(named).all())
    query = (
        select(ResultRow.patient_id, *STANDS)  # type: ignore[call-overload]
        .where(ResultRow.trial_id == trial_id, *in_force_at(last))
        .where(col(ResultRow.patient_id).in_(list(numbers.values())))
    )
    stands = {row[0]: Stands._make(row[1:]) for row in session.connection().execute(query)}
    return {name: (number, stands.get(number)) for name, number in numbers.items()}


def in_force_at(number: int) -> tuple[Any, ...]:
    """The conditions under which a result was in force at the end of a run."""
    until = col(ResultRow.until_run)
    return col(ResultRow.run_id) <= number, or_(until.is_(None), until > number)
