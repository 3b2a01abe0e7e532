"""Three-valued logic after Kleene: yes, no, unknown, written out as tables.

A truth is `True` (yes), `False` (no) or `None` (unknown). The tables are the definition; `every`, `some` and
`count_at_least` fold them over any number of parts. Order never matters, and replacing an unknown part by yes or no
never turns a settled result round.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Truth = bool | None

YES: Final = True
NO: Final = False
UNKNOWN: Final = None

NOT: Final[dict[Truth, Truth]] = {
    YES: NO,
    NO: YES,
    UNKNOWN: UNKNOWN,
}

AND: Final[dict[tuple[Truth, Truth], Truth]] = {
    (YES, YES): YES,
    (YES, NO): NO,
    (YES, UNKNOWN): UNKNOWN,
    (NO, YES): NO,
    (NO, NO): NO,
    (NO, UNKNOWN): NO,
    (UNKNOWN, YES): UNKNOWN,
    (UNKNOWN, NO): NO,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}

OR: Final[dict[tuple[Truth, Truth], Truth]] = {
    (YES, YES): YES,
    (YES, NO): YES,
    (YES, UNKNOWN): YES,
    (NO, YES): YES,
    (NO, NO): NO,
    (NO, UNKNOWN): UNKNOWN,
    (UNKNOWN, YES): YES,
    (UNKNOWN, NO): UNKNOWN,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}


def every(parts: Iterable[Truth]) -> Truth:
    """Yes when all parts are yes, no as soon as one is no, else unknown."""
    result: Truth = YES
    for part in parts:
        result = AND[result, part]
    return result


def some(parts: Iterable[Truth]) -> Truth:
    """Yes as soon as one part is yes, no when all are no, else unknown."""
    result: Truth = NO
    for part in parts:
        result = OR[result, part]
    return result


def count_at_least(count: int, parts: Iterable[Truth]) -> Truth:
    """Yes when `count` parts are yes, no when fewer than `count` can still be yes, else unknown."""
    known = list(parts)
    sure = known.count(YES)
    possible = sure + known.count(UNKNOWN)
    if sure >= count:
        return YES
    return NO if possible < count else UNKNOWN
