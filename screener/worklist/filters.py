"""Which patients of the worklist are asked for: every filter that is given has to fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.errors import UsageError
from screener.worklist.outcomes import outcomes

if TYPE_CHECKING:
    from screener.worklist.cohort_view import CohortView, Entry

AT_WORK: Final = ("recheck_due", "to_approach", "needs_review", "new", "needs_data")
"""The bins that wait for somebody."""


class Filters(NamedTuple):
    """What is asked for; an empty one asks for who waits for somebody, or for everybody.

    `changed` asks for whose verdict moved since the run compared with, or was another one when somebody decided, and
    for who is new. `asks` is a fact, `fails` and `open` are criteria, and `seen_before` a day: of which the last run
    that a patient took part in is older.
    """

    bins: tuple[str, ...] = ()
    changed: bool = False
    verdict: str | None = None
    asks: str | None = None
    fails: str | None = None
    open: str | None = None
    seen_before: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing in particular is asked for."""
        return self == Filters()


def chosen(view: CohortView, filters: Filters) -> list[Entry]:
    """The patients asked for, in the order of the worklist.

    Raises:
        UsageError: a filter names what is no criterion of the trial, or no fact that anybody is asked for.
    """
    _check(view, filters)
    return [one for one in view.entries if _fits(view, one, filters)]


def at_work(entries: Sequence[Entry]) -> list[Entry]:
    """Those that wait for somebody."""
    return [one for one in entries if one.bin in AT_WORK]


def _check(view: CohortView, filters: Filters) -> None:
    criteria = [one.id for one in view.footing.rules.criteria]
    for name in (filters.fails, filters.open):
        if name is not None and name not in criteria:
            raise UsageError(
                f"{view.trial} has no criterion of that name.", hint=f"Its criteria: {', '.join(criteria)}."
            )
    vocabulary = view.footing.rules.vocabulary
    if filters.asks is not None and filters.asks not in vocabulary:
        hint = f"`screener worklist {view.trial} --questions` lists what is asked for."
        raise UsageError("There is no fact of that name.", hint=hint)


def _fits(view: CohortView, entry: Entry, filters: Filters) -> bool:
    one = entry.standing
    if filters.bins and entry.bin not in filters.bins:
        return False
    if filters.changed and not (entry.moved_from is not None or entry.new or entry.moved_since_decision):
        return False
    if filters.verdict not in (None, one.verdict) or (filters.asks is not None and filters.asks not in one.questions):
        return False
    if filters.seen_before is not None and entry.run.as_of >= filters.seen_before:
        return False
    if filters.fails is None and filters.open is None:
        return True
    found = outcomes(one.results, view.criteria_of(entry))
    return filters.fails in (None, *found.failing) and filters.open in (None, *found.unknown)
