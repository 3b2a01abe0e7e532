"""Rules for the tests of writing and prose: one of every node and test, and generated ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from screener.criteria.model import (
    SCREENING,
    All,
    AnyOf,
    AtLeastOf,
    BetweenTest,
    Case,
    ChoiceTest,
    Condition,
    Criterion,
    DateTest,
    EmptyTest,
    FactReference,
    FactTest,
    GivenValue,
    HappenedWithin,
    Interpretation,
    NoneOf,
    Not,
    Note,
    NumberTest,
    Rule,
    RuleSet,
    SetTest,
    Unclear,
    YesNoTest,
)
from screener.dates import Length, PartialDate, parse_date
from screener.facts.definitions import FactDefinition, Presumption, Vocabulary
from screener.findings import Mark

HERE: Final = Mark("test", 1, 1)
_SITES: Final = ("bone", "lung", "neck_nodes")
SHARED: Final = {
    fact.name: fact
    for fact in (
        FactDefinition("fit", "good fitness", "yes_no", "record", "Fit?"),
        FactDefinition("grade", "tumour grade", "integer", "record", "Grade?", low=0, high=5),
        FactDefinition("level", "blood level", "number", "record", "Level?", unit="g/L"),
        FactDefinition("kind", "kind of surgery", "choice", "clinician", "Kind?", options=("none", "left", "l_and_r")),
        FactDefinition("seen", "date of the visit", "date", "record", "When?"),
        FactDefinition("born_again", "date of the relapse", "date", "record", "When?"),
        FactDefinition("sites", "sites of metastases", "set", "record", "Where?", options=_SITES),
    )
}
OWN: Final = {
    fact.name: fact
    for fact in (
        FactDefinition(
            "own_answer", "an: answer # of its own", "yes_no", "patient", "Is it so? " * 20 + "Yes?",
            presume=Presumption(False, "said, to be so: always"),
        ),
        FactDefinition("own_size", "size", "number", "record", "Size?", unit="10^9/L", low=Decimal("0.5"), high=9),
        FactDefinition("own_count", "count", "integer", "record", "Count?", low=0),
        FactDefinition(
            "own_set", "own set", "set", "record", "Which?", options=("no", "yes", "null"),
            presume=Presumption(frozenset({"no", "yes"}), "why"),
        ),
    )
}  # fmt: skip
VOCABULARY: Final = Vocabulary.of(*SHARED.values(), *OWN.values())

_FIT: Final = FactTest("fit", (YesNoTest(True),))
_BONE: Final = FactTest("sites", (SetTest("includes_any", ("bone", "lung")),))
_LEFT: Final = FactTest("kind", (ChoiceTest("is", ("left",)),))
_OLD: Final = FactTest("age", (NumberTest("at_least", 18),))
CONDITIONS: Final = (
    Condition("adequate_marrow", All((_FIT, _OLD))),
    Condition("with: colon, and # sign", AnyOf((_LEFT, Condition("adequate_marrow", All((_FIT, _OLD)))))),
)

NODES: Final[dict[str, Rule]] = {
    "yes": _FIT,
    "no": FactTest("fit", (YesNoTest(False),)),
    "yes with a window": FactTest("fit", (YesNoTest(True),), Length(28, "day")),
    "is": _LEFT,
    "one of": FactTest("kind", (ChoiceTest("one_of", ("left", "l_and_r")),)),
    "none of": FactTest("kind", (ChoiceTest("none_of", ("none", "left")),)),
    "none of one": FactTest("kind", (ChoiceTest("none_of", ("none",)),)),
    "at least": FactTest("level", (NumberTest("at_least", Decimal("1.5")),)),
    "at most": FactTest("level", (NumberTest("at_most", 2),)),
    "more than": FactTest("level", (NumberTest("more_than", 2),)),
    "less than": FactTest("level", (NumberTest("less_than", 2),)),
    "equals": FactTest("level", (NumberTest("equals", 2),)),
    "between": FactTest("grade", (BetweenTest(1, 3),)),
    "two tests": FactTest("level", (NumberTest("at_least", 1), NumberTest("less_than", 4)), Length(1, "week")),
    "before": FactTest("seen", (DateTest("before", parse_date("2025")),)),
    "on or before": FactTest("seen", (DateTest("on_or_before", parse_date("2025-10-06")),)),
    "after": FactTest("seen", (DateTest("after", FactReference("born_again")),)),
    "on or after": FactTest("seen", (DateTest("on_or_after", FactReference("born_again", Length(5, "year"))),)),
    "screening": FactTest("seen", (DateTest("before", SCREENING),)),  # type: ignore[arg-type]
    "happened within": FactTest("seen", (HappenedWithin(Length(6, "month")),)),
    "includes any": _BONE,
    "includes all": FactTest("sites", (SetTest("includes_all", ("bone", "lung")),)),
    "only": FactTest("sites", (SetTest("only", ("bone", "neck_nodes")),)),
    "excludes all": FactTest("sites", (SetTest("excludes_all", ("bone", "lung")),)),
    "empty": FactTest("sites", (EmptyTest(True),)),
    "not empty": FactTest("sites", (EmptyTest(False),)),
    "all": All((_FIT, _OLD)),
    "any": AnyOf((_FIT, _LEFT)),
    "none": NoneOf((_FIT, _BONE)),
    "not": Not(_FIT),
    "at least of": AtLeastOf(2, (_FIT, _LEFT, _OLD)),
    "condition": CONDITIONS[0],
    "nested": AnyOf((All((_FIT, AnyOf((_LEFT, _OLD)))), Not(All((_BONE, _OLD))))),
}

_LENGTHS: Final = st.builds(Length, st.integers(0, 9999), st.sampled_from(["day", "week", "month", "year"]))
_DATES: Final = st.dates().map(date.isoformat)
_PARTIAL: Final = st.tuples(_DATES, st.sampled_from([4, 7, 10])).map(lambda pair: parse_date(pair[0][: pair[1]]))
_FRACTIONS: Final = st.decimals(-(10**6), 10**6, allow_nan=False, places=4).map(
    lambda number: int(number) if number == number.to_integral_value() else number
)
_WORDS: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1).map(
    lambda text: text.strip() or "words"
)


def _some(options: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(options), min_size=1, unique=True).map(tuple)


def _fact_test(fact: FactDefinition) -> st.SearchStrategy[Rule]:
    numbers: Any = st.integers(0, 5) if fact.type == "integer" else _FRACTIONS
    if fact.name == "own_size":
        numbers = st.integers(1, 9)
    compare = st.builds(
        NumberTest, st.sampled_from(["at_least", "at_most", "more_than", "less_than", "equals"]), numbers
    )
    references = st.builds(FactReference, st.sampled_from(["seen", "birth_date"]), st.none() | _LENGTHS)
    tests: dict[str, st.SearchStrategy[Any]] = {
        "yes_no": st.builds(YesNoTest, st.booleans()),
        "choice": st.builds(ChoiceTest, st.sampled_from(["one_of", "none_of"]), _some(fact.options or ("x",)))
        | st.builds(ChoiceTest, st.just("is"), st.sampled_from(fact.options or ("x",)).map(lambda one: (one,))),
        "integer": compare | st.builds(BetweenTest, numbers, numbers),
        "number": compare | st.builds(BetweenTest, numbers, numbers),
        "date": st.builds(HappenedWithin, _LENGTHS)
        | st.builds(
            DateTest,
            st.sampled_from(["before", "on_or_before", "after", "on_or_after"]),
            _PARTIAL | references | st.just(SCREENING),
        ),
        "set": st.builds(EmptyTest, st.booleans())
        | st.builds(
            SetTest,
            st.sampled_from(["includes_any", "includes_all", "only", "excludes_all"]),
            _some(fact.options or ("x",)),
        ),
    }
    several = st.lists(tests[fact.type], min_size=1, max_size=3, unique_by=lambda test: getattr(test, "op", type(test)))
    window = st.none() if fact.name == "age" else st.none() | _LENGTHS
    return st.builds(FactTest, st.just(fact.name), several.map(tuple), window)


def rules() -> st.SearchStrategy[Rule]:
    """Any rule the model can hold of the facts of these tests."""
    leaves = st.one_of([_fact_test(fact) for fact in VOCABULARY.facts.values()]) | st.sampled_from(CONDITIONS)

    def combine(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        several = st.lists(parts, min_size=1, max_size=3).map(tuple)
        counted = several.flatmap(lambda some: st.builds(AtLeastOf, st.integers(1, len(some)), st.just(some)))
        plain = (st.builds(node, several) for node in (All, AnyOf, NoneOf))
        return st.one_of(*plain, st.builds(Not, parts), counted)

    return st.recursive(leaves, combine, max_leaves=8)


@st.composite
def _cases(draw: st.DrawFn, expect: st.SearchStrategy[str]) -> Case:
    """A case that no value is dated after."""
    day, given = draw(st.dates()), draw(_given())
    known = tuple(value for value in given if value.on is None or value.on.first <= day)
    return Case(draw(_WORDS), known, day, draw(expect), HERE)


def _given() -> st.SearchStrategy[tuple[GivenValue, ...]]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "fit": st.booleans(),
        "grade": st.integers(0, 5),
        "level": _FRACTIONS,
        "kind": st.sampled_from(SHARED["kind"].options),
        "seen": _PARTIAL,
        "sites": st.frozensets(st.sampled_from(SHARED["sites"].options)),
    }
    on: st.SearchStrategy[PartialDate | None] = st.none() | _PARTIAL
    one = st.sampled_from(sorted(values)).flatmap(lambda name: st.builds(GivenValue, st.just(name), values[name], on))
    return st.lists(one, max_size=4, unique_by=lambda value: value.fact).map(tuple)


@st.composite
def _criterion(draw: st.DrawFn, name: str, kind: Any) -> Criterion:
    expect = st.sampled_from({"I": ["met", "not met", "unknown"], "E": ["applies", "does not apply"]}[name[0]])
    cases = st.lists(_cases(expect), max_size=2).map(tuple)
    readings = st.builds(Interpretation, _WORDS, st.just("open")) | st.builds(
        Interpretation, _WORDS, st.just("confirmed"), _WORDS, st.just("2026-01-20")
    )
    quote, interpretations = draw(_WORDS), draw(st.lists(readings, max_size=2).map(tuple))
    if draw(st.booleans()):
        unclear = draw(st.none() | st.builds(Unclear, rules(), _WORDS))
        return Criterion(
            name, kind, quote, draw(rules()), unclear=unclear, interpretations=interpretations,
            recoverable=draw(st.booleans()), cases=draw(cases),
        )  # fmt: skip
    word = draw(st.sampled_from(["allows", "not_encoded"]))
    return Criterion(name, kind, quote, interpretations=interpretations, **{word: draw(_WORDS)})  # type: ignore[arg-type]


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """Any rule set the reader can give."""
    inclusion = [draw(_criterion(f"I{n}", "inclusion")) for n in range(1, draw(st.integers(1, 3)))]
    exclusion = [draw(_criterion(f"E{n}", "exclusion")) for n in range(1, draw(st.integers(1, 3)))]
    always = Criterion("I9", "inclusion", "words", draw(rules()))
    notes = draw(st.lists(st.builds(Note, st.just("N1"), rules(), _WORDS, _WORDS), max_size=1).map(tuple))
    return RuleSet(
        "NCT00000000", draw(_WORDS), draw(_WORDS), (*inclusion, always, *exclusion), notes, CONDITIONS, VOCABULARY,
        own_facts=tuple(OWN),
    )  # fmt: skip
