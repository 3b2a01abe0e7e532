"""Values written as text: as a cell of a fact table holds them, and as a rule file does."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from screener.dates import PartialDate
from screener.facts.definitions import Value
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import NOTHING, partly

_LONGEST_NUMBER: Final = 18


def number_text(number: int | Decimal) -> str:
    """A number as the reader takes it: of a long one no digit is lost, the point stands after the eighteenth."""
    if len(str(number)) <= _LONGEST_NUMBER:
        return str(number)
    sign, signs, exponent = Decimal(number).as_tuple()
    assert isinstance(exponent, int)  # infinities are no limits
    digits = "".join(map(str, signs))
    kept = digits.rstrip("0")
    exponent += len(digits) - len(kept)
    whole, fraction = kept[:_LONGEST_NUMBER], kept[_LONGEST_NUMBER:]
    return f"{'-' * sign}{whole}.{fraction}e{exponent + len(fraction)}"


def cell_text(value: Value) -> str:
    """A value as a cell holds it; `read_value` reads the same value from it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case PartialDate():
            return value.text
        case frozenset():
            return "; ".join(sorted(value)) or NOTHING
        case str():
            return value
        case NumberRange() | AtLeastSet():
            return partly(value)
    return number_text(value)
