"""Runs that have not ended: what a stopped one has left is taken back, and nothing waits for one that begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from screener.errors import IntegrityError
from screener.store.audit import SCREENED
from screener.store.memory_tables import AuditRow, FactSnapshot, ResultRow, RunRow

if TYPE_CHECKING:
    from datetime import datetime


def take_back(session: Session, at: datetime) -> None:
    """Undo what runs have left that were stopped.

    Raises:
        IntegrityError: the trail tells that one of them ended, whose results would be lost.
    """
    open_runs = list(session.exec(select(RunRow.id).where(RunRow.outcome == "running")))
    if not open_runs:
        return
    told = select(AuditRow.part).where(AuditRow.act == SCREENED)
    ended = session.exec(told.where(col(AuditRow.part).in_([f"run {one}" for one in open_runs])).limit(1)).first()
    if ended is not None:
        said = f"The store calls {ended} open, and the audit trail tells that it ended; nothing was changed."
        raise IntegrityError(said, hint="Find what was changed with: screener audit verify")
    connection = session.connection()
    connection.execute(delete(ResultRow).where(col(ResultRow.run_id).in_(open_runs)))
    connection.execute(delete(FactSnapshot).where(col(FactSnapshot.run_id).in_(open_runs)))
    connection.execute(update(ResultRow).where(col(ResultRow.until_run).in_(open_runs)).values(until_run=None))
    stopped = update(RunRow).where(col(RunRow.id).in_(open_runs))
    connection.execute(stopped.values(outcome="interrupted", ended=at))


def check_none_planted(session: Session, run: int) -> None:
    """See that nothing stands there for a run that only begins.

    Raises:
        IntegrityError: somebody has put results there.
    """
    if session.exec(select(ResultRow.run_id).where(ResultRow.run_id >= run).limit(1)).first() is not None:
        said = "The store holds results of a run to come; nothing was changed."
        raise IntegrityError(said, hint="Find what was changed with: screener audit verify")
