"""What can go wrong with the registry, as a branch of the error tree. Each error is one sentence for a person.

RegistryError
└── RegistryProblem       keeps the answer that was rejected, if there was one
    ├── MalformedId       the id is not an NCT number
    ├── Missing           the registry does not know the study
    ├── WrongPath         404, and not because of the study: the address is wrong
    ├── BadRequest        400: the registry does not accept the request
    ├── Refused           403 and other refusals
    ├── Throttled         429
    ├── ServerFault       5xx
    ├── Unreachable       no connection, or it broke off
    │   ├── TlsProblem    the certificate or the encrypted connection
    │   └── TooSlow       the answer had not come when others had to have their turn
    ├── DeadlineReached   the run's time is over
    │   └── NotAsked      it was over before the first attempt
    └── BadAnswer         an answer that is not what was asked for
        ├── Truncated     it ends too early
        ├── TooLarge      beyond the limit
        ├── WrongRedirect to another host, in a circle, too often
        ├── NotJson       a web page, as of a proxy, or anything else
        ├── UnusableRecord without what a record must have
        ├── OldShape      a record of the former API
        └── WrongStudy    a record of another study
"""

from __future__ import annotations

from dataclasses import dataclass, field

from screener.errors import RegistryError


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that was not accepted: its status, headers and first bytes, to be kept with the run."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    url: str


class RegistryProblem(RegistryError):
    """Base of what can go wrong with a request. `attempts` counts the tries; `rejected` is the last bad answer."""

    def __init__(self, message: str, *, hint: str = "", rejected: Rejected | None = None) -> None:
        super().__init__(message, hint=hint)
        self.rejected = rejected
        self.attempts = 0


class MalformedId(RegistryProblem):
    """The id is not `NCT` and eight digits."""


class Missing(RegistryProblem):
    """The registry answers that it does not know the study."""


class WrongPath(RegistryProblem):
    """404 for the address, not for the study."""


class BadRequest(RegistryProblem):
    """The registry does not accept the request as it stands."""


class Refused(RegistryProblem):
    """The registry, or something on the way to it, refuses; never tried again."""


class Throttled(RegistryProblem):
    """Too many requests."""


class ServerFault(RegistryProblem):
    """The registry answers with a fault of its own."""


class Unreachable(RegistryProblem):
    """No connection, a broken one, or no answer in time."""


class TlsProblem(Unreachable):
    """The encrypted connection cannot be trusted."""


class TooSlow(Unreachable):
    """The answer was still to come when the time was due to other questions."""


class DeadlineReached(RegistryProblem):
    """The run's time is over."""


class NotAsked(DeadlineReached):
    """The run's time was over before anything could be asked."""


class BadAnswer(RegistryProblem):
    """An answer that is not what was asked for."""


class Truncated(BadAnswer):
    """An answer that ends too early."""


class TooLarge(BadAnswer):
    """An answer beyond the limit, as sent or after unpacking."""


class WrongRedirect(BadAnswer):
    """A redirect to another host, in a circle, or one too many."""


class NotJson(BadAnswer):
    """An answer that is not JSON, such as the page of a proxy."""


class UnusableRecord(BadAnswer):
    """A record without what a record must have; `differences` names the fields that are not as described."""

    def __init__(
        self, message: str, *, hint: str = "", rejected: Rejected | None = None, differences: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, hint=hint, rejected=rejected)
        self.differences = differences


class OldShape(BadAnswer):
    """A record in the shape of the former API."""


class WrongStudy(BadAnswer):
    """A record of another study than the one asked for."""
