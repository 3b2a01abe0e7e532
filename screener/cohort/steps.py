"""A query as steps: each gives names to expressions over what the steps before it named.

A name is worked out once, however often it is used. An expression stands in the first step that can know all it reads;
equal meanings share one name, because whoever asks for one says under what key it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Final

from sqlglot import exp

from screener.cohort.sql import Sql, columns_in, named, table

_LONGEST: Final = 55
"""PostgreSQL cuts names behind 63 bytes."""

SOURCE: Final = "facts"


class Steps:
    """Collects named expressions over the columns of a table.

    Args:
        columns: the columns of the table.
        apart: how the engine wants an expression that is given a name.
    """

    def __init__(self, columns: Sequence[str], apart: Callable[[Sql], Sql]) -> None:
        self._apart = apart
        self._depth: dict[str, int] = dict.fromkeys(columns, 0)
        self._layers: list[dict[str, tuple[Sql, set[str]]]] = []
        self._known: dict[Hashable, str] = {}

    def name(self, hint: str, value: Sql) -> str:
        """Give an expression a name, as near to the hint as is free."""
        reads = columns_in(value)
        if isinstance(value, exp.Column):
            return value.name
        chosen = self._free(hint)
        depth = 1 + max((self._depth[one] for one in reads), default=0)
        while len(self._layers) < depth:
            self._layers.append({})
        self._layers[depth - 1][chosen] = (self._apart(value), reads)
        self._depth[chosen] = depth
        return chosen

    def once(self, key: Hashable, hint: str, make: Callable[[], Sql]) -> str:
        """The name of what is known under a key, made where it is asked for first."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self.name(hint, make())
        return found

    def query(
        self,
        source: Sql,
        result: Sequence[Sql],
        where: Sql | None,
        *,
        aliens: Collection[str] = (),
        materialized: bool | None = None,
    ) -> exp.Select:
        """The statement: the source, the steps, and what is selected of the last one.

        Args:
            source: a SELECT that gives the columns of the table their names.
            result: the expressions to select.
            where: which rows to keep.
            aliens: columns of the result that no step gives.
            materialized: what to say of the steps to a planner that would work out a name each time it is used.
        """
        needed = {name for one in result for name in columns_in(one)} | (columns_in(where) if where else set())
        needed -= set(aliens)
        selects: list[list[Sql]] = []
        for layer in reversed(self._layers):
            made = [name for name in layer if name in needed]
            passed = sorted(needed.difference(layer))
            selects.append([*map(_column, passed), *(named(layer[name][0], name) for name in made)])
            needed = set(passed).union(*(layer[name][1] for name in made))
        ctes = [_cte(SOURCE, source, materialized)]
        before = SOURCE
        for place, expressions in enumerate(reversed(selects), start=1):
            ctes.append(_cte(f"step_{place}", _select(expressions, before), materialized))
            before = f"step_{place}"
        final = _select(result, before)
        if where is not None:
            final.set("where", exp.Where(this=where))
        final.set("with_", exp.With(expressions=ctes))
        return final

    def _free(self, hint: str) -> str:
        short = hint if len(hint) <= _LONGEST else hint[:_LONGEST]
        chosen, count = short, 1
        while chosen in self._depth:
            count += 1
            chosen = f"{short}_{count}"
        return chosen


def _column(name: str) -> Sql:
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


def _select(expressions: Sequence[Sql], source: str) -> exp.Select:
    # A step may have nothing to add but must have a column to select.
    return exp.Select(expressions=list(expressions) or [exp.Star()], from_=exp.From(this=table(source)))


def _cte(name: str, query: Sql, materialized: bool | None) -> exp.CTE:
    alias = exp.TableAlias(this=exp.Identifier(this=name, quoted=True))
    return exp.CTE(this=query, alias=alias, materialized=materialized)
