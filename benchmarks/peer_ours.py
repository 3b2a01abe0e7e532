"""`python -m benchmarks.peer_ours KIND COHORT OUT`: a run of ours, beside those of the peers.

The kinds are outcomes, reasons (both in this process), cohort (the command) and statement (on DuckDB).
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from benchmarks.cohort import records
from benchmarks.cohort_by_hand import IDS
from screener import __version__
from screener.criteria.library import find_rules, shipped
from screener.criteria.model import RuleSet
from screener.facts.values import PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.gate import admitted

TRIAL, DAY = "NCT06452485", date(2026, 6, 1)
COHORT = [sys.executable, "-m", "screener", "cohort", TRIAL, "--as-of", str(DAY), "--facts"]
TRUTHS = {True: "1", False: "0", None: "?"}
RESULTS = {"met": "1", "applies": "1", "not met": "0", "does not apply": "0", "unknown": "?"}


class Run(NamedTuple):
    """What a run cost, of how many patients and which criteria, and the versions that ran."""

    version: str
    criteria: list[str]
    patients: int
    seconds: float
    processors: float


def rules() -> RuleSet:
    criteria = shipped("criteria")
    return admitted(find_rules(TRIAL, criteria), criteria).rules


def answered(kind: str, evaluator: Evaluator) -> tuple[Callable[[PatientRecord], Any], Callable[[Any], str]]:
    """How a patient is screened, and how the result is written as the answers to the criteria that decide."""
    if kind == "reasons":
        return evaluator.evaluate, lambda said: "".join(RESULTS.get(one.result, "") for one in said.criteria)
    decides = [place for place, one in enumerate(evaluator.rules.criteria) if one.id in IDS]
    return (
        lambda patient: evaluator.outcome(patient.facts),
        lambda outcome: "".join(TRUTHS[outcome.truths[place]] for place in decides),
    )


def in_process(kind: str, cohort: Path, out: Path) -> Run:
    """All patients one after the other, ready in memory; nothing is kept of them."""
    with cohort.open(encoding="utf-8") as lines:
        count = sum(1 for _ in lines)
    trial = rules()
    patients = records(count, trial.vocabulary)
    work, said = answered(kind, Evaluator(trial, DAY))
    for one in patients[: count // 10]:
        work(one)
    gc.collect()
    start, spent = time.perf_counter(), time.process_time()
    for one in patients:
        work(one)
    seconds, processors = time.perf_counter() - start, time.process_time() - spent
    out.write_text("".join(f"{one.patient_id}\t{said(work(one))}\n" for one in patients), encoding="utf-8")
    return Run(__version__, list(IDS), count, seconds, processors)


def cohort_command(cohort: Path, out: Path) -> Run:
    """The whole command, from Parquet to Parquet, its start counted."""
    made = out.with_suffix(".parquet")
    start, before = time.perf_counter(), os.times()
    subprocess.run([*COHORT, str(cohort), "--out", str(made), "--threads", "1"], check=True, stderr=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - start, os.times()
    processors = after.children_user + after.children_system - before.children_user - before.children_system
    with duckdb.connect(config={"threads": 1}) as connection:
        count = write_answers(connection, f"'{made}'", out)
    return Run(__version__, list(IDS), count, seconds, processors)


def cohort_statement(cohort: Path, out: Path) -> Run:
    """The command's statement alone, from Parquet to a table."""
    shown = subprocess.run([*COHORT, str(cohort), "--show-sql"], check=True, stdout=subprocess.PIPE, text=True).stdout
    with duckdb.connect(config={"threads": 1}) as connection:
        start, spent = time.perf_counter(), time.process_time()
        connection.execute(f"create table found as {shown.strip().rstrip(';')}")
        seconds, processors = time.perf_counter() - start, time.process_time() - spent
        count = write_answers(connection, "found", out)
    return Run(__version__, list(IDS), count, seconds, processors)


def write_answers(connection: duckdb.DuckDBPyConnection, source: str, out: Path) -> int:
    found = connection.execute(f"select patient_id, {', '.join(IDS)} from {source}").fetchall()
    lines = (f"{patient}\t{''.join(RESULTS[one] for one in told)}\n" for patient, *told in found)
    out.write_text("".join(lines), encoding="utf-8")
    return len(found)


def main(kind: str, cohort: Path, out: Path) -> None:
    on_duckdb = {"cohort": cohort_command, "statement": cohort_statement}
    found = on_duckdb[kind](cohort, out) if kind in on_duckdb else in_process(kind, cohort, out)
    print(json.dumps(found._asdict()))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
