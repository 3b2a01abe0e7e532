"""A cohort's query says of every patient what the evaluator says: rules, patients and spellings are generated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cohorts
import duckdb
import engines
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from screener.cohort.dialects import DuckDb
from screener.cohort.query import TrialRules

pytest_plugins = ["java", "postgres"]

RULE_SETS = 2000
ON_OTHERS = 200
SHARDS = 8
# Shrinking is for the search by hand: here the seed and the row are in the message.
steady = settings(phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)


def agree_on(ask: engines.Ask, rule_sets: int, *, first: int) -> None:
    """Draw rule sets and tables, and compare."""

    @seed(first)
    @settings(steady, max_examples=rule_sets // cohorts.TOGETHER)
    @given(cohorts.trials_together(), st.integers(0, 2**32))
    def agree(trials: list[TrialRules], table_seed: int) -> None:
        engines.check([ask], trials, table_seed)

    agree()


@pytest.fixture(scope="module")
def on_duckdb() -> Iterator[engines.Ask]:
    with engines.on_duckdb() as ask:
        yield ask


@pytest.mark.parametrize("shard", range(SHARDS))
def test_duckdb_says_of_every_generated_patient_what_the_evaluator_says(on_duckdb: engines.Ask, shard: int) -> None:
    agree_on(on_duckdb, RULE_SETS // SHARDS, first=shard)


def agree_on_the_listed(ask: engines.Ask, rule_sets: int) -> None:
    """Draw rule sets and tables, and compare what is said of rows whose words are spelled as they are listed."""
    kept = []

    @seed(0)
    @settings(steady, max_examples=rule_sets // cohorts.TOGETHER)
    @given(cohorts.trials_together(), st.integers(0, 2**32))
    def agree(trials: list[TrialRules], table_seed: int) -> None:
        kept.append(engines.check_listed(ask, trials, table_seed))

    agree()
    assert sum(kept) > rule_sets


def test_what_duckdb_says_of_rows_in_listed_words_is_what_the_evaluator_says() -> None:
    with engines.on_duckdb(cohorts.of_the_listed) as ask:
        agree_on_the_listed(ask, 200)


@pytest.mark.usefixtures("java")
def test_what_spark_says_of_rows_in_listed_words_is_what_the_evaluator_says() -> None:
    with engines.on_spark(cohorts.of_the_listed) as ask:
        agree_on_the_listed(ask, 25)


def test_postgresql_says_of_every_generated_patient_what_the_evaluator_says(postgres_server: str) -> None:
    with engines.on_postgres(postgres_server) as ask:
        agree_on(ask, ON_OTHERS, first=0)


@pytest.mark.usefixtures("java")
def test_spark_says_of_every_generated_patient_what_the_evaluator_says() -> None:
    with engines.on_spark() as ask:
        agree_on(ask, ON_OTHERS, first=0)


@seed(0)
@settings(steady, max_examples=100)
@given(cohorts.trials_together(), st.integers(0, 2**32))
def test_as_many_cells_are_counted_as_the_reader_of_tables_rejects(trials: list[TrialRules], table_seed: int) -> None:
    vocabulary = trials[0].rules.vocabulary
    headings, rows = cohorts.rows_of(table_seed, list(vocabulary.facts.values()), engines.PATIENTS)
    _, rejected = cohorts.records(headings, rows, vocabulary)
    with duckdb.connect(config={"threads": 1}) as connection:
        engines.load(connection, headings, rows)
        totals: tuple[Any, ...] = connection.execute(cohorts.counting(headings, trials[:1], DuckDb())).fetchall()[0]
    assert sum(totals) == len(rejected)
