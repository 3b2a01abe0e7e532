"""The registry's part of the store: what a sync keeps, and what people ask of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from screener.errors import IntegrityError, UsageError
from screener.registry.kept import Check, DriftNote, KeptDrift, RunEnd, Snapshot
from screener.store.audit import ACKNOWLEDGED, tell_of_acknowledgement
from screener.store.keys import KEY_FILE
from screener.store.memory_tables import StoreKey
from screener.store.rows import (
    checked,
    drifts_where,
    keep_snapshot,
    key_of,
    rejected_row,
    snapshot_from,
    spellings,
    storable,
    trial_of,
)
from screener.store.tables import AcknowledgementRow, CheckRow, DriftRow, Run, SnapshotRow, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from screener.registry.problems import Rejected
    from screener.store.database import Database
    from screener.store.keys import Keys


class RegistryStore:
    """Fulfils `screener.registry.kept.SyncStore`; each method that writes is one transaction.

    Every method raises IntegrityError when the store cannot be used; what was there before stays.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def tracked(self) -> tuple[str, ...]:
        """The ids of the tracked trials, in order."""
        with self._database.reading() as session:
            query = select(Trial.nct_id).where(col(Trial.tracked_since).is_not(None)).order_by(col(Trial.nct_id))
            return tuple(session.exec(query))

    def known(self, nct_id: str) -> bool:
        """Whether the trial is tracked, or was ever fetched."""
        with self._database.reading() as session:
            trial = trial_of(session, nct_id)
            return trial is not None and bool(trial.tracked_since or trial.first_seen)

    def last_seen(self, nct_id: str) -> datetime | None:
        """When the registry last answered with a good record of the trial; none when it never did."""
        trial = self.trial(nct_id)
        return trial.last_checked if trial else None

    def track(self, nct_id: str, *, by: str, at: datetime) -> bool:
        """Track a trial; false where it was tracked already."""
        with self._database.writing() as session:
            trial = trial_of(session, nct_id) or Trial(nct_id=nct_id)
            if trial.tracked_since is not None:
                return False
            trial.tracked_since, trial.tracked_by = at, by
            session.add(trial)
            return True

    def untrack(self, nct_id: str) -> bool:
        """Stop tracking a trial; what is stored of it stays. False where it was not tracked."""
        with self._database.writing() as session:
            trial = trial_of(session, nct_id)
            if trial is None or trial.tracked_since is None:
                return False
            trial.tracked_since = trial.tracked_by = None
            session.add(trial)
            return True

    def begin_run(self, at: datetime) -> int:
        """Begin a run and mark those left open as interrupted; returns the run's id."""
        with self._database.writing() as session:
            open_runs = update(Run).where(col(Run.outcome) == "running")
            session.connection().execute(open_runs.values(outcome="interrupted", ended=at))
            run = Run(started=at, outcome="running", totals={})
            session.add(run)
            session.flush()
            return key_of(run.id)

    def end_run(self, run: int, end: RunEnd) -> None:
        """End a run."""
        with self._database.writing() as session:
            row = session.get_one(Run, run)
            row.ended, row.outcome, row.exit_code, row.mixed = end.ended, end.outcome, end.exit_code, end.mixed
            row.api_version = storable(end.before.api_version) if end.before else None
            row.data_timestamp = storable(end.before.data_timestamp) if end.before else None
            row.data_timestamp_after = storable(end.after.data_timestamp) if end.after else None
            row.totals = dict(end.totals)
            session.add(row)

    def last_complete(self) -> datetime | None:
        """When the last run ended that brought every trial."""
        with self._database.reading() as session:
            query = select(Run.ended).where(Run.outcome == "complete").order_by(col(Run.id).desc()).limit(1)
            return session.exec(query).first()

    def fingerprint(self, nct_id: str) -> str | None:
        """The `protocol_sha256` of the latest snapshot."""
        with self._database.reading() as session:
            query = select(SnapshotRow.protocol_sha256).join(Trial, col(Trial.id) == SnapshotRow.trial_id)
            query = query.where(Trial.nct_id == nct_id).order_by(col(SnapshotRow.id).desc()).limit(1)
            return session.exec(query).first()

    def latest(self, nct_id: str) -> Snapshot | None:
        """The latest snapshot."""
        return next(iter(self.snapshots(nct_id, limit=1)), None)

    def snapshots(self, nct_id: str, *, limit: int | None = None) -> tuple[Snapshot, ...]:
        """The snapshots of a trial, the latest first."""
        with self._database.reading() as session:
            query = select(SnapshotRow).join(Trial, col(Trial.id) == SnapshotRow.trial_id)
            query = query.where(Trial.nct_id == nct_id).order_by(col(SnapshotRow.id).desc()).limit(limit)
            return tuple(snapshot_from(row, nct_id) for row in session.exec(query))

    def keep(
        self, run: int, check: Check, *, by: str, snapshot: Snapshot | None = None, drift: DriftNote | None = None
    ) -> None:
        """Keep everything a check brought, whole or not at all; who asked for the trial by name tracks it with that."""
        with self._database.writing() as session:
            trial = checked(session, check, by=by)
            row = CheckRow(run_id=run, trial_id=key_of(trial.id), at=check.at, outcome=check.outcome)
            row.problem, row.http_status = storable(check.problem), check.http_status
            session.add(row)
            if check.rejected is not None:
                session.flush()
                session.add(rejected_row(check.rejected, run=run, check=row.id, at=check.at))
            if snapshot is not None:
                keep_snapshot(session, trial, run, snapshot, drift)

    def keep_rejected(self, run: int, rejected: Rejected, at: datetime) -> None:
        """Keep an answer of the run that belongs to no trial."""
        with self._database.writing() as session:
            session.add(rejected_row(rejected, run=run, check=None, at=at))

    def waiting(self) -> Mapping[str, Sequence[KeptDrift]]:
        """The drifts that nobody has acknowledged, oldest first, by trial."""
        waiting: dict[str, list[KeptDrift]] = defaultdict(list)
        with self._database.reading() as session:
            for drift in drifts_where(session, col(DriftRow.state) == "open"):
                waiting[drift.nct_id].append(drift)
        return waiting

    def drifts(self, nct_id: str) -> tuple[KeptDrift, ...]:
        """Every drift of a trial, oldest first."""
        with self._database.reading() as session:
            return tuple(drifts_where(session, col(Trial.nct_id) == nct_id))

    def looked_at(self, nct_id: str) -> bool:
        """Whether somebody has acknowledged a drift to the latest eligibility text, but for its spelling."""
        return self.acknowledgement(nct_id) is not None

    def acknowledgement(self, nct_id: str) -> AcknowledgementRow | None:
        """The last acknowledgement of a drift to the latest eligibility text, but for its spelling."""
        with self._database.reading() as session:
            before, after = aliased(SnapshotRow), aliased(SnapshotRow)
            query = (
                select(AcknowledgementRow)
                .join(DriftRow, col(DriftRow.id) == AcknowledgementRow.drift_id)
                .join(before, col(before.id) == DriftRow.from_snapshot_id)
                .join(after, col(after.id) == DriftRow.to_snapshot_id)
                .join(Trial, col(Trial.id) == DriftRow.trial_id)
                # Who acknowledged that a study has closed has not looked at its text.
                .where(before.eligibility_sha256 != after.eligibility_sha256)
                .where(Trial.nct_id == nct_id, col(after.eligibility_sha256).in_(spellings(session, nct_id)))
                .order_by(col(AcknowledgementRow.id).desc())
            )
            row = session.exec(query.limit(1)).first()
            session.expunge_all()
            return row

    def acknowledge(
        self, nct_id: str, *, who: str, why: str, at: datetime, keys: Keys | None = None
    ) -> tuple[KeptDrift, ...]:
        """Acknowledge what waits for a person, and tell of it in the audit trail.

        A store in which nothing was remembered yet has no trail: the first run tells of it then.

        Returns:
            The drifts that were acknowledged.

        Raises:
            UsageError: nothing waits.
            IntegrityError: the store has a trail, and these are not its keys.
        """
        with self._database.writing() as session:
            has_trail = session.get(StoreKey, 1) is not None
            waiting = drifts_where(session, (col(Trial.nct_id) == nct_id) & (col(DriftRow.state) == "open"))
            if not waiting:
                hint = f"A rule that is stale all the same has to be rewritten: screener criteria rebase {nct_id}"
                raise UsageError(f"Nothing of {nct_id} waits for a person.", hint=hint)
            for drift in waiting:
                row = session.get_one(DriftRow, drift.number)
                row.state = "acknowledged"
                session.add(row)
                acknowledged = AcknowledgementRow(drift_id=drift.number, who=who, why=why, at=at)
                session.add(acknowledged)
                session.flush()
                if has_trail:
                    _tell(session, keys, acknowledged)
            return tuple(waiting)

    def trial(self, nct_id: str) -> Trial | None:
        """What is kept of a trial itself."""
        with self._database.reading() as session:
            trial = trial_of(session, nct_id)
            if trial is not None:
                session.expunge(trial)
            return trial

    def checks(self, nct_id: str, *, limit: int | None = None) -> tuple[CheckRow, ...]:
        """The checks of a trial, the latest first."""
        with self._database.reading() as session:
            query = select(CheckRow).join(Trial, col(Trial.id) == CheckRow.trial_id)
            query = query.where(Trial.nct_id == nct_id).order_by(col(CheckRow.id).desc()).limit(limit)
            rows = session.exec(query).all()
            session.expunge_all()
            return tuple(rows)


def _tell(session: Session, keys: Keys | None, row: AcknowledgementRow) -> None:
    if keys is None:
        hint = f"Put it back from its copy, or name it with {KEY_FILE}; nothing was changed."
        raise IntegrityError("The key of this store is not there, and its audit trail must tell of this.", hint=hint)
    tell_of_acknowledgement(session, keys, row, act=ACKNOWLEDGED, at=row.at)
