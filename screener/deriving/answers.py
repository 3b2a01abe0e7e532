"""Whether something holds of an event: yes, no, or a doubt, which is an unknown that says why it is one.

The logic is Kleene's, as in `screener.logic`; of several doubts the gravest is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from screener.criteria.closures import Facts
from screener.facts.events import Event
from screener.facts.values import FactValue
from screener.logic import Truth

Doubt = Literal["conflicting", "unreadable", "imprecise", "uncertain"]
"""Why something is unknown; uncertain is what is not recorded, or only provisional or planned."""
Answer = bool | Doubt
Matches = Callable[[Event, Facts], Answer]
"""Whether an event matches, given the facts that are known so far."""

_GRAVEST_FIRST: Final[tuple[Doubt, ...]] = ("conflicting", "unreadable", "imprecise", "uncertain")
_RANK: Final = {doubt: rank for rank, doubt in enumerate(_GRAVEST_FIRST)}


def graver(one: Doubt, other: Doubt) -> Doubt:
    """The doubt to tell of two: where records contradict themselves, a person looks."""
    return one if _RANK[one] <= _RANK[other] else other


def gravest(doubts: Sequence[Doubt]) -> Doubt:
    """The doubt to tell of several, of which there must be one."""
    found = doubts[0]
    for one in doubts:
        found = graver(found, one)
    return found


def doubt_of(value: FactValue | None) -> Doubt:
    """Why a fact without a value has none."""
    if value is None or value.state == "recorded" or value.state == "presumed":
        return "uncertain"
    return value.state


def answer(truth: Truth) -> Answer:
    """The answer that a truth is; what a comparison leaves open is imprecise."""
    return "imprecise" if truth is None else truth


def both(one: Answer, other: Answer) -> Answer:
    """Whether two things hold together, of which the first is not no."""
    if one is True or other is False:
        return other
    return one if other is True else graver(one, other)  # type: ignore[arg-type]  # neither is yes or no


def always(_: Event, __: Facts) -> Answer:
    """Every event matches."""
    return True


def all_of(parts: list[Matches]) -> Matches:
    """Every part holds: no as soon as one is no."""
    if len(parts) == 1:
        return parts[0]

    def matches(event: Event, facts: Facts) -> Answer:
        told: Answer = True
        for part in parts:
            one = part(event, facts)
            if one is False:
                return False
            if one is not True:
                told = one if told is True else both(told, one)
        return told

    return matches


def any_of(parts: list[Matches]) -> Matches:
    """Some part holds: yes as soon as one is yes."""
    if len(parts) == 1:
        return parts[0]

    def matches(event: Event, facts: Facts) -> Answer:
        told: Answer = False
        for part in parts:
            one = part(event, facts)
            if one is True:
                return True
            if one is not False:
                told = one if told is False else both(told, one)
        return told

    return matches


def not_of(part: Matches) -> Matches:
    """The part does not hold; a doubt stays one."""

    def matches(event: Event, facts: Facts) -> Answer:
        one = part(event, facts)
        return not one if isinstance(one, bool) else one

    return matches
