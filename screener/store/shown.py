"""What the store holds of a trial, as data for people and programs to look at."""

from __future__ import annotations

from typing import Any

from screener.errors import UsageError
from screener.registry.drift import compare
from screener.registry.kept import DriftNote, Snapshot, drift_note
from screener.registry.sync_report import drift_data, stamp
from screener.store.registry import RegistryStore


def record_data(store: RegistryStore, nct_id: str) -> dict[str, Any]:
    """The latest good record of a trial as data, with the drift that waits for a person."""
    snapshot, trial = latest_of(store, nct_id), store.trial(nct_id)
    assert trial is not None
    assert trial.first_seen is not None
    assert trial.last_checked is not None
    record = snapshot.record()
    return {
        "nct_id": nct_id,
        "status": record.status.overall_status,
        "registry_version": snapshot.registry_version,
        "protocol_sha256": snapshot.protocol_sha256,
        "eligibility_sha256": snapshot.eligibility_sha256,
        "eligibility": record.eligibility_text or "",
        "first_seen": stamp(trial.first_seen),
        "last_checked": stamp(trial.last_checked),
        "missing": trial.missing_since is not None,
        "drift": [drift_data(one) for one in store.drifts(nct_id) if one.state == "open"],
    }


def latest_of(store: RegistryStore, nct_id: str) -> Snapshot:
    """The latest good record of a trial.

    Raises:
        UsageError: none was ever fetched.
    """
    snapshot = store.latest(nct_id)
    if snapshot is None:
        raise UsageError(f"There is no record of {nct_id} yet.", hint=f"Fetch it with: screener sync {nct_id}")
    return snapshot


def change_of(store: RegistryStore, nct_id: str) -> tuple[Snapshot, Snapshot, DriftNote]:
    """The two records to set side by side, and what changed between them."""
    new = latest_of(store, nct_id)
    drifts = store.drifts(nct_id)
    if not drifts:
        hint = f"To see how the rules stand to it: screener criteria check {nct_id}"
        raise UsageError(f"The record of {nct_id} has not changed since {new.first_seen:%Y-%m-%d}.", hint=hint)
    first = next((one for one in drifts if one.state == "open"), drifts[-1])
    old = next(one for one in store.snapshots(nct_id) if one.number == first.old)
    return old, new, drift_note(compare(old.record(), new.record()))


def history_data(store: RegistryStore, nct_id: str) -> dict[str, Any]:
    """The records kept of a trial, its drifts and its checks as data, the latest first.

    Raises:
        UsageError: the trial is not tracked.
    """
    checks = store.checks(nct_id)
    if not checks and store.trial(nct_id) is None:
        raise UsageError(f"{nct_id} is not tracked.", hint=f"Track it with: screener registry track {nct_id}")
    snapshots = [
        {
            "first_seen": stamp(one.first_seen),
            "registry_version": one.registry_version,
            "protocol_sha256": one.protocol_sha256,
            "eligibility_sha256": one.eligibility_sha256,
            "api_version": one.api_version,
            "data_timestamp": one.data_timestamp,
        }
        for one in store.snapshots(nct_id)
    ]
    return {
        "nct_id": nct_id,
        "snapshots": snapshots,
        "drift": [{**drift_data(one), "state": one.state} for one in reversed(store.drifts(nct_id))],
        "checks": [
            {
                "run_id": one.run_id,
                "at": stamp(one.at),
                "outcome": one.outcome,
                "problem": one.problem,
                "http_status": one.http_status,
            }
            for one in checks
        ],
    }
