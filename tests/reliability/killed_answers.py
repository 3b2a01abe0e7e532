"""Takes answers down in children and kills them at random moments; a program of its own, because it forks.

Arguments: how many kills, the store, the folder of criteria. It prints the numbers of the answers that were
acknowledged.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from screener.criteria.library import find_rules
from screener.criteria.model import RuleSet
from screener.matching.gate import admitted
from screener.store.address import store_address
from screener.store.memory import open_memory
from screener.worklist.answering import Given, take_down

PATIENTS = [f"P-{number:03d}" for number in range(1, 13)]


def answers(rules: RuleSet, url: str, acknowledge: int, *, most: int) -> None:
    """Take answers down until killed, and tell of each that was kept."""
    chance = random.Random()
    with open_memory(store_address(url)) as memory:
        for _ in range(most):
            value = chance.choice(("yes", "no"))
            given = Given(
                chance.choice(PATIENTS), "primary_breast_sarcoma", value, date(2026, 6, 1), "A. Jansen", "chart"
            )
            kept = take_down(memory, rules, given, today=date(2026, 6, 1), now=datetime.now(UTC))
            os.write(acknowledge, f"{kept.number}\n".encode())


def killed(rules: RuleSet, url: str, seconds: float) -> bytes:
    """What a child acknowledged before it was killed, some time after its first answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answers(rules, url, writing, most=10_000)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first = pipe.readline()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return first + pipe.read()


def main() -> None:
    kills, url, criteria = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    rules = admitted(find_rules("NCT06452485", criteria), criteria).rules
    chance = random.Random(6452485)
    # Everything is loaded once here, so that a child is at work at once.
    answers(rules, url, 1, most=1)
    for _ in range(kills):
        sys.stdout.buffer.write(killed(rules, url, chance.uniform(0.0, 0.02)))
    sys.stdout.flush()


main()
