"""PostgreSQL as the engine: the query goes to where the patients are, and only the result comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from screener.cohort.aside import written_aside
from screener.cohort.columns import ColumnKind, SourceColumn, cohort_table
from screener.cohort.dialects import Postgres
from screener.cohort.inspection import Inspection
from screener.cohort.layout import NO_CELL, Layout, statement
from screener.cohort.query import CohortQuery, TrialRules, merged
from screener.cohort.sql import Sql, above, column, number, text
from screener.cohort.summary import Summary
from screener.cohort.writing import written
from screener.errors import UnusablePatients, UsageError

if TYPE_CHECKING:
    import psycopg

_KINDS: Final[dict[str, ColumnKind]] = {
    "text": "text",
    "varchar": "text",
    "bool": "boolean",
    "int2": "whole",
    "int4": "whole",
    "int8": "whole",
    "float8": "double",
    "float4": "real",
    "numeric": "plain",
    "uuid": "plain",
    "bpchar": "plain",
    "date": "date",
    "timestamp": "timestamp",
    "_text": "texts",
    "_varchar": "texts",
}
_KEPT_IN: Final = ".pgpass or PGPASSWORD"
_WHAT: Final[dict[str, tuple[str, str]]] = {
    "42P01": ("There is no such table in the database.", "Name it as --facts schema.table."),
    "42501": ("This user may not read the table.", "Ask for the right to SELECT from it."),
    "53100": ("The disk of the database is full.", "Make room there; nothing was written."),
}


class PostgresEngine:
    """A cohort in a table or a view of PostgreSQL.

    Raises:
        UsageError: there is no such table, or it may not be read.
        UnusablePatients: it has no column patient_id, or none that is a fact.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], facts: str, trials: Sequence[TrialRules], as_of: date
    ) -> None:
        self._connection = connection
        self._trials = trials
        self._as_of = as_of
        self._relation = _relation(facts)
        self.table = cohort_table(self._columns(), merged(trials), name=facts)

    def query(self) -> CohortQuery:
        """The rules compiled over the table."""
        return CohortQuery(self._trials, self.table, Postgres(), as_of=self._as_of)

    def shown(self, layout: Layout, *, csv: bool) -> exp.Select:
        """The statement that gives the whole result."""
        query = self.query()
        return statement(query, self._relation.copy(), layout, query.has_id(), csv=csv)

    def run(self, out: Path, layout: Layout) -> Summary:
        """Write the result of every patient to a CSV file, whole or not at all.

        Raises:
            UsageError: the file cannot be written, or is to be of another format.
            UnusablePatients: a patient stands in the table twice; a table of a database has no first row to keep.
        """
        if out.suffix.lower() != ".csv":
            raise UsageError("PostgreSQL writes its result as CSV.", hint="End the name of the result in .csv.")
        self._refuse_repeated()
        query = self.query()
        inspection = Inspection(query)
        counted = self._rows(query.statement(self._relation.copy(), inspection.counts(rows=False)))[0]
        with written_aside(out) as aside:
            self._copy(aside, layout)
            return Summary(self._counts(), self.table.unknown, tuple(inspection.say(tuple(counted))))

    def _copy(self, aside: Path, layout: Layout) -> None:
        settings = {"FORMAT": exp.Var(this="CSV"), "HEADER": exp.true(), "NULL": text(NO_CELL)}
        parameters = [exp.CopyParameter(this=exp.Var(this=name), expression=value) for name, value in settings.items()]
        query = exp.Subquery(this=self.shown(layout, csv=True))
        copy = exp.Copy(this=query, kind=False, files=[exp.Var(this="STDOUT")], params=parameters)
        with (
            aside.open("wb") as stream,
            self._connection.cursor() as cursor,
            cursor.copy(_bytes(copy)) as pieces,
        ):
            stream.writelines(pieces)

    def _refuse_repeated(self) -> None:
        query = self.query()
        twice = query.statement(self._relation.copy(), [number(1)], query.has_id())
        twice.set("group", exp.Group(expressions=[column(query.patient_id)]))
        twice.set("having", exp.Having(this=above(exp.Count(this=exp.Star()), number(1))))
        twice.set("limit", exp.Limit(expression=number(1)))
        if self._rows(twice):
            raise UnusablePatients(
                "A patient stands in the table more than once, and a table of a database has no first row.",
                hint="Make a view of it with one row for each patient_id.",
            )

    def _counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for trial in self._trials:
            query = self.query()
            verdict = query.judged(trial)["verdict"]
            count = query.statement(self._relation.copy(), [verdict, exp.Count(this=exp.Star())], query.has_id())
            count.set("group", exp.Group(expressions=[number(1)]))
            counts[trial.rules.trial] = {str(word): int(found) for word, found in self._rows(count)}
        return counts

    def _columns(self) -> list[SourceColumn]:
        query = exp.Select(
            expressions=[exp.Star()], from_=exp.From(this=self._relation.copy()), limit=exp.Limit(expression=number(0))
        )
        with self._connection.cursor() as cursor:
            cursor.execute(_bytes(query))
            return [self._column(str(one.name), one.type_code) for one in cursor.description or ()]

    def _column(self, name: str, oid: int) -> SourceColumn:
        found = self._connection.adapters.types.get(oid)
        if found is None:  # an enumeration, or a type of the database's own
            return SourceColumn(name, "plain")
        kind = f"_{found.name}" if oid == found.array_oid else found.name
        return SourceColumn(name, _KINDS.get(kind, "no value"), 19 if kind == "int8" else 10)

    def _rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        return self._connection.execute(_bytes(query)).fetchall()


