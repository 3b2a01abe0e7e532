"""When a cancer came back: the onset of a condition that is marked as a recurrence.

FHIR has one onset for a condition, and marks a recurrence by its clinical status. So the onset of a record that is
marked may be that of the recurrence, or that of the cancer, of which only the status was changed when it came back. It
is the recurrence's where the same patient has an earlier record of the cancer itself; else the record does not say.
"""

from __future__ import annotations

from typing import Any

from screener.dates import PartialDate, before
from screener.facts.events import Event, EventField
from screener.logic import YES


def settled(events: list[Event]) -> list[Event]:
    """The events of a patient, the onset of a recurrence left open where it may be the cancer's own."""
    if not any(_is(event, "recurrence") for event in events):
        return events
    conditions = [event for event in events if event.kind == "condition"]
    return [_open(event, conditions) if _is(event, "recurrence") else event for event in events]


def _open(event: Event, conditions: list[Event]) -> Event:
    onset = event.fields.get("onset")
    if onset is None or onset.value is None:
        return event
    on = event.on
    if on is not None and any(_came_before(event, on, other) for other in conditions):
        return event
    said = f"{onset.said} (of the cancer or of its recurrence: the record does not say which)"
    return event._replace(on=None, fields={**event.fields, "onset": EventField(None, said, "conflicting")})


def _came_before(event: Event, on: PartialDate, other: Event) -> bool:
    """Whether the other condition is the earlier record of the cancer that came back."""
    return (
        other.standing == "certain"
        and other is not event
        and other.on is not None
        and before(other.on, on) is YES
        and not _other_side(other, event)
        and (_is(other, "primary") or _same_code(other, event))
    )


def _is(event: Event, role: str) -> bool:
    told = event.fields.get("role")
    return told is not None and told[0] == role


def _same_code(one: Event, other: Event) -> bool:
    mine, theirs = _codes(one), _codes(other)
    return any(code[:2] == another[:2] for code in mine for another in theirs)


def _codes(event: Event) -> Any:
    """The codes of a condition, which a field called `code` holds; none where they cannot be read."""
    code = event.fields.get("code")
    return () if code is None else code.value or ()


def _other_side(one: Event, other: Event) -> bool:
    mine, theirs = one.fields.get("laterality"), other.fields.get("laterality")
    return mine is not None and theirs is not None and mine.value != theirs.value
