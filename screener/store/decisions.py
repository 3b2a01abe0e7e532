"""Decisions in the store: each is checked and kept in one transaction with its row of the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from screener.store.audit import Anchor, Entry, append, in_turn
from screener.store.decision_tables import DecisionRow
from screener.store.seals import decision_content

if TYPE_CHECKING:
    from screener.store.database import Database
    from screener.store.keys import Keys
    from screener.store.patients import Known

FIRST_READER, SECOND_READER = 1, 2

Decide = Callable[[DecisionRow | None], DecisionRow]
"""From the decision in force to a new one; raises UsageError where it may not be made."""


class DecisionStore:
    """The decisions of a store; each method that writes is one transaction.

    Every method raises IntegrityError when the store cannot be used; what was there before stays.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def of_trial(self, trial_id: int) -> Sequence[DecisionRow]:
        """Every decision of a trial, the first first."""
        with self._database.reading() as session:
            query = select(DecisionRow).where(DecisionRow.trial_id == trial_id).order_by(col(DecisionRow.id))
            rows = session.exec(query).all()
            session.expunge_all()
            return rows

    def keep(self, trial_id: int, trial: str, patient: Known, decide: Decide) -> tuple[DecisionRow, Anchor]:
        """Keep a decision that still may be made when its turn has come, after all that others decided meanwhile."""
        with self._database.writing() as session:
            in_turn(session)
            row = decide(_in_force(session, trial_id, patient.number))
            session.add(row)
            session.flush()
            act = "decided" if row.reader == FIRST_READER else "read a second time"
            entry = Entry(row.who, act, f"decision {row.id}", trial, patient.pseudonym, decision_content(row))
            anchor = append(session, self._keys, entry, at=row.at)
            return row, anchor


def _in_force(session: Session, trial_id: int, patient: int) -> DecisionRow | None:
    query = select(DecisionRow).where(DecisionRow.trial_id == trial_id, DecisionRow.patient_id == patient)
    first = query.where(DecisionRow.reader == FIRST_READER).order_by(col(DecisionRow.id).desc()).limit(1)
    return session.exec(first).first()
