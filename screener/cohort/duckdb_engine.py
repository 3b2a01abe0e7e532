"""DuckDB as the engine: from files to a file, a piece at a time, with as much memory as it is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from screener.cohort.aside import written_aside
from screener.cohort.columns import CohortTable, cohort_table
from screener.cohort.dialects import DuckDb
from screener.cohort.duckdb_beside import beside, telling
from screener.cohort.duckdb_faults import faults, stopping
from screener.cohort.duckdb_ids import Ids, look_at_ids
from screener.cohort.duckdb_settings import DuckDbSettings, Progress
from screener.cohort.duckdb_source import duckdb_source
from screener.cohort.files import CohortFiles
from screener.cohort.inspection import ROW, STOP, Inspection, Unusable
from screener.cohort.layout import NO_CELL, Layout, statement
from screener.cohort.query import CohortQuery, TrialRules, merged
from screener.cohort.sql import Sql, above, both, case, column, function, named, number, opposite, plus, table, text
from screener.cohort.summary import Summary
from screener.cohort.writing import written
from screener.criteria.model import Criterion
from screener.errors import UsageError

if TYPE_CHECKING:
    import duckdb

FORMATS: Final = {".parquet": "PARQUET", ".csv": "CSV"}
_WORDS: Final = 1_000
_AGAIN: Final = "rows that name a patient again"


class DuckDbEngine:
    """A cohort in files, opened by DuckDB; close it after use (it is a context manager of `opened`)."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        files: CohortFiles,
        trials: Sequence[TrialRules],
        as_of: date,
        *,
        threads: int | None,
        folder: Path,
    ) -> None:
        self._connection = connection
        self._files = files
        self._trials = trials
        self._as_of = as_of
        self._threads = threads
        self._source = duckdb_source(connection, files, merged(trials), folder)
        found = cohort_table(self._source.columns, merged(trials), name=files.name)
        reread = self._source.reread
        self.table: CohortTable = found if reread is None else replace(found, unknown=found.unknown + reread.unknown)
        self._rejected = () if reread is None else reread.rejected

    @property
    def source(self) -> Sql:
        """What the patients are read from."""
        return self._source.relation.copy()

    def query(
        self,
        also: Sequence[str] = (),
        variants: Sequence[Criterion] = (),
        *,
        plain_ids: bool = False,
        listed: bool = False,
    ) -> CohortQuery:
        """The rules compiled over the table; all arguments as `CohortQuery` has them."""
        return CohortQuery(
            self._trials, self.table, DuckDb(), as_of=self._as_of,
            also=also, variants=variants, plain_ids=plain_ids, listed=listed,
        )  # fmt: skip

    def shown(self, layout: Layout, *, csv: bool) -> exp.Select:
        """The statement that gives the whole result."""
        if self._source.reread is not None:
            raise UsageError(
                f"No statement alone reads {self._files.name} as `screener screen` does.",
                hint="Leave out --show-sql, or save the table as Parquet.",
            )
        query = self.query()
        return statement(query, self.source, layout, query.has_id(), csv=csv)

    def run(self, out: Path, layout: Layout, *, in_order: bool = False, progress: Progress | None = None) -> Summary:
        """Write the result of every patient to a file, whole or not at all.

        Args:
            out: the file, `.parquet` or `.csv`.
            layout: wide or long.
            in_order: write the patients in the order of the table, which only one thread can do.
            progress: is told how far it is.

        Returns:
            What was found, with all that could not be used.

        Raises:
            UsageError: the file cannot be written, or there is not enough memory.
            UnusablePatients: the table cannot be read to its end.
        """
        if out.suffix.lower() not in FORMATS:
            raise UsageError(f"{out} names no format.", hint="End the name in .parquet or .csv.")
        with written_aside(out) as aside, faults(self._files, out), telling(self._connection, progress):
            summary = self._write_checked(aside, out, layout, in_order=in_order)
            return replace(summary, counts=self._counts(aside, out, layout))

    def _write_checked(self, aside: Path, out: Path, layout: Layout, *, in_order: bool) -> Summary:
        """Write the result; where something cannot be used, find out what, and write it without that."""

        csv = FORMATS[out.suffix.lower()] == "CSV"
        self._keep_order(kept=in_order)
        # One thread can see whether ids rise; where there are others, they need not wait for it.
        with beside(self._connection, self.ids, at_once=self._threads == 1) as ids:
            plain = not ids.done() or ids.result().plain
            whole = self._copy_whole(aside, layout, plain_ids=plain, csv=csv)
        if whole and plain and not ids.result().plain:
            whole = self._copy_whole(aside, layout, plain_ids=False, csv=csv)
        if whole and not ids.result().repeated:
            return self._summary()
        return self._write_inspected(aside, layout, csv=csv)

    def _copy_whole(self, aside: Path, layout: Layout, *, plain_ids: bool, csv: bool) -> bool:
        """Write the result; whether all of the table could be used. To read no spelling but the listed is quicker."""
        return any(
            self._copy_guarded(aside, layout, plain_ids=plain_ids, listed=listed, csv=csv) for listed in (True, False)
        )

    def _copy_guarded(self, aside: Path, layout: Layout, *, plain_ids: bool, listed: bool, csv: bool) -> bool:
        """Write the result, as far as the first row that cannot be used; whether there is none."""
        import duckdb

        query = self.query(plain_ids=plain_ids, listed=listed)
        wrong, stop = Inspection(query).wrong(), function("ERROR", text(STOP))
        guarded = statement(query, self.source, layout, None, csv=csv, guard=lambda one: case([(wrong, stop)], one))
        try:
            self._copy(guarded, aside, csv=csv)
        except duckdb.Error as error:
            if STOP not in str(error):
                raise
            return False
        return True

    def _write_inspected(self, aside: Path, layout: Layout, *, csv: bool) -> Summary:
        self._keep_order(kept=True)  # the first row of a patient is the one that is used
        numbered = self._numbered()
        again, first = self._find_repeated(numbered)
        unusable = self._inspected(numbered, self._first_of_patient() if again else None)
        query = self.query([ROW])
        kept = both(query.has_id(), self._first_of_patient() if again else None)
        self._copy(statement(query, numbered.copy(), layout, kept, csv=csv), aside, csv=csv)
        return replace(self._summary(), unusable=unusable, repeated=again, repeated_row=first)

    def unusable(self) -> Summary:
        """What cannot be used of the table: cells, rows without a patient, and rows that could not be taken apart."""
        query = self.query()
        counted = self.execute(query.statement(self.source, Inspection(query).counts(rows=False))).fetchone()
        found: tuple[Unusable, ...] = ()
        if any(counted or ()):
            self._keep_order(kept=True)
            found = self._inspected(self._numbered())
        return replace(self._summary(), unusable=found)

    def _summary(self) -> Summary:
        return Summary({}, self.table.unknown, rows=self._rejected, files=len(self._files.paths))

    def _inspected(self, numbered: Sql, where: Sql | None = None) -> tuple[Unusable, ...]:
        """What cannot be used of rows that are numbered, column by column; `where` says which rows count."""
        query = self.query([ROW])
        inspection = Inspection(query)
        counted = self.execute(query.statement(numbered.copy(), inspection.counts(rows=True), where)).fetchone()
        return tuple(inspection.say(counted or ()))

    def _keep_order(self, *, kept: bool) -> None:
        order = exp.Column(this=exp.Identifier(this="preserve_insertion_order"))
        self.execute(exp.Set(expressions=[exp.SetItem(this=exp.EQ(this=order, expression=exp.convert(kept)))]))

    def _numbered(self) -> Sql:
        """The table with its rows counted as a spreadsheet shows them: the headings are row 1."""
        if self._source.reread is not None:
            return self.source
        row = named(plus(exp.Window(this=exp.RowNumber()), number(1)), ROW)
        query = exp.Select(expressions=[exp.Star(), row], from_=exp.From(this=self.source))
        return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.Identifier(this="rows", quoted=True)))

    def ids(self, connection: duckdb.DuckDBPyConnection | None = None) -> Ids:
        """What is known of the ids; asked on a connection of its own, or on the engine's."""
        asked = self._connection if connection is None else connection
        return look_at_ids(asked, lambda: self.source, lambda plain: self.query(plain_ids=plain))

    def _find_repeated(self, numbered: Sql) -> tuple[int, int | None]:
        """Note the rows that name a patient again; how many there are, and the first of them."""
        query = self.query([ROW])
        place = exp.Window(
            this=exp.RowNumber(),
            partition_by=[column(query.patient_id)],
            order=exp.Order(expressions=[exp.Ordered(this=column(ROW))]),
        )
        rows = query.statement(numbered.copy(), [column(ROW)], query.has_id())
        rows.set("qualify", exp.Qualify(this=above(place, number(1))))
        made = exp.Create(
            this=table(_AGAIN), kind="TABLE", replace=True, expression=rows,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )  # fmt: skip
        self.execute(made)
        found = exp.Select(
            expressions=[exp.Count(this=exp.Star()), exp.Min(this=column(ROW))], from_=exp.From(this=table(_AGAIN))
        )
        count, first = self.execute(found).fetchall()[0]
        return int(count), first

    def _first_of_patient(self) -> Sql:
        rows = exp.Select(expressions=[column(ROW)], from_=exp.From(this=table(_AGAIN)))
        return opposite(exp.In(this=column(ROW), query=exp.Subquery(this=rows)))

    def _copy(self, query: exp.Select, to: Path, *, csv: bool) -> None:
        self.execute(csv_copy(query, to) if csv else parquet_copy(query, to))

    def _counts(self, aside: Path, out: Path, layout: Layout) -> dict[str, dict[str, int]]:
        """How many patients of the result have which verdict, for each trial."""
        reader = {"PARQUET": "READ_PARQUET", "CSV": "READ_CSV"}[FORMATS[out.suffix.lower()]]
        source = exp.Table(this=exp.Anonymous(this=reader, expressions=[text(str(aside.absolute()))]))
        counts: dict[str, dict[str, int]] = {}
        several = len(self._trials) > 1
        for trial in (one.rules.trial for one in self._trials):
            verdict = f"{trial}__verdict" if several and layout == "wide" else "verdict"
            count = exp.Select(
                expressions=[column(verdict), exp.Count(this=exp.Star())], from_=exp.From(this=source.copy()),
                group=exp.Group(expressions=[number(1)]),
            )  # fmt: skip
            if layout == "long":
                count.set("where", exp.Where(this=exp.EQ(this=column("trial"), expression=text(trial))))
            counts[trial] = {str(word): int(found) for word, found in self.execute(count).fetchall()}
        return counts

    def execute(self, query: exp.Expr) -> Any:
        """Run a statement; what comes back has `fetchall`."""
        return self._connection.execute(written(query, "duckdb"))


