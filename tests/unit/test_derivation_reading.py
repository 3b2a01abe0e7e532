"""Derivations read from a vocabulary: what they become, and what is told of each mistake."""

from __future__ import annotations

from decimal import Decimal

import pytest
from events import derivations_of, facts_text
from rulesets import codes

from screener.criteria.derivations import (
    ByOption,
    FieldOf,
    FieldTest,
    FromEvents,
    FromFacts,
    HasCode,
    InValueSet,
    Passes,
    RuleByOption,
    SameAs,
    TimesUpperLimit,
    WhereAll,
    WhereAny,
    WhereNone,
    WhereNot,
    facts_of,
    field_tests,
    parts_of,
)
from screener.criteria.model import All, ChoiceTest, DateTest, FactReference, FactTest, NumberTest, YesNoTest
from screener.dates import parse_length
from screener.findings import Findings

EVENT = "type: event\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: latest"
CAST = "type: yes_no\nfrom: procedure\nwhere: {code: {in_value_set: cast}}\ntake: any"


def told(body: str, **others: str) -> Findings:
    """What is found in the definition of one fact."""
    return derivations_of(facts_text(found=body, **others))[2]


def derived(body: str, **others: str) -> FromEvents | FromFacts:
    derivations, _, findings = derivations_of(facts_text(found=body, **others))
    assert findings == []
    return derivations.facts["found"]


def where_of(text: str, kind: str = "procedure") -> object:
    one = derived(f"type: yes_no\nfrom: {kind}\nwhere: {text}\ntake: any", index=EVENT)
    assert isinstance(one, FromEvents)
    return one.where


def test_a_derivation_is_what_stands_beside_the_definition() -> None:
    assert derived(CAST) == FromEvents(
        "found", "yes_no", "procedure", where=FieldTest("code", (InValueSet("cast"),)), take="any"
    )
    assert derived("type: date\nfrom: index\nvalue: onset", index=EVENT) == FromEvents(
        "found", "date", "condition", "index", value=FieldOf("onset")
    )
    assert derived("type: integer\nfrom: procedure\ntake: count") == FromEvents(
        "found", "integer", "procedure", take="count"
    )


def test_a_fact_without_one_has_none() -> None:
    derivations, vocabulary, findings = derivations_of(facts_text(found="type: yes_no"))
    assert (dict(derivations.facts), findings) == ({}, [])
    assert "found" in vocabulary


def test_tests_of_fields_are_put_together_as_rules_are() -> None:
    left = FieldTest("laterality", (ChoiceTest("is", ("left",)),))
    cast = FieldTest("code", (InValueSet("cast"),))
    assert where_of("[{laterality: {is: left}}, {code: {in_value_set: cast}}]") == WhereAll((left, cast))
    assert where_of("[{laterality: {is: left}}]") == where_of("{all: [{laterality: {is: left}}]}") == left
    any_of = where_of("{any: [{laterality: {is: left}}, {none: [{code: {in_value_set: cast}}]}]}")
    assert any_of == WhereAny((left, WhereNone((cast,))))
    negated = where_of("{not: [{laterality: {is: left}}, {code: {in_value_set: cast}}]}")
    assert negated == WhereNot(WhereAll((left, cast)))
    assert list(field_tests(negated)) == [left, cast]  # type: ignore[arg-type]
    assert parts_of(left) == ()
    assert list(field_tests(None)) == []


BEFORE_ONSET = DateTest("before", FactReference("index.onset"))
SAME_SIDE = SameAs("index.laterality")
HALF_MORE = TimesUpperLimit((NumberTest("at_most", Decimal("1.5")),))


