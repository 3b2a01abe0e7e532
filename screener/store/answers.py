"""Answers in the store: each is kept with its row of the audit trail, and none is ever removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from sqlmodel import Session, col, select

from screener.store.audit import Anchor, Entry, append
from screener.store.memory_tables import AnswerRow
from screener.store.seals import answer_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from screener.store.database import Database
    from screener.store.keys import Keys

WhyEnded = Literal["evidence", "rule", "replaced", "withdrawn"]
ENDED: Final = "ended an answer"
"""The act of ending one; its part names the answer."""


class Lapse(NamedTuple):
    """An answer that no longer stands, and why."""

    answer: int
    pseudonym: str
    why: WhyEnded


class AnswerStore:
    """The answers of a store; each method that writes is one transaction.

    Every method raises IntegrityError when the store cannot be used; what was there before stays.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def of_trial(self, trial_id: int) -> Sequence[AnswerRow]:
        """Every answer of a trial, the first first."""
        with self._database.reading() as session:
            rows = session.exec(
                select(AnswerRow).where(AnswerRow.trial_id == trial_id).order_by(col(AnswerRow.id))
            ).all()
            session.expunge_all()
            return rows

    def standing(self, trial_id: int, patient: int) -> Sequence[AnswerRow]:
        """The answers on a patient that have not ended, the first first."""
        query = select(AnswerRow).where(AnswerRow.trial_id == trial_id, AnswerRow.patient_id == patient)
        query = query.where(col(AnswerRow.ended).is_(None)).order_by(col(AnswerRow.id))
        with self._database.reading() as session:
            rows = session.exec(query).all()
            session.expunge_all()
            return rows

    def withdraw(self, number: int, *, who: str, trial: str, pseudonym: str, at: datetime) -> Anchor | None:
        """End an answer that a person takes back; none where it has ended meanwhile."""
        with self._database.writing() as session:
            row = session.get_one(AnswerRow, number)
            if row.ended is not None:
                return None
            row.ended, row.ended_why = at, "withdrawn"
            session.add(row)
            return append(session, self._keys, _entry(row, who, ENDED, trial, pseudonym), at=at)

    def keep(self, row: AnswerRow, *, trial: str, pseudonym: str) -> Anchor:
        """Keep an answer; one that stood for the same fact of the patient ends."""
        with self._database.writing() as session:
            standing = session.exec(
                select(AnswerRow)
                .where(AnswerRow.trial_id == row.trial_id, AnswerRow.patient_id == row.patient_id)
                .where(AnswerRow.fact == row.fact, col(AnswerRow.ended).is_(None))
            ).all()
            for one in standing:
                end_answer(
                    session,
                    self._keys,
                    one,
                    "replaced",
                    entry=_entry(one, row.who, ENDED, trial, pseudonym),
                    at=row.at,
                )
            session.add(row)
            session.flush()
            return append(session, self._keys, _entry(row, row.who, "answered", trial, pseudonym), at=row.at)


def lapse(session: Session, keys: Keys, one: Lapse, *, who: str, trial: str, at: datetime) -> None:
    """End an answer within a transaction of the caller; who screened is named, since the screening found it."""
    row = session.get_one(AnswerRow, one.answer)
    if row.ended is None:
        end_answer(session, keys, row, one.why, entry=_entry(row, who, ENDED, trial, one.pseudonym), at=at)


def end_answer(session: Session, keys: Keys, row: AnswerRow, why: WhyEnded, *, entry: Entry, at: datetime) -> None:
    """End an answer."""
    row.ended, row.ended_why = at, why
    session.add(row)
    append(session, keys, entry, at=at)


def _entry(row: AnswerRow, who: str, act: str, trial: str, pseudonym: str) -> Entry:
    return Entry(who, act, f"answer {row.id}", trial, pseudonym, answer_content(row))
