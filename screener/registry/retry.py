"""Trying again: which problems pass by themselves, and how long to wait for it.

Waits grow with full jitter, `Retry-After` is honoured, everything ends at the run's deadline. Longer waits are told.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.registry.pace import in_words
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

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
TOLD_FROM: Final = 5.0
"""Seconds from which a wait is told."""
TOLD_AGAIN_AFTER: Final = 60.0
"""Seconds for which the next wait is not told, so that a bad night fills no log."""
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


class Question(NamedTuple):
    """Something that the registry is asked for: what people call it, and the studies it is about."""

    name: str
    ids: tuple[str, ...] = ()


class Waiting(NamedTuple):
    """A wait of so many `seconds` that begins now, before a question is asked again because of a problem.

    `left` are the seconds after which nothing is asked any more, `others` the questions that are open besides.
    """

    question: Question
    problem: RegistryProblem
    seconds: float
    left: float
    others: int


class Retry:
    """Says how long to wait after a problem, and waits.

    `clock`, `sleep`, `random` (from 0 to 1) and `now` (UTC) come from outside, so that a test neither waits nor
    guesses; `tell` hears of a longer wait before it begins.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        random: Callable[[], float],
        now: Callable[[], datetime],
        tell: Callable[[Waiting], None],
    ) -> None:
        self.clock = clock
        self._sleep = sleep
        self._random = random
        self._now = now
        self._tell = tell
        self._told = -TOLD_AGAIN_AFTER

    def pause(self, problem: RegistryProblem, deadline: Deadline) -> float | None:
        """The seconds to wait before the next attempt; none when that would come too late, which the problem then says.

        The problem knows how often the question was asked.
        """
        ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(problem.attempts - 1, 16))
        pause = self._random() * ceiling
        asked = retry_after(problem.rejected.headers, self._now()) if problem.rejected else None
        if asked is not None and asked >= deadline.left():
            _give_up(problem, f"It asks to wait {in_words(asked)}, longer than the run has left")
            return None
        pause = max(pause, asked or 0.0)
        if pause >= deadline.left():
            gave_up(problem, deadline)
            return None
        return pause

    def wait(self, waiting: Waiting) -> None:
        """Wait, and tell of it when it takes longer and nothing was told for a while."""
        if waiting.seconds >= TOLD_FROM and self.clock() - self._told >= TOLD_AGAIN_AFTER:
            self._told = self.clock()
            self._tell(waiting)
        self._sleep(waiting.seconds)


def gave_up(problem: RegistryProblem, deadline: Deadline) -> None:
    """Have a problem say that it stayed to the end of the time."""
    tries = f"{problem.attempts} attempt{'' if problem.attempts == 1 else 's'}"
    _give_up(problem, f"Gave up after {tries} within the {in_words(deadline.seconds)} allowed")


def _give_up(problem: RegistryProblem, why: str) -> None:
    problem.hint = f"{problem.hint} {why}; run again later.".lstrip()
