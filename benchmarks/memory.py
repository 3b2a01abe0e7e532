"""`python -m benchmarks.memory [PATIENTS]`: nights of the coordinator's memory, on an SQLite store.

A first night, one on which nothing changed but the day, one on which one patient in twenty did, and what is done
with them later. Prints a table and writes it to `benchmarks/README.md`.
"""

from __future__ import annotations

import csv
import os
import random
import resource
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmarks.cohort import headings, rows
from benchmarks.measure import command
from benchmarks.table import publish
from screener.criteria.library import find_rules, shipped
from screener.matching.gate import admitted

TRIAL, DAY = "NCT06452485", date(2026, 6, 1)
CHANGED = 0.05


def tables(first: Path, later: Path, count: int) -> int:
    """Write the cohort, and the same with the status of one patient in twenty changed; how many criteria there are."""
    criteria = shipped("criteria")
    rules = admitted(find_rules(TRIAL, criteria), criteria).rules
    chance = random.Random(1)
    with first.open("w", newline="", encoding="utf-8") as one, later.open("w", newline="", encoding="utf-8") as other:
        writers = [csv.DictWriter(stream, headings()) for stream in (one, other)]
        for writer in writers:
            writer.writeheader()
        for row in rows(count, rules.vocabulary):
            writers[0].writerow(row)
            status = str(chance.randint(0, 4)) if chance.random() < CHANGED else row.get("who_performance_status", "")
            writers[1].writerow({**row, "who_performance_status": status})
    return len(rules.criteria)


def measured(*arguments: str) -> str:
    """Wall time, processor time and peak memory of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, peak = command(*arguments, runs=1, pinned=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{seconds:.1f} s ({worked:.1f} s of a processor), {peak:.0f} MB"


def nights(first: Path, later: Path, store: Path, count: int, criteria: int) -> list[tuple[str, str]]:
    """Each night as a command of its own."""
    found = []
    nights = (("first run", first), ("run, nothing changed but the day", first), ("run, 5% changed", later))
    for number, (what, table) in enumerate(nights):
        day = str(DAY + timedelta(days=number))
        found.append(
            (f"{what}, CSV of {count:,} rows", measured("run", TRIAL, "--patients", str(table), "--as-of", day))
        )
        if number == 0:
            each = store.stat().st_size / (count * criteria)
            found.append(("stored a patient and criterion, everything", f"{each:.0f} bytes"))
    return found


def later_looks(folder: Path) -> list[tuple[str, str]]:
    """What is done with the nights afterwards."""
    out = str(folder / "replay.jsonl")
    looks: list[tuple[str, tuple[str, ...]]] = [
        ("rescreen --replay 1, to the byte", ("rescreen", TRIAL, "--replay", "1", "--out", out)),
        ("rescreen --compare 1 3, with the causes", ("rescreen", TRIAL, "--compare", "1", "3", "--format", "json")),
        ("rescreen --preview", ("rescreen", TRIAL, "--preview", "--as-of", str(DAY + timedelta(days=3)))),
        ("audit verify, every result by its seal", ("audit", "verify")),
    ]
    return [(what, measured(*arguments)) for what, arguments in looks]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store, first, later = folder / "store.db", folder / "first.csv", folder / "later.csv"
        os.environ["SCREENER_STORE"] = f"sqlite:///{store}"
        os.environ["SCREENER_KEY_FILE"] = str(folder / "key")
        criteria = tables(first, later, count)
        found = [*nights(first, later, store, count, criteria), *later_looks(folder)]
    publish("memory", found)


if __name__ == "__main__":
    main()
