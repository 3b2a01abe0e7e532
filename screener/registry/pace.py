"""Time: the run's deadline, and the pause between two requests. Both take their clock from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screener.registry.problems import DeadlineReached

if TYPE_CHECKING:
    from collections.abc import Callable


class Deadline:
    """The end of a run, `seconds` after its making, on a clock that only goes forward."""

    def __init__(self, seconds: float, *, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds until the end; zero or less when it has passed."""
        return self._end - self._clock()

    def reached(self) -> DeadlineReached:
        """The error that says so."""
        return DeadlineReached(
            f"The run's time of {self.seconds:g} seconds was over before the registry had answered.",
            hint="Run again later, or give more time with --deadline.",
        )


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
            DeadlineReached: the turn would come after the end of the run; nothing was waited for.
        """
        pause = 0.0 if self._next is None else max(0.0, self._next - self._clock())
        if pause >= deadline.left():
            raise deadline.reached()
        if pause > 0:
            self._sleep(pause)
        self._next = self._clock() + self.interval
