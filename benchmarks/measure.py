"""Measuring: medians of five runs, in one process or as whole commands."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

RUNS = 5


def per_second(work: Callable[[Any], object], items: list[Any], *, rounds: int = 1) -> float:
    """Items a second of processor time, the median of five runs that go over all items so often."""
    speeds = []
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        for _ in range(rounds):
            for item in items:
                work(item)
        speeds.append(rounds * len(items) / (time.process_time() - start))
    return median(speeds)


def command(*arguments: str, runs: int = RUNS, module: str = "screener", pinned: bool = True) -> tuple[float, float]:
    """Wall seconds (median) and peak memory in MB (largest) of a module run as a command.

    It is pinned to one processor unless told otherwise; of several processes the memory is that of the largest.
    """
    one: Iterable[int] = [min(os.sched_getaffinity(0))] if hasattr(os, "sched_setaffinity") else []
    pin = one if pinned else []
    seconds, peaks = [], []
    for _ in range(runs):
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=(lambda: os.sched_setaffinity(0, pin)) if pin else None,
        )
        _, _, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - start)
        peaks.append(usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024))
    return median(seconds), max(peaks)
