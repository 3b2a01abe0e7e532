"""Whether DuckDB reads JSON lines exactly as the reader of fact tables does.

DuckDB takes the first of two equal keys, holds numbers as binary ones, forgives commas too many, and leaves out lines
that are no objects. Lines that are flat objects of texts, short numbers, words and lists of texts leave nothing of
that open.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from screener.cohort.sql import Sql, both, column, equals, function, number, text
from screener.cohort.writing import written
from screener.facts.definitions import PATIENT_ID
from screener.facts.tables.headings import normal

if TYPE_CHECKING:
    import duckdb

_BLOCK: Final = 16 * 1024 * 1024
_LONGEST_LINE: Final = 1_000_000
_MOST_KEYS: Final = 10_000

_SPACE: Final = r"[ \t]*"
_CODE: Final = r"u(?:00[2-9a-fA-F][0-9a-fA-F]|0[1-9a-fA-F][0-9a-fA-F]{2}|[1-9a-cA-CeE][0-9a-fA-F]{3})"
_TEXT: Final = rf'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|{_CODE}))*"'
_KEY: Final = r'"[^"\\*\x00-\x1f]+"'
# So long a number is the same in binary, and DuckDB writes it as it stands.
_NUMBER: Final = r"(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,6})\.(?:0|[0-9]{0,3}[1-9]))"
_LIST: Final = rf"\[{_SPACE}(?:{_TEXT}{_SPACE}(?:,{_SPACE}{_TEXT}{_SPACE})*)?\]"
_PAIR: Final = rf"{_KEY}{_SPACE}:{_SPACE}(?:{_TEXT}|{_NUMBER}|true|false|null|{_LIST}){_SPACE}"
_LINE: Final = rf"{_SPACE}\{{{_SPACE}(?:{_PAIR}(?:,{_SPACE}{_PAIR})*)?\}}[ \t\r]*"
_LISTED: Final = r'(?i)(?:__source|patient_id)[^":]*"[ \t]*:[ \t]*\['


def are_plain(connection: duckdb.DuckDBPyConnection, lines: Sql, keys: Sequence[str], paths: Sequence[Path]) -> bool:
    """Whether every line is an object that can be read in one way only.

    Args:
        connection: where DuckDB is asked.
        lines: the relation with the column `json`.
        keys: all keys of the objects.
        paths: the files that hold the lines.
    """
    normals = [normal(key) for key in keys]
    if len(set(normals)) < len(keys) or {"", "patients"} & set(normals) or len(keys) > _MOST_KEYS:
        return False
    line, names = column("json"), function("JSON_KEYS", column("json"))
    plain = both(
        function("REGEXP_FULL_MATCH", line, text(_LINE)),
        exp.Not(this=function("REGEXP_MATCHES", line.copy(), text(_LISTED))),
        exp.LT(this=function("STRLEN", line.copy()), expression=number(_LONGEST_LINE)),
        equals(function("LIST_UNIQUE", names), function("LEN", names.copy())),
    )
    query = exp.Select(
        expressions=[exp.Count(this=exp.Star()), function("BOOL_AND", plain), function("BOOL_OR", _named(keys))],
        from_=exp.From(this=lines.copy()),
    )
    count, alike, named = connection.execute(written(query, "duckdb")).fetchall()[0]
    return bool(alike and named) and int(count) == sum(map(_count_lines, paths))


def _named(keys: Sequence[str]) -> Sql:
    """Whether an object names its patient."""
    (key,) = [one for one in keys if normal(one) == PATIENT_ID] or [PATIENT_ID]
    named = function("JSON_EXTRACT_STRING", column("json"), text(f'$."{key}"'))
    return exp.NEQ(this=exp.Coalesce(this=named, expressions=[text("")]), expression=text(""))


def _count_lines(path: Path) -> int:
    count, last = 0, b"\n"
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")
