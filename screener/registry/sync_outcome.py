"""How a sync came out: each trial, the whole run, and the exit code that follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from screener.errors import EXIT_FINDINGS, EXIT_OK, EXIT_REGISTRY, EXIT_USAGE
from screener.registry.answers import Version
from screener.registry.kept import FETCHED, DriftNote, KeptDrift, Outcome

_COUNTED: Final = ("first", "unchanged", "changed", "missing", "failed", "unusable")


class Standing(Protocol):
    """What of a trial's rules no longer rests on the latest text."""

    @property
    def stale(self) -> Mapping[str, str]:
        """Criteria by id, each with the reason."""

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Lines of the text that no rule covers."""


Judge = Callable[[str], Standing]
"""Says what the latest eligibility text means for a trial's rules."""


@dataclass(frozen=True, slots=True)
class TrialReport:
    """How one trial came out.

    `last_seen` is when the registry last answered with a good record. `drifts` are those that nobody has acknowledged,
    older ones too; `noted` are the changes of this run that need no review. `mistake` says that the id that was given
    cannot be synced.
    """

    nct_id: str
    outcome: Outcome
    problem: str | None = None
    hint: str = ""
    http_status: int | None = None
    attempts: int = 0
    mistake: bool = False
    last_seen: datetime | None = None
    registry_version: str | None = None
    noted: DriftNote | None = None
    drifts: tuple[KeptDrift, ...] = ()
    stale: Mapping[str, str] = field(default_factory=dict)
    uncovered: tuple[str, ...] = ()

    @property
    def to_review(self) -> bool:
        """Whether a person must look."""
        return bool(self.drifts or self.stale or self.uncovered)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """A whole run. `problems` are those that belong to no trial, such as a version that cannot be read.

    `last_complete` is when the last run before this one ended that brought every trial.
    """

    run: int
    started: datetime
    ended: datetime
    trials: tuple[TrialReport, ...]
    problems: tuple[str, ...]
    mixed: bool
    version: Version | None
    last_complete: datetime | None
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether every trial was fetched, from one state of the registry."""
        return not self.mixed and all(trial.outcome in FETCHED or trial.mistake for trial in self.trials)

    @property
    def last_success(self) -> datetime | None:
        """When the last run ended that brought every trial; this one, if it did."""
        return self.ended if self.complete else self.last_complete

    @property
    def exit_code(self) -> int:
        """The exit code of `screener sync`; a failed fetch outweighs an unusable id, and that a change to review."""
        if not self.complete:
            return EXIT_REGISTRY
        if any(trial.mistake for trial in self.trials):
            return EXIT_USAGE
        return EXIT_FINDINGS if any(trial.to_review for trial in self.trials) else EXIT_OK

    @property
    def totals(self) -> dict[str, int]:
        """Counts over all trials."""
        outcomes = Counter("unusable" if trial.mistake else trial.outcome for trial in self.trials)
        counts = {"trials": len(self.trials)} | {name: outcomes[name] for name in _COUNTED}
        counts["to_review"] = sum(trial.to_review for trial in self.trials)
        counts["stale_rules"] = sum(len(trial.stale) for trial in self.trials)
        counts["uncovered_lines"] = sum(len(trial.uncovered) for trial in self.trials)
        return counts
