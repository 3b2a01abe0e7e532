"""`python -m benchmarks [PATIENTS]`: measures, prints the table and writes it to `benchmarks/README.md`."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks import handwritten
from benchmarks.cohort import records, write_csv
from benchmarks.measure import command
from benchmarks.measure import per_second as per_second_of
from benchmarks.table import publish
from screener.criteria.library import find_rules, shipped
from screener.dates import Length, latest_passed
from screener.matching.evaluate import Evaluator, EvaluatorOf
from screener.matching.gate import admitted
from screener.reports.json_forms import JsonForm

TRIAL, DAY = "NCT06452485", date(2026, 6, 1)
per_second = partial(per_second_of, rounds=10)
"""A run of a few hundredths of a second measures what else the machine does."""


def evaluation() -> list[tuple[str, str]]:
    """One patient at a time, in memory."""
    criteria = shipped("criteria")
    rules = admitted(find_rules(TRIAL, criteria), criteria).rules
    evaluator, form = Evaluator(rules, DAY), JsonForm()
    packing = EvaluatorOf(rules, DAY, form)
    patients = records(10_000, rules.vocabulary)
    turned = latest_passed(Length(18, "year"), DAY)
    assert turned is not None
    plain = [{name: fact.value for name, fact in one.facts.items()} for one in patients]
    for one, values in zip(patients, plain, strict=True):
        values["birth_date"] = one.facts["birth_date"].value.first if "birth_date" in values else None
        assert handwritten.outcome(values.get, turned) == evaluator.outcome(one.facts)[0:3:2]
    dated = [
        {name: (values[name], fact.on and fact.on.text) for name, fact in one.facts.items()}
        for one, values in zip(patients, plain, strict=True)
    ]
    ours = per_second(lambda one: evaluator.outcome(one.facts), patients)
    hand = per_second(lambda values: handwritten.outcome(values.get, turned), plain)
    ours_said = per_second(evaluator.evaluate, patients)
    hand_said = per_second(lambda facts: handwritten.explained(facts, turned), dated)
    ours_json = per_second(lambda one: form.unpacked(form.packed(packing.evaluate(one)), 1), patients)
    return [
        ("outcomes alone, patients/s", f"{ours:,.0f}"),
        ("the same by a hand-written loop", f"{hand:,.0f}"),
        ("ratio ours / hand-written", f"{ours / hand:.2f}"),
        ("every reason and question in words, patients/s", f"{ours_said:,.0f}"),
        ("explanation dictionaries by a hand-written loop (no questions)", f"{hand_said:,.0f}"),
        ("ratio ours / hand-written", f"{ours_said / hand_said:.2f}"),
        ("the same as JSON text, patients/s", f"{ours_json:,.0f}"),
    ]


def commands(count: int) -> list[tuple[str, str]]:
    """Whole commands, each a process on one processor."""
    criteria = shipped("criteria")
    vocabulary = admitted(find_rules(TRIAL, criteria), criteria).rules.vocabulary
    sample = str(shipped("data") / "patients.csv")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "cohort.csv", Path(folder) / "out"
        screen = ("screen", TRIAL, "--as-of", str(DAY), "--out", str(out), "--patients", str(table))
        for size, form, runs in ((1_000, "jsonl", 5), (count, "jsonl", 1), (count, "csv", 1)):
            write_csv(table, size, vocabulary)
            seconds, peak = command(*screen, "--format", form, runs=runs)
            rows.append((f"screen --format {form}, CSV of {size:,} rows", f"{seconds:.1f} s, {peak:.0f} MB"))
            if form == "jsonl" and size == count:
                rows += _by_hand(table, out, seconds)
    rows.append(("screener --help", f"{command('--help')[0]:.2f} s"))
    rows.append(("screen of the sample, cold", f"{command('screen', TRIAL, '--patients', sample)[0]:.2f} s"))
    return rows


def _by_hand(table: Path, out: Path, ours: float) -> list[tuple[str, str]]:
    turned = latest_passed(Length(18, "year"), DAY)
    seconds, peak = command(str(table), str(out), str(turned), runs=1, module="benchmarks.handwritten")
    return [
        ("the same table to JSON lines by a hand-written script (unranked)", f"{seconds:.1f} s, {peak:.0f} MB"),
        ("ratio ours / hand-written (time)", f"{ours / seconds:.2f}"),
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    publish("table", [*evaluation(), *commands(count)])


if __name__ == "__main__":
    main()
