"""Taking out all that is kept of a patient, so that the audit trail stays whole.

Facts, results, answers and decisions of every trial go. What stays is a number, so that nobody else ever gets it, and
the rows of the audit trail, which hold a pseudonym and no clinical value; a last one tells of the erasure.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from screener.errors import UsageError
from screener.store.audit import ERASED, Anchor, Entry, append, in_turn
from screener.store.decision_tables import DECISION_TABLES, ScreeningDecision
from screener.store.decisions import DecisionStore
from screener.store.faults import said_plainly
from screener.store.memory_tables import AnswerRow, FactSnapshot, Patient, ResultRow, ScreenedTrial
from screener.store.patients import GONE, Known
from screener.store.rows import key_of
from screener.store.standings import last_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screener.store.database import Database
    from screener.store.keys import Keys

Cause = Literal["request", "withdrawal", "retention", "mistake"]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
"""Why a patient is taken out: the patient asked, consent was withdrawn, the time to keep it is over, or by mistake."""

_EMPTIED: Final[tuple[Any, ...]] = (ResultRow, FactSnapshot, AnswerRow, *DECISION_TABLES.values())


class Overdue(NamedTuple):
    """Patients not seen since a day: those to erase, and how many stay because of consent or a bar on contact."""

    patients: Sequence[Known]
    consented: int
    barred: int


def erase(
    database: Database, keys: Keys, patients: Sequence[Known], *, who: str, because: Cause, at: datetime,
    forget_bar: bool = False,
) -> Anchor | None:  # fmt: skip
    """Take out all that is kept of some patients, in one transaction; the caller holds the lock of the screening.

    Returns:
        The new head of the audit trail; none where there was nobody.

    Raises:
        UsageError: one of them is not to be contacted, which would be forgotten, and `forget_bar` does not say so.
        IntegrityError: the store cannot be used; nothing was taken out.
    """
    barred = DecisionStore(database, keys).not_to_be_contacted()
    if not forget_bar and any(one.number in barred for one in patients):
        hint = "Take the patient out of your tables first, then say --forget-do-not-contact."
        raise UsageError("That this patient is not to be contacted would be forgotten.", hint=hint)
    anchor = None
    with database.writing() as session:
        if database.address.file is not None:
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")  # what is taken out is overwritten
        in_turn(session)
        for one in patients:
            _take_out(session, one)
            entry = Entry(who, ERASED, f"patient {one.number}: {because}", None, one.pseudonym)
            anchor = append(session, keys, entry, at=at)
    _leave_no_trace(database)
    return anchor


def overdue(database: Database, keys: Keys, before: date) -> Overdue:
    """Who took part in no run as of `before` or later.

    Who consented belongs to the trial's own file and stays, as does who is not to be contacted: it would be forgotten.
    """
    with database.reading() as session:
        known = [Known(one.id, one.pseudonym) for one in session.exec(select(Patient).order_by(col(Patient.id)))]
        trials = session.exec(select(ScreenedTrial)).all()
        consented = set(session.exec(select(ScreeningDecision.patient_id)))
        session.expunge_all()
    there = [one for one in known if one.pseudonym != GONE.format(one.number)]
    seen: dict[int, str] = {}
    for trial in trials:
        for patient, run in last_runs(database, key_of(trial.id), [one.number for one in there]).items():
            seen[patient] = max(seen.get(patient, ""), run.as_of)
    late = [one for one in there if seen.get(one.number, "") < before.isoformat()]
    barred = DecisionStore(database, keys).not_to_be_contacted() - consented
    free = [one for one in late if one.number not in consented | barred]
    numbers = {one.number for one in late}
    return Overdue(free, len(numbers & consented), len(numbers & barred))


def _take_out(session: Session, one: Known) -> None:
    for table in _EMPTIED:
        session.connection().execute(delete(table).where(col(table.patient_id) == one.number))
    row = session.get_one(Patient, one.number)
    row.pseudonym = GONE.format(one.number)
    session.add(row)
    session.flush()


def _leave_no_trace(database: Database) -> None:
    """Take out of the database's own log and of its free pages what was erased."""
    with said_plainly(database.address):
        if database.address.file is not None:
            with closing(database.engine.raw_connection()) as pages:
                pages.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in _EMPTIED:
                connection.execute(text(f"VACUUM {table.__tablename__}"))
