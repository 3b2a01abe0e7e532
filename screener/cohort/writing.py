"""Statements as the text of an engine's words, written by sqlglot.

What sqlglot first does to a statement, for the sake of trees read in another engine's words, is left out: it goes
through the whole tree several times, and these trees are made for their engine. A compiled sqlglot (`sqlglotc`) is
quicker anyway, and no class can be put below its own: there sqlglot writes in its own way, and says the same.
"""

from __future__ import annotations

from functools import cache
from typing import ClassVar, Final

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.generator import Generator

from screener.cohort.sql import Sql, bracketed

_COMPILED: Final = hasattr(Generator, "__mypyc_attrs__")


class _Apart(exp.Expression):
    """A value that is worked out by itself: written twice, joined so that the two say what one does.

    `whole` says that it is a whole number, where the shortest join will do.
    """

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "whole": False}


def apart(value: Sql, *, whole: bool) -> Sql:
    """A value that stands twice in the text of a statement; `whole` says that it is a whole number."""
    value = bracketed(value)
    if not _COMPILED:
        return _Apart(this=value, whole=whole)
    again = value.copy()
    return exp.BitwiseOr(this=value, expression=again) if whole else exp.Greatest(this=value, expressions=[again])


def written(query: exp.Expr, dialect: str, *, pretty: bool = False) -> str:
    """The text of a statement in an engine's words. The tree is used up by it, because to copy one takes as long."""
    return query.sql(dialect if _COMPILED else _made_for(dialect), copy=False, pretty=pretty)


@cache
def _made_for(name: str) -> type[Dialect]:
    base = type(Dialect.get_or_raise(name))
    ways = {kind: way for kind, way in base.generator_class.TRANSFORMS.items() if kind is not exp.Select}
    own = {"TRANSFORMS": {**ways, _Apart: _twice}, "EXPRESSIONS_WITHOUT_NESTED_CTES": set()}
    generator = type("Generator", (base.generator_class,), own)
    return type(f"{base.__name__}Made", (base,), {"Generator": generator})


def _twice(generator: Generator, value: exp.Expr) -> str:
    once = generator.sql(value, "this")
    return f"{once} | {once}" if value.args["whole"] else generator.func("GREATEST", once, once)
