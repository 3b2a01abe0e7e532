"""Trying again: which problems pass by themselves, and how long to wait for it.

Waits grow with full jitter, `Retry-After` is honoured, and everything ends at the run's deadline.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, TypeVar

from screener.registry.problems import (
    RegistryProblem,
    ServerFault,
    Throttled,
    TlsProblem,
    Truncated,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from screener.registry.pace import Deadline

T = TypeVar("T")

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_PASSING: Final = (Unreachable, Throttled, ServerFault, Truncated)
_SECONDS: Final = re.compile(r"[0-9]{1,9}")


def passes(problem: RegistryProblem) -> bool:
    """Whether a problem can pass by itself, so that trying again is right."""
    if isinstance(problem, TlsProblem) or not isinstance(problem, _PASSING):
        return False
    return problem.rejected is None or problem.rejected.status in (*PASSING_STATUSES, 200)


def retry_after(headers: tuple[tuple[str, str], ...], now: datetime) -> float | None:
    """The seconds a `Retry-After` header asks for, given as seconds or as a date; none where it cannot be read."""
    asked = next((value.strip() for name, value in headers if name.lower() == "retry-after"), "")
    if _SECONDS.fullmatch(asked):
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class Retry:
    """Repeats a request until it succeeds, fails for good, or the run's time is over.

    `sleep`, `random` (from 0 to 1) and `now` (UTC) come from outside, so that a test neither waits nor guesses.
    """

    def __init__(
        self, *, sleep: Callable[[float], None], random: Callable[[], float], now: Callable[[], datetime]
    ) -> None:
        self._sleep = sleep
        self._random = random
        self._now = now

    def until(self, deadline: Deadline, request: Callable[[int], T]) -> T:
        """Carry out `request`, which is told the number of the attempt.

        Raises:
            RegistryProblem: the last problem, when it cannot pass or the next attempt would come too late.
        """
        attempt = 1
        while True:
            try:
                return request(attempt)
            except RegistryProblem as problem:
                problem.attempts = attempt
                if not passes(problem):
                    raise
                self._wait(problem, deadline)
            attempt += 1

    def _wait(self, problem: RegistryProblem, deadline: Deadline) -> None:
        ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(problem.attempts - 1, 16))
        pause = self._random() * ceiling
        asked = retry_after(problem.rejected.headers, self._now()) if problem.rejected else None
        if asked is not None:
            pause = max(pause, asked)
        if pause >= deadline.left():
            _tell_why_it_ends(problem, deadline, asked)
            raise problem
        self._sleep(pause)


def _tell_why_it_ends(problem: RegistryProblem, deadline: Deadline, asked: float | None) -> None:
    tries = f"{problem.attempts} attempt{'' if problem.attempts == 1 else 's'}"
    if asked is not None and asked >= deadline.left():
        problem.hint = f"It asks to wait {asked:.0f} seconds, which is longer than the run may take; run again later."
    else:
        problem.hint = f"Gave up after {tries}, at the end of the run's {deadline.seconds:g} seconds; run again later."
