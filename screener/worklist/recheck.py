"""When to look at a patient again: the first day on which time alone changes what the rules say."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.criteria.words import listed
from screener.matching.evaluate import Evaluator
from screener.worklist.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screener.criteria.closures import Facts
    from screener.worklist.footing import Footing

_TURNS_LOOKED_AT: Final = 200
"""Further birthdays and windows are decades away."""


class Recheck(NamedTuple):
    """A day on which to look again, and what turns on it."""

    on: date
    because: str


def next_recheck(footing: Footing, facts: Facts, as_of: date) -> Recheck | None:
    """The first day after `as_of` on which a criterion comes out otherwise, if nothing else changes; none where never.

    Exact: every day on which time alone can change something is tried, and no other day can.
    """
    calendar = Calendar(footing.rules)

    def truths(day: date) -> object:
        return Evaluator(footing.rules, day, stale=footing.stale).outcome(facts).truths

    def days() -> Iterator[date]:
        day = calendar.next_turn(facts, as_of, asked=False)
        while day is not None and day < date.max:
            yield day
            day = calendar.next_turn(facts, day, asked=False)

    now, before = truths(as_of), as_of
    for day in islice(days(), _TURNS_LOOKED_AT):
        if truths(day) != now:
            turned = dict.fromkeys(turn.what for turn in calendar.turns(facts, before, day))
            return Recheck(day, listed(turned, "and"))
        before = day
    return None
