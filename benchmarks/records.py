"""`python -m benchmarks.records [PATIENTS]`: records to events and facts, beside plain parsing of the same files.

Prints a table and writes it to `benchmarks/README.md`. The ratios hold within one run; the figures drift. Of the whole
commands the memory is that of the largest process; there is one more than processors where every one is used.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date
from pathlib import Path
from typing import Any

import orjson

from benchmarks.bundles import write_bundles
from benchmarks.measure import command, per_second
from benchmarks.table import publish
from screener import BUILD
from screener.cli.screening import without_collection
from screener.criteria.library import find_rules, shipped
from screener.criteria.model import facts_of
from screener.deriving import Deriver
from screener.facts.record_source import open_events
from screener.matching.gate import admitted

TRIAL, DAY = "NCT06452485", date(2026, 6, 1)
MEASURED = 2_000


def in_process(folder: Path) -> list[tuple[str, str]]:
    """Bundles a second of processor time in one process: parsed, read to events, to facts, and to written evidence."""
    files = sorted(folder.rglob("*.json"))
    criteria = shipped("criteria")
    loaded = admitted(find_rules(TRIAL, criteria), criteria)
    names = [fact.name for fact in facts_of(loaded.rules)]
    derive = Deriver(loaded.derivations, loaded.rules.vocabulary, DAY, names=names).record
    events = facts = pieces = 0

    def parse(_: Path) -> None:
        for file in files:
            orjson.loads(file.read_bytes())

    def read(whole: Path) -> None:
        nonlocal events
        with open_events(whole, zone=UTC) as source:
            events = sum(len(patient.events) for patient in source)

    def derived(whole: Path) -> None:
        nonlocal facts
        with open_events(whole, zone=UTC) as source:
            facts = sum(len(derive(patient).facts) for patient in source)

    def written(whole: Path) -> None:
        nonlocal pieces
        with open_events(whole, zone=UTC) as source:
            pieces = sum(len(tuple(fact.evidence)) for patient in source for fact in derive(patient).facts.values())

    with without_collection():  # as the commands do it
        speeds = [_bundles_per_second(work, folder, len(files)) for work in (parse, read, derived, written)]
    size = sum(file.stat().st_size for file in files) / len(files)
    plain = speeds[0]
    return [
        (f"plain orjson parsing, bundles/s ({size / 1000:.1f} kB, 20 resources)", f"{plain:,.0f}"),
        *_rows("bundles to events", "events", events / len(files), speeds[1], plain),
        *_rows(f"bundles to the facts of {TRIAL}", "facts", facts / len(files), speeds[2], plain),
        *_rows("the same with all evidence written", "pieces of evidence", pieces / len(files), speeds[3], plain),
    ]


def _rows(what: str, made: str, each: float, speed: float, plain: float) -> list[tuple[str, str]]:
    """Rows of a speed in bundles a second, of each of which so many are made, beside that of plain parsing."""
    return [
        (f"{what}, bundles/s", f"{speed:,.0f}"),
        (f"{what}, {made}/s", f"{speed * each:,.0f}"),
        ("ratio to plain parsing", f"{speed / plain:.2f}"),
    ]


def _bundles_per_second(work: Callable[[Any], object], folder: Path, count: int) -> float:
    return per_second(work, [folder]) * count


def commands(folder: Path, count: int, out: Path) -> list[tuple[str, str]]:
    """Whole commands over a folder of bundles: on one processor, and on all."""
    day = ("--as-of", str(DAY), "--out", str(out))
    asked = {
        "records table": ("records", "table", str(folder), "--trial", TRIAL, *day),
        "screen --format jsonl": ("screen", TRIAL, "--patients", str(folder), "--format", "jsonl", *day),
    }
    rows = []
    for name, arguments in asked.items():
        for where, pinned in (("one processor", True), ("every processor", False)):
            out.unlink(missing_ok=True)
            seconds, peak = command(*arguments, runs=1, pinned=pinned)
            with out.open(encoding="utf-8") as written:
                assert sum(1 for _ in written) == count + (name == "records table")
            what = f"{name}, {count:,} bundles, {where}"
            rows.append((what, f"{seconds:.1f} s, {count / seconds:,.0f}/s, largest process {peak:.0f} MB"))
    return rows


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        few, many = Path(place, "few"), Path(place, "many")
        for folder, patients in ((few, MEASURED), (many, count)):
            folder.mkdir()
            write_bundles(folder, patients)
        rows = [*in_process(few), *commands(many, count, Path(place, "facts.csv"))]
    publish("records" if BUILD != "compiled" else "records, compiled", rows)


if __name__ == "__main__":
    main()
