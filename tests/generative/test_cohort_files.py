"""A cohort in a file gives what `screen` gives for the same file: typed columns, CSV, JSON lines, what is rejected."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cohorts
import duckdb
import pytest
from generated import AS_OF, rule_sets
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from screener.cohort.duckdb_engine import opened
from screener.cohort.duckdb_settings import DuckDbSettings
from screener.cohort.files import find_files
from screener.cohort.query import TrialRules
from screener.cohort.summary import Summary
from screener.criteria.model import RuleSet
from screener.facts.definitions import AGE, BIRTH_DATE, FactDefinition
from screener.facts.table import open_fact_table
from screener.facts.tables.headings import ON

PATIENTS = 40
steady = settings(max_examples=60, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
OPTIONS = ("a", "b", "c", "d")
DOUBLES = (
    0.0, 1.0, -0.0, 1.5, 2.25, 1.4999999999999998, 1e16, 1e99, 1e100, 1e-5, 1e-99, 1e-100, float("nan"), float("inf"),
    -1.0, 2.0, 3.0, 4.0, 0.00012345678901234567, 0.1, 123456789012345678.0, 2.5,
    9007199254740992.0, 9999999999999998.0, -9007199254740994.0,
)  # fmt: skip
WHOLE = (0, 1, 2, 3, 4, 5, -1, 25, 130, 131)
LISTS: tuple[list[str | None], ...] = (
    [], ["a"], ["a", "b"], ["none"], [">=a"], [">=a", "b"], ["A "], ["e"], ["a", None], [""], ["a;b"], ["c d"],
)  # fmt: skip
LARGE = (*WHOLE, 10**18, 10**18 - 1, -(10**18), 2**62)


def days(draw: random.Random) -> date:
    return AS_OF + timedelta(days=draw.randint(-900, 40))


def moments(draw: random.Random) -> datetime:
    return datetime.combine(days(draw), time.min) + timedelta(hours=draw.choice((0, 0, 0, 5)))


def mostly(draw: random.Random, one: Callable[[random.Random], Any]) -> Any:
    return None if draw.random() < 0.2 else one(draw)


KINDS: dict[str, list[tuple[str, Callable[[random.Random], Any]]]] = {
    "yes_no": [
        ("BOOLEAN", lambda draw: draw.random() < 0.5),
        ("TINYINT", lambda draw: draw.choice((0, 1))),
        ("VARCHAR[]", lambda draw: ["yes"]),
    ],
    "choice": [("ENUM('a', 'b', 'c', 'd', 'e')", lambda draw: draw.choice((*OPTIONS, "e")))],
    "integer": [
        ("TINYINT", lambda draw: draw.choice((0, 1, 2, 3, 4, 5, -1, 25))),
        ("BIGINT", lambda draw: draw.choice(LARGE)),
        ("UBIGINT", lambda draw: draw.choice((0, 1, 2, 2**64 - 1))),
        ("DOUBLE", lambda draw: draw.choice(DOUBLES)),
        ("FLOAT", lambda draw: draw.choice((0.0, 1.0, 2.5, 9e15, 9007199254740992.0, 1e20))),
        ("DECIMAL(6,2)", lambda draw: draw.choice((Decimal("2.00"), Decimal("2.50"), Decimal(3)))),
        ("BOOLEAN", lambda draw: True),
    ],
    "number": [
        ("SMALLINT", lambda draw: draw.choice((0, 1, 2, 3, 4, -1))),
        ("BIGINT", lambda draw: draw.choice(LARGE)),
        ("DOUBLE", lambda draw: draw.choice(DOUBLES)),
        ("FLOAT", lambda draw: draw.choice((1.5, 0.1, 2.25, 1e20, 16777216.0))),
        ("DECIMAL(8,3)", lambda draw: draw.choice((Decimal("1.5"), Decimal("2.250"), Decimal("-0.001"), Decimal(2)))),
        ("DECIMAL(38,20)", lambda draw: draw.choice((Decimal("1.5"), Decimal("2.25")))),
        ("HUGEINT", lambda draw: draw.choice((1, 2, 10**30))),
    ],
    "date": [
        ("DATE", days),
        ("TIMESTAMP", moments),
        ("INTEGER", lambda draw: 2023),
        ("TIME", lambda draw: time.min),
    ],
    "set": [
        ("VARCHAR[]", lambda draw: draw.choice(LISTS)),
        ("INTEGER[]", lambda draw: [1]),
    ],
}

TIDY: dict[str, list[tuple[str, Callable[[random.Random], Any]]]] = {
    "yes_no": [("BOOLEAN", lambda draw: draw.random() < 0.5), ("VARCHAR", lambda draw: draw.choice(("yes", "no")))],
    "choice": [("VARCHAR", lambda draw: draw.choice(OPTIONS))],
    "integer": [("TINYINT", lambda draw: draw.choice((0, 1, 2, 3, 4)))],
    "number": [("DOUBLE", lambda draw: draw.choice((0.0, 1.5, 2.25)))],
    "date": [("DATE", lambda draw: AS_OF - timedelta(days=draw.randint(0, 900)))],
    "set": [
        ("VARCHAR[]", lambda draw: draw.sample(OPTIONS, draw.randint(0, 3))),
        ("VARCHAR", lambda draw: ";".join(draw.sample(OPTIONS, draw.randint(1, 3)))),
    ],
}
"""What any reader takes as it is."""


def tidy(facts: Sequence[FactDefinition], draw: random.Random) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The types of the columns, and rows in which every word is spelled as the vocabulary lists it."""
    chosen = {fact.name: draw.choice(TIDY[fact.type]) for fact in facts}
    chosen |= {fact.name + ON: TIDY["date"][0] for fact in facts if draw.random() < 0.6}
    types = {"patient_id": "VARCHAR"} | {name: kind for name, (kind, _) in chosen.items()}
    rows = [{"patient_id": f"P-{number}"} | {name: mostly(draw, make) for name, (_, make) in chosen.items()}
            for number in range(PATIENTS)]  # fmt: skip
    return types, rows


