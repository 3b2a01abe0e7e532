"""What DuckDB reads a cohort from: the expression, and the columns with the kind of value each holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlglot import exp

from screener.cohort.columns import ColumnKind, SourceColumn, refuse_result
from screener.cohort.files import CohortFiles, csv_shape
from screener.cohort.inspection import ROW
from screener.cohort.plain_csv import all_plain
from screener.cohort.plain_json import are_plain
from screener.cohort.reading.text import NO_VALUE
from screener.cohort.rereading import Reread, reread
from screener.cohort.sql import (
    Kind,
    Sql,
    both,
    case,
    cast,
    column,
    differs,
    equals,
    function,
    named,
    nothing,
    number,
    operation,
    plus,
    text,
    truth,
)
from screener.cohort.writing import written
from screener.errors import UnusablePatients, UsageError
from screener.facts.definitions import PATIENT_ID, Vocabulary
from screener.facts.tables.headings import normal
from screener.facts.values import NOTHING

if TYPE_CHECKING:
    import duckdb

_SMALL: Final = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
_KINDS: Final[dict[str, ColumnKind]] = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
    "FLOAT": "real",
    "DATE": "date",
    "VARCHAR[]": "texts",
    **dict.fromkeys(_SMALL, "whole"),
    "BIGINT": "whole",
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT", "UUID"), "plain"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "timestamp"),
}
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_LONGEST_LINE: Final = 1024 * 1024


class DuckDbSource(NamedTuple):
    """What a cohort is read from, and its columns. What was reread has the column ROW besides."""

    relation: Sql
    columns: tuple[SourceColumn, ...]
    reread: Reread | None = None


def duckdb_source(
    connection: duckdb.DuckDBPyConnection, files: CohortFiles, vocabulary: Vocabulary, folder: Path
) -> DuckDbSource:
    """Look at the files of a cohort; `folder` has room for what DuckDB would not read as `screen` does.

    Raises:
        UsageError: they cannot be opened, or do not have the same columns; there is no room.
        UnusablePatients: they are not what their names say.
    """
    if files.format == "csv":
        return _csv(files, vocabulary, folder)
    if files.format == "jsonl":
        return _json(connection, files, vocabulary, folder)
    return _parquet(connection, files, vocabulary)


def _parquet(connection: duckdb.DuckDBPyConnection, files: CohortFiles, vocabulary: Vocabulary) -> DuckDbSource:
    if len(files.paths) > 1:
        parts = [_described_part(connection, path) for path in files.paths]
        check_parts(files, [sorted(one.name for one in part) for part in parts], vocabulary)
        _check_kinds(files, parts)
    # Without the first setting a folder named `grade=2` would add a column.
    relation = _call("READ_PARQUET", files.paths, hive_partitioning=truth(False), union_by_name=truth(True))
    columns = described(connection, relation, files)
    return DuckDbSource(relation, columns)


def _described_part(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[SourceColumn, ...]:
    relation = _call("READ_PARQUET", [path], hive_partitioning=truth(False))
    return described(connection, relation, CohortFiles(str(path), "parquet", (path,)))


def check_parts(files: CohortFiles, headings: Sequence[Sequence[str]], vocabulary: Vocabulary) -> None:
    """Refuse files that are not parts of one table.

    Raises:
        UsageError: two of them have other headings.
        UnusablePatients: one of them is a result.
    """
    for path, some in zip(files.paths, headings, strict=True):
        refuse_result(some, vocabulary, name=str(path))
        if some != headings[0]:
            raise UsageError(
                f"{path} has other headings than {files.paths[0]}{_differing(some, headings[0])}.",
                hint="Give all files the same headings.",
            )


def _differing(some: Sequence[str], others: Sequence[str]) -> str:
    """One that differs. Without a patient_id there is no heading row, and the first patient is not repeated."""
    one = next(iter(sorted({*some} ^ {*others})), "")
    return f': see "{one}"' if one and all(PATIENT_ID in map(normal, each) for each in (some, others)) else ""


def _check_kinds(files: CohortFiles, parts: Sequence[Sequence[SourceColumn]]) -> None:
    kinds = {one.name: one.kind for one in parts[0]}
    for path, part in zip(files.paths, parts, strict=True):
        for one in part:
            if one.kind != kinds[one.name]:
                raise UsageError(
                    f'The column "{one.name}" holds other values in {path} than in {files.paths[0]}.',
                    hint="Write it with one type in all files.",
                )


def described(connection: duckdb.DuckDBPyConnection, relation: Sql, files: CohortFiles) -> tuple[SourceColumn, ...]:
    """The columns of a relation, with the kind of value each holds."""
    import duckdb

    query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=relation.copy()))
    try:
        rows: list[tuple[Any, ...]] = connection.execute(f"DESCRIBE {written(query, 'duckdb')}").fetchall()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        what = {"parquet": "a Parquet file", "jsonl": "JSON lines", "csv": "CSV"}[files.format]
        raise UnusablePatients(
            f"{files.name} is not {what} that can be read.", hint="Write it again, or save it as CSV UTF-8."
        ) from None
    return tuple(_column(str(row[0]), str(row[1])) for row in rows)


def _column(name: str, kind: str) -> SourceColumn:
    found = _KINDS.get(kind)
    if found is not None:
        return SourceColumn(name, found, 19 if kind == "BIGINT" else 10)
    match = _DECIMAL.fullmatch(kind)
    if match:
        width, scale = int(match[1]), int(match[2])
        return SourceColumn(name, "decimal" if width - scale <= 18 and scale <= 18 else "plain")
    return SourceColumn(name, "plain" if kind.startswith("ENUM(") else "no value")


def _csv(files: CohortFiles, vocabulary: Vocabulary, folder: Path) -> DuckDbSource:
    shapes = [csv_shape(path) for path in files.paths]
    check_parts(files, [one.headings for one in shapes], vocabulary)
    if not all_plain(files.paths, shapes):
        return _reread(files, vocabulary, folder)
    shape = shapes[0]
    names = unique(shape.headings)
    kinds = exp.Struct(expressions=[exp.PropertyEQ(this=text(name), expression=text("VARCHAR")) for name in names])
    settings = {
        "auto_detect": truth(False), "header": truth(False), "skip": number(shape.skip), "columns": kinds,
        "delim": text(shape.delimiter), "quote": text('"'), "escape": text('"'), "nullstr": text(""),
        "strict_mode": truth(True), "max_line_size": number(_LONGEST_LINE),
    }  # fmt: skip
    return DuckDbSource(_call("READ_CSV", files.paths, **settings), tuple(SourceColumn(name, "text") for name in names))


def _reread(files: CohortFiles, vocabulary: Vocabulary, folder: Path) -> DuckDbSource:
    """The rows as `screen` reads them, as a table that DuckDB reads."""
    lines = folder / "rows.jsonl"
    found = reread(files, vocabulary, lines)
    names = unique(found.headings)
    types = {"row": "BIGINT", "cells": "VARCHAR[]"}
    listed = [exp.PropertyEQ(this=text(name), expression=text(kind)) for name, kind in types.items()]
    settings = {"columns": exp.Struct(expressions=listed), "format": text("newline_delimited")}
    cells = (function("LIST_EXTRACT", column("cells"), number(place)) for place in range(1, len(names) + 1))
    query = exp.Select(
        expressions=[named(column("row"), ROW), *(named(cell, name) for cell, name in zip(cells, names, strict=True))],
        from_=exp.From(this=_call("READ_JSON", [lines], **settings)),
    )
    relation = exp.Subquery(this=query, alias=exp.TableAlias(this=exp.Identifier(this="rows", quoted=True)))
    return DuckDbSource(relation, tuple(SourceColumn(name, "text") for name in names), found)


def unique(headings: Sequence[str]) -> list[str]:
    """Headings that can stand beside each other as columns; those without a name are told apart by their place."""
    found: list[str] = []
    for place, heading in enumerate(headings, start=1):
        found.append(heading if heading.strip() else " " * place)
    return found


def _json(
    connection: duckdb.DuckDBPyConnection, files: CohortFiles, vocabulary: Vocabulary, folder: Path
) -> DuckDbSource:
    """Objects a line, each key as the text that a cell would hold."""
    lines = _call("READ_JSON_OBJECTS", files.paths, format=text("newline_delimited"))
    keys = _plain_keys(connection, lines, files)
    if keys is None:
        return _reread(files, vocabulary, folder)
    sets = {fact.name for fact in vocabulary.facts.values() if fact.type == "set"}
    headings = {normal(key): key for key in keys}
    cells = [named(_cell(key, is_set=heading in sets), heading) for heading, key in headings.items()]
    query = exp.Select(expressions=cells, from_=exp.From(this=lines))
    relation = exp.Subquery(this=query, alias=exp.TableAlias(this=exp.Identifier(this="lines", quoted=True)))
    return DuckDbSource(relation, tuple(SourceColumn(heading, "text") for heading in headings))


def _plain_keys(connection: duckdb.DuckDBPyConnection, lines: Sql, files: CohortFiles) -> list[str] | None:
    """All keys of the objects; none where DuckDB does not read every line as the reader of fact tables does."""
    import duckdb

    each = exp.Anonymous(this="UNNEST", expressions=[function("JSON_KEYS", column("json"))])
    query = exp.Select(expressions=[each], distinct=exp.Distinct(), from_=exp.From(this=lines.copy()))
    try:
        keys = sorted(str(row[0]) for row in connection.execute(written(query, "duckdb")).fetchall())
        return keys if are_plain(connection, lines, keys, files.paths) else None
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return None  # the other reader says which line it is, or reads it


def _cell(key: str, *, is_set: bool) -> Sql:
    """What a key holds as the text of a cell, the options of a set with `;`."""
    path = text(f'$."{key}"')
    value = function("JSON_EXTRACT", column("json"), path)
    kind = function("JSON_TYPE", value)
    plain = function("JSON_EXTRACT_STRING", column("json"), path.copy())
    listed = _joined(value) if is_set else text(NO_VALUE)
    return case(
        [
            (equals(kind, text("NULL")), cast(nothing(), Kind.VARCHAR)),
            (equals(kind.copy(), text("ARRAY")), listed),
        ],
        plain,
    )


def _joined(value: Sql) -> Sql:
    """A list as the text of a cell. One with an element that is nothing, or holds a `;` or a `?`, is no set."""
    joined = function("ARRAY_TO_STRING", cast(value.copy(), _texts()), text(";"))
    bare = function("REPLACE", joined.copy(), text(";"), text(""))
    parts = plus(operation(exp.Sub, exp.Length(this=joined.copy()), exp.Length(this=bare)), number(1))
    count = function("JSON_ARRAY_LENGTH", value.copy())
    # What marks a fact as not settled is no option.
    unmarked = equals(function("STRPOS", joined.copy(), text("?")), number(0))
    honest = both(equals(parts, count), differs(joined.copy(), text("")), unmarked)
    return case([(equals(count.copy(), number(0)), text(NOTHING)), (honest, joined)], text(NO_VALUE))


def _texts() -> exp.DataType:
    return exp.DataType(this=Kind.ARRAY, expressions=[exp.DataType(this=Kind.VARCHAR)], nested=True)


def _call(name: str, paths: Sequence[Path], **settings: Sql) -> Sql:
    """A function that reads files; patterns in their names are taken literally."""
    literal = [text(re.sub(r"([*?\[])", r"[\1]", str(path.absolute()))) for path in paths]
    given = [exp.EQ(this=exp.Identifier(this=key), expression=value) for key, value in settings.items()]
    return exp.Table(this=exp.Anonymous(this=name, expressions=[exp.Array(expressions=literal), *given]))
