"""Work spread over processes: in order, bounded, and ended when one of them is."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from screener.errors import UnusablePatients
from screener.facts.processes import Processes, available, in_chunks


def _nothing() -> None:
    """Begin with nothing."""


def _double(number: int) -> int:
    return number * 2


def _end(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_chunks_hold_so_many_and_the_last_one_the_rest() -> None:
    assert list(in_chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_chunks((), 2)) == []


def test_there_is_at_least_one_processor() -> None:
    assert available() >= 1


def test_results_come_in_order_and_jobs_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    processes = Processes(2, _nothing, ())
    try:
        results = processes.in_order(_double, jobs())
        assert next(results) == 0
        assert len(taken) == 6
        assert list(results) == [number * 2 for number in range(1, 100)]
    finally:
        processes.close()


def test_a_process_that_is_ended_from_outside_is_told() -> None:
    processes = Processes(1, _nothing, ())
    try:
        with pytest.raises(UnusablePatients, match="was ended from outside"):
            list(processes.in_order(_end, [1]))
    finally:
        processes.close()
