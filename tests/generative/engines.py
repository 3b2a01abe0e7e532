"""The engines that are compared with the evaluator: each takes a table of text and the rules, and gives the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import cohorts
import duckdb
import psycopg

from screener.cohort.dialect import Dialect
from screener.cohort.dialects import DuckDb, Postgres, Spark
from screener.cohort.query import TrialRules

PATIENTS = 50
Ask = Callable[[list[str], cohorts.Rows, Sequence[TrialRules]], cohorts.Results]
Compiled = Callable[[Sequence[str], Sequence[TrialRules], Dialect], str]


def check(asked: Sequence[Ask], trials: Sequence[TrialRules], table_seed: int) -> None:
    """Evaluate generated patients and ask engines of them; every column must be the same."""
    vocabulary = trials[0].rules.vocabulary
    headings, rows = cohorts.rows_of(table_seed, list(vocabulary.facts.values()), PATIENTS)
    patients, _ = cohorts.records(headings, rows, vocabulary)
    expected = cohorts.evaluated(patients, trials)
    for ask in asked:
        assert cohorts.differences(expected, ask(headings, rows, trials), trials, headings, rows) == []


def check_listed(ask: Ask, trials: Sequence[TrialRules], table_seed: int) -> int:
    """Ask of the rows whose words are all spelled as they are listed. How many there were."""
    vocabulary = trials[0].rules.vocabulary
    headings, rows = cohorts.rows_of(table_seed, list(vocabulary.facts.values()), 4 * PATIENTS)
    patients, rejected = cohorts.records(headings, rows, vocabulary)
    found = ask(headings, [[cell or None for cell in row] for row in rows], trials)
    assert not found.keys() & {rows[one.row - 2][0] for one in rejected}
    expected = cohorts.evaluated([one for one in patients if one.patient_id in found], trials)
    assert cohorts.differences(expected, found, trials, headings, rows) == []
    return len(found)


def by_patient(rows: Sequence[Any]) -> cohorts.Results:
    return {row[0]: tuple(row)[1:] for row in rows}


def load(connection: duckdb.DuckDBPyConnection, headings: list[str], rows: cohorts.Rows) -> None:
    """Put rows of text into the table `cohort`."""
    columns = ", ".join(f'unnest(?::varchar[]) as "{one}"' for one in headings)
    cells = [list(one) for one in zip(*rows, strict=True)]
    connection.execute(f"create or replace temp table cohort as select {columns}", cells)


@contextmanager
def on_duckdb(compiled: Compiled = cohorts.compiled) -> Iterator[Ask]:
    with duckdb.connect(config={"threads": 1}) as connection:

        def ask(headings: list[str], rows: cohorts.Rows, trials: Sequence[TrialRules]) -> cohorts.Results:
            load(connection, headings, rows)
            return by_patient(connection.execute(compiled(headings, trials, DuckDb())).fetchall())

        yield ask


@contextmanager
def on_postgres(socket: str) -> Iterator[Ask]:
    """PostgreSQL, by the folder of its socket."""
    with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as connection:

        def ask(headings: list[str], rows: cohorts.Rows, trials: Sequence[TrialRules]) -> cohorts.Results:
            columns = ", ".join(f'"{one}" text' for one in headings)
            with connection.cursor() as cursor:
                cursor.execute("drop table if exists cohort")
                cursor.execute(f"create temp table cohort ({columns})".encode())
                with cursor.copy("copy cohort from stdin") as copy:
                    for row in rows:
                        copy.write_row(row)
                return by_patient(cursor.execute(cohorts.compiled(headings, trials, Postgres()).encode()).fetchall())

        yield ask


@contextmanager
def on_spark(compiled: Compiled = cohorts.compiled) -> Iterator[Ask]:
    """Spark in this process."""
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StringType, StructField, StructType

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        # Java is not compiled for fifty patients.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")

    def ask(headings: list[str], rows: cohorts.Rows, trials: Sequence[TrialRules]) -> cohorts.Results:
        shape = StructType([StructField(one, StringType()) for one in headings])
        session.createDataFrame([tuple(row) for row in rows], shape).createOrReplaceTempView("cohort")
        return by_patient(session.sql(compiled(headings, trials, Spark())).collect())

    try:
        yield ask
    finally:
        session.stop()
