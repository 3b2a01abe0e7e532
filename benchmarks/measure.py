"""Measuring: medians of five runs, in one process or as whole commands."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
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


def on_one_processor() -> Callable[[], None] | None:
    """What a child process has to do to stay on one processor, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    one = [min(os.sched_getaffinity(0))]
    return lambda: os.sched_setaffinity(0, one)


def command(*arguments: str, runs: int = RUNS, module: str = "screener", pinned: bool = True) -> tuple[float, float]:
    """Wall seconds (median) and peak memory in MB (largest) of a module run as a command.

    It is pinned to one processor unless told otherwise; of several processes the memory is that of the largest.
    """
    seconds, peaks = [], []
    for _ in range(runs):
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=on_one_processor() if pinned else None,
        )
        _, _, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - start)
        peaks.append(usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024))
    return median(seconds), max(peaks)
