"""A cohort's query says of every patient what the evaluator says: rules, patients and spellings are generated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cohorts
import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from screener.cohort.dialects import DuckDb
from screener.cohort.query import TrialRules

PATIENTS = 50
RULE_SETS = 2000
SHARDS = 8
# Shrinking is for the search by hand: here the seed and the row are in the message.
steady = settings(
    max_examples=RULE_SETS // cohorts.TOGETHER // SHARDS,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(config={"threads": 1})
    yield opened
    opened.close()


def load(connection: duckdb.DuckDBPyConnection, headings: list[str], rows: cohorts.Rows) -> None:
    columns = ", ".join(f'unnest(?::varchar[]) as "{one}"' for one in headings)
    connection.execute(
        f"create or replace temp table cohort as select {columns}", [list(one) for one in zip(*rows, strict=True)]
    )


def check(connection: duckdb.DuckDBPyConnection, trials: list[TrialRules], table_seed: int) -> None:
    """Evaluate generated patients both ways and compare every column, and now and then the cells that are rejected."""
    vocabulary = trials[0].rules.vocabulary
    headings, rows = cohorts.rows_of(table_seed, list(vocabulary.facts.values()), PATIENTS)
    patients, rejected = cohorts.records(headings, rows, vocabulary)
    load(connection, headings, rows)
    said = connection.execute(cohorts.compiled(headings, trials, DuckDb())).fetchall()
    found = {row[0]: row[1:] for row in said}
    assert cohorts.differences(cohorts.evaluated(patients, trials), found, trials, headings, rows) == []
    if table_seed % 5 == 0:
        totals: tuple[Any, ...] = connection.execute(cohorts.counting(headings, trials[:1], DuckDb())).fetchall()[0]
        assert sum(totals) == len(rejected)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_duckdb_says_of_every_generated_patient_what_the_evaluator_says(
    connection: duckdb.DuckDBPyConnection, shard: int
) -> None:
    @seed(shard)
    @steady
    @given(cohorts.trials_together(), st.integers(0, 2**32))
    def agree(trials: list[TrialRules], table_seed: int) -> None:
        check(connection, trials, table_seed)

    agree()
