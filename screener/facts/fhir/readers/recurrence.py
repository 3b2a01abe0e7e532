"""When a cancer came back: the onset of a condition that is marked as a recurrence.

FHIR has one onset for a condition, and marks a recurrence by its clinical status. So the onset of a record that is
marked may be that of the recurrence, or that of the cancer, of which only the status was changed when it came back. It
is the recurrence's where the same patient has an earlier record of the cancer itself; else the record does not say.
"""

from __future__ import annotations

from collections.abc import Sequence

from screener.dates import PartialDate, before
from screener.facts.events import Code, Event, EventField
from screener.logic import YES


def settled(events: Sequence[Event]) -> list[Event]:
    """The events of a patient, the onset of a recurrence left open where it may be the cancer's own."""
    if not any(_is(event, "recurrence") for event in events):
        return list(events)
    conditions = [event for event in events if event.kind == "condition"]
    return [_open(event, conditions) if _is(event, "recurrence") else event for event in events]


def _open(event: Event, conditions: Sequence[Event]) -> Event:
    onset = event.fields.get("onset")
    if onset is None or onset.value is None or any(_came_before(event, other) for other in conditions):
        return event
    said = f"{onset.said} (of the cancer or of its recurrence: the record does not say which)"
    return event._replace(on=None, fields={**event.fields, "onset": EventField(None, said, "conflicting")})


def _came_before(event: Event, other: Event) -> bool:
    """Whether the other condition is the earlier record of the cancer that came back."""
    return (
        other is not event
        and other.standing == "certain"
        and _onset_before(other, event)
        and not _other_side(other, event)
        and (_is(other, "primary") or not _codes(other).isdisjoint(_codes(event)))
    )


def _is(event: Event, role: str) -> bool:
    told = event.fields.get("role")
    return told is not None and told.value == role


def _codes(event: Event) -> frozenset[tuple[str, str]]:
    code = event.fields.get("code")
    codes = code.value if code is not None and isinstance(code.value, tuple) else ()
    return frozenset((one.system, one.code) for one in codes if isinstance(one, Code))


def _onset_before(other: Event, event: Event) -> bool:
    mine, theirs = event.on, other.on
    return isinstance(mine, PartialDate) and isinstance(theirs, PartialDate) and before(theirs, mine) is YES


def _other_side(other: Event, event: Event) -> bool:
    mine, theirs = event.fields.get("laterality"), other.fields.get("laterality")
    return mine is not None and theirs is not None and mine.value != theirs.value