@pytest.mark.parametrize(
    ("text", "kind", "test"),
    [
        ('{code: {is: "http://a.b|c"}}', "procedure", FieldTest("code", (HasCode((("http://a.b", "c"),)),))),
        ('{code: {one_of: ["a|b", "a|c|d"]}}', "procedure", FieldTest("code", (HasCode((("a", "b"), ("a", "c|d"))),))),
        ("{laterality: {same_as: index.laterality}}", "procedure", FieldTest("laterality", (SAME_SIDE,))),
        ("{end: {before: index.onset}}", "procedure", FieldTest("end", (BEFORE_ONSET,))),
        (
            "{end: {after: 2 weeks after index.onset}}", "procedure",
            FieldTest("end", (DateTest("after", FactReference("index.onset", parse_length("2 weeks"))),)),
        ),
        ("{dose: {at_least: 40, unit: Gy}}", "radiotherapy", FieldTest("dose", (NumberTest("at_least", 40),), "Gy")),
        (
            "{value: {times_upper_limit: {at_most: 1.5}}}", "observation",
            FieldTest("value", (HALF_MORE,)),
        ),
        ("{deceased: no}", "patient", FieldTest("deceased", (YesNoTest(False),))),
    ],
)  # fmt: skip
def test_each_type_of_field_has_tests_of_its_own(text: str, kind: str, test: FieldTest) -> None:
    assert where_of(text, kind) == test


def test_a_value_is_a_field_an_answer_or_an_option() -> None:
    latest = "from: observation\ntake: latest\nvalue: "
    one = derived(f"type: yes_no\n{latest}[{{site: {{in_value_set: wrist}}}}]")
    assert isinstance(one, FromEvents)
    assert one.value == Passes(FieldTest("site", (InValueSet("wrist"),)))
    one = derived(f"type: choice\noptions: [none, a, b]\n{latest}{{a: {{site: {{in_value_set: wrist}}}}, b: never}}")
    assert isinstance(one, FromEvents)
    assert one.value == ByOption((("a", FieldTest("site", (InValueSet("wrist"),))),), ("b",))
    one = derived(f"type: yes_no\n{latest}{{yes: {{site: {{in_value_set: wrist}}}}, no: never}}")
    assert isinstance(one, FromEvents)
    assert one.value == ByOption(((True, FieldTest("site", (InValueSet("wrist"),))),), (False,))


def test_a_fact_can_rest_on_other_facts() -> None:
    one = derived(
        "type: yes_no\nfrom: facts\nwhere: [{index.laterality: {is: left}}, {cast: yes}]", index=EVENT, cast=CAST
    )
    assert isinstance(one, FromFacts)
    assert isinstance(one.value, All)
    assert facts_of(one) == ("index.laterality", "cast")
    one = derived("type: choice\noptions: [a, b]\nfrom: facts\nvalue: {a: {cast: yes}, b: [{cast: no}]}", cast=CAST)
    assert isinstance(one, FromFacts)
    assert one.value == RuleByOption(
        (("a", FactTest("cast", (YesNoTest(True),))), ("b", FactTest("cast", (YesNoTest(False),))))
    )
    assert facts_of(one) == ("cast",)


def test_derivations_stand_behind_those_they_rest_on() -> None:
    text = facts_text(
        last="type: yes_no\nfrom: facts\nwhere: {same: yes}",
        same="type: yes_no\nfrom: procedure\nwhere: {laterality: {same_as: index.laterality}}\ntake: any",
        index=EVENT,
        side="type: choice\noptions: [left, right, bilateral]\nfrom: index\nvalue: laterality",
    )
    derivations, _, findings = derivations_of(text)
    assert findings == []
    order = list(derivations.facts)
    assert order.index("index") < order.index("same") < order.index("last")
    assert order.index("index") < order.index("side")


