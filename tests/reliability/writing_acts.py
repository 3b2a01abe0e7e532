"""Decides, and answers now and then, as fast as it can; a program of which several write to one store at once.

Arguments: how many decisions, the store, the folder of criteria. It prints what was acknowledged, a line each.
"""

from __future__ import annotations

import sys
from pathlib import Path

from acting import acts, rules

from screener.store.address import store_address
from screener.store.memory import open_memory


def main() -> None:
    count, url, footing = int(sys.argv[1]), sys.argv[2], rules(Path(sys.argv[3]))
    with open_memory(store_address(url)) as memory:
        for kept in acts(memory, footing, decisions=0.9):
            sys.stdout.write(f"{kept}\n")
            sys.stdout.flush()
            count -= kept.startswith("decision")
            if not count:
                return


main()
