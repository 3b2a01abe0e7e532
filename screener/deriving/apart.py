"""How many events there are for certain: records of which two can tell of one event are one.

A condition is recorded again at every visit and in every terminology, each time with a date of its own, so records of
conditions are never apart but by their sides. What was done is: on days that are certainly different.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from screener.dates import PartialDate
from screener.facts.events import Event, EventKind

_LASTING: Final[frozenset[EventKind]] = frozenset({"condition", "patient"})


class _Span(NamedTuple):
    """The days on which something can have been done, ordered by the last of them."""

    last: date
    first: date


def certainly_different(events: Sequence[Event]) -> int:
    """The least number of events that records tell of, each of which certainly matches."""
    if len(events) <= 1:
        return len(events)
    on_a_side = [[event for event in events if _side(event) == side] for side in ("left", "right")]
    return max(_one_after_another(events), sum(map(_one_after_another, on_a_side)))


def _one_after_another(events: Sequence[Event]) -> int:
    """The most events of which each was over before the next began; one where that can be said of none."""
    count, over = 0, date.min
    for span in sorted(_spans(events)):
        if span.first > over:
            count, over = count + 1, span.last
    return max(count, min(len(events), 1))


def _spans(events: Iterable[Event]) -> Iterable[_Span]:
    return [
        _Span(_end(event), event.on.first) for event in events if event.on is not None and event.kind not in _LASTING
    ]


def _end(event: Event) -> date:
    """The last day on which something can still have been done: never, where it began and no end is recorded."""
    assert event.on is not None  # asked of events that have a date
    end = event.fields.get("end")
    if end is not None and isinstance(end.value, PartialDate):
        return max(event.on.last, end.value.last)
    return event.on.last if end is None and "start" not in event.fields else date.max


def _side(event: Event) -> object:
    side = event.fields.get("laterality")
    return None if side is None else side.value
