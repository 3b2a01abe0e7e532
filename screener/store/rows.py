"""Between rows and plain data: how a check, a record, a drift and a rejected answer are written and read."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from screener.errors import IntegrityError
from screener.registry.change_words import REVIEWED
from screener.registry.kept import FETCHED, Check, DriftNote, KeptDrift, Snapshot
from screener.store.tables import DriftRow, RejectedRow, SnapshotRow, Trial

if TYPE_CHECKING:
    from datetime import datetime

    from screener.registry.problems import Rejected


def trial_of(session: Session, nct_id: str) -> Trial | None:
    """The row of a trial, or none."""
    return session.exec(select(Trial).where(Trial.nct_id == nct_id)).first()


def checked(session: Session, check: Check, *, by: str) -> Trial:
    """The trial of a check, its state brought up to date."""
    trial = trial_of(session, check.nct_id) or Trial(nct_id=check.nct_id)
    if by and trial.tracked_since is None:
        trial.tracked_since, trial.tracked_by = check.at, by
    if check.outcome == "missing":
        trial.missing_since = trial.missing_since or check.at
    elif check.outcome in FETCHED:
        trial.missing_since, trial.last_checked = None, check.at
    session.add(trial)
    session.flush()
    return trial


def keep_snapshot(session: Session, trial: Trial, run: int, snapshot: Snapshot, drift: DriftNote | None) -> None:
    """Keep a good record, and what changed since the one before."""
    trial_id = key_of(trial.id)
    before = session.exec(select(func.max(SnapshotRow.id)).where(SnapshotRow.trial_id == trial_id)).one()
    trial.first_seen = trial.first_seen or snapshot.first_seen
    row = SnapshotRow(
        trial_id=trial_id,
        run_id=run,
        first_seen=snapshot.first_seen,
        body=zlib.compress(snapshot.body, 9),
        protocol_sha256=snapshot.protocol_sha256,
        eligibility_sha256=snapshot.eligibility_sha256,
        registry_version=storable(snapshot.registry_version),
        api_version=storable(snapshot.api_version),
        data_timestamp=storable(snapshot.data_timestamp),
    )
    session.add(row)
    if drift is None or before is None:
        return
    session.flush()
    session.add(
        DriftRow(
            trial_id=trial_id,
            from_snapshot_id=before,
            to_snapshot_id=key_of(row.id),
            classes=list(drift.classes),
            details=dict(drift.details),
            created=snapshot.first_seen,
            state="open" if drift.to_review else "noted",
        )
    )


def snapshot_from(row: SnapshotRow, nct_id: str) -> Snapshot:
    """A stored record.

    Raises:
        IntegrityError: its bytes are damaged.
    """
    try:
        body = zlib.decompress(row.body)
    except zlib.error as error:
        hint = "Put the store aside and restore a backup."
        raise IntegrityError(f"The stored record of {nct_id} is damaged.", hint=hint) from error
    return Snapshot(
        nct_id=nct_id,
        first_seen=row.first_seen,
        body=body,
        protocol_sha256=row.protocol_sha256,
        eligibility_sha256=row.eligibility_sha256,
        registry_version=row.registry_version,
        api_version=row.api_version,
        data_timestamp=row.data_timestamp,
        number=key_of(row.id),
    )


def spellings(session: Session, nct_id: str) -> list[str]:
    """The hashes of the latest eligibility text and of those right before it that say the same."""
    query = select(SnapshotRow.id, SnapshotRow.eligibility_sha256).join(Trial, col(Trial.id) == SnapshotRow.trial_id)
    snapshots = session.exec(query.where(Trial.nct_id == nct_id).order_by(col(SnapshotRow.id).desc())).all()
    drifts = {drift.new: drift for drift in drifts_where(session, col(Trial.nct_id) == nct_id)}
    same = []
    for number, sha256 in snapshots:
        same.append(sha256)
        drift = drifts.get(key_of(number))
        if drift is None or any(line["change"] in REVIEWED for line in drift.details["lines"]):
            break
    return same


def drifts_where(session: Session, condition: Any) -> list[KeptDrift]:
    """The drifts that fulfil a condition, oldest first."""
    rows = session.exec(
        select(DriftRow, Trial.nct_id)
        .join(Trial, col(Trial.id) == DriftRow.trial_id)
        .where(condition)
        .order_by(col(DriftRow.id))
    ).all()
    ends = {end for row, _ in rows for end in (row.from_snapshot_id, row.to_snapshot_id)}
    found = session.exec(select(SnapshotRow.id, SnapshotRow.registry_version).where(col(SnapshotRow.id).in_(ends)))
    versions = dict(found.all())
    return [
        KeptDrift(
            number=key_of(row.id),
            nct_id=nct_id,
            old=row.from_snapshot_id,
            new=row.to_snapshot_id,
            old_version=versions[row.from_snapshot_id],
            new_version=versions[row.to_snapshot_id],
            classes=tuple(row.classes),
            details=row.details,
            created=row.created,
            state=cast(Any, row.state),
        )
        for row, nct_id in rows
    ]


def rejected_row(rejected: Rejected, *, run: int, check: int | None, at: datetime) -> RejectedRow:
    """An answer that was not accepted, as a row."""
    return RejectedRow(
        run_id=run,
        check_id=check,
        at=at,
        url=storable(rejected.url) or "",
        status=rejected.status,
        headers=[list(pair) for pair in rejected.headers],
        start=rejected.body,
    )


def storable(text: str | None) -> str | None:
    """Text that every database takes: a record can hold NUL and lone surrogates, which PostgreSQL refuses."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode()


def key_of(key: int | None) -> int:
    """The key of a row that was written."""
    assert key is not None  # a row that was written has its key
    return key