def typed(facts: Sequence[FactDefinition], draw: random.Random) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The types of the columns, and rows that fit them; some columns are text, as in any other table."""
    cells = cohorts.Cells(draw.randint(0, 2**32))
    makers: dict[str, Callable[[random.Random], Any]] = {}
    types: dict[str, str] = {"patient_id": "VARCHAR"}
    for fact in facts:
        if draw.random() < 0.25:
            types[fact.name], makers[fact.name] = "VARCHAR", lambda _, fact=fact: cells.value(fact)
        else:
            types[fact.name], makers[fact.name] = draw.choice(KINDS[fact.type])
        if draw.random() < 0.6:
            plain = draw.random() < 0.5
            types[fact.name + ON] = "DATE" if plain else "VARCHAR"
            makers[fact.name + ON] = days if plain else lambda _: cells.on()
    rows = [{"patient_id": f"P-{number}"} | {name: mostly(draw, make) for name, make in makers.items()}
            for number in range(PATIENTS)]  # fmt: skip
    return types, rows


def write_parquet(path: Path, types: dict[str, str], rows: list[dict[str, Any]]) -> None:
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        connection.execute(f"create table cohort ({columns})")
        marks = ", ".join("?" for _ in types)
        connection.executemany(f"insert into cohort values ({marks})", [[row[name] for name in types] for row in rows])
        connection.execute(f"copy cohort to '{path}' (format parquet)")


def by_cohort(path: Path, trial: TrialRules) -> tuple[cohorts.Results, Summary]:
    """The result of the command's engine, read back from the file it wrote."""
    out = path.with_name("result.parquet")
    with opened(find_files(path), [trial], AS_OF, DuckDbSettings(threads=1)) as engine:
        summary = engine.run(out, "wide")
    with duckdb.connect() as connection:
        rows = connection.execute(f"select * from '{out}'").fetchall()
    return {row[0]: row[1:] for row in rows}, summary


def check(path: Path, rules: RuleSet, rows: list[list[str]], headings: list[str]) -> None:
    trial = TrialRules(rules)
    with open_fact_table(path, rules.vocabulary, as_of=AS_OF) as table:
        patients = list(table)
        rejected = table.rejected
    found, summary = by_cohort(path, trial)
    assert cohorts.differences(cohorts.evaluated(patients, [trial]), found, [trial], headings, rows) == []
    assert summary.rejected == len(rejected)
    assert {one.column for one in summary.unusable} == {str(one.column) for one in rejected}


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("shard", range(4))
def test_typed_columns_read_as_they_do_for_a_single_patient(shard: int) -> None:
    @seed(shard)
    @steady
    @given(rule_sets(most=2), st.integers(0, 2**32))
    def agree(rules: RuleSet, draw: int) -> None:
        facts = [fact for fact in rules.vocabulary.facts.values() if fact.name not in (AGE, BIRTH_DATE) or draw % 3]
        types, rows = typed(facts, random.Random(draw))
        with folder() as place:
            write_parquet(place / "cohort.parquet", types, rows)
            check(place / "cohort.parquet", rules, [[str(row[one]) for one in types] for row in rows], list(types))

    agree()


@seed(0)
@steady
@given(rule_sets(most=2), st.integers(0, 2**32))
def test_words_as_they_are_listed_read_as_they_do_for_a_single_patient(rules: RuleSet, draw: int) -> None:
    facts = [fact for fact in rules.vocabulary.facts.values() if fact.name != AGE]
    types, rows = tidy(facts, random.Random(draw))
    with folder() as place:
        write_parquet(place / "cohort.parquet", types, rows)
        check(place / "cohort.parquet", rules, [[str(row[one]) for one in types] for row in rows], list(types))


@seed(1)
@settings(steady, max_examples=30)
@given(rule_sets(most=2), st.integers(0, 2**32), st.sampled_from([",", ";", "\t"]))
def test_a_csv_file_reads_as_it_does_for_a_single_patient(rules: RuleSet, draw: int, delimiter: str) -> None:
    headings, rows = cohorts.rows_of(draw, list(rules.vocabulary.facts.values()), PATIENTS)
    with folder() as place:
        with (place / "cohort.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, delimiter=delimiter).writerows([headings, *rows])
        check(place / "cohort.csv", rules, rows, headings)


@seed(1)
@settings(steady, max_examples=30)
@given(rule_sets(most=2), st.integers(0, 2**32))
def test_json_lines_read_as_they_do_for_a_single_patient(rules: RuleSet, draw: int) -> None:
    headings, rows = cohorts.rows_of(draw, list(rules.vocabulary.facts.values()), PATIENTS)
    with folder() as place:
        objects = ({name: cell for name, cell in zip(headings, row, strict=True) if cell} for row in rows)
        lines = "\n".join(json.dumps(one, ensure_ascii=bool(draw % 2)) for one in objects)
        (place / "cohort.jsonl").write_text(lines + "\n", encoding="utf-8")
        check(place / "cohort.jsonl", rules, rows, headings)
