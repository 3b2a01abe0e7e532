"""Values that are known in part: a number within a range, and a set of which some members are known.

A test of such a value is yes or no only where every value it can be gives the same answer; else it is unknown, and the
cause is `imprecise`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from screener.logic import NO, NOT, UNKNOWN, YES, Truth

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class NumberRange:
    """A number that lies between two ends; an end that is none has no limit, an open end is not itself included.

    The comparisons answer with yes, no or unknown, so that a test of a number reads the same for a range.
    """

    low: Number | None
    high: Number | None
    low_open: bool = False
    high_open: bool = False

    def __ge__(self, limit: Number) -> Truth:
        if self.low is not None and self.low >= limit:
            return YES
        below = self.high is not None and (self.high < limit or (self.high == limit and self.high_open))
        return NO if below else UNKNOWN

    def __gt__(self, limit: Number) -> Truth:
        if self.low is not None and (self.low > limit or (self.low == limit and self.low_open)):
            return YES
        return NO if self.high is not None and self.high <= limit else UNKNOWN

    def __lt__(self, limit: Number) -> Truth:
        return NOT[self >= limit]

    def __le__(self, limit: Number) -> Truth:
        return NOT[self > limit]

    def equals(self, limit: Number) -> Truth:
        """Whether it is this number; a range is yes only where both ends are."""
        inside = (self >= limit) is not NO and (self <= limit) is not NO
        if not inside:
            return NO
        return YES if self.low == self.high == limit else UNKNOWN

    def __str__(self) -> str:
        if self.low is None:
            return f"{'less than' if self.high_open else 'at most'} {self.high}"
        if self.high is None:
            return f"{'more than' if self.low_open else 'at least'} {self.low}"
        between = f"{self.low} to {self.high}"
        apart = [str(end) for end, open_ in ((self.low, self.low_open), (self.high, self.high_open)) if open_]
        return f"{between}, not {' or '.join(apart)}" if apart else between


@dataclass(frozen=True, slots=True)
class AtLeastSet:
    """A set of options of which these are known; it may hold more."""

    known: frozenset[str]

    def includes_any(self, options: frozenset[str]) -> Truth:
        """Whether it holds one of the options."""
        return YES if not options.isdisjoint(self.known) else UNKNOWN

    def includes_all(self, options: frozenset[str]) -> Truth:
        """Whether it holds each of the options."""
        return YES if options <= self.known else UNKNOWN

    def only(self, options: frozenset[str]) -> Truth:
        """Whether it holds nothing else."""
        return UNKNOWN if self.known <= options else NO

    def excludes_all(self, options: frozenset[str]) -> Truth:
        """Whether it holds none of the options."""
        return UNKNOWN if options.isdisjoint(self.known) else NO

    def empty(self) -> Truth:
        """Whether it holds nothing."""
        return NO if self.known else UNKNOWN
