"""PostgreSQL and Spark say of every generated patient what the evaluator says, from the same rules as DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cohorts
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from screener.cohort.dialects import Postgres, Spark
from screener.cohort.query import TrialRules

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytest_plugins = ["postgres"]

PATIENTS = 50
RULE_SETS = 200
steady = settings(
    max_examples=RULE_SETS // cohorts.TOGETHER,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)


def drawn(trials: list[TrialRules], table_seed: int) -> tuple[list[str], cohorts.Rows, cohorts.Results]:
    """A table, and what the evaluator says of its patients."""
    vocabulary = trials[0].rules.vocabulary
    headings, rows = cohorts.rows_of(table_seed, list(vocabulary.facts.values()), PATIENTS)
    patients, _ = cohorts.records(headings, rows, vocabulary)
    return headings, rows, cohorts.evaluated(patients, trials)


def test_postgresql_says_of_every_generated_patient_what_the_evaluator_says(postgres_server: str) -> None:
    address = f"host={postgres_server} user=postgres dbname=postgres"
    with psycopg.connect(address, autocommit=True) as connection:

        @seed(0)
        @steady
        @given(cohorts.trials_together(), st.integers(0, 2**32))
        def agree(trials: list[TrialRules], table_seed: int) -> None:
            headings, rows, expected = drawn(trials, table_seed)
            with connection.cursor() as cursor:
                cursor.execute("drop table if exists cohort")
                columns = ", ".join(f'"{one}" text' for one in headings)
                cursor.execute(f"create temp table cohort ({columns})".encode())
                with cursor.copy("copy cohort from stdin") as copy:
                    for row in rows:
                        copy.write_row(row)
                said = cursor.execute(cohorts.compiled(headings, trials, Postgres()).encode()).fetchall()
            found = {row[0]: row[1:] for row in said}
            assert cohorts.differences(expected, found, trials, headings, rows) == []

        agree()


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    pytest.importorskip("pyspark", reason="Spark is not installed")
    from pyspark.sql import SparkSession

    settings_ = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        # Java is not compiled for fifty patients.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings_.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def test_spark_says_of_every_generated_patient_what_the_evaluator_says(spark: SparkSession) -> None:
    from pyspark.sql.types import StringType, StructField, StructType

    @seed(0)
    @steady
    @given(cohorts.trials_together(), st.integers(0, 2**32))
    def agree(trials: list[TrialRules], table_seed: int) -> None:
        headings, rows, expected = drawn(trials, table_seed)
        shape = StructType([StructField(one, StringType()) for one in headings])
        spark.createDataFrame([tuple(row) for row in rows], shape).createOrReplaceTempView("cohort")
        said: list[Any] = spark.sql(cohorts.compiled(headings, trials, Spark())).collect()
        found = {row[0]: tuple(row)[1:] for row in said}
        assert cohorts.differences(expected, found, trials, headings, rows) == []

    agree()
