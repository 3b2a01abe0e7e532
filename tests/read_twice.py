"""A table read by `screen` and by `cohort`: what each says of every patient, and what each rejects."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import rulesets

from screener.cohort.duckdb_engine import opened
from screener.cohort.duckdb_settings import DuckDbSettings
from screener.cohort.files import find_files
from screener.cohort.query import TrialRules
from screener.criteria.model import Criterion, RuleSet
from screener.errors import UnusablePatients
from screener.facts.table import open_fact_table
from screener.matching.evaluate import Evaluator

DAY = date(2026, 6, 1)
HEAD = "patient_id,fracture,casts,healed,pain"
ROW = "2026-03-14,1,no,mild"
RULES = ("healed: no", "casts: {at_most: 1}", "platelets: {at_most: 100}", "bones: {empty: yes}")
Found = dict[str, tuple[object, ...]]


class Said(NamedTuple):
    """What was said of each patient, how many cells and rows were rejected, and why whole rows were."""

    patients: Found
    rejected: int
    rows: tuple[str, ...]


def small_trial() -> TrialRules:
    """Rules that are compiled quickly: a test of a yes or no, of two numbers, and of a set."""
    criteria = []
    for place, text in enumerate(RULES, start=1):
        tree, findings = rulesets.rule_of(text)
        assert tree is not None, findings
        criteria.append(Criterion(f"I{place}", "inclusion", "x", tree))
    return TrialRules(RuleSet("NCT00000000", "x", "x", tuple(criteria), (), (), rulesets.vocabulary()))


def by_screen(path: Path, trial: TrialRules) -> Said | str:
    """What `screen` says of each patient, and why it rejects what it rejects; else why it refuses the file."""
    evaluator = Evaluator(trial.rules, DAY)
    found: Found = {}
    try:
        with open_fact_table(path, trial.rules.vocabulary, as_of=DAY) as table:
            for patient in table:
                said = evaluator.evaluate(patient)
                words = (word for one in said.criteria for word in (one.result, ";".join(one.causes)))
                found[patient.patient_id] = (said.verdict, said.recoverable, said.score, *words)
            return Said(found, len(table.rejected), ())
    except UnusablePatients as error:
        return error.message


def by_cohort(path: Path, trial: TrialRules) -> Said | str:
    out = path.with_name("result.parquet")
    try:
        with opened(find_files(path), [trial], DAY, DuckDbSettings(threads=1)) as engine:
            summary = engine.run(out, "wide")
    except UnusablePatients as error:
        return error.message
    with duckdb.connect() as connection:
        rows = connection.execute(f"select * from '{out}'").fetchall()
    why = sorted(one.problem for one in summary.rows for _ in range(one.count))
    return Said({row[0]: row[1:] for row in rows}, summary.rejected, tuple(why))


def agreed(path: Path, trial: TrialRules) -> Said | str:
    """What both say."""
    found, expected = by_cohort(path, trial), by_screen(path, trial)
    if isinstance(found, str) and "No column of" in found:
        # `screen` knows nothing of any patient then; `cohort` says at once that the headings must be wrong.
        assert isinstance(expected, Said)
        assert not any("met" in said for said in expected.patients.values())
    elif isinstance(found, str) or isinstance(expected, str):
        assert found == expected
    else:
        assert found[:2] == expected[:2]
    return found