def parquet_copy(query: exp.Select, to: Path) -> exp.Copy:
    """The statement that writes a query's result as Parquet."""
    # Words repeat, ids do not: the writer need not collect thousands of them to see that a dictionary is of no use.
    return _copy(query, to, FORMAT=exp.Var(this="PARQUET"), DICTIONARY_SIZE_LIMIT=number(_WORDS))


def csv_copy(query: exp.Select, to: Path) -> exp.Copy:
    """The statement that writes a query's result as CSV, in which there is no cell without a value."""
    return _copy(query, to, FORMAT=exp.Var(this="CSV"), HEADER=exp.true(), NULLSTR=text(NO_CELL))


def _copy(query: exp.Select, to: Path, **settings: Sql) -> exp.Copy:
    parameters = [exp.CopyParameter(this=exp.Var(this=name), expression=value) for name, value in settings.items()]
    target = [text(str(to.absolute()))]
    return exp.Copy(this=exp.Subquery(this=query), kind=False, files=target, params=parameters)


@contextmanager
def opened(
    files: CohortFiles, trials: Sequence[TrialRules], as_of: date, settings: DuckDbSettings
) -> Iterator[DuckDbEngine]:
    """A cohort, opened.

    Raises:
        UsageError: the files cannot be opened, or the settings are none of DuckDB's.
        UnusablePatients: the files are not what their names say, or hold no fact.
    """
    import duckdb

    with TemporaryDirectory(prefix="screener-cohort-") as folder:
        try:
            connection = duckdb.connect(
                config={
                    "memory_limit": settings.memory,
                    "temp_directory": folder,
                    **({} if settings.threads is None else {"threads": settings.threads}),
                }
            )
        except duckdb.Error:
            raise UsageError(f'"{settings.memory}" is no amount of memory.', hint="Write it as 400MB or 2GB.") from None
        try:
            with stopping(), faults(files, None):
                yield DuckDbEngine(connection, files, trials, as_of, threads=settings.threads, folder=Path(folder))
        finally:
            connection.close()
