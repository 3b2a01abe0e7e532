"""The tables of the coordinator's memory: patients by pseudonym, their facts, runs, results, answers, audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from screener.store.tables import UtcTime


def _key(**more: Any) -> Any:
    return Field(default=None, primary_key=True, **more)


def _given_key() -> Any:
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


def _time(**more: Any) -> Any:
    return Field(sa_type=UtcTime, **more)


def _text(**more: Any) -> Any:
    return Field(sa_type=Text, **more)


def _day(**more: Any) -> Any:
    """A day as ISO text, which sorts as the calendar does and costs nothing to read."""
    return Field(sa_type=String(10), **more)


def _hash(**more: Any) -> Any:
    return Field(sa_type=LargeBinary, **more)


class StoreKey(SQLModel, table=True):
    """Which key the pseudonyms and the audit trail of this store were made with."""

    __tablename__ = "store_key"
    __table_args__ = (CheckConstraint("id = 1", name="one_key"),)

    id: int = _given_key()
    fingerprint: str = Field(sa_type=String(64))
    made: datetime = _time()


class Patient(SQLModel, table=True):
    """A patient, by pseudonym alone: the id in the hospital is not stored."""

    __tablename__ = "patient"

    id: int = _given_key()
    pseudonym: str = Field(sa_type=String(16), unique=True)
    first_seen: datetime = _time()


class ScreenedTrial(SQLModel, table=True):
    """A trial that patients were screened for."""

    __tablename__ = "screened_trial"

    id: int | None = _key()
    name: str = _text(unique=True)


class RulesBundle(SQLModel, table=True):
    """The files of a rule set, byte by byte, under the hash that it is approved on."""

    __tablename__ = "rules_bundle"

    sha256: str = Field(sa_type=String(64), primary_key=True)
    files: bytes = Field(sa_type=LargeBinary)


class Basis(SQLModel, table=True):
    """What results rest on besides facts and the date: the rules, the registry's words, the version of the program.

    `registry_text` is the registry's latest eligibility text where it holds criteria open, and none where the rules
    stand as written.
    """

    __tablename__ = "screening_basis"

    id: int | None = _key()
    sha256: str = Field(sa_type=String(64), unique=True)
    trial_id: int = Field(foreign_key="screened_trial.id")
    rules_sha256: str = Field(sa_type=String(64), foreign_key="rules_bundle.sha256")
    registry_text: str | None = _text(default=None)
    engine: str = _text()


class RunRow(SQLModel, table=True):
    """One screening of a table, or of what is remembered.

    `outcome` is running, complete or interrupted. `registry_sha256` is of the record that was the latest then.
    `members` says which patients took part, a bit each; the hashes are over their facts and their results.
    """

    __tablename__ = "screening_run"
    __table_args__ = (Index("ix_screening_run_trial", "trial_id"),)

    id: int | None = _key()
    trial_id: int = Field(foreign_key="screened_trial.id")
    basis_id: int = Field(foreign_key="screening_basis.id")
    previous_id: int | None = Field(default=None, foreign_key="screening_run.id")
    source: str = Field(sa_type=String(12))
    as_of: str = _day()
    who: str = _text()
    registry_sha256: str | None = Field(default=None, sa_type=String(64))
    registry_version: str | None = _text(default=None)
    started: datetime = _time()
    ended: datetime | None = _time(default=None)
    outcome: str = Field(sa_type=String(12))
    counts: dict[str, int] = Field(sa_type=JSON)
    members: bytes | None = Field(default=None, sa_type=LargeBinary)
    facts_sha256: str | None = Field(default=None, sa_type=String(64))
    results_sha256: str | None = Field(default=None, sa_type=String(64))


class FactSnapshot(SQLModel, table=True):
    """What was known of a patient, from the run in which it was first seen."""

    __tablename__ = "fact_snapshot"
    __table_args__ = (Index("ix_fact_snapshot_patient", "patient_id"), Index("ix_fact_snapshot_run", "run_id"))

    id: int = _given_key()
    patient_id: int = Field(foreign_key="patient.id")
    run_id: int = Field(foreign_key="screening_run.id")
    body: bytes = Field(sa_type=LargeBinary)


class ResultRow(SQLModel, table=True):
    """What a patient came out as, from one run until another found something else.

    In force where `until_run` is none. Evaluated as of `as_of`; before `next_on` time alone changes nothing. `results`
    is a letter a criterion, `questions` the facts to ask for, `sha256` the hash of the whole result in words. `seal` is
    over the row and the pseudonym, so that the trail shows a change of it too; that it ended is told by the next row.
    """

    __tablename__ = "screening_result"
    __table_args__ = (
        Index("ix_screening_result_run", "run_id"),
        {"sqlite_with_rowid": False},
    )

    trial_id: int = Field(primary_key=True, foreign_key="screened_trial.id", sa_column_kwargs={"autoincrement": False})
    patient_id: int = Field(primary_key=True, foreign_key="patient.id")
    run_id: int = Field(primary_key=True, foreign_key="screening_run.id")
    until_run: int | None = Field(default=None, foreign_key="screening_run.id")
    basis_id: int = Field(foreign_key="screening_basis.id")
    snapshot_id: int = Field(foreign_key="fact_snapshot.id")
    facts_sha256: bytes = _hash()
    answers: str = _text()
    as_of: str = _day()
    next_on: str | None = _day(default=None)
    verdict: str = Field(sa_type=String(20))
    recoverable: bool | None = None
    score: int = Field(sa_type=SmallInteger)
    results: str = _text()
    questions: str = _text()
    sha256: bytes = _hash()
    seal: bytes = _hash()


class AnswerRow(SQLModel, table=True):
    """A fact that a person settled.

    It stands until `ended`: until what the record says of the fact, or the rules that read it, are no longer what they
    were (`evidence_sha256`, `rule_sha256`), or another answer takes its place.
    """

    __tablename__ = "answer"
    __table_args__ = (Index("ix_answer_patient", "trial_id", "patient_id"),)

    id: int | None = _key()
    trial_id: int = Field(foreign_key="screened_trial.id")
    patient_id: int = Field(foreign_key="patient.id")
    fact: str = _text()
    value: str = _text()
    true_on: str = _day()
    who: str = _text()
    source: str = _text()
    note: str | None = _text(default=None)
    at: datetime = _time()
    evidence_sha256: str = Field(sa_type=String(64))
    rule_sha256: str = Field(sa_type=String(64))
    ended: datetime | None = _time(default=None)
    ended_why: str | None = Field(default=None, sa_type=String(12))


class AuditRow(SQLModel, table=True):
    """Who did what, when. `seal` is over what the act wrote elsewhere, `mac` over this row and the one before."""

    __tablename__ = "audit_row"

    number: int = _given_key()
    at: str = Field(sa_type=String(20))
    who: str = _text()
    act: str = Field(sa_type=String(32))
    trial: str | None = _text(default=None)
    pseudonym: str | None = Field(default=None, sa_type=String(16))
    part: str = _text()
    seal: bytes | None = _hash(default=None)
    mac: bytes = _hash()


MEMORY_TABLES: Final = (
    StoreKey,
    Patient,
    ScreenedTrial,
    RulesBundle,
    Basis,
    RunRow,
    FactSnapshot,
    ResultRow,
    AnswerRow,
    AuditRow,
)
