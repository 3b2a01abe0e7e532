"""Work spread over the processors of a machine: its results in order, and never more of it waiting than is bounded."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.reduction import ForkingPickler
from types import MappingProxyType
from typing import Final, TypeVar

from screener.errors import UnusablePatients


def _read_only(contents: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(contents)


# A read-only view of a dictionary cannot be sent to another process by itself, so what it shows is.
ForkingPickler.register(MappingProxyType, lambda view: (_read_only, (dict(view),)))

Job = TypeVar("Job")
Result = TypeVar("Result")

_AHEAD: Final = 3
"""Jobs that wait or are under way for each process: enough that none stands idle, few enough to hold in memory."""


def available() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_chunks(items: Iterable[Job], size: int) -> Iterator[list[Job]]:
    """Lists of so many items each, the last one of the rest."""
    waiting = iter(items)
    while chunk := list(islice(waiting, size)):
        yield chunk


class Processes:
    """Several processes that do jobs; to be closed.

    Args:
        count: how many.
        begin: is called with `arguments` once in each of them, before its first job; both must be picklable.
        arguments: see `begin`.
    """

    def __init__(self, count: int, begin: Callable[..., None], arguments: tuple[object, ...]) -> None:
        self._count = count
        # Spawned, because a forked copy of a process that shows progress from a thread can hang.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(begin, arguments))

    def in_order(self, do: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]:
        """The result of each job, in the order of the jobs, which are taken as they are needed.

        Raises:
            UnusablePatients: a process was ended from outside, usually because there is no memory left.
        """
        waiting: deque[Future[Result]] = deque()
        try:
            for job in jobs:
                with _deaf_to_interrupts():
                    waiting.append(self._pool.submit(do, job))
                if len(waiting) >= self._count * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise UnusablePatients(
                "A process that read patients was ended from outside.",
                hint="Most often there was no memory left: read fewer patients at a time.",
            ) from None

    def close(self) -> None:
        """Drop the jobs that wait, and end the processes when they have done what they are at."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that are begun in here never hear an interrupt from the keyboard; whoever began them ends them.

    It reaches every process of a terminal, and would end one with a traceback while it is still being begun.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(begin: Callable[..., None], arguments: tuple[object, ...]) -> None:
    # Reading makes no reference cycles, and looking for them costs a fifth of the time.
    gc.disable()
    begin(*arguments)
