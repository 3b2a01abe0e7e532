"""Rows of the audit trail for people to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import Session, col, select

from screener.errors import UsageError
from screener.store.memory_tables import AuditRow

if TYPE_CHECKING:
    from screener.store.database import Database


class Told(NamedTuple):
    """What a row tells."""

    number: int
    at: str
    who: str
    act: str
    part: str
    trial: str | None
    pseudonym: str | None


def check_trial(session: Session, name: str) -> None:
    """See whether the trail tells of a trial.

    Raises:
        UsageError: it does not.
    """
    if session.exec(select(AuditRow.number).where(AuditRow.trial == name).limit(1)).first() is None:
        raise UsageError("The audit trail has no row of a trial of that name.", hint="Leave --trial away to see all.")


def rows(
    database: Database, *, trial: str | None = None, pseudonym: str | None = None, last: int | None = None
) -> list[Told]:
    """The rows of a trial, of a patient, or all of them, the first first; with `last`, only so many of the end."""
    query = select(AuditRow).order_by(col(AuditRow.number).desc()).limit(last)
    if trial is not None:
        query = query.where(AuditRow.trial == trial)
    if pseudonym is not None:
        query = query.where(AuditRow.pseudonym == pseudonym)
    with database.reading() as session:
        found = [
            Told(one.number, one.at, one.who, one.act, one.part, one.trial, one.pseudonym)
            for one in session.exec(query)
        ]
    return found[::-1]
