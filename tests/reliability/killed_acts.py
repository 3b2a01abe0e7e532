"""Has children answer and decide, and kills them at random moments; a program of its own, because it forks.

Arguments: how many kills, the store, the folder of criteria. It prints what was acknowledged, a line each.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from itertools import islice
from pathlib import Path

from acting import acts, rules

from screener.store.address import store_address
from screener.store.memory import open_memory
from screener.worklist.footing import Footing


def act(footing: Footing, url: str, acknowledge: int, *, most: int | None) -> None:
    """Act until killed, and tell of each act that was kept."""
    with open_memory(store_address(url)) as memory:
        for kept in islice(acts(memory, footing, decisions=0.5), most):
            os.write(acknowledge, f"{kept}\n".encode())


def killed(footing: Footing, url: str, seconds: float) -> bytes:
    """What a child acknowledged before it was killed, some time after its first act."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        act(footing, url, writing, most=None)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first = pipe.readline()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return first + pipe.read()


def main() -> None:
    kills, url, criteria = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    footing, chance = rules(criteria), random.Random(6452485)
    # Everything is loaded once here, so that a child is at work at once.
    act(footing, url, 1, most=4)
    for _ in range(kills):
        sys.stdout.buffer.write(killed(footing, url, chance.uniform(0.0, 0.02)))
    sys.stdout.flush()


main()
