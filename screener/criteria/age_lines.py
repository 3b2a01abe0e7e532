"""Lines of an eligibility text that say nothing but an age limit or that both sexes can take part.

Only whole lines in plain wordings are understood; everything else is left for a person to encode.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from screener.criteria.model import CriterionKind, NumberOp, NumberTest
from screener.registry.text import comparable

_PEOPLE: Final = r"(?:adult )?(?:patients?|participants?|subjects?|persons?|people|individuals?|volunteers?|adults?)"
_MALE, _FEMALE = r"(?:males?|men|man)", r"(?:females?|women|woman)"
_WITH: Final = r"(?: and/or | and | or | & | ?/ ?)"
_BOTH: Final = (
    rf"(?:{_MALE}{_WITH}{_FEMALE}|{_FEMALE}{_WITH}{_MALE}|(?:both|all) (?:sexes|genders)|(?:either|any) (?:sex|gender))"
)
_UNIT: Final = r"(?:[ -]?(?:years?|yrs?|y\.?o\.?)\.?(?:[ -]old|[ -]of[ -]age|[ -]in[ -]age)?)"
_NUMBER: Final = rf"(\d{{1,3}}){_UNIT}?"
_LEAD: Final = (
    rf"(?:(?P<both>{_BOTH}),? )?(?:(?:of )?{_PEOPLE},? )?"
    r"(?:(?:who |that )?(?:is|are|must be|should be|has to be|have to be) )?"
    r"(?P<age>(?:aged?|ages)(?: (?:range|limit|group))?(?: (?:is|of|must be|should be))?:? )?"
)
_TAIL: Final = (
    rf"(?:,? (?P<both_behind>{_BOTH}))?"
    r"(?: (?:at|on) (?:the )?(?:(?:time|start|moment|day|date) of )?(?:the )?screening(?: visit)?)?"
)
_LINE: Final = re.compile(rf"{_LEAD}(?P<limit>.*?\d.*?){_TAIL}")
_SEX_LINE: Final = re.compile(rf"(?:(?:sex|gender): ?)?(?:{_PEOPLE} of )?{_BOTH}(?: {_PEOPLE})?")
_RANGE: Final = re.compile(rf"(?:between |from )?{_NUMBER} ?(?:-|to|and|through) ?{_NUMBER}(?:,? \(?inclusive\)?)?")
_AND: Final = re.compile(r" and | but | & |, ?| (?=[<>])")
_CLOSING: Final = re.compile(r"(?<![.,;])[.,;]$")
_SAYS_AGE: Final = re.compile(r"year|yrs?\b|y\.?o\.?\b|older|younger")

_IN_FRONT: Final[dict[NumberOp, str]] = {
    "at_least": r">=|at least |minimum (?:of )?|(?:not|no) (?:younger|less) than |"
    r"(?:greater|more|older) than or equal to ",
    "at_most": r"<=|at most |maximum (?:of )?|up to |(?:not|no) (?:older|more|greater) than |"
    r"(?:less|younger) than or equal to ",
    "more_than": r">|over |older than |more than |greater than |above ",
    "less_than": r"<|under |younger than |less than |below ",
}
_BEHIND: Final[dict[NumberOp, str]] = {
    "at_least": r" ?(?:and|or) (?:older|over|above|more|greater)|\+",
    "at_most": r" ?(?:and|or) (?:younger|under|below|less)",
}
_BOUNDS: Final[tuple[tuple[NumberOp, re.Pattern[str]], ...]] = (
    *((op, re.compile(rf"(?:{words}){_NUMBER}")) for op, words in _IN_FRONT.items()),
    *((op, re.compile(rf"{_NUMBER}(?:{words})")) for op, words in _BEHIND.items()),
)

YOUNGEST_ALLOWED: Final[dict[CriterionKind, dict[NumberOp, int]]] = {
    "inclusion": {"at_least": 0, "more_than": 1},
    "exclusion": {"less_than": 0, "at_most": 1},
}
"""How far above its number a test puts the youngest age that can take part."""
OLDEST_ALLOWED: Final[dict[CriterionKind, dict[NumberOp, int]]] = {
    "inclusion": {"at_most": 0, "less_than": -1},
    "exclusion": {"more_than": 0, "at_least": -1},
}
"""How far above its number a test puts the oldest age that can take part."""


class AgeLine(NamedTuple):
    """What a line asks of the age, in its own comparisons; `both_sexes` when it also says that either can take part."""

    tests: tuple[NumberTest, ...]
    both_sexes: bool


def age_line(text: str) -> AgeLine | None:
    """What a line that holds nothing but an age limit asks for, or none for any other line."""
    match = _LINE.fullmatch(_plain(text))
    if match is None or not (match["age"] or _SAYS_AGE.search(match["limit"])):
        return None
    tests = _tests(match["limit"])
    return AgeLine(tests, bool(match["both"] or match["both_behind"])) if tests else None


def both_sexes_line(text: str) -> bool:
    """Whether a line says only that people of either sex can take part."""
    return _SEX_LINE.fullmatch(_plain(text)) is not None


def agrees(test: NumberTest, kind: CriterionKind, *, youngest: int | None, oldest: int | None) -> bool:
    """Whether a test says the same as the record's age limits, in completed years, both included."""
    limit = int(test.limit)
    if test.op in YOUNGEST_ALLOWED[kind]:
        return youngest == limit + YOUNGEST_ALLOWED[kind][test.op]
    return test.op in OLDEST_ALLOWED[kind] and oldest == limit + OLDEST_ALLOWED[kind][test.op]


def _plain(text: str) -> str:
    return _CLOSING.sub("", comparable(text).lower())


def _tests(limit: str) -> tuple[NumberTest, ...]:
    """The tests of one limit, of a range, or of a lower and an upper limit together."""
    one = _bound(limit)
    if one is not None:
        return (one,)
    spread = _RANGE.fullmatch(limit)
    if spread is not None:
        return NumberTest("at_least", int(spread[1])), NumberTest("at_most", int(spread[2]))
    for place in _AND.finditer(limit):
        low, high = _bound(limit[: place.start()]), _bound(limit[place.end() :])
        if low and high and low.op in ("at_least", "more_than") and high.op in ("at_most", "less_than"):
            return low, high
    return ()


def _bound(words: str) -> NumberTest | None:
    for op, pattern in _BOUNDS:
        match = pattern.fullmatch(words)
        if match is not None:
            return NumberTest(op, int(match[1]))
    return None
