"""SQL expressions, put together as trees by sqlglot: it quotes every identifier and literal, nothing is concatenated.

A tree is used in one place only; what is needed twice is given a name by `screener.cohort.steps`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Final

from sqlglot import exp

Sql = exp.Expr
Kind = exp.DType

_WHOLE: Final = (exp.Column, exp.Subquery)
_OPERATIONS: Final = (exp.Binary, exp.Connector, exp.Not, exp.Between, exp.In, exp.Neg)


def column(name: str) -> Sql:
    """A column of the step before."""
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


def text(value: str) -> Sql:
    """A text."""
    return exp.Literal(this=value, is_string=True)


def number(value: int | Decimal) -> Sql:
    """A number, written with all its digits."""
    size = abs(value)
    literal = exp.Literal(this=str(size) if isinstance(size, int) else format(size, "f"), is_string=False)
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def day(value: date) -> Sql:
    """A day."""
    return exp.Cast(this=text(value.isoformat()), to=exp.DataType(this=Kind.DATE))


def truth(value: bool) -> Sql:
    """Yes or no."""
    return exp.Boolean(this=value)


def nothing() -> Sql:
    """No value."""
    return exp.Null()


def no_day() -> Sql:
    """No value where a day may stand."""
    return cast(nothing(), Kind.DATE)


def cast(value: Sql, kind: Kind | exp.DataType) -> Sql:
    """A value as another type."""
    return exp.Cast(this=value, to=kind if isinstance(kind, exp.DataType) else exp.DataType(this=kind))


def try_cast(value: Sql, kind: Kind | exp.DataType) -> Sql:
    """A value as another type, nothing where it cannot be."""
    return exp.TryCast(this=value, to=kind if isinstance(kind, exp.DataType) else exp.DataType(this=kind))


def function(name: str, *arguments: Sql) -> Sql:
    """A function that is called the same wherever it is used."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def holds_nul(value: Sql) -> Sql:
    """Whether a text holds a NUL, which no file of text can hold."""
    return function("CONTAINS", value, function("CHR", number(0)))


def operation(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    """Two values joined by an operator, with brackets where a reader would want them."""
    return kind(this=bracketed(left), expression=bracketed(right))


def equals(left: Sql, right: Sql) -> Sql:
    """Whether two values are the same."""
    return operation(exp.EQ, left, right)


def differs(left: Sql, right: Sql) -> Sql:
    """Whether two values are not the same."""
    return operation(exp.NEQ, left, right)


def at_least(left: Sql, right: Sql) -> Sql:
    """Whether the first is the second or more."""
    return operation(exp.GTE, left, right)


def at_most(left: Sql, right: Sql) -> Sql:
    """Whether the first is the second or less."""
    return operation(exp.LTE, left, right)


def above(left: Sql, right: Sql) -> Sql:
    """Whether the first is more than the second."""
    return operation(exp.GT, left, right)


def below(left: Sql, right: Sql) -> Sql:
    """Whether the first is less than the second."""
    return operation(exp.LT, left, right)


def plus(*parts: Sql) -> Sql:
    """The sum; 0 of nothing."""
    if len(parts) < 2:
        return parts[0] if parts else number(0)
    return reduce(lambda a, b: exp.Add(this=a, expression=bracketed(b)), parts[1:], bracketed(parts[0]))


def bits(left: Sql, right: Sql) -> Sql:
    """The bits that both have."""
    return operation(exp.BitwiseAnd, left, right)


def has_bits(value: Sql, mask: int) -> Sql:
    """Whether a value has some of these bits."""
    return differs(bits(value, number(mask)), number(0))


def joined_bits(parts: Sequence[Sql]) -> Sql:
    """The bits that one of them has."""
    return reduce(lambda a, b: operation(exp.BitwiseOr, a, b), parts)


def shared_bits(parts: Sequence[Sql]) -> Sql:
    """The bits that all of them have."""
    return reduce(bits, parts)


def both(*conditions: Sql | None) -> Sql:
    """All conditions that are there hold."""
    return reduce(lambda a, b: operation(exp.And, a, b), [one for one in conditions if one is not None])


def either(*conditions: Sql | None) -> Sql | None:
    """Some condition of those that are there holds; none where there is none."""
    present = [one for one in conditions if one is not None]
    return reduce(lambda a, b: operation(exp.Or, a, b), present) if present else None


def any_condition(*conditions: Callable[[], Sql] | None) -> Sql:
    """Some condition of those that are there holds, each made anew; one must be there."""
    found = either(*(one() for one in conditions if one is not None))
    assert found is not None
    return found


def opposite(condition: Sql) -> Sql:
    """The condition does not hold."""
    return exp.Not(this=bracketed(condition))


def missing(value: Sql) -> Sql:
    """There is no value."""
    return exp.Is(this=bracketed(value), expression=exp.Null())


def present(value: Sql) -> Sql:
    """There is a value."""
    return opposite(missing(value))


def first_of(*values: Sql) -> Sql:
    """The first that there is."""
    return exp.Coalesce(this=values[0], expressions=list(values[1:]))


def case(branches: Iterable[tuple[Sql | None, Sql]], otherwise: Sql | None = None) -> Sql:
    """The value of the first condition that holds; a condition that is none never does."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches if condition is not None]
    if not ifs:
        return otherwise if otherwise is not None else exp.Null()
    return exp.Case(ifs=ifs, default=otherwise)


def switch(value: Sql, branches: Iterable[tuple[Sql, Sql]], otherwise: Sql | None = None) -> Sql:
    """The value that stands beside the one that is found."""
    ifs = [exp.If(this=one, true=then) for one, then in branches]
    if not ifs:
        return otherwise if otherwise is not None else exp.Null()
    return exp.Case(this=value, ifs=ifs, default=otherwise)


def array(values: Iterable[Sql]) -> Sql:
    """A list of values."""
    return exp.Array(expressions=list(values))


def named(value: Sql, name: str) -> Sql:
    """A value under a name."""
    return exp.Alias(this=value, alias=exp.Identifier(this=name, quoted=True))


def table(name: str) -> exp.Table:
    """A step, or a table without a schema."""
    return exp.Table(this=exp.Identifier(this=name, quoted=True))


def columns_in(value: Sql) -> set[str]:
    """The names of the columns that an expression reads; a statement inside it has columns of its own."""
    return {one.name for one in parts_of(value) if isinstance(one, exp.Column)}


def parts_of(value: Sql) -> Iterator[Sql]:
    """An expression and everything in it but statements; sqlglot's own walk takes several times as long."""
    left: list[object] = [value]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, exp.Expr):
            yield one
            if not isinstance(one, _WHOLE):
                left += one.args.values()


def bracketed(value: Sql) -> Sql:
    """A value that can stand beside an operator."""
    return exp.Paren(this=value) if isinstance(value, _OPERATIONS) else value
