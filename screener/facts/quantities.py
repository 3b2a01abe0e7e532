"""Numbers as recorded, read exactly: what is equal as written stays equal at a limit, and `<5` is an interval."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from screener.facts.events import Interval

_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")


class NotANumber(ValueError):
    """What is recorded is no number that can be used; the message does not repeat it."""


def exact_number(recorded: int | float | str) -> Fraction:
    """The number that was written down.

    JSON gives a decimal as a float, and the shortest text that names a float is the text that was written wherever
    that had 15 significant digits or fewer (`sys.float_info.dig`). Longer ones are off by less than one part in 10^15.
    Text may hold up to 40 digits on either side of the point, and a power of ten of two digits.

    Raises:
        NotANumber: it is a truth value, not finite, or of another form.
    """
    if isinstance(recorded, bool):
        raise NotANumber("is yes or no where a number belongs")
    return Fraction(recorded) if isinstance(recorded, int) else _exact(str(recorded))


def measured(recorded: int | float | str, comparator: str | None = None) -> Interval:
    """The numbers that a measured value can be: `5` is just that, `<5` is everything below it.

    `comparator` is one of FHIR's: `<`, `<=`, `>=`, `>` (https://hl7.org/fhir/R4/valueset-quantity-comparator.html).

    Raises:
        NotANumber: see `exact_number`; or it is another comparator.
    """
    number = exact_number(recorded)
    match comparator:
        case None:
            return Interval(number, number)
        case "<" | "<=":
            return Interval(None, number, high_open=comparator == "<")
        case ">" | ">=":
            return Interval(number, None, low_open=comparator == ">")
    raise NotANumber("has a comparator that is none of <, <=, >=, >")


@lru_cache(maxsize=8192)
def _exact(text: str) -> Fraction:
    """The fraction of a decimal text of bounded length: a huge power of ten would fill the memory."""
    if _DECIMAL.fullmatch(text) is None:
        raise NotANumber("is not a number, or has too many digits")
    return Fraction(text)
