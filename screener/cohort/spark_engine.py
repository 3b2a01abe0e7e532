"""Spark as the engine: the same statement, on a cluster or in this process."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from screener.cohort.aside import written_aside
from screener.cohort.columns import ColumnKind, SourceColumn, cohort_table
from screener.cohort.dialects import Spark
from screener.cohort.inspection import STOP, Inspection, Unusable
from screener.cohort.layout import Layout, statement
from screener.cohort.query import CohortQuery, TrialRules, merged
from screener.cohort.spark_faults import check_master, explained, not_started, refuse_other_separators
from screener.cohort.sql import Kind, above, case, cast, column, function, number, table, text
from screener.cohort.summary import Summary
from screener.cohort.writing import written
from screener.errors import UnusablePatients, UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

COHORT: Final = "screener_cohort"
_KINDS: Final[dict[str, ColumnKind]] = {
    "string": "text",
    "boolean": "boolean",
    "tinyint": "whole",
    "smallint": "whole",
    "int": "whole",
    "bigint": "whole",
    "double": "double",
    "float": "real",
    "date": "date",
    "timestamp_ntz": "timestamp",
    "array<string>": "texts",
}
_DECIMAL: Final = re.compile(r"decimal\((\d+),(\d+)\)")
_WRITERS: Final = {".parquet": "parquet", ".csv": "csv"}


class SparkEngine:
    """A cohort that Spark reads from files, of this machine or of a cluster's storage (`s3a://`, `hdfs://`).

    Raises:
        UsageError: there are no such files, or they are of a format that is not read.
        UnusablePatients: they have no column patient_id, or none that is a fact.
    """

    def __init__(self, session: SparkSession, facts: str, trials: Sequence[TrialRules], as_of: date) -> None:
        self.session = session
        self._facts = facts
        self._trials = trials
        self._as_of = as_of
        read = _read(session, facts)
        read.createOrReplaceTempView(COHORT)
        self.table = cohort_table([_column(name, kind) for name, kind in read.dtypes], merged(trials), name=facts)

    def query(self, *, listed: bool = False) -> CohortQuery:
        """The rules compiled over the table; `listed` as `CohortQuery` has it."""
        return CohortQuery(self._trials, self.table, Spark(), as_of=self._as_of, listed=listed)

    def shown(self, layout: Layout, *, csv: bool) -> exp.Select:
        """The statement that gives the whole result."""
        query = self.query()
        return statement(query, table(COHORT), layout, query.has_id(), csv=csv)

    def guarded(self, layout: Layout, *, csv: bool) -> exp.Select:
        """The statement that is tried first: it stops at a row that cannot be used, or has words spelled otherwise."""
        query = self.query(listed=True)
        wrong, stop = Inspection(query).wrong(), cast(function("RAISE_ERROR", text(STOP)), Kind.VARCHAR)
        return statement(query, table(COHORT), layout, None, csv=csv, guard=lambda one: case([(wrong, stop)], one))

    def run(self, out: str, layout: Layout) -> Summary:
        """Write the result of every patient to a folder of files, whole or not at all.

        Raises:
            UsageError: the folder cannot be written, or names no format.
            UnusablePatients: a patient stands in the table twice.
        """
        form = _WRITERS.get(Path(out).suffix.lower())
        if form is None:
            raise UsageError(f"{out} names no format.", hint="End the name in .parquet or .csv.")
        if "://" in out:
            # A cluster's storage commits a folder by itself; what is there is never written over.
            unusable = self._write(out, form, layout)
        else:
            with written_aside(Path(out)) as aside:
                unusable = self._write(str(aside.absolute()), form, layout)
        return Summary(self._counts(out, form, layout), self.table.unknown, unusable)

    def _write(self, to: str, form: str, layout: Layout) -> tuple[Unusable, ...]:
        """Write the result to a folder that is not there yet, and count what could not be used."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        self._refuse_repeated()
        try:
            self._save(self.guarded(layout, csv=form == "csv"), to, form, mode="error")
        except (PySparkException, Py4JError) as error:
            if STOP not in str(error):
                raise
            return self._write_inspected(to, form, layout)
        return ()

    def _write_inspected(self, to: str, form: str, layout: Layout) -> tuple[Unusable, ...]:
        query = self.query()
        inspection = Inspection(query)
        counted = self._rows(query.statement(table(COHORT), inspection.counts(rows=False)))[0]
        # What stands there now is what the first attempt left.
        self._save(self.shown(layout, csv=form == "csv"), to, form, mode="overwrite")
        return tuple(inspection.say(tuple(counted)))

    def _save(self, query: exp.Select, to: str, form: str, *, mode: str) -> None:
        # Quotation marks inside a cell are doubled, as other programs write them.
        settings = {"header": "true", "escape": '"', "emptyValue": ""} if form == "csv" else {}
        self._sql(query).write.mode(mode).format(form).options(**settings).save(to)

    def _refuse_repeated(self) -> None:
        # Fingerprints of ids take a third of the memory; that two ids share one is rare, and then ids are compared.
        if self._twice(hashed=True) and self._twice(hashed=False):
            raise UnusablePatients(
                "A patient stands in the table more than once, and files that Spark reads have no first row.",
                hint="Keep one row for each patient_id, or use --engine duckdb.",
            )

    def _twice(self, *, hashed: bool) -> bool:
        query = self.query()
        patient = column(query.patient_id)
        twice = query.statement(table(COHORT), [number(1)], query.has_id())
        twice.set("group", exp.Group(expressions=[function("XXHASH64", patient) if hashed else patient]))
        twice.set("having", exp.Having(this=above(exp.Count(this=exp.Star()), number(1))))
        twice.set("limit", exp.Limit(expression=number(1)))
        return bool(self._rows(twice))

    def _counts(self, out: str, form: str, layout: Layout) -> dict[str, dict[str, int]]:
        written = self.session.read.format(form).option("header", value=True).load(out)
        counts: dict[str, dict[str, int]] = {}
        for trial in (one.rules.trial for one in self._trials):
            wide = len(self._trials) > 1 and layout == "wide"
            some = written.where(written["trial"] == trial) if layout == "long" else written
            found = some.groupBy(f"{trial}__verdict" if wide else "verdict").count().collect()
            counts[trial] = {str(word): int(count) for word, count in found}
        return counts

    def _rows(self, query: exp.Select) -> list[Any]:
        return list(self._sql(query).collect())

    def _sql(self, query: exp.Select) -> DataFrame:
        return self.session.sql(written(query, "spark"))


