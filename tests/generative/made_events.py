"""Facts that are derived in every way there is, and events made up for them, for the laws of derivation."""

from __future__ import annotations

from datetime import date, timedelta
from textwrap import dedent
from typing import Any

from events import THERE, Words, codes, conflicting, event, quantity, unreadable
from hypothesis import strategies as st

from screener.dates import PartialDate, parse_date
from screener.facts.events import FIELDS, Event, EventField, EventKind

AS_OF = date(2026, 6, 1)


KINDS: tuple[EventKind, ...] = ("condition", "procedure", "observation")


WORDS = Words(
    as_of=AS_OF,
    index=dedent("""
        type: event
        from: condition
        where:
          - code: {in_value_set: fracture}
          - site: {in_value_set: wrist}
        take: latest
    """),
    first="type: event\nfrom: condition\nwhere: {not: {code: {in_value_set: fracture}}}\ntake: earliest",
    same_side=dedent("""
        type: yes_no
        from: procedure
        where:
          - code: {in_value_set: cast}
          - laterality: {same_as: index.laterality}
          - end: {before: index.onset}
        take: any
    """),
    either=dedent("""
        type: yes_no
        from: procedure
        where: {any: [{code: {in_value_set: cast}}, {start: {after: 2020-01-01}}]}
        take: any
    """),
    neither=dedent("""
        type: yes_no
        from: procedure
        where: {none: [{code: {in_value_set: cast}}, {laterality: {is: left}}]}
        take: any
    """),
    only_left="type: yes_no\nfrom: procedure\nwhere: {laterality: {is: left}}\ntake: all",
    recent="type: yes_no\nfrom: procedure\nwhere: {on: {happened_within: 24 months}}\ntake: any",
    casts="type: integer\nfrom: procedure\nwhere: {code: {in_value_set: cast}}\ntake: count",
    last=dedent("""
        type: number
        unit: 10*9/L
        range: [0, 5]
        from: observation
        where: {code: {in_value_set: platelets}}
        take: latest
        value: value
    """),
    highest=dedent("""
        type: number
        unit: 10*9/L
        from: observation
        where: {code: {in_value_set: platelets}}
        take: highest
        value: value
    """),
    lowest=dedent("""
        type: number
        unit: 10*9/L
        from: observation
        where: {code: {in_value_set: platelets}}
        take: lowest
        value: value
    """),
    raised=dedent("""
        type: yes_no
        from: observation
        where: {code: {in_value_set: platelets}}
        take: latest
        value: [{value: {times_upper_limit: {more_than: 1.5}}}]
    """),
    treated=dedent("""
        type: choice
        options: [none, plate, cast, other]
        from: procedure
        take: any
        value:
          plate: [{code: {in_value_set: plate}}, {laterality: {is: left}}]
          cast: {code: {in_value_set: cast}}
          other: never
    """),
    sides=dedent("""
        type: set
        options: [left, right, bilateral]
        from: condition
        where: {code: {in_value_set: fracture}}
        take: all
        value: laterality
    """),
    side="type: choice\noptions: [left, right, bilateral]\nfrom: index\nvalue: laterality",
    began="type: date\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: only\nvalue: onset",
    well="type: yes_no\nfrom: facts\nwhere: [{same_side: no}, {casts: {at_most: 1}}, {side: {is: left}}]",
    kind=dedent("""
        type: choice
        options: [good, poor]
        from: facts
        value:
          poor: {any: [{well: no}, {last: {less_than: 2}}]}
          good: {well: yes}
    """),
)  # fmt: skip


past = st.integers(0, 1500).map(lambda days: AS_OF - timedelta(days=days))


def partial(day: date, digits: int) -> PartialDate:
    """A day as a year, a month or a whole date; shorter forms only where all of it lies in the past."""
    when = parse_date(day.isoformat()[:digits])
    return when if when.last <= AS_OF else parse_date(day.isoformat())


dates = st.builds(partial, past, st.sampled_from([4, 7, 10]))


VALUES: dict[str, st.SearchStrategy[EventField]] = {
    "choice": st.sampled_from(["left", "right", "bilateral"]).map(lambda side: EventField(side, side)),
    "date": dates.map(lambda when: EventField(when, when.text)),
    "quantity": st.builds(
        lambda low, more, unit: quantity(low, unit, high=low + more if more is not None else None),
        st.integers(0, 6), st.sampled_from([0, 0, 0, 1, None]), st.sampled_from(["10*9/L", "10*3/uL", "mg", "?"]),
    ),
}  # fmt: skip


CODES: dict[tuple[EventKind, str], tuple[str, ...]] = {
    ("condition", "code"): ("fracture", "fracture", "knee", f"{THERE}|x"),
    ("condition", "site"): ("wrist", "wrist", "distal-radius", "knee", f"{THERE}|x"),
    ("procedure", "code"): ("cast", "cast", "plate", "plate", "knee", f"{THERE}|x"),
    ("observation", "code"): ("plt", "plt", "plt", "knee", f"{THERE}|x"),
}


USED: dict[EventKind, tuple[str, ...]] = {
    "condition": ("code", "site", "laterality", "onset"),
    "procedure": ("code", "laterality", "start", "end"),
    "observation": ("code", "value", "upper_limit"),
}


broken = st.sampled_from([conflicting("this, that"), unreadable("scribbled")])


def values(kind: EventKind, name: str) -> st.SearchStrategy[EventField]:
    """What an event can say in a field."""
    known = CODES.get((kind, name))
    return st.sampled_from(known).map(codes) if known else VALUES[FIELDS[kind][name].type]


@st.composite
def events(draw: st.DrawFn, kinds: tuple[EventKind, ...] = KINDS) -> Event:
    """An event of which any field may be missing, contradict itself, or be unreadable."""
    kind = draw(st.sampled_from(kinds))
    fields: dict[str, Any] = {}
    for name in USED[kind]:
        likely = values(kind, name)
        said = draw(st.one_of(st.none(), broken, likely, likely, likely))
        if said is not None:
            fields[name] = said
    standing = draw(st.sampled_from(["certain", "certain", "certain", "uncertain", "refuted"]))
    one = event(kind, None, standing=standing, **fields)
    return one._replace(on=draw(st.none() | dates | dates))
