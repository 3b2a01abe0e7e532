"""Everything that can go wrong, drawn as one tree; each branch has one exit code.

    ScreenerError
    ├── UsageError            2   the call cannot be carried out as asked
    ├── InvalidRules          2   a rule file has findings of severity error
    ├── UnusablePatients      2   a patient source of which nothing can be read
    ├── RegistryError         4   the registry cannot be reached, or answers what cannot be used
    ├── IntegrityError        5   the store is damaged, of a newer version, read-only or full
    └── LockHeld             75   another run is at work (EX_TEMPFAIL of sysexits.h)

Two exit codes have no exception, because the command did its work: 1 (findings: a case failed, a drift to
review) and 3 (some patient data rejected, the rest screened).

A message is one sentence that says what is wrong, and where it can a second one that says what to do. It never
repeats a patient's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screener.findings import Finding

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_REJECTED = 3
EXIT_REGISTRY = 4
EXIT_INTEGRITY = 5
EXIT_LOCKED = 75


class ScreenerError(Exception):
    """Base of every error this package raises on purpose. `hint` is the next step, or empty."""

    exit_code: ClassVar[int] = EXIT_USAGE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ScreenerError):
    """The call cannot be carried out as asked: a missing file, an unknown trial, an impossible date."""


class InvalidRules(ScreenerError):
    """A rule set may not run. `findings` says why, each with its place."""

    def __init__(self, message: str, *, findings: Sequence[Finding], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


class UnusablePatients(ScreenerError):
    """A patient source of which nothing can be read: empty, binary, of another encoding, without headings."""


class RegistryError(ScreenerError):
    """The registry cannot be reached, refuses, or answers what cannot be used."""

    exit_code = EXIT_REGISTRY


class IntegrityError(ScreenerError):
    """The store is damaged, of a newer version, read-only or full; what it held last is kept."""

    exit_code = EXIT_INTEGRITY


class LockHeld(ScreenerError):
    """Another run holds the lock; trying again later is right."""

    exit_code = EXIT_LOCKED