@contextmanager
def opened(master: str, facts: str, trials: Sequence[TrialRules], as_of: date) -> Iterator[SparkEngine]:
    """A cohort, and a session of Spark that ends with it.

    Raises:
        UsageError: Spark is not installed, finds no Java, cannot reach the cluster, or broke off.
        UnusablePatients: the files cannot be read.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError("Spark is not installed.", hint='pip install "eligibility-screener[spark]"') from None
    check_master(master)
    builder = SparkSession.builder.master(master).appName("screener cohort")
    for name, value in (_everywhere() | (_on_this_machine() if master.startswith("local") else {})).items():
        builder = builder.config(name, value)
    silent = Path(__file__).with_name("spark_silent.properties").as_uri()
    os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-Dlog4j2.configurationFile={silent}")
    with _stopped_by_ctrl_c():
        try:
            session = builder.getOrCreate()
        except (PySparkException, Py4JError, OSError) as error:
            raise not_started(error, master) from None
        signal.signal(signal.SIGINT, signal.default_int_handler)
        session.sparkContext.setLogLevel("OFF")
        try:
            yield SparkEngine(session, facts, trials, as_of)
        except (PySparkException, Py4JError) as error:
            raise explained(error, facts) from None
        finally:
            session.stop()


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[None]:
    """Ctrl-C ends the program as anywhere else: Spark asks its jobs to end first, and logs where it was stopped."""
    before, quiet = signal.getsignal(signal.SIGINT), logging.NullHandler()
    logging.getLogger().addHandler(quiet)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(quiet)
        signal.signal(signal.SIGINT, before)


def _everywhere() -> dict[str, str]:
    """What holds on a cluster as well.

    Progress is shown on a terminal only; executors keep as silent as this process, since what they log of a fault holds
    the row; what is generated is divided into methods that Java still compiles.
    """
    return {
        "spark.ui.showConsoleProgress": str(sys.stderr.isatty()).lower(),
        "spark.executor.syncLogLevel.enabled": "true",
        "spark.sql.codegen.hugeMethodLimit": "8000",
    }


def _on_this_machine() -> dict[str, str]:
    """On this machine Spark listens to itself alone."""
    return {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
    }


def _read(session: SparkSession, facts: str) -> DataFrame:
    ending = Path(facts.rstrip("/*")).suffix.lower()
    if ending in (".csv", ".tsv"):
        # A row of another length must not be cut or filled up without a word, so that no column may be left out.
        reader = session.read.options(mode="FAILFAST", columnPruning="false", enforceSchema="false")
        read = reader.csv(facts, header=True, sep="\t" if ending == ".tsv" else ",", escape='"')
        refuse_other_separators(read.columns, facts)
        return read
    if ending in (".jsonl", ".ndjson"):
        return session.read.json(facts, primitivesAsString=True)
    return session.read.parquet(facts)


def _column(name: str, kind: str) -> SourceColumn:
    found = _KINDS.get(kind)
    if found is not None:
        return SourceColumn(name, found, 19 if kind == "bigint" else 10)
    match = _DECIMAL.fullmatch(kind)
    if match and int(match[1]) - int(match[2]) <= 18 and int(match[2]) <= 18:
        return SourceColumn(name, "decimal")
    return SourceColumn(name, "plain" if match else "no value")
