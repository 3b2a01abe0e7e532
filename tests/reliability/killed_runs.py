"""Runs `screener sync` in children and kills them at random moments; a program of its own, because it forks.

Arguments: how many kills, the registry's address. It prints how many runs were killed and how many ended before.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

from screener.cli.entry import run
from screener.errors import EXIT_LOCKED

LOCKED_AT_MOST = 100
ARGUMENTS = ["sync", "--rate", "100000", "--deadline", "20", "--format", "jsonl", "--base-url", sys.argv[2]]


def begin() -> int:
    """Start a run in a child; the child's id."""
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os._exit(run(ARGUMENTS))
    return child


def whole() -> float:
    """Seconds that a run takes which nobody kills."""
    code = EXIT_LOCKED
    # A database server notices a moment later that a process is gone, and frees its lock then.
    for _ in range(LOCKED_AT_MOST):
        started = time.monotonic()
        _, status = os.waitpid(begin(), 0)
        code = os.waitstatus_to_exitcode(status)
        if code != EXIT_LOCKED:
            break
    assert code in (0, 1), f"a run after a kill ended with {code}"
    return time.monotonic() - started


def main() -> None:
    chance = random.Random(6452485)
    wanted, killed, ended = int(sys.argv[1]), 0, 0
    with Path(os.devnull).open("w") as silent, redirect_stdout(silent):
        # Everything is loaded once here, so that a child is at work at once.
        assert run(ARGUMENTS) in (0, 1)
    length = whole()
    while killed < wanted:
        child = begin()
        time.sleep(chance.uniform(0.0, length))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            killed += 1
            if killed % 25 == 0:
                length = whole()
        else:
            assert os.waitstatus_to_exitcode(status) in (0, 1, EXIT_LOCKED)
            ended += 1
    whole()
    sys.stdout.write(f"{killed} {ended}\n")


main()
