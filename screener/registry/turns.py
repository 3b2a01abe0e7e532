"""Many questions, one deadline: each has its turn, and none waits for another's retry."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Generic, TypeVar

from screener.registry.pace import Turn
from screener.registry.problems import DeadlineReached, NotAsked, RegistryProblem
from screener.registry.retry import Question, Waiting, gave_up, passes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from screener.registry.pace import Deadline
    from screener.registry.retry import Retry

T = TypeVar("T")


@dataclass(order=True, slots=True)
class _Open:
    """A question that is not settled: when it may be asked, and its last problem."""

    due: float
    question: Question = field(compare=False)
    number: int = 0
    attempts: int = field(default=0, compare=False)
    problem: RegistryProblem | None = field(default=None, compare=False)


class Turns(Generic[T]):
    """Questions that are asked in turn until each is settled or the time is over.

    A question whose problem can pass goes back to the others, to be asked again when its wait is over; every question
    is asked once before any is asked again. The time that is left is shared among those that are open, so that an
    answer that never ends costs the others no more than its share.

    Args:
        retry: knows how long to wait after a problem.
        deadline: the end of it all.
        ask: asks once.
    """

    def __init__(self, retry: Retry, deadline: Deadline, ask: Callable[[Question, Turn], T]) -> None:
        self._retry = retry
        self._deadline = deadline
        self._ask = ask
        self._open: list[_Open] = []
        self._puts = 0

    def add(self, question: Question) -> None:
        """Take up a question; more can be added while others are settled."""
        self._put(_Open(self._retry.clock(), question))

    def settle(self) -> Iterator[tuple[Question, T | RegistryProblem]]:
        """Each question as it is settled: its answer, or the problem that stays."""
        while self._open:
            one = heappop(self._open)
            try:
                answer = self._answer(one)
            except RegistryProblem as problem:
                if (final := self._final(one, problem)) is not None:
                    yield one.question, final
            else:
                yield one.question, answer

    def _put(self, one: _Open) -> None:
        # Of those due at the same time the one that came first is asked first.
        self._puts += 1
        one.number = self._puts
        heappush(self._open, one)

    def _answer(self, one: _Open) -> T:
        seconds = one.due - self._retry.clock()
        if one.problem is not None and seconds > 0:
            left = self._deadline.left()
            self._retry.wait(Waiting(one.question, one.problem, seconds, left, len(self._open)))
        return self._ask(one.question, Turn(one.attempts + 1, self._deadline, len(self._open) + 1))

    def _final(self, one: _Open, problem: RegistryProblem) -> RegistryProblem | None:
        """The problem that settles a question; none where it goes back to the others, to be asked again."""
        if isinstance(problem, DeadlineReached) and one.problem is not None:
            # What went wrong before says more than that the time is over now.
            gave_up(one.problem, self._deadline)
            return one.problem
        one.attempts += not isinstance(problem, NotAsked)
        problem.attempts, one.problem = one.attempts, problem
        pause = self._retry.pause(problem, self._deadline) if passes(problem) else None
        if pause is None:
            return problem
        one.due = self._retry.clock() + pause
        self._put(one)
        return None