@contextmanager
def opened(database: str, facts: str, trials: Sequence[TrialRules], as_of: date) -> Iterator[PostgresEngine]:
    """A cohort in a database, read as it stands at one moment.

    Raises:
        UsageError: the database cannot be reached, or the driver is not installed.
    """
    try:
        import psycopg
    except ImportError:
        raise UsageError(
            "The driver of PostgreSQL is not installed.", hint='pip install "eligibility-screener[postgres]"'
        ) from None
    try:
        with _connected(database) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield PostgresEngine(connection, facts, trials, as_of)
    except psycopg.Error as error:
        fallback = ("The database broke off; nothing was written.", "See whether its server is up, and try again.")
        said, hint = _WHAT.get(error.sqlstate or "", fallback)
        raise UsageError(said, hint=hint) from None


def _connected(database: str) -> psycopg.Connection[Any]:
    """A connection to the database.

    Raises:
        UsageError: there is none, with what keeps it from being.
    """
    import psycopg

    try:
        address = database.replace("postgresql+psycopg://", "postgresql://", 1)
        # Compiling so many small expressions to machine code costs more than running them.
        return psycopg.connect(address, options="-c jit=off")
    except psycopg.ProgrammingError:
        raise UsageError(
            "What --database names is no address of PostgreSQL.", hint="Write it as postgresql://user@host/name."
        ) from None
    except psycopg.OperationalError as error:
        if error.pgconn is not None and error.pgconn.needs_password:
            raise UsageError("The database asks for a password.", hint=f"Put it into {_KEPT_IN}.") from None
        if error.pgconn is not None and error.pgconn.used_password:
            raise UsageError(
                "The server refuses the user, the password or the name of the database.",
                hint=f"Check --database, and {_KEPT_IN}.",
            ) from None
        raise UsageError(
            "The database cannot be reached, or does not let this user in.",
            hint="Check the host, the port, the name and the user in --database, and that the server is up.",
        ) from None


def _relation(facts: str) -> Sql:
    *schema, name = facts.split(".")
    if len(schema) > 1 or not name:
        raise UsageError(f'"{facts}" is no name of a table.', hint="Write it as table or schema.table.")
    return exp.Table(
        this=exp.Identifier(this=name, quoted=True),
        db=exp.Identifier(this=schema[0], quoted=True) if schema else None,
    )


def _bytes(query: exp.Expr) -> bytes:
    return written(query, "postgres").encode()