def test_of_circles_each_is_told_once_where_its_first_fact_is_defined_and_the_rest_is_read() -> None:
    text = facts_text(
        fine=CAST,
        c="type: yes_no\nfrom: facts\nwhere: {a: yes}",
        a="type: yes_no\nfrom: facts\nwhere: {b: yes}",
        b="type: yes_no\nfrom: facts\nwhere: {c: yes}",
        alone="type: yes_no\nfrom: facts\nwhere: {alone: no}",
        on_it="type: yes_no\nfrom: facts\nwhere: {alone: no}",
    )
    derivations, _, findings = derivations_of(text)
    assert [(one.code, one.message.partition(": ")[2]) for one in findings.ordered()] == [
        ("D109", "c -> a -> b -> c"), ("D109", "alone -> alone"),
    ]  # fmt: skip
    assert set(derivations.facts) == {"fine", "on_it"}


OBSERVED = "type: {}\nfrom: observation\ntake: latest\nvalue: {}"


@pytest.mark.parametrize(
    ("body", "told_of"),
    [
        ("type: event\ntake: latest", ["F107"]),
        ("type: event\nfrom:\ntake: latest", ["R106"]),
        ("type: event\nfrom: conditions\ntake: latest", ["D101"]),
        ("type: event\nfrom: facts\ntake: latest", ["D101"]),
        ("type: event\nfrom: [condition]\ntake: latest", ["R111"]),
        ("type: event\nfrom: condition\ntake: latest\noptions: [a]", ["F107"]),
        ("type: event\nfrom: condition\ntake: latest\npresume: {value: no, because: x}", ["F107"]),
        ("type: event\nfrom: condition\ntake: any", ["D106"]),
        ("type: event\nfrom: condition\ntake: latest\nvalue: onset", ["D107"]),
        ("type: yes_no\ntake: any", ["F107"]),
        ("type: yes_no\nwhere: {cast: yes}", ["F107"]),
        ("type: yes_no\nfrom: [procedure]\ntake: any", ["R111"]),
        ("type: yes_no\nfrom:\ntake: any", ["R106"]),
        ("type: yes_no\nfrom: procedures\ntake: any", ["D101"]),
        ("type: yes_no\nfrom: procedure", ["D106"]),
        ("type: yes_no\nfrom: procedure\ntake:", ["R106"]),
        ("type: yes_no\nfrom: procedure\ntake: [any]", ["R111"]),
        ("type: yes_no\nfrom: procedure\ntake: count", ["D106"]),
        ("type: yes_no\nfrom: procedure\ntake: any\nvalue: code", ["D107"]),
        ("type: yes_no\nfrom: procedure\ntake: latest", ["D107"]),
        ("type: yes_no\nfrom: procedure\ntake: latest\nvalue:", ["R106"]),
        ("type: integer\nfrom: procedure\ntake: count\nvalue: code", ["D107"]),
        ("type: yes_no\nfrom: index", ["D107"]),
        ("type: yes_no\nfrom: index\ntake: any\nwhere: {laterality: {is: left}}", ["D106"]),
        ("type: yes_no\nfrom: index\nwhere: {laterality: {is: left}}\nvalue: [{laterality: {is: left}}]", ["D107"]),
        ("type: date\nfrom: index\nwhere: {laterality: {is: left}}\nvalue: onset", ["D107"]),
        ("type: date\nfrom: index", ["D107"]),
        (OBSERVED.format("number", "values"), ["D102"]),
        (OBSERVED.format("date", "value"), ["D107"]),
        (OBSERVED.format("number\nunit: furlong", "value"), ["D105"]),
        (OBSERVED.format("number", "{1: {site: {in_value_set: wrist}}}"), ["D107"]),
        (OBSERVED.format("date", "[{site: {in_value_set: wrist}}]"), ["D107"]),
        (OBSERVED.format("choice\noptions: [a]", "[{site: {in_value_set: wrist}}]"), ["R111"]),
        (OBSERVED.format("choice\noptions: [left, right]", "laterality"), ["D107"]),
        (OBSERVED.format("choice\noptions: [a, b]", "{a: {site: {in_value_set: wrist}}}"), ["D108"]),
        (OBSERVED.format("set\noptions: [none, b]", "{b: {site: {in_value_set: wrist}}}"), ["D108"]),
        (OBSERVED.format("yes_no", "{yes: {site: {in_value_set: wrist}}}"), ["D108"]),
        (OBSERVED.format("yes_no", "{perhaps: never, no: never, yes: never}"), ["R117"]),
        (OBSERVED.format("choice\noptions: [a]", "{b: {site: {in_value_set: wrist}}, a: never}"), ["F103"]),
        (OBSERVED.format("choice\noptions: [a]", "{a: never}"), ["D107"]),
        (OBSERVED.format("choice\noptions: [a]", "{a: }"), ["R106"]),
        (OBSERVED.format("choice\noptions: [a]", "{a: {place: {in_value_set: wrist}}}"), ["D102"]),
        (OBSERVED.format("integer\nrange: [0, 5]", "{6: {site: {in_value_set: wrist}}}"), ["F104"]),
        (OBSERVED.format("integer\nrange: [0, 5]", "{two: {site: {in_value_set: wrist}}}"), ["F106"]),
        (OBSERVED.format("integer\nrange: [0, 5]", "{'>=2': {site: {in_value_set: wrist}}}"), ["F106"]),
        ("type: integer\nfrom: observation\ntake: highest\nvalue: {1: {site: {in_value_set: wrist}}}", ["D107"]),
        ("type: choice\noptions: [left]\nfrom: observation\ntake: any\nvalue: laterality", ["D107"]),
        ("type: choice\noptions: [left]\nfrom: observation\ntake: any\nvalue: code", ["D107"]),
        ("type: yes_no\nfrom: facts\ntake: any\nwhere: {cast: yes}", ["D106"]),
        ("type: yes_no\nfrom: facts\nvalue: {yes: {cast: yes}, no: {cast: no}}", ["D107", "D107"]),
        ("type: yes_no\nfrom: facts", ["D107"]),
        ("type: yes_no\nfrom: facts\nwhere:", ["R106"]),
        ("type: yes_no\nfrom: facts\nwhere: []", ["L101"]),
        ("type: yes_no\nfrom: facts\nwhere: [{casts: yes}, {cast: yes}]", ["F101"]),
        ("type: choice\noptions: [a]\nfrom: facts\nwhere: {cast: yes}", ["D107", "D107"]),
        ("type: choice\noptions: [a]\nfrom: facts\nvalue: {a: {casts: yes}}", ["F101"]),
        ("type: choice\noptions: [a]\nfrom: facts\nvalue: {b: {cast: yes}}", ["F103"]),
        ("type: date\nfrom: facts\nvalue: onset", ["D107"]),
    ],
)
def test_a_derivation_that_does_not_fit_together_is_told(body: str, told_of: list[str]) -> None:
    findings = told(body, index=EVENT, cast=CAST)
    assert codes(findings) == told_of
    assert all(one.hint or one.code == "R111" for one in findings)


