"""Decisions in the store: each is checked and kept in one transaction with its row of the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlmodel import Session, col, func, select

from screener.store.audit import Anchor, Entry, append, in_turn
from screener.store.decision_tables import DECISION_TABLES, DecisionRow, PreScreeningDecision, ScreeningDecision, log_of
from screener.store.seals import decision_content

if TYPE_CHECKING:
    from screener.store.database import Database
    from screener.store.keys import Keys
    from screener.store.patients import Known

FIRST_READER, SECOND_READER = 1, 2


class Before(NamedTuple):
    """What stands before a decision: the one in force, and whether another trial bars contact with the patient."""

    decision: DecisionRow | None
    barred_elsewhere: bool


Decide = Callable[[Before], DecisionRow]
"""From what stands to a new decision; raises UsageError where it may not be made."""


class DecisionStore:
    """The decisions of a store; each method that writes is one transaction.

    Every method raises IntegrityError when the store cannot be used; what was there before stays.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def of_trial(self, trial_id: int) -> Sequence[DecisionRow]:
        """Every decision of a trial: those before consent, then those after it, the first first."""
        with self._database.reading() as session:
            found: list[DecisionRow] = []
            for table in DECISION_TABLES.values():
                query = select(table).where(table.trial_id == trial_id).order_by(col(table.id))
                found += session.exec(query).all()
            session.expunge_all()
            return found

    def not_to_be_contacted(self) -> frozenset[int]:
        """Everybody whom a decision in force bars from contact, whatever the trial."""
        with self._database.reading() as session:
            return frozenset(patient for _, patient in _barred(session))

    def keep(self, trial_id: int, trial: str, patient: Known, decide: Decide) -> tuple[DecisionRow, Anchor]:
        """Keep a decision that still may be made when its turn has come, after all that others decided meanwhile."""
        with self._database.writing() as session:
            in_turn(session)
            barred = any(one == patient.number and where != trial_id for where, one in _barred(session))
            row = decide(Before(_in_force(session, trial_id, patient.number), barred))
            session.add(row)
            session.flush()
            act = "decided" if row.reader == FIRST_READER else "read a second time"
            entry = Entry(row.who, act, f"{log_of(row)} {row.id}", trial, patient.pseudonym, decision_content(row))
            anchor = append(session, self._keys, entry, at=row.at)
            return row, anchor


def _in_force(session: Session, trial_id: int, patient: int) -> DecisionRow | None:
    """The last decision of the first reader; one after consent stands above all before it."""
    for table in (ScreeningDecision, PreScreeningDecision):
        query = select(table).where(table.trial_id == trial_id, table.patient_id == patient)
        first = query.where(table.reader == FIRST_READER).order_by(col(table.id).desc()).limit(1)
        found = session.exec(first).first()
        if found is not None:
            return found
    return None


def _barred(session: Session) -> set[tuple[int, int]]:
    """The trials, and the patients in them, whose decision in force bars contact."""
    barred: set[tuple[int, int]] = set()
    for table in (PreScreeningDecision, ScreeningDecision):
        last = _last_numbers(table)
        query = select(table.trial_id, table.patient_id, table.do_not_contact).where(col(table.id).in_(last))
        for trial, patient, now in session.exec(query):
            (barred.add if now else barred.discard)((trial, patient))
    return barred


def _last_numbers(table: type[DecisionRow]) -> Any:
    """The numbers of the last decision on each patient of each trial."""
    query = select(func.max(table.id)).where(table.reader == FIRST_READER)
    return query.group_by(col(table.trial_id), col(table.patient_id))
