"""Time: the run's deadline, each request's fair share of it, and the pause between two requests.

All take their clock from outside.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from screener.registry.problems import DeadlineReached, NotAsked, TooSlow

if TYPE_CHECKING:
    from collections.abc import Callable

SMALLEST_SHARE: Final = 0.01
"""The part of the time that each request may use, however many others wait for their turn."""


class Deadline:
    """The end of a run, `seconds` after its making, on a clock that only goes forward."""

    def __init__(self, seconds: float, *, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds until the end; zero or less when it has passed."""
        return self._end - self._clock()

    def within(self, part: float, *, at_least: float) -> Deadline:
        """The end of something that begins now and may use this part of the run's time.

        In a short run it may use `at_least` so many seconds, but never more than half of the time.
        """
        seconds = min(self.seconds / 2, max(self.seconds * part, at_least))
        return self._ending(min(self._end, self._clock() + seconds), seconds)

    def before(self, part: float) -> Deadline:
        """The end of something that must leave this last part of the run's time alone."""
        kept = self.seconds * part
        return self._ending(self._end - kept, self.seconds - kept)

    def _ending(self, end: float, seconds: float) -> Deadline:
        earlier = copy.copy(self)
        earlier._end, earlier.seconds = end, seconds
        return earlier

    def reached(self) -> DeadlineReached:
        """The error that says so."""
        return DeadlineReached(f"No answer came within the {in_words(self.seconds)} allowed.", hint=_MORE)

    def not_asked(self) -> NotAsked:
        """The error for what was never asked, because the time was over."""
        words = f"The time allowed, {in_words(self.seconds)}, was over before it could be asked for."
        return NotAsked(words, hint=_MORE)


def in_words(seconds: float) -> str:
    """A length of time in words."""
    return "1 second" if seconds == 1 else f"{seconds:.1f} seconds" if seconds % 1 else f"{seconds:.0f} seconds"


_MORE: Final = "Run again later, or give more time with --deadline."


class Share:
    """What one request may use of the time, so that others get their turn; begins with its making."""

    def __init__(self, deadline: Deadline, sharers: int) -> None:
        self._deadline = deadline
        self._seconds = max(deadline.left() / sharers, deadline.seconds * SMALLEST_SHARE)
        self._others = max(0.0, deadline.left() - self._seconds)

    def left(self) -> float:
        """Seconds until its end; zero or less when it has passed."""
        return self._deadline.left() - self._others

    def reached(self) -> DeadlineReached | TooSlow:
        """The error that says so: the run's time is over, or only the share of it."""
        if self._deadline.left() <= 0:
            return self._deadline.reached()
        return TooSlow(f"The registry's answer was not complete after {in_words(self._seconds)}.")


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt at a question: its number counted from 1, and the time that it shares with so many questions."""

    attempt: int
    deadline: Deadline
    sharers: int = 1


class Pace:
    """Keeps requests at least `interval` seconds apart."""

    def __init__(self, interval: float, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self.interval = interval
        self._clock = clock
        self._sleep = sleep
        self._next: float | None = None

    def wait(self, deadline: Deadline) -> None:
        """Wait for the next request's turn.

        Raises:
            NotAsked: the turn would come after the end of the run; nothing was waited for.
        """
        pause = 0.0 if self._next is None else max(0.0, self._next - self._clock())
        if pause >= deadline.left():
            raise deadline.not_asked()
        if pause > 0:
            self._sleep(pause)
        self._next = self._clock() + self.interval
