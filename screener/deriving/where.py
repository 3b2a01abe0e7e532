"""Tests of events, compiled into functions, once for sources that hold every event and once for those that may not.

A code of a system that a value set was not made from says neither that it is meant nor that it is not. Where the source
holds every event of a kind, such an event leaves it open whether one was found. Where it does not, nothing is concluded
from not finding, and an event that nobody can tell to be meant counts as one that was not found: else each record
coded elsewhere would stand in the way. That holds only for what is asked for; behind `not` and `none` it stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from screener.criteria.derivations import FieldTest, Where, WhereAll, WhereAny, WhereNone, WhereNot
from screener.deriving.answers import Matches, all_of, always, any_of, not_of
from screener.deriving.fields import Setting, field_test
from screener.facts.value_sets import ValueSet


class Wheres:
    """Compiles tests of events for some value sets and one screening date."""

    def __init__(self, value_sets: Mapping[str, ValueSet], as_of: date) -> None:
        self.as_of = as_of
        self._strict = Setting(value_sets, as_of, "unreadable")
        self._lenient = Setting(value_sets, as_of, False)

    def both(self, where: Where | None) -> Both:
        """The test for a source that holds every event, and for one that may not."""
        if where is None:
            return Both(always, always)
        return Both(self._compiled(where, self._strict), self._compiled(where, self._lenient))

    def strict(self, where: Where) -> Matches:
        """The test, open wherever codes are of a system that nobody looked through."""
        return self._compiled(where, self._strict)

    def _compiled(self, where: Where, setting: Setting) -> Matches:
        match where:
            case FieldTest():
                return field_test(where, setting)
            case WhereAll(parts):
                return all_of([self._compiled(part, setting) for part in parts])
            case WhereAny(parts):
                return any_of([self._compiled(part, setting) for part in parts])
            case WhereNone(parts):
                return not_of(any_of([self._compiled(part, self._strict) for part in parts]))
            case WhereNot(part):
                return not_of(self._compiled(part, self._strict))


class Both(NamedTuple):
    """One test in its two readings."""

    complete: Matches
    incomplete: Matches