@pytest.mark.parametrize(
    ("where", "told_of"),
    [
        ("left", ["R111"]),
        ("{}", ["R111"]),
        ("[left]", ["R111"]),
        ("[]", ["L101"]),
        ("{any: []}", ["L101"]),
        ("{any: {code: {in_value_set: cast}}}", ["R111"]),
        ("{not: left}", ["R111"]),
        ("{laterality: {is: left}, code: {in_value_set: cast}}", ["R113"]),
        ("{laterality: }", ["R106"]),
        ("[{laterality: {is: left}}, {laterality: {is: left}}]", ["L105"]),
        ("{side: {is: left}}", ["D102"]),
        ("{dose: {at_least: 1, unit: Gy}}", ["D102"]),
        ("{laterality: left}", ["D103"]),
        ("{laterality: {}}", ["D103"]),
        ("{laterality: {is: links}}", ["F103"]),
        ("{laterality: {before: 2020}}", ["D103"]),
        ("{laterality: {ist: left}}", ["R107"]),
        ("{laterality: {unit: mg}}", ["R107"]),
        ("{laterality: {is: }}", ["R106"]),
        ("{laterality: {same_as: nothing}}", ["F101"]),
        ("{laterality: {same_as: [index.laterality]}}", ["R111"]),
        ("{laterality: {same_as: index.onset}}", ["D110"]),
        ("{laterality: {same_as: index.role}}", ["D110"]),
        ("{start: {before: index.laterality}}", ["F102"]),
        ("{start: {before: index.onsett}}", ["F101"]),
        ("{start: {before: 31-12-2020}}", ["F106"]),
        ("{start: {happened_within: half a year}}", ["F106"]),
        ("{code: {is: cast}}", ["F106"]),
        ("{code: {is: '|cast'}}", ["F106"]),
        ("{code: {is: [cast]}}", ["R111"]),
        ("{code: {one_of: []}}", ["L101"]),
        ("{code: {one_of: 'a|b'}}", ["R111"]),
        ("{code: {one_of: ['a|b', c]}}", ["F106"]),
        ("{code: {in_value_set: casts}}", ["D104"]),
        ("{code: {in_value_set: teeth}}", ["D104"]),
        ("{code: {in_value_set: [cast]}}", ["R111"]),
    ],
)
def test_a_test_of_a_field_that_cannot_be_read_is_told(where: str, told_of: list[str]) -> None:
    assert codes(told(f"type: yes_no\nfrom: procedure\nwhere: {where}\ntake: any", index=EVENT)) == told_of


