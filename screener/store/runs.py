"""Runs in the store: what is in force of each patient, what a run adds, and its end.

A run writes in pieces, so that nobody waits for it long; nothing of it counts until it has ended. What a run has left
that was stopped is taken back by the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, update
from sqlmodel import Session, col, select

from screener.errors import UsageError
from screener.store.answers import lapse
from screener.store.audit import (
    FOUND_APPROVED,
    SCREENED,
    Anchor,
    Entry,
    append,
    bind_key,
    check_clock,
    tells_of_approval,
)
from screener.store.in_force import STANDS, in_force_at, known_at_once, known_by_number
from screener.store.memory_tables import (
    Basis,
    FactSnapshot,
    Patient,
    ResultRow,
    RulesBundle,
    RunRow,
    ScreenedTrial,
)
from screener.store.open_runs import check_none_planted, take_back
from screener.store.rows import key_of
from screener.store.run_records import Begun, NewBasis, Order, Piece, Present, Remembered, Stands, Totals
from screener.store.seals import result_content, run_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from screener.store.answers import Lapse
    from screener.store.database import Database
    from screener.store.keys import Keys


class RunStore:
    """The runs of a store. The caller holds the lock of the screening while a run is open.

    Every method raises IntegrityError when the store cannot be used; what was there before stays.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self.database = database
        self.keys = keys

    def begin(self, order: Order, basis: NewBasis, *, at: datetime) -> Begun:
        """Begin a run, and take back what one that was stopped has left."""
        with self.database.writing() as session:
            bind_key(session, self.keys, at)
            check_clock(session, at)
            take_back(session, at)
            trial_id = _trial_id(session, order.trial)
            basis_id = _basis_id(session, trial_id, basis)
            previous = _last_complete(session, trial_id)
            row = RunRow(
                trial_id=trial_id, basis_id=basis_id, previous_id=previous.id if previous else None,
                source=order.source, as_of=order.as_of.isoformat(), who=order.who, started=at, outcome="running",
                registry_sha256=order.registry_sha256, registry_version=order.registry_version, counts={},
            )  # fmt: skip
            session.add(row)
            session.flush()
            check_none_planted(session, key_of(row.id))
            next_patient = (session.exec(select(func.max(Patient.id))).one() or 0) + 1
            next_snapshot = (session.exec(select(func.max(FactSnapshot.id))).one() or 0) + 1
            return Begun(key_of(row.id), order, trial_id, basis_id, previous, next_patient, next_snapshot)

    def known(self, begun: Begun, pseudonyms: Sequence[str]) -> dict[str, tuple[int, Stands | None]]:
        """The patients among these that are known, and what was in force of them at the end of the run before."""
        last = key_of(begun.previous.id) if begun.previous else 0
        with self.database.reading() as session:
            at_once = self.database.address.file is not None
            return (known_at_once if at_once else known_by_number)(session, begun.trial_id, pseudonyms, last=last)

    def seal(self, result: Mapping[str, Any], pseudonym: str) -> bytes:
        """The seal of a result that is to be kept."""
        return self.keys.seal(result_content(result, pseudonym))

    def write(self, begun: Begun, piece: Piece) -> None:
        """Keep one piece of a run."""
        with self.database.writing() as session:
            connection = session.connection()
            if piece.ended:
                ends = update(ResultRow).where(
                    col(ResultRow.trial_id) == begun.trial_id,
                    col(ResultRow.patient_id) == bindparam("patient"),
                    col(ResultRow.until_run).is_(None),
                )
                connection.execute(ends.values(until_run=begun.number), [{"patient": one} for one in piece.ended])
            for model, rows in ((Patient, piece.patients), (FactSnapshot, piece.snapshots), (ResultRow, piece.results)):
                if rows:
                    connection.execute(insert(model), rows)

    def end(self, begun: Begun, totals: Totals, ended: Iterable[Lapse], *, at: datetime) -> Anchor:
        """End a run and the answers that it found to stand no longer: from now on it counts."""
        who, trial = begun.order.who, begun.order.trial
        with self.database.writing() as session:
            for one in ended:
                lapse(session, self.keys, one, who=who, trial=trial, at=at)
            row = session.get_one(RunRow, begun.number)
            row.outcome, row.ended = "complete", at
            row.counts, row.members = totals.counts, totals.members
            row.facts_sha256, row.results_sha256 = totals.facts_sha256, totals.results_sha256
            session.add(row)
            if begun.order.approved:
                self._tell_of_approval(session, begun, at)
            entry = Entry(who, SCREENED, f"run {row.id}", trial, sealed=run_content(session, row))
            return append(session, self.keys, entry, at=at)

    def _tell_of_approval(self, session: Session, begun: Begun, at: datetime) -> None:
        """Have the trail tell of an approval that was given where there was no store."""
        rules_sha256 = session.get_one(Basis, begun.basis_id).rules_sha256
        if not tells_of_approval(session, rules_sha256):
            order = begun.order
            append(session, self.keys, Entry(order.who, FOUND_APPROVED, f"rules {rules_sha256}", order.trial), at=at)

    def abandon(self, at: datetime) -> None:
        """Take back an open run."""
        with self.database.writing() as session:
            take_back(session, at)

    def bodies(self, snapshots: Iterable[int]) -> dict[int, bytes]:
        """Stored facts by the number of their snapshot."""
        wanted = list(snapshots)
        if not wanted:
            return {}
        with self.database.reading() as session:
            query = select(FactSnapshot.id, FactSnapshot.body).where(col(FactSnapshot.id).in_(wanted))
            return dict(session.exec(query).all())

    def run(self, number: int) -> tuple[RunRow, str] | None:
        """A complete run and the name of its trial."""
        with self.database.reading() as session:
            query = select(RunRow, ScreenedTrial.name).join(ScreenedTrial, col(ScreenedTrial.id) == RunRow.trial_id)
            found = session.exec(query.where(RunRow.id == number, RunRow.outcome == "complete")).first()
            session.expunge_all()
            return (found[0], found[1]) if found else None

    def past(self, trial: str, number: int) -> RunRow:
        """A complete run of a trial.

        Raises:
            UsageError: the trial has no such run.
        """
        found = self.run(number)
        if found is None or found[1] != trial:
            hint = f"See its runs with: screener audit show --trial {trial}"
            raise UsageError(f"{trial} has no run {number}.", hint=hint)
        return found[0]

    def last(self, trial: str) -> RunRow | None:
        """The last complete run of a trial."""
        with self.database.reading() as session:
            found = session.exec(select(ScreenedTrial.id).where(ScreenedTrial.name == trial)).first()
            row = _last_complete(session, found) if found is not None else None
            session.expunge_all()
            return row

    def basis(self, number: int) -> tuple[Basis, bytes]:
        """What results rest on, and the files of the rules."""
        with self.database.reading() as session:
            basis = session.get_one(Basis, number)
            files = session.get_one(RulesBundle, basis.rules_sha256).files
            session.expunge_all()
            return basis, files

    def in_force(self, trial_id: int, number: int, patients: Sequence[int] | None = None) -> Iterator[Remembered]:
        """What was in force of each patient, or of some, at the end of a run, in the order they became known."""
        some = () if patients is None else (col(Patient.id).in_(patients),)
        with self.database.reading() as session:
            query = (
                select(Patient.id, Patient.pseudonym, FactSnapshot.body, *STANDS)  # type: ignore[call-overload]
                .join(ResultRow, col(ResultRow.patient_id) == Patient.id)
                .join(FactSnapshot, col(FactSnapshot.id) == ResultRow.snapshot_id)
                .where(ResultRow.trial_id == trial_id, *in_force_at(number), *some)
                .order_by(col(Patient.id))
                .execution_options(yield_per=1000)
            )
            with session.connection().execute(query) as rows:
                for patient, pseudonym, body, *stands in rows:
                    yield Remembered(patient, pseudonym, body, Stands(*stands))

    def present(self, trial_id: int, patient: int) -> Present | None:
        """A patient as the last complete run found them; none where the patient was never screened."""
        with self.database.reading() as session:
            last = _last_complete(session, trial_id)
            if last is None:
                return None
            number = key_of(last.id)
            query = (
                select(Patient.id, Patient.pseudonym, FactSnapshot.body, *STANDS)  # type: ignore[call-overload]
                .join(ResultRow, col(ResultRow.patient_id) == Patient.id)
                .join(FactSnapshot, col(FactSnapshot.id) == ResultRow.snapshot_id)
                .where(ResultRow.trial_id == trial_id, ResultRow.patient_id == patient, *in_force_at(number))
            )
            found = session.connection().execute(query).first()
            first = select(func.min(ResultRow.run_id))
            first = first.where(ResultRow.trial_id == trial_id, ResultRow.patient_id == patient)
            if found is None:
                return None
            remembered = Remembered(found[0], found[1], found[2], Stands(*found[3:]))
            return Present(number, remembered, session.exec(first).one() == number)

    def letters(self, trial_id: int, patients: Sequence[int], number: int) -> Mapping[int, tuple[int, str]]:
        """The number of the basis and the letters of the criteria of some patients at the end of a run."""
        query = select(ResultRow.patient_id, ResultRow.basis_id, ResultRow.results)
        query = query.where(ResultRow.trial_id == trial_id, *in_force_at(number))
        found: dict[int, tuple[int, str]] = {}
        with self.database.reading() as session:
            for start in range(0, len(patients), 2000):
                some = query.where(col(ResultRow.patient_id).in_(patients[start : start + 2000]))
                found |= {patient: (basis, results) for patient, basis, results in session.exec(some)}
        return found

    def first_runs(self, trial_id: int, patients: Sequence[int]) -> Mapping[int, int]:
        """The first run of each of some patients."""
        query = select(ResultRow.patient_id, func.min(ResultRow.run_id)).where(ResultRow.trial_id == trial_id)
        found: dict[int, int] = {}
        with self.database.reading() as session:
            for start in range(0, len(patients), 2000):
                some = query.where(col(ResultRow.patient_id).in_(patients[start : start + 2000]))
                found |= dict(session.exec(some.group_by(col(ResultRow.patient_id))).all())
        return found

    def verdicts(self, trial_id: int, patients: Sequence[int], number: int) -> Mapping[int, tuple[str, str]]:
        """The pseudonym and the verdict of some patients as they stood at the end of a run."""
        with self.database.reading() as session:
            query = (
                select(Patient.id, Patient.pseudonym, ResultRow.verdict)
                .join(ResultRow, col(ResultRow.patient_id) == Patient.id)
                .where(ResultRow.trial_id == trial_id, *in_force_at(number))
                .where(col(Patient.id).in_(patients))
            )
            return {patient: (pseudonym, verdict) for patient, pseudonym, verdict in session.exec(query)}


def _trial_id(session: Session, name: str) -> int:
    row = session.exec(select(ScreenedTrial).where(ScreenedTrial.name == name)).first()
    if row is None:
        row = ScreenedTrial(name=name)
        session.add(row)
        session.flush()
    return key_of(row.id)


def _basis_id(session: Session, trial_id: int, basis: NewBasis) -> int:
    row = session.exec(select(Basis).where(Basis.sha256 == basis.sha256)).first()
    if row is None:
        if session.get(RulesBundle, basis.rules_sha256) is None:
            session.add(RulesBundle(sha256=basis.rules_sha256, files=basis.files()))
            session.flush()
        row = Basis(sha256=basis.sha256, trial_id=trial_id, rules_sha256=basis.rules_sha256, engine=basis.engine)
        row.registry_text = basis.registry_text
        session.add(row)
        session.flush()
    return key_of(row.id)


def _last_complete(session: Session, trial_id: int) -> RunRow | None:
    query = select(RunRow).where(RunRow.trial_id == trial_id, RunRow.outcome == "complete")
    return session.exec(query.order_by(col(RunRow.id).desc()).limit(1)).first()
