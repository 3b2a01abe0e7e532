"""The run's time: its parts, each request's share of it, and the pace."""

from __future__ import annotations

import pytest

from screener.registry.pace import Deadline, Pace, Share, in_words
from screener.registry.problems import DeadlineReached, NotAsked, TooSlow


class Clock:
    def __init__(self) -> None:
        self.time = 50.0

    def __call__(self) -> float:
        return self.time


def test_the_time_is_shared_evenly_among_those_that_are_open() -> None:
    clock = Clock()
    deadline = Deadline(900, clock=clock)
    assert Share(deadline, 15).left() == 60
    clock.time += 300
    assert Share(deadline, 2).left() == 300
    assert Share(deadline, 1).left() == 600


def test_a_share_is_never_less_than_a_hundredth_of_the_time_nor_more_than_is_left() -> None:
    clock = Clock()
    deadline = Deadline(900, clock=clock)
    assert Share(deadline, 5_000).left() == 9
    clock.time += 896
    assert Share(deadline, 5_000).left() == 4


def test_a_share_that_is_over_can_pass_and_a_run_that_is_over_cannot() -> None:
    clock = Clock()
    deadline = Deadline(90, clock=clock)
    share = Share(deadline, 3)
    clock.time += 30
    assert share.left() == 0
    assert isinstance(share.reached(), TooSlow)
    clock.time += 60
    assert isinstance(share.reached(), DeadlineReached)


def test_a_part_of_the_run_ends_before_the_run() -> None:
    clock = Clock()
    deadline = Deadline(900, clock=clock)
    assert (deadline.within(0.1, at_least=5).left(), deadline.before(0.1).left()) == (90, 810)
    clock.time += 850
    assert (deadline.within(0.1, at_least=5).left(), deadline.before(0.1).left()) == (50, -40)


def test_a_part_of_a_short_run_is_not_too_short_and_never_more_than_half() -> None:
    clock = Clock()
    assert Deadline(20, clock=clock).within(0.1, at_least=5).left() == 5
    assert Deadline(4, clock=clock).within(0.1, at_least=5).left() == 2


def test_a_turn_that_would_come_too_late_is_not_waited_for() -> None:
    clock = Clock()
    waited: list[float] = []
    pace = Pace(10, clock=clock, sleep=waited.append)
    deadline = Deadline(10, clock=clock)
    pace.wait(deadline)
    with pytest.raises(NotAsked, match="The time allowed, 10 seconds, was over"):
        pace.wait(deadline)
    assert waited == []


@pytest.mark.parametrize(("seconds", "words"), [(1, "1 second"), (0.45, "0.5 seconds"), (810.0, "810 seconds")])
def test_a_length_of_time_is_said_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
