"""Generated vocabularies, rules and patients: every node, every test, partial dates, windows and presumptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from screener.criteria.model import (
    SCREENING,
    All,
    AnyOf,
    AtLeastOf,
    BetweenTest,
    ChoiceTest,
    Condition,
    Criterion,
    DateTest,
    EmptyTest,
    FactReference,
    FactTest,
    HappenedWithin,
    NoneOf,
    Not,
    NumberTest,
    Rule,
    RuleSet,
    SetTest,
    Test,
    Unclear,
    YesNoTest,
)
from screener.dates import Length, PartialDate, parse_date
from screener.facts.definitions import AGE, BIRTH_DATE, FactDefinition, Presumption, Value, Vocabulary
from screener.facts.values import FactValue

AS_OF = date(2024, 2, 29)
OPTIONS = ("a", "b", "c", "d")

FACTS = (
    FactDefinition("healed", "healed", "yes_no", "clinician", "?"),
    FactDefinition("itp", "itp", "yes_no", "record", "?"),
    FactDefinition("pain", "pain", "choice", "patient", "?", options=OPTIONS),
    FactDefinition("casts", "casts", "integer", "record", "?", low=0, high=4),
    FactDefinition("platelets", "platelets", "number", "record", "?", unit="x", low=0),
    FactDefinition("fracture", "fracture", "date", "record", "?"),
    FactDefinition("surgery", "surgery", "date", "record", "?"),
    FactDefinition("bones", "bones", "set", "record", "?", options=OPTIONS),
)

days = st.integers(-800, 60).map(lambda offset: AS_OF + timedelta(days=offset))
past = st.integers(-800, 0).map(lambda offset: AS_OF + timedelta(days=offset))
lengths = st.builds(Length, st.integers(0, 14), st.sampled_from(["day", "week", "month", "year"]))


def partial(day: date, digits: int) -> PartialDate:
    """A day written as a year, a month or a whole date."""
    return parse_date(day.isoformat()[:digits])


digits = st.sampled_from([4, 7, 10])
partial_dates = st.builds(partial, days, digits)


def values(fact: FactDefinition) -> st.SearchStrategy[Value]:
    """Values of a fact."""
    if fact.name == BIRTH_DATE:
        births = st.integers(0, 9000).map(lambda age: AS_OF - timedelta(days=age))
        return st.builds(partial, births, digits)
    match fact.type:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(fact.options)
        case "integer":
            return st.integers(0, 25 if fact.name == AGE else 4)
        case "number":
            return st.one_of(st.integers(0, 4), st.sampled_from([Decimal("1.5"), Decimal("2.25")]))
        case "date":
            return partial_dates
    return st.frozensets(st.sampled_from(fact.options))


@st.composite
def vocabularies(draw: st.DrawFn, *, presuming: bool = True) -> Vocabulary:
    """The facts, some of which presume a value."""
    facts = []
    for fact in FACTS:
        if presuming and draw(st.integers(0, 3)) == 0:
            facts.append(replace(fact, presume=Presumption(draw(values(fact)), "said so")))
        else:
            facts.append(fact)
    return Vocabulary.of(*facts)


options = st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=3, unique=True).map(tuple)
numbers = ("at_least", "at_most", "more_than", "less_than", "equals")
orders = ("before", "on_or_before", "after", "on_or_after")
references = st.builds(FactReference, st.sampled_from(["fracture", "surgery"]), st.none() | lengths)


def tests(fact: FactDefinition) -> st.SearchStrategy[Test]:
    """Tests of a fact."""
    match fact.type:
        case "yes_no":
            return st.builds(YesNoTest, st.booleans())
        case "choice":
            return st.builds(ChoiceTest, st.sampled_from(["is", "one_of", "none_of"]), options)
        case "integer" | "number":
            compare = st.builds(NumberTest, st.sampled_from(numbers), values(fact))
            return compare | st.builds(BetweenTest, values(fact), values(fact))
        case "date":
            other = partial_dates | references | st.just(SCREENING)
            return st.builds(DateTest, st.sampled_from(orders), other) | st.builds(HappenedWithin, lengths)
    sets = st.builds(SetTest, st.sampled_from(["includes_any", "includes_all", "only", "excludes_all"]), options)
    return sets | st.builds(EmptyTest, st.booleans())


@st.composite
def leaves(draw: st.DrawFn, names: tuple[str, ...] | None = None) -> FactTest:
    """One fact with one or two tests, sometimes with a window."""
    facts = {fact.name: fact for fact in Vocabulary.of(*FACTS).facts.values() if not names or fact.name in names}
    fact = facts[draw(st.sampled_from(sorted(facts)))]
    asked = draw(st.lists(tests(fact), min_size=1, max_size=2))
    window = None if fact.name == AGE else draw(st.none() | lengths)
    return FactTest(fact.name, tuple(asked), window)


def rules(leaf: st.SearchStrategy[FactTest] | None = None, most: int = 6) -> st.SearchStrategy[Rule]:
    """Rules of every node."""

    def nodes(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        counted = parts.flatmap(lambda some: st.builds(AtLeastOf, st.integers(1, len(some)), st.just(some)))
        return st.one_of(
            st.builds(All, parts), st.builds(AnyOf, parts), st.builds(NoneOf, parts), counted,
            st.builds(Not, inner), st.builds(Condition, st.just("named"), inner),
        )  # fmt: skip

    return st.recursive(leaves() if leaf is None else leaf, nodes, max_leaves=most)


@st.composite
def recorded(draw: st.DrawFn, fact: FactDefinition) -> FactValue:
    """A recorded value, with or without its date."""
    on = draw(st.none() | st.builds(partial, past, digits))
    return FactValue(fact.name, draw(values(fact)), on, "row 2")


@st.composite
def patients(draw: st.DrawFn, names: tuple[str, ...] | None = None) -> dict[str, FactValue]:
    """What is known of a patient: some facts recorded, some unreadable, the rest not there."""
    facts: dict[str, FactValue] = {}
    born_by = draw(st.sampled_from([AGE, BIRTH_DATE]))
    for fact in Vocabulary.of(*FACTS).facts.values():
        if (names and fact.name not in names) or (fact.name in (AGE, BIRTH_DATE) and fact.name != born_by):
            continue
        how = draw(st.sampled_from(["recorded", "recorded", "missing", "bad"]))
        if how == "recorded":
            facts[fact.name] = draw(recorded(fact))
        elif how == "bad":
            facts[fact.name] = FactValue(
                fact.name, None, None, None, draw(st.sampled_from(["unreadable", "conflicting"]))
            )
    return facts


@st.composite
def criteria(draw: st.DrawFn, rule: st.SearchStrategy[Rule], place: int) -> Criterion:
    """A criterion of either kind, sometimes unclear, sometimes one that never decides or is not encoded."""
    kind = draw(st.sampled_from(["inclusion", "exclusion"]))
    name = f"{'I' if kind == 'inclusion' else 'E'}{place}"
    sort = draw(st.integers(0, 9))
    if sort == 0:
        return Criterion(name, kind, "x", allows="never decides")
    if sort == 1:
        return Criterion(name, kind, "x", not_encoded="a person judges")
    unclear = Unclear(draw(rule), "the text is silent") if sort == 2 else None
    return Criterion(name, kind, "x", draw(rule), unclear=unclear, recoverable=draw(st.booleans()))


@st.composite
def rule_sets(draw: st.DrawFn, rule: st.SearchStrategy[Rule] | None = None, *, most: int = 4) -> RuleSet:
    """A rule set in which something decides."""
    inner = rules(most=4) if rule is None else rule
    count = draw(st.integers(1, most))
    some = [draw(criteria(inner, place)) for place in range(1, count + 1)]
    decides = Criterion("I99", "inclusion", "x", draw(inner))
    return RuleSet("NCT00000000", "x", "x", (*some, decides), (), (), draw(vocabularies()))
