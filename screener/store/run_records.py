"""What a run is made of: what is asked, what it stands on, what it adds, and what is in force of a patient."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from screener.store.memory_tables import RunRow


class Stands(NamedTuple):
    """The result of a patient that is in force, and what it rests on."""

    basis_id: int
    snapshot_id: int
    facts_sha256: bytes
    answers: str
    as_of: str
    next_on: str | None
    verdict: str
    sha256: bytes


class Remembered(NamedTuple):
    """A patient as remembered: number, pseudonym, facts, and the result that is in force."""

    patient_id: int
    pseudonym: str
    body: bytes
    stands: Stands


class Present(NamedTuple):
    """A patient as the last complete run found them, and whether that was the first time."""

    run: int
    remembered: Remembered
    first_seen_now: bool


class Order(NamedTuple):
    """What is asked of a run: for which trial and day, by whom, of what, the registry's record then, and whether
    the rules are approved."""

    trial: str
    as_of: date
    who: str
    source: str
    registry_sha256: str | None = None
    registry_version: str | None = None
    approved: bool = False


class Totals(NamedTuple):
    """What is known of a run at its end; the hashes are over all facts and all results."""

    counts: dict[str, int]
    members: bytes
    facts_sha256: str
    results_sha256: str


class Begun(NamedTuple):
    """A run that has begun: its number, what it rests on, and the last complete run of the trial before it."""

    number: int
    order: Order
    trial_id: int
    basis_id: int
    previous: RunRow | None
    next_patient: int
    next_snapshot: int


class NewBasis(NamedTuple):
    """What results rest on, ready to be stored; `files` gives the rules' files in one, where they are new."""

    sha256: str
    rules_sha256: str
    registry_text: str | None
    engine: str
    files: Callable[[], bytes]


class Piece(NamedTuple):
    """What one piece of a run adds: rows as the tables have them, and the patients whose result in force ends."""

    patients: list[dict[str, Any]]
    snapshots: list[dict[str, Any]]
    results: list[dict[str, Any]]
    ended: list[int]
