"""Laws of deriving facts from events, for every patient that can be generated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from events import HERE, THERE, codes, conflicting, event
from hypothesis import given, settings
from hypothesis import strategies as st
from made_events import AS_OF, CODES, KINDS, USED, WORDS, dates, events, values

from screener.dates import PartialDate, parse_date
from screener.deriving import Deriver
from screener.deriving.answers import Answer, all_of, any_of, not_of
from screener.facts.definitions import Value
from screener.facts.events import Event, EventField, EventKind, PatientEvents
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import FactValue
from screener.logic import NOT, UNKNOWN, Truth, every, some

patients = st.lists(events(), max_size=5)
complete = st.frozensets(st.sampled_from(KINDS))


def facts_of(patient: list[Event], kinds: frozenset[EventKind] = frozenset(KINDS)) -> dict[str, FactValue]:
    return dict(WORDS.deriver.record(PatientEvents("P-1", tuple(patient), 1, kinds)).facts)


def narrows(before: Value, after: Value | None) -> bool:
    """Whether a value says no less than another, and nothing else."""
    match before:
        case AtLeastSet(known):
            return (isinstance(after, frozenset) and known <= after) or (
                isinstance(after, AtLeastSet) and known <= after.known
            )
        case NumberRange():
            within = after if isinstance(after, NumberRange) else NumberRange(after, after)  # type: ignore[arg-type]
            low = before.low is None or (within.low is not None and within.low >= before.low)
            return low and (before.high is None or (within.high is not None and within.high <= before.high))
        case PartialDate():
            return isinstance(after, PartialDate) and before.first <= after.first and after.last <= before.last
    return before == after


@st.composite
def said_more(draw: st.DrawFn, one: Event) -> Event:
    """The same event of which more is known: a field, its date, or whether it happened."""
    what = draw(st.sampled_from([*USED[one.kind], "on", "standing"]))
    if what == "standing":
        standing = draw(st.sampled_from(["certain", "refuted"])) if one.standing == "uncertain" else one.standing
        return one._replace(standing=standing)
    if what == "on":
        return one._replace(on=draw(dates if one.on is None else sharpened(one.on)))
    said = one.fields.get(what)
    if said is None or said.value is None:
        more = draw(values(one.kind, what))
    elif said == codes(f"{THERE}|x"):
        more = codes(f"{THERE}|x", draw(st.sampled_from([code for code in CODES[one.kind, what] if "|" not in code])))
    elif isinstance(said.value, PartialDate):
        when = draw(sharpened(said.value))
        more = EventField(when, when.text)
    else:
        return one
    return one._replace(fields={**one.fields, what: more})


@st.composite
def sharpened(draw: st.DrawFn, when: PartialDate) -> PartialDate:
    """A date that says more of the same day."""
    day = when.first + timedelta(days=draw(st.integers(0, (when.last - when.first).days)))
    return parse_date(day.isoformat()[: draw(st.sampled_from([size for size in (4, 7, 10) if size >= len(when.text)]))])


@settings(max_examples=400)
@given(patients.filter(bool), st.data())
def test_saying_more_of_an_event_turns_no_settled_fact_round(patient: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(patient) - 1))
    more = [*patient[:place], data.draw(said_more(patient[place])), *patient[place + 1 :]]
    before, after = facts_of(patient), facts_of(more)
    for name, fact in before.items():
        if fact.value is not None:
            assert narrows(fact.value, after[name].value if name in after else None), name


@settings(max_examples=150)
@given(patients, complete, st.randoms(use_true_random=False))
def test_the_order_of_the_events_changes_nothing(
    patient: list[Event], kinds: frozenset[EventKind], random: Any
) -> None:
    shuffled = list(patient)
    random.shuffle(shuffled)
    assert facts_of(shuffled, kinds) == facts_of(patient, kinds)


@settings(max_examples=200)
@given(patients, complete)
def test_to_hold_every_event_turns_no_fact_round_that_is_settled_without(
    patient: list[Event], kinds: frozenset[EventKind]
) -> None:
    before, after = facts_of(patient, frozenset()), facts_of(patient, kinds)
    for name, fact in before.items():
        known = after.get(name)
        if fact.value is not None and known is not None and known.value is not None:
            assert narrows(fact.value, known.value), name


BY_KIND: dict[EventKind, tuple[str, ...]] = {
    "condition": ("sides",),
    "procedure": ("same_side", "either", "neither", "recent", "casts", "only_left"),
    "observation": ("highest", "lowest"),
}


@settings(max_examples=300)
@given(patients, events())
def test_an_event_that_was_not_recorded_yet_turns_no_yes_count_set_or_end_round(
    patient: list[Event], another: Event
) -> None:
    before, after = facts_of(patient, frozenset()), facts_of([*patient, another], frozenset())
    for name in BY_KIND[another.kind]:
        fact = before.get(name)
        # A refuted event is a recorded no; that a record says the contrary later is its being overtaken.
        if fact is not None and fact.value is not None and (fact.value is not False or name == "only_left"):
            assert narrows(fact.value, after[name].value if name in after else None), name


@given(patients)
def test_where_events_may_be_unrecorded_no_yes_or_no_is_taken_from_finding_nothing(patient: list[Event]) -> None:
    for name, fact in facts_of(patient, frozenset()).items():
        assert fact.evidence, name
        assert fact.source, name


@given(complete)
def test_nothing_recorded_settles_nothing_unless_the_source_holds_every_event(kinds: frozenset[EventKind]) -> None:
    assert facts_of([], frozenset()) == {}
    settled = facts_of([], kinds)
    assert all(fact.value in (False, 0, "none", frozenset()) for name, fact in settled.items() if name != "kind")
    from_kind = {"procedure": "same_side", "condition": "sides", "observation": "raised"}
    assert {kind for kind, name in from_kind.items() if name in settled} == kinds


@given(patients, st.sampled_from(["same_side", "index.laterality", "well", "last"]))
def test_asking_for_fewer_facts_gives_the_same_ones(patient: list[Event], name: str) -> None:
    deriver = Deriver(WORDS.derivations, WORDS.vocabulary, AS_OF, names=[name])
    fewer = deriver.record(PatientEvents("P-1", tuple(patient), 1, frozenset(KINDS))).facts
    whole = facts_of(patient)
    assert {key: fact for key, fact in whole.items() if key in fewer} == fewer
    assert (name in fewer) == (name in whole)


@given(patients)
def test_a_cast_whose_record_contradicts_itself_about_the_side_is_never_on_the_same_side_nor_not(
    patient: list[Event],
) -> None:
    others = [one for one in patient if one.kind == "condition"]
    cast = event(
        "procedure", "2015-01-01", code="cast", end="2015-02-01", laterality=conflicting("left (form), right (letter)")
    )
    told = facts_of([*others, cast])
    onset = told.get("index.onset")
    if onset is not None and isinstance(onset.value, PartialDate) and onset.value.first.year > 2015:
        assert (told["same_side"].value, told["same_side"].state) == (None, "conflicting")
        assert "left (form), right (letter)" in (told["same_side"].evidence[0].value or "")
    else:
        assert told["same_side"].value is None


answers = st.sampled_from([True, False, "conflicting", "unreadable", "imprecise", "uncertain"])


def truth(one: Answer) -> Truth:
    return one if isinstance(one, bool) else UNKNOWN


@given(st.lists(answers, min_size=1, max_size=4))
def test_answers_are_put_together_as_the_tables_of_the_logic_say(several: list[Answer]) -> None:
    nothing = event("procedure", code=f"{HERE}|cast")
    parts: list[Any] = [lambda _, __, one=one: one for one in several]
    truths = [truth(one) for one in several]
    assert truth(all_of(parts)(nothing, {})) is every(truths)
    assert truth(any_of(parts)(nothing, {})) is some(truths)
    assert truth(not_of(parts[0])(nothing, {})) is NOT[truths[0]]
