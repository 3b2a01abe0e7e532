"""Statements as the text of an engine's words, written by sqlglot.

What sqlglot first does to a statement, for the sake of trees read in another engine's words, is left out: it goes
through the whole tree several times, and these trees are made for their engine.
"""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.generator import Generator


class Apart(exp.Expression):
    """A value that is worked out by itself: written twice, joined so that the two say what one does.

    `whole` says that it is a whole number, where the shortest join will do.
    """

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "whole": False}


def written(query: exp.Expr, dialect: str, *, pretty: bool = False) -> str:
    """The text of a statement in an engine's words. The tree is used up by it, because to copy one takes as long."""
    return query.sql(_made_for(dialect), copy=False, pretty=pretty)


@cache
def _made_for(name: str) -> type[Dialect]:
    base = type(Dialect.get_or_raise(name))
    ways = {kind: way for kind, way in base.generator_class.TRANSFORMS.items() if kind is not exp.Select}
    own = {"TRANSFORMS": {**ways, Apart: _twice}, "EXPRESSIONS_WITHOUT_NESTED_CTES": set()}
    generator = type("Generator", (base.generator_class,), own)
    return type(f"{base.__name__}Made", (base,), {"Generator": generator})


def _twice(generator: Generator, value: exp.Expr) -> str:
    once = generator.sql(value, "this")
    return f"{once} | {once}" if value.args["whole"] else generator.func("GREATEST", once, once)
