"""The ids of a cohort in DuckDB: whether they can be taken as they are written, and whether one stands there twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlglot import exp

from screener.cohort.dialects import DuckDb
from screener.cohort.query import CohortQuery
from screener.cohort.sql import (
    Sql,
    above,
    both,
    case,
    column,
    differs,
    equals,
    function,
    holds_nul,
    named,
    number,
    opposite,
    text,
    truth,
)
from screener.cohort.writing import written

if TYPE_CHECKING:
    import duckdb

_RISING: Final = "rising"
_PLAIN: Final = "plain"


class Ids(NamedTuple):
    """What is known of the ids of a table.

    `plain`: all that are recorded are texts without space around them and are taken as they are written, so that the
    main query need not look at each. `repeated`: one stands there twice.
    """

    plain: bool
    repeated: bool


def look_at_ids(
    connection: duckdb.DuckDBPyConnection, source: Callable[[], Sql], query_of: Callable[[bool], CohortQuery]
) -> Ids:
    """Look at the ids of a whole table.

    Args:
        connection: what to ask on.
        source: gives what the patients are read from.
        query_of: compiles the rules anew, with ids that are taken as they are written or that are looked at.
    """
    query = query_of(True)
    plain = False
    if query.table.patient_id.kind == "text":
        plain, rising = connection.execute(written(_in_order(query, source()), "duckdb")).fetchall()[0]
        if plain is not False and rising is not False:  # nothing, where there are no two ids
            return Ids(plain=True, repeated=False)
    # A fingerprint of 64 bits is a third of the memory of an id; that two ids share one is all but impossible, and
    # then the table is looked at again, id by id.
    query = query_of(plain is not False)
    twice = query.statement(source(), [function("HASH", column(query.patient_id))], query.has_id())
    twice.set("group", exp.Group(expressions=[number(1)]))
    twice.set("having", exp.Having(this=above(exp.Count(this=exp.Star()), number(1))))
    twice.set("limit", exp.Limit(expression=number(1)))
    return Ids(plain=plain is not False, repeated=bool(connection.execute(written(twice, "duckdb")).fetchall()))


def _in_order(query: CohortQuery, source: Sql) -> exp.Select:
    """Whether all ids are plain, and whether each comes after the one before, as in a table in order."""
    before = exp.Window(this=exp.Lag(this=column(query.patient_id)))
    found = {_PLAIN: _plain(query.patient_id), _RISING: above(column(query.patient_id), before)}
    ids = query.statement(source, [named(value, name) for name, value in found.items()], query.has_id())
    every = [function("BOOL_AND", column(name)) for name in found]
    alias = exp.TableAlias(this=exp.Identifier(this="ids"))
    return exp.Select(expressions=every, from_=exp.From(this=exp.Subquery(this=ids, alias=alias)))


def _plain(name: str) -> Sql:
    """Whether an id can be taken as it is written. One that stands for itself in a web address can: a quick look."""
    simple = both(differs(column(name), text("")), equals(function("URL_ENCODE", column(name)), column(name)))
    looked_at = both(DuckDb().unspaced(name), opposite(holds_nul(column(name))))
    return case([(simple, truth(True))], looked_at)