@pytest.mark.parametrize(
    ("where", "told_of"),
    [
        ("{value: {at_least: 1}}", ["D105"]),
        ("{value: {at_least: 1, unit: furlong}}", ["D105"]),
        ("{value: {at_least: 1, unit: [mg]}}", ["R111"]),
        ("{value: {unit: mg}}", ["D103"]),
        ("{value: {times_upper_limit: {at_least: 1}, unit: mg}}", ["D105"]),
        ("{value: {times_upper_limit: 2}}", ["R111"]),
        ("{value: {times_upper_limit: {}}}", ["D103"]),
        ("{value: {times_upper_limit: {at_most: many}}}", ["F106"]),
        ("{value: {times_upper_limit: {is: 2}}}", ["D103"]),
        ("{value: {times_upper_limit: {times_upper_limit: {at_most: 1}}}}", ["D103"]),
        ("{upper_limit: {times_upper_limit: {at_least: 1}}}", ["D103"]),
        ("{value: {at_least: many, unit: mg}}", ["F106"]),
    ],
)
def test_a_test_of_a_quantity_that_cannot_be_read_is_told(where: str, told_of: list[str]) -> None:
    assert codes(told(f"type: yes_no\nfrom: observation\nwhere: {where}\ntake: any")) == told_of


def test_a_name_that_means_something_behind_from_cannot_be_that_of_an_event() -> None:
    for name in ("procedure", "facts"):
        assert codes(derivations_of(facts_text(**{name: EVENT}))[2]) == ["F109"]
    assert derivations_of(facts_text(procedure="type: yes_no"))[2] == []


def test_of_an_event_without_a_label_or_a_question_nothing_is_read_and_that_is_told() -> None:
    _, vocabulary, findings = derivations_of(
        "facts:\n  index:\n    type: event\n    from: condition\n    take: latest\n"
    )
    assert codes(findings) == ["R112", "R112", "R112"]
    assert not vocabulary.events


def test_a_suggestion_is_made_for_a_slip_of_the_pen() -> None:
    (finding,) = told("type: yes_no\nfrom: procedure\nwhere: {lateralty: {is: left}}\ntake: any")
    assert finding.hint == 'did you mean "laterality"?'
    (finding,) = told("type: yes_no\nfrom: indx\nwhere: {laterality: {is: left}}", index=EVENT)
    assert finding.hint == 'did you mean "index"?'
