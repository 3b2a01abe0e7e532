"""What to write instead of a cell that cannot be read: made from the fact's definition, never from the cell."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from screener.facts.definitions import OLDEST_AGE, FactDefinition
from screener.facts.values import NOTHING

LATER: Final = "after the screening date"
OUTSIDE: Final = "outside the range"

DATE: Final = "write the year first, as 2026-03-04, or as much as is known: 2026-03, 2026"
NO_LATER_DATE: Final = f"{DATE}; a day after the screening date (--as-of) cannot be used"
NO_OTHER_BIRTH: Final = f"{NO_LATER_DATE}, nor one more than {OLDEST_AGE} years before it"
_NOT_YET: Final = "nothing is known of a day to come: correct the date, or give the screening date with --as-of"
_TOO_OLD: Final = f"correct the year: nobody is older than {OLDEST_AGE}"


@lru_cache(maxsize=4096)
def what_to_write(fact: FactDefinition) -> str:
    """What a cell of this fact may say, as a sentence without a capital and a full stop."""
    match fact.type:
        case "yes_no":
            return "write yes or no"
        case "choice":
            return f"write one of: {', '.join(fact.options)}"
        case "set":
            nothing = "" if NOTHING in fact.options else f", or {NOTHING}"
            return f"write any of these with ; between them{nothing}: {', '.join(fact.options)}"
        case "date":
            return DATE
    kind = "a whole number" if fact.type == "integer" else "a number with a decimal point"
    return f"write digits alone: {kind}{_limits(fact)}"


def advice(fact: FactDefinition, problem: str) -> str:
    """What to do about a problem with a cell of this fact."""
    if problem == LATER:
        return _NOT_YET
    if problem == OUTSIDE and not fact.numeric:
        return _TOO_OLD
    return what_to_write(fact)


def advice_for_date(problem: str) -> str:
    """What to do about a problem with the date of a value."""
    return _NOT_YET if problem == LATER else DATE


def _limits(fact: FactDefinition) -> str:
    unit = f", in {fact.unit}" if fact.unit else ""
    if fact.low is None:
        return unit if fact.high is None else f", at most {fact.high}{unit}"
    return f", at least {fact.low}{unit}" if fact.high is None else f", {fact.low} to {fact.high}{unit}"
