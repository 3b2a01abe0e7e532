"""The tables of decisions: the pre-screening log before consent, and the screening log after it, kept apart.

The first never leaves the institution; on a shared store the database's own rights can be given for each table alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from screener.store.tables import UtcTime


def _text() -> Any:
    return Field(default=None, sa_type=Text)


class DecisionRow(SQLModel):
    """What a person decided of a patient. Rows are only ever added; the last one of the first reader is in force.

    `run_id` is the run that the person saw and `verdict` what it said. `reader` is 2 for a second opinion, which moves
    nothing. `attempt_no` counts how often the patient was approached.
    """

    id: int | None = Field(default=None, primary_key=True)
    trial_id: int = Field(foreign_key="screened_trial.id")
    patient_id: int = Field(foreign_key="patient.id")
    run_id: int = Field(foreign_key="screening_run.id")
    reader: int = Field(sa_type=SmallInteger)
    at: datetime = Field(sa_type=UtcTime)
    who: str = Field(sa_type=Text)
    state: str = Field(sa_type=String(16))
    verdict: str = Field(sa_type=String(20))
    override: bool
    override_reason: str | None = _text()
    reason_code: str | None = Field(default=None, sa_type=String(40))
    reason_text: str | None = _text()
    recheck_on: str | None = Field(default=None, sa_type=String(10))
    recheck_because: str | None = _text()
    do_not_contact: bool
    clinician: str | None = _text()
    approached_on: str | None = Field(default=None, sa_type=String(10))
    attempt_no: int = Field(sa_type=SmallInteger)
    consent_status: str | None = Field(default=None, sa_type=String(12))
    consent_version: str | None = _text()
    note: str | None = _text()


class PreScreeningDecision(DecisionRow, table=True):
    """A decision before consent."""

    __tablename__ = "pre_screening_decision"
    __table_args__ = (Index("ix_pre_screening_decision_patient", "trial_id", "patient_id"),)


class ScreeningDecision(DecisionRow, table=True):
    """The decision with which consent was given, and every one after it."""

    __tablename__ = "screening_decision"
    __table_args__ = (Index("ix_screening_decision_patient", "trial_id", "patient_id"),)


DECISION_TABLES: Final[dict[str, type[DecisionRow]]] = {
    "pre-screening": PreScreeningDecision,
    "screening": ScreeningDecision,
}
"""By the name of the log, which is also how the audit trail names a row of it."""


def log_of(row: DecisionRow) -> str:
    """The log that a decision stands in."""
    return "screening" if isinstance(row, ScreeningDecision) else "pre-screening"
