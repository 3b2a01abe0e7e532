"""What screening needs to know of a trial's registry record. Without a store nothing is made or loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from screener.store.address import store_address

if TYPE_CHECKING:
    from datetime import datetime

    from screener.registry.kept import Snapshot
    from screener.store.registry import RegistryStore
    from screener.store.tables import Trial


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """That a person has looked at the latest eligibility text."""

    who: str
    why: str
    when: datetime


@dataclass(frozen=True, slots=True)
class RegistryState:
    """The latest good record of a tracked trial, and what is to be said of it.

    `last_checked` is when the registry last answered with a good record, `failed` when the latest attempt brought none
    at all. `open_drift` says in plain sentences what changed and waits for a person. With `acknowledged`, a person has
    looked at this eligibility text, and no rule is stale because of it.
    """

    nct_id: str
    eligibility: str
    eligibility_sha256: str
    protocol_sha256: str
    registry_version: str | None
    status: str | None
    minimum_age: str | None
    maximum_age: str | None
    sex: str | None
    first_seen: datetime
    last_checked: datetime
    failed: datetime | None
    missing_since: datetime | None
    open_drift: tuple[str, ...]
    acknowledged: Acknowledged | None


def registry_state(url: str | None, nct_id: str) -> RegistryState | None:
    """The state of a trial's record.

    Args:
        url: the store, as `--store` gives it; none for the one in the user's data folder.
        nct_id: the trial.

    Returns:
        None where there is no store, or the trial is not tracked, or was never fetched. Nothing is made.

    Raises:
        IntegrityError: there is a store, and it cannot be used.
        UsageError: the address cannot be used.
    """
    address = store_address(url)
    if address.file is not None and not address.file.is_file():
        return None
    from screener.store.database import open_database
    from screener.store.registry import RegistryStore

    database = open_database(address, create=False)
    if database is None:
        return None
    with database:
        store = RegistryStore(database)
        trial = store.trial(nct_id)
        snapshot = store.latest(nct_id)
        if trial is None or trial.tracked_since is None or snapshot is None:
            return None
        return _state(trial, snapshot, store)


def _acknowledged(store: RegistryStore, nct_id: str) -> Acknowledged | None:
    found = store.acknowledgement(nct_id)
    return Acknowledged(found.who, found.why, found.at) if found else None


def _state(trial: Trial, snapshot: Snapshot, store: RegistryStore) -> RegistryState:
    from screener.registry.change_words import sentences

    record = snapshot.record()
    waiting = [drift for drift in store.drifts(trial.nct_id) if drift.state == "open"]
    check = next(iter(store.checks(trial.nct_id, limit=1)), None)
    return RegistryState(
        nct_id=trial.nct_id,
        eligibility=record.eligibility_text or "",
        eligibility_sha256=snapshot.eligibility_sha256,
        protocol_sha256=snapshot.protocol_sha256,
        registry_version=snapshot.registry_version,
        status=record.status.overall_status,
        minimum_age=record.eligibility.minimum_age,
        maximum_age=record.eligibility.maximum_age,
        sex=record.eligibility.sex,
        first_seen=trial.first_seen or snapshot.first_seen,
        last_checked=trial.last_checked or snapshot.first_seen,
        failed=check.at if check and check.outcome == "failed" else None,
        missing_since=trial.missing_since,
        open_drift=tuple(sentence for drift in waiting for sentence in sentences(drift.details)),
        acknowledged=_acknowledged(store, trial.nct_id),
    )
