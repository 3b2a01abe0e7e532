"""Takes answers down as fast as it can; a program of its own, of which several write to one store at once.

Arguments: how many answers, the store, the folder of criteria. It prints the numbers of the answers that were
acknowledged.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from screener.criteria.library import find_rules
from screener.matching.gate import admitted
from screener.store.address import store_address
from screener.store.memory import open_memory
from screener.worklist.answering import Given, take_down

DAY = date(2026, 6, 1)


def main() -> None:
    count, url, criteria = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    rules = admitted(find_rules("NCT06452485", criteria), criteria).rules
    chance = random.Random()
    with open_memory(store_address(url)) as memory:
        for _ in range(count):
            patient, value = f"P-{chance.randint(1, 12):03d}", chance.choice(("yes", "no"))
            given = Given(patient, "primary_breast_sarcoma", value, DAY, "A. Jansen", "chart")
            kept = take_down(memory, rules, given, today=DAY, now=datetime.now(UTC))
            sys.stdout.write(f"{kept.number}\n")


main()
