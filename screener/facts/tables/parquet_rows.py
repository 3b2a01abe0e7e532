"""Fact tables as Parquet, through DuckDB, a batch of rows at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from screener.errors import UnusablePatients
from screener.facts.tables.cells import Reject, Row, list_cell
from screener.facts.tables.text import open_bytes

_BATCH: Final = 2_048
_PLAIN: Final = re.compile(r"U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|BOOLEAN|DATE|DECIMAL\(.*|ENUM\(.*|UUID", re.DOTALL)
# Without this setting a folder named `grade=2` would add a column.
_FROM: Final = "from read_parquet(?, hive_partitioning = false)"
_BROKEN_SQL: Final = "chr(0) || '!'"


class ParquetRows:
    """An open Parquet table; `closing` closes it.

    Raises:
        UsageError: there is no such file, or it may not be read.
        UnusablePatients: it is not a Parquet file.
    """

    def __init__(self, path: Path, closing: ExitStack) -> None:
        import duckdb  # costs a tenth of a second, which other formats need not pay

        open_bytes(path, closing)  # says why a file cannot be read, which DuckDB does not
        self._error = duckdb.Error
        self._name = str(path)
        self._pattern = _as_pattern(path)
        self._connection = duckdb.connect(config={"threads": 1, "memory_limit": "1GB"})
        closing.callback(self._connection.close)
        try:
            columns = self._connection.execute(f"describe select * {_FROM}", [self._pattern]).fetchall()
        except duckdb.Error:
            raise self._broken() from None
        self.headings: list[str] = [str(column[0]) for column in columns]
        self._types = [str(column[1]) for column in columns]

    def rows(self, reject: Reject) -> Iterator[Row]:
        """Each row; the first is row 2, as if the headings stood above it.

        Raises:
            UnusablePatients: the file is damaged further in.
        """
        del reject  # its columns are typed: every row has its cells
        row = 1
        lists = [place for place, kind in enumerate(self._types) if kind == "VARCHAR[]"]
        for batch in self._batches():
            for values in batch:
                row += 1
                cells = list(values)
                for place in lists:
                    parts = values[place]
                    cells[place] = "" if parts is None else list_cell(parts)
                yield row, cells

    def _batches(self) -> Iterator[list[tuple[Any, ...]]]:
        cells = (_cell_sql(heading, kind) for heading, kind in zip(self.headings, self._types, strict=True))
        query = f"select {', '.join(cells)} {_FROM}"
        try:
            result = self._connection.execute(query, [self._pattern])
            while batch := result.fetchmany(_BATCH):
                yield batch
        except self._error:
            raise self._broken() from None

    def _broken(self) -> UnusablePatients:
        return UnusablePatients(
            f"{self._name} is not a Parquet file that can be read.", hint="Write it again, or save it as CSV UTF-8."
        )


def _as_pattern(path: Path) -> str:
    """The path in a form that DuckDB takes literally, although it reads `*`, `?` and `[` as patterns."""
    return re.sub(r"([*?\[])", r"[\1]", str(path.absolute()))


def _cell_sql(heading: str, kind: str) -> str:
    """The SQL that turns a column into cells; what is missing is the empty cell."""
    column = '"' + heading.replace('"', '""') + '"'
    if kind == "VARCHAR[]":
        return column
    if kind == "VARCHAR":
        cell = f"case when contains({column}, chr(0)) then {_BROKEN_SQL} else {column} end"
    elif kind in ("DOUBLE", "FLOAT"):
        whole = f"isfinite({column}) and abs({column}) < 9007199254740992 and {column} = trunc({column})"
        cell = f"case when {whole} then {column}::bigint::varchar else {column}::varchar end"
    elif kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        midnight = f"{column}::timestamp = date_trunc('day', {column}::timestamp)"
        cell = f"case when {midnight} then {column}::date::varchar else {column}::varchar end"
    elif _PLAIN.fullmatch(kind):
        cell = f"{column}::varchar"
    else:
        cell = f"case when {column} is not null then {_BROKEN_SQL} end"
    return f"coalesce({cell}, '')"
