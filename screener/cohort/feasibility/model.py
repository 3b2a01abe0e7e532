"""What a feasibility study says of a trial and a cohort: counts of patients, and nothing of any one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many patients get which verdict."""

    eligible: int
    needs_information: int
    not_eligible: int

    @property
    def patients(self) -> int:
        """All of them."""
        return self.eligible + self.needs_information + self.not_eligible


def change(before: Verdicts, after: Verdicts) -> tuple[int, int]:
    """How many more are eligible, and how many more need information."""
    return after.eligible - before.eligible, after.needs_information - before.needs_information


@dataclass(frozen=True, slots=True)
class Step:
    """One criterion, in the order of the protocol.

    `excluded` fail here and at no criterion before; `left` have failed none so far, and of them `left_open` have an
    open one. `fails`, `open` and `passes` count over the whole cohort, `alone` those whom nothing but this criterion
    keeps out. `causes` says of how many open ones which cause was told. `without` is the cohort without it.
    """

    id: str
    kind: str
    words: str
    excluded: int
    left: int
    left_open: int
    passes: int
    fails: int
    open: int
    alone: int
    causes: Mapping[str, int]
    without: Verdicts


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a limit, in the words of its test ("at most 3"), and the verdicts of the cohort with it."""

    limit: str
    words: str
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class Sweep:
    """A limit of a criterion at other values; `now` is the one that stands, `words` the test in words."""

    criterion: str
    fact: str
    words: str
    now: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: of how many patients it would be asked, and of how many it is the only one."""

    fact: str
    question: str
    answered_by: str
    patients: int
    alone: int


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Everything a feasibility study says of one trial.

    `looked_at` of `verdicts.needs_information` patients were asked for; others have rarer patterns of what is missing.
    `approval` says who answers for the rules.
    """

    trial: str
    title: str
    as_of: date
    verdicts: Verdicts
    steps: tuple[Step, ...]
    sweeps: tuple[Sweep, ...] = ()
    questions: tuple[Asked, ...] = ()
    looked_at: int = 0
    notices: tuple[str, ...] = field(default=())
    approval: str = ""
