"""What a sync keeps: checks, good snapshots and drifts as plain data. A store fulfils `SyncStore` with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from screener.registry.hashes import eligibility_sha256, protocol_sha256
from screener.registry.record import parse_record, registry_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from screener.registry.answers import Study, Version
    from screener.registry.drift import Drift
    from screener.registry.problems import Rejected
    from screener.registry.record import Record

Outcome = Literal["first", "unchanged", "changed", "missing", "failed"]
DriftState = Literal["noted", "open", "acknowledged"]
FETCHED: Final = ("first", "unchanged", "changed")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A good record as it was first seen: its bytes, what identifies it, and the registry's version at that time."""

    nct_id: str
    first_seen: datetime
    body: bytes = field(repr=False)
    protocol_sha256: str
    eligibility_sha256: str
    registry_version: str | None
    api_version: str | None = None
    data_timestamp: str | None = None
    number: int = 0

    def record(self) -> Record:
        """The record, read anew from its bytes."""
        return parse_record(json.loads(self.body))


def snapshot_of(study: Study, *, at: datetime, version: Version | None) -> Snapshot:
    """A study as a snapshot that is not yet stored."""
    return Snapshot(
        nct_id=study.asked,
        first_seen=at,
        body=study.body,
        protocol_sha256=protocol_sha256(study.data),
        eligibility_sha256=eligibility_sha256(study.record.eligibility_text),
        registry_version=registry_version(study.record),
        api_version=version.api_version if version else None,
        data_timestamp=version.data_timestamp if version else None,
    )


@dataclass(frozen=True, slots=True)
class Check:
    """One attempt at one trial; `problem` is the sentence why there is no good record."""

    nct_id: str
    at: datetime
    outcome: Outcome
    http_status: int | None = None
    problem: str | None = None
    rejected: Rejected | None = None


@dataclass(frozen=True, slots=True)
class DriftNote:
    """A drift as it is kept: the classes of change in it, every change as data, and whether a person must look."""

    classes: tuple[str, ...]
    details: Mapping[str, Any]
    to_review: bool


def drift_note(drift: Drift) -> DriftNote:
    """A drift as data that goes into JSON."""
    lines = [
        {
            "change": line.change,
            "why": list(line.why),
            "section": (line.new or line.old).section,  # type: ignore[union-attr]  # one of the two is there
            "from_section": line.old.section if line.old and "section" in line.why else None,
            "old": line.old.text if line.old else None,
            "new": line.new.text if line.new else None,
        }
        for line in drift.changed
    ]
    fields = [{"field": one.field, "old": one.old, "new": one.new} for one in drift.fields]
    classes = dict.fromkeys([*(line.change for line in drift.changed), *(["field"] if fields else [])])
    return DriftNote(tuple(classes), {"lines": lines, "fields": fields}, drift.to_review)


@dataclass(frozen=True, slots=True)
class KeptDrift:
    """A drift in the store, between two snapshots named by their numbers."""

    number: int
    nct_id: str
    old: int
    new: int
    old_version: str | None
    new_version: str | None
    classes: tuple[str, ...]
    details: Mapping[str, Any]
    created: datetime
    state: DriftState


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What is kept of a run when it ends."""

    ended: datetime
    outcome: str
    exit_code: int
    mixed: bool
    before: Version | None
    after: Version | None
    totals: Mapping[str, int]


class SyncStore(Protocol):
    """What a sync needs of a store. Each method that keeps something is one transaction."""

    def tracked(self) -> tuple[str, ...]:
        """The ids of the tracked trials."""

    def known(self, nct_id: str) -> bool:
        """Whether the trial is tracked, or was ever fetched."""

    def last_seen(self, nct_id: str) -> datetime | None:
        """When the registry last answered with a good record of the trial; none when it never did."""

    def begin_run(self, at: datetime) -> int:
        """Begin a run and mark those left open as interrupted.

        Returns:
            The run's id.
        """

    def fingerprint(self, nct_id: str) -> str | None:
        """The `protocol_sha256` of the latest snapshot."""

    def latest(self, nct_id: str) -> Snapshot | None:
        """The latest snapshot."""

    def keep(
        self, run: int, check: Check, *, by: str, snapshot: Snapshot | None = None, drift: DriftNote | None = None
    ) -> None:
        """Keep everything a check brought, whole or not at all; who asked for the trial by name tracks it with that."""

    def keep_rejected(self, run: int, rejected: Rejected, at: datetime) -> None:
        """Keep an answer of the run that belongs to no trial."""

    def waiting(self) -> Mapping[str, Sequence[KeptDrift]]:
        """The drifts that nobody has acknowledged, oldest first, by trial."""

    def looked_at(self, nct_id: str) -> bool:
        """Whether somebody has acknowledged a drift to the latest eligibility text, but for its spelling."""

    def last_complete(self) -> datetime | None:
        """When the last run ended that brought every trial."""

    def end_run(self, run: int, end: RunEnd) -> None:
        """End a run."""
