"""Patients by the id that a person gives: the one of the tables, or the pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import Session, col, select

from screener.errors import UsageError
from screener.store.memory_tables import AuditRow, Patient, ScreenedTrial

if TYPE_CHECKING:
    from screener.store.keys import Keys


GONE: Final = "erased-{}"
"""What stands in the place of a pseudonym whose patient was taken out, so that the id is somebody new from then on."""


class Known(NamedTuple):
    """A patient that the store knows."""

    number: int
    pseudonym: str


def patient_named(session: Session, keys: Keys, given: str) -> Known:
    """The patient of an id.

    Raises:
        UsageError: nobody of that id was ever screened; the message does not repeat it.
    """
    for pseudonym in (keys.pseudonym(given.strip()), given.strip().upper()):
        found = session.exec(select(Patient).where(Patient.pseudonym == pseudonym)).first()
        if found is not None:
            return Known(found.id, found.pseudonym)
    hint = "Give the id as the table has it, capitals and all, or the pseudonym that `screener run` shows."
    raise UsageError("No patient of that id was ever screened.", hint=hint)


def pseudonym_named(session: Session, keys: Keys, given: str) -> str:
    """The pseudonym of an id, or the one given, that the audit trail knows: also of who was erased.

    Raises:
        UsageError: the trail knows neither; the message does not repeat it.
    """
    for pseudonym in (keys.pseudonym(given.strip()), given.strip().upper()):
        if session.exec(select(AuditRow.number).where(AuditRow.pseudonym == pseudonym).limit(1)).first() is not None:
            return pseudonym
    return patient_named(session, keys, given).pseudonym


def taken_out(session: Session) -> frozenset[int]:
    """The numbers of the patients that were taken out."""
    query = select(Patient.id).where(col(Patient.pseudonym).startswith(GONE.format("")))
    return frozenset(session.exec(query))


def trial_named(session: Session, name: str) -> int:
    """The number of a trial.

    Raises:
        UsageError: nobody was ever screened for it.
    """
    found = session.exec(select(ScreenedTrial.id).where(ScreenedTrial.name == name)).first()
    if found is None:
        hint = "Begin with: screener run TRIAL --patients PATH"
        raise UsageError("Nobody was screened for a trial of that name yet.", hint=hint)
    return found
