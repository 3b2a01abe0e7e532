"""What a test, a rule or a criterion came out as, as one small whole number, and how such numbers are combined.

Bit 1 is yes, bit 2 is no. Without either it is unknown, and the bits above say why: exactly the causes of the tests
that left it open. `all` and `any` are then a few bit operations on whole columns, which no engine does slower than
its own three-valued logic, and the causes come with the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from screener.cohort.sql import (
    Sql,
    above,
    at_least,
    at_most,
    bits,
    case,
    column,
    equals,
    has_bits,
    joined_bits,
    number,
    plus,
    shared_bits,
)
from screener.facts.values import UNSETTLED
from screener.logic import NO, UNKNOWN, YES, Truth
from screener.matching.results import CAUSES, cause_of

IS_YES: Final = 1
IS_NO: Final = 2
BIT_OF: Final = {cause: 4 << place for place, cause in enumerate(CAUSES)}
NOT_RECORDED: Final = BIT_OF["not_recorded"]
STALE: Final = BIT_OF["stale"]
IMPRECISE: Final = BIT_OF["imprecise"]
UNREADABLE: Final = BIT_OF["unreadable"]
UNCLEAR: Final = BIT_OF["interpretation_open"]
WHY: Final = sum(BIT_OF.values())
UNSETTLED_OUTCOMES: Final = {cell: BIT_OF[cause_of(state)] for cell, state in UNSETTLED.items()}
"""What stands in a cell of a fact that records bear on without settling it, and its outcome."""


def known(truth: Truth, *, unknown: int) -> int:
    """The outcome of a truth; what is unknown has this cause."""
    return {YES: IS_YES, NO: IS_NO, UNKNOWN: unknown}[truth]


def causes_of(outcome: int) -> tuple[str, ...]:
    """The causes of an outcome in the order they are told."""
    return tuple(cause for cause, bit in BIT_OF.items() if outcome & bit)


def joined_causes(outcome: int) -> str:
    """The causes of an outcome as a result tells them."""
    return ";".join(causes_of(outcome))


def subsets(why: int) -> list[int]:
    """Every combination of some of these causes, the empty one left out."""
    return [one for one in range(1, why + 1) if one & why == one]


def when(condition: Sql, *, wanted: bool = True) -> Sql:
    """Yes where a condition that is never unknown holds, else no; turned round where it is not wanted."""
    return case([(condition, number(IS_YES if wanted else IS_NO))], number(IS_NO if wanted else IS_YES))


def all_of(parts: Sequence[str]) -> Sql:
    """Every part holds: no as soon as one is no."""
    some = joined_bits([column(one) for one in parts])
    every = shared_bits([column(one) for one in parts])
    sure = joined_bits([bits(every, number(IS_YES)), bits(some, number(WHY))])
    return case([(has_bits(joined_bits([column(one) for one in parts]), IS_NO), number(IS_NO))], sure)


def any_of(parts: Sequence[str]) -> Sql:
    """Some part holds: yes as soon as one is yes."""
    some = joined_bits([column(one) for one in parts])
    every = shared_bits([column(one) for one in parts])
    sure = joined_bits([bits(every, number(IS_NO)), bits(some, number(WHY))])
    return case([(has_bits(joined_bits([column(one) for one in parts]), IS_YES), number(IS_YES))], sure)


def not_of(part: str) -> Sql:
    """The part does not hold."""
    return case([(at_most(column(part), number(IS_NO)), _turned(part))], column(part))


def at_least_of(count: int, parts: Sequence[str]) -> Sql:
    """At least so many parts hold."""
    sure = plus(*(bits(column(one), number(IS_YES)) for one in parts))
    out = plus(*(bits(column(one), number(IS_NO)) for one in parts))
    open_ = bits(joined_bits([column(one) for one in parts]), number(WHY))
    most_out = IS_NO * (len(parts) - count)
    return case([(at_least(sure, number(count)), number(IS_YES)), (above(out, number(most_out)), number(IS_NO))], open_)


def unless_unclear(holds: str, unclear: str) -> Sql:
    """A rule where its text is clear; else open, and so said, with the causes of both."""
    why = joined_bits([bits(column(holds), number(WHY)), bits(column(unclear), number(WHY)), number(UNCLEAR)])
    return case([(equals(column(unclear), number(IS_NO)), column(holds))], why)


def _turned(part: str) -> Sql:
    from sqlglot import exp

    return exp.Sub(this=number(IS_YES + IS_NO), expression=column(part))
