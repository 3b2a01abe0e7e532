"""Laws of the meaning of rules, for every rule and patient that can be generated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from generated import AS_OF, FACTS, patients, recorded, rule_sets, rules, vocabularies
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.criteria.model import All, AnyOf, AtLeastOf, Criterion, NoneOf, Rule, fact_tests, facts_read
from screener.criteria.patterns import fold
from screener.criteria.truth import Meaning
from screener.dates import PartialDate, parse_date
from screener.facts.definitions import AGE, BIRTH_DATE, Vocabulary
from screener.facts.values import FactValue, PatientRecord
from screener.logic import NO, UNKNOWN, YES
from screener.matching.evaluate import Evaluator

Facts = dict[str, FactValue]


@settings(max_examples=150)
@given(rules(most=10), vocabularies(), patients())
def test_a_compiled_rule_says_what_folding_the_truths_of_its_tests_says(
    rule: Rule, words: Vocabulary, facts: Facts
) -> None:
    meaning = Meaning(words, AS_OF)
    truths = [meaning.rule(test)(facts) for test in fact_tests(rule)]
    assert meaning.rule(rule)(facts) is fold(rule, iter(truths))


@settings(max_examples=60)
@given(rule_sets(), patients())
def test_a_compiled_criterion_is_settled_only_where_its_text_is_settled_as_clear(rules: object, facts: Facts) -> None:
    meaning = Meaning(rules.vocabulary, AS_OF)  # type: ignore[attr-defined]
    for criterion in rules.criteria:  # type: ignore[attr-defined]
        assert meaning.criterion(criterion)(facts) is _by_definition(criterion, meaning, facts)


def _by_definition(criterion: Criterion, meaning: Meaning, facts: Facts) -> object:
    def of(rule: Rule) -> object:
        return fold(rule, iter([meaning.rule(test)(facts) for test in fact_tests(rule)]))

    if criterion.rule is None:
        return UNKNOWN
    if criterion.unclear is not None and of(criterion.unclear.when) is not NO:
        return UNKNOWN
    return of(criterion.rule)


@st.composite
def sharpened(draw: st.DrawFn, when: PartialDate, latest: date) -> PartialDate:
    """A date that says more of the same day."""
    length = (min(when.last, latest) - when.first).days
    day = when.first + timedelta(days=draw(st.integers(0, max(length, 0))))
    return parse_date(day.isoformat()[: draw(st.sampled_from([size for size in (4, 7, 10) if size >= len(when.text)]))])


@st.composite
def better_known(draw: st.DrawFn, facts: Facts, words: Vocabulary) -> Facts:
    """The same patient with more known: facts filled in where nothing was presumed, partial dates sharpened."""
    more: Facts = {}
    for fact in words.facts.values():
        known = facts.get(fact.name)
        if fact.name in (AGE, BIRTH_DATE) and known is None:
            continue
        if known is None:
            if fact.presume is None and draw(st.booleans()):
                more[fact.name] = draw(recorded(fact))
            continue
        if known.value is None:
            more[fact.name] = draw(recorded(fact)) if draw(st.booleans()) else known
            continue
        value = known.value
        if isinstance(value, PartialDate):
            value = draw(sharpened(value, date.max))
        on = known.on and draw(sharpened(known.on, AS_OF))
        more[fact.name] = known._replace(value=value, on=on)
    return more


@settings(max_examples=150)
@given(st.data(), rule_sets(), patients())
def test_knowing_more_never_turns_a_settled_criterion_round(data: st.DataObject, rules: object, facts: Facts) -> None:
    words = rules.vocabulary  # type: ignore[attr-defined]
    more = data.draw(better_known(facts, words))
    meaning = Meaning(words, AS_OF)
    for criterion in rules.criteria:  # type: ignore[attr-defined]
        before = meaning.criterion(criterion)(facts)
        if before is not UNKNOWN:
            assert meaning.criterion(criterion)(more) is before


def shuffled(rule: Rule, data: st.DataObject) -> Rule:
    """The rule with the parts of every node in another order."""
    if isinstance(rule, All | AnyOf | NoneOf | AtLeastOf):
        parts = [shuffled(part, data) for part in rule.parts]
        return replace(rule, parts=tuple(data.draw(st.permutations(parts))))
    return rule


@settings(max_examples=60)
@given(st.data(), rules(most=8), vocabularies(), patients())
def test_the_order_of_parts_and_of_facts_changes_nothing(
    data: st.DataObject, rule: Rule, words: Vocabulary, facts: Facts
) -> None:
    meaning = Meaning(words, AS_OF)
    turned = dict(data.draw(st.permutations(sorted(facts.items()))))
    assert meaning.rule(shuffled(rule, data))(turned) is meaning.rule(rule)(facts)


@settings(max_examples=60)
@given(rules(most=8), vocabularies(presuming=False))
def test_nothing_recorded_settles_nothing(rule: Rule, words: Vocabulary) -> None:
    assert Meaning(words, AS_OF).rule(rule)({}) is UNKNOWN


@settings(max_examples=60)
@given(rule_sets())
def test_a_patient_of_whom_nothing_is_recorded_is_settled_by_presumptions_alone_and_the_result_says_so(
    rules: object,
) -> None:
    result = Evaluator(rules, AS_OF).evaluate(PatientRecord("P", {}))  # type: ignore[arg-type]
    leaned = {name for leaning in result.presumed for name in leaning.criteria}
    for criterion, known in zip(rules.criteria, result.criteria, strict=True):  # type: ignore[attr-defined]
        if criterion.decides and known.effect != "open":
            assert "presumed" in known.reason
            assert known.id in leaned
            assert any(fact.state == "presumed" for fact in known.facts)


@settings(max_examples=60)
@given(rule_sets(), patients())
def test_a_result_that_would_be_open_without_a_presumption_says_that_it_leaned_on_one(
    rules: object, facts: Facts
) -> None:
    bare = replace(rules, vocabulary=Vocabulary.of(*FACTS))  # type: ignore[type-var]
    result = Evaluator(rules, AS_OF).evaluate(PatientRecord("P", facts))  # type: ignore[arg-type]
    without = Evaluator(bare, AS_OF).evaluate(PatientRecord("P", facts))  # type: ignore[arg-type]
    leaned = {name for leaning in result.presumed for name in leaning.criteria}
    for one, other in zip(result.criteria, without.criteria, strict=True):
        if one.effect != "open" and other.effect == "open":
            assert one.id in leaned


@settings(max_examples=60)
@given(rules(most=6), vocabularies(), patients())
def test_a_rule_reads_no_fact_but_those_it_names(rule: Rule, words: Vocabulary, facts: Facts) -> None:
    names = {*facts_read(rule)} | ({BIRTH_DATE} if AGE in facts_read(rule) else set())
    meaning = Meaning(words, AS_OF)
    own = {name: value for name, value in facts.items() if name in names}
    assert meaning.rule(rule)(own) is meaning.rule(rule)(facts)
    assert meaning.rule(rule)(facts) in (YES, NO, UNKNOWN)
