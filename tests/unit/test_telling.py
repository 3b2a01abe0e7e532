"""Reasons: what decided, in words, with values and dates; causes of what is unknown; presumptions leaned on."""

from __future__ import annotations

import pytest
from rulesets import AS_OF, RULES, VOCABULARY, facts, read, replaced

from screener.facts.imprecise import NumberRange
from screener.facts.values import FactValue, PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult

PRESUMED = replaced(
    VOCABULARY,
    ("question: Is there an immune thrombocytopenia?}", "question: ITP?, presume: {value: no, because: asked of all}}"),
)


def result(
    rule: str, given: str, *, kind: str = "inclusion", words: str = VOCABULARY, **more: FactValue
) -> PatientResult:
    if kind == "inclusion":
        text = replaced(RULES, ("healed: yes\n    cases", f"{rule}\n    cases"))
    else:
        text = replaced(RULES, ("pain: {is: severe}\n    cases", f"{rule}\n    cases"))
    rules, findings = read(text, words=words)
    assert rules is not None
    assert not findings.errors, findings
    return Evaluator(rules, AS_OF).evaluate(PatientRecord("P-1", {**facts(given, words=words), **more}))


@pytest.mark.parametrize(
    ("rule", "given", "reason"),
    [
        ("healed: yes", "{healed: yes}", "wrist fracture healed: yes"),
        ("healed: yes", "{healed: no on 2026-05}", "wrist fracture healed: no (2026-05)"),
        ("casts: {at_most: 2}", "{casts: 1 on 2026-05-20}", "number of casts is 1 (2026-05-20); at most 2"),
        ("casts: {at_most: 2}", "{casts: 3}", "number of casts is 3 where at most 2"),
        ("not: {casts: {at_most: 2}}", "{casts: 1}", "number of casts is 1; at most 2"),
        ("not: {casts: {at_most: 2}}", "{casts: 3}", "number of casts is 3, not at most 2"),
        ("none: [{casts: {at_most: 2}}]", "{casts: 3}", "number of casts is 3, not at most 2"),
        ("pain: {one_of: [none, mild]}", "{pain: mild}", "pain in the wrist is mild"),
        ("pain: {one_of: [none, mild]}", "{pain: severe}", "pain in the wrist is severe where none or mild"),
        ("platelets: {at_least: 100}", "{platelets: 99.5}", "platelets is 99.5 x10^9/L where at least 100 x10^9/L"),
        ("bones: {only: [ulna]}", "{bones: [ulna, radius]}", "broken bones is radius and ulna where only ulna"),
        (
            "surgery: {after: fracture}",
            "{surgery: 2026-01, fracture: 2025}",
            "date of the surgery is 2026-01, date of the fracture 2025; after the date of the fracture",
        ),
        ("age: {at_least: 18}", "{birth_date: 2000-01-01}", "age is 26 (born 2000-01-01); at least 18"),
        (
            "age: {at_least: 18}",
            "{age: 17}",
            "age is 17 (recorded without a date, taken as of 2026-06-01) where at least 18",
        ),
        ("age: {at_least: 18}", "{age: 20 on 2025-12}", "age is 20 to 21 (recorded on 2025-12); at least 18"),
        (
            "all: [{healed: yes}, {itp: no}]",
            "{healed: yes, itp: no}",
            "wrist fracture healed: yes; thrombocytopenia: no",
        ),
        (
            "all: [{healed: yes}, {itp: no}]",
            "{healed: no, itp: yes}",
            "wrist fracture healed: no; thrombocytopenia: yes",
        ),
        ("all: [{healed: yes}, {itp: no}]", "{healed: no}", "wrist fracture healed: no"),
        ("any: [{healed: yes}, {itp: no}]", "{healed: yes}", "wrist fracture healed: yes"),
    ],
)
def test_a_settled_result_says_what_decided_it(rule: str, given: str, reason: str) -> None:
    criterion = result(rule, given).criteria[0]
    assert criterion.reason == reason
    assert criterion.causes == ()
    assert {fact.fact for fact in criterion.facts} >= set(facts(given))


@pytest.mark.parametrize(
    ("rule", "given", "cause", "reason"),
    [
        ("healed: yes", "{}", "not_recorded", "wrist fracture healed is not recorded"),
        (
            "platelets: {at_least: 100, measured_within: 28 days}",
            "{platelets: 150 on 2025-06-01}",
            "stale",
            (
                "platelets is 150 x10^9/L (2025-06-01), older than 28 days on 2026-06-01; "
                "asked is at least 100 x10^9/L, measured within 28 days"
            ),
        ),
        (
            "platelets: {at_least: 100, measured_within: 28 days}",
            "{platelets: 150}",
            "not_recorded",
            (
                "platelets is 150 x10^9/L, but its date is not recorded; "
                "asked is at least 100 x10^9/L, measured within 28 days"
            ),
        ),
        (
            "platelets: {at_least: 100, measured_within: 28 days}",
            "{platelets: 150 on 2026-05}",
            "imprecise",
            "platelets is 150 x10^9/L (2026-05), which may be older than 28 days on 2026-06-01",
        ),
        (
            "surgery: {before: 2026-03-01}",
            "{surgery: 2026}",
            "imprecise",
            "date of the surgery is 2026 is too imprecise to settle: before 2026-03-01",
        ),
        ("surgery: {before: fracture}", "{surgery: 2026}", "not_recorded", "date of the fracture is not recorded"),
        ("surgery: {before: fracture}", "{fracture: 2026}", "not_recorded", "date of the surgery is not recorded"),
        ("age: {at_least: 18}", "{}", "not_recorded", "neither date of birth nor age is recorded"),
        (
            "age: {at_least: 18}",
            "{birth_date: 2008}",
            "imprecise",
            "age is 17 to 18 (born 2008) is too imprecise to settle: at least 18",
        ),
        (
            "all: [{healed: yes}, {surgery: {before: 2026-03-01}}]",
            "{surgery: 2026}",
            "not_recorded imprecise",
            (
                "wrist fracture healed is not recorded; "
                "date of the surgery is 2026 is too imprecise to settle: before 2026-03-01"
            ),
        ),
        ("all: [{healed: yes}, {itp: no}]", "{itp: no}", "not_recorded", "wrist fracture healed is not recorded"),
    ],
)
def test_an_open_result_says_which_part_is_unknown_and_why(rule: str, given: str, cause: str, reason: str) -> None:
    criterion = result(rule, given).criteria[0]
    assert (criterion.result, criterion.reason) == ("unknown", reason)
    assert criterion.causes == tuple(cause.split())


def test_a_child_born_this_year_is_not_younger_than_born() -> None:
    criterion = result("age: {at_least: 1}", "{birth_date: 2026}").criteria[0]
    assert (criterion.result, criterion.reason) == ("not met", "age is 0 (born 2026) where at least 1")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("unreadable", "is recorded, but cannot be read (row 2)"),
        ("conflicting", "is recorded differently by sources of equal standing (row 2)"),
    ],
)
@pytest.mark.parametrize(
    ("rule", "name", "given", "label"),
    [
        ("healed: yes", "healed", "{}", "wrist fracture healed"),
        ("surgery: {before: fracture}", "fracture", "{surgery: 2026}", "date of the fracture"),
        ("age: {at_least: 18}", "birth_date", "{}", "date of birth"),
        ("age: {at_least: 18}", "age", "{}", "age"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_state_and_where_it_stands(
    rule: str, name: str, given: str, label: str, state: str, words: str
) -> None:
    value = FactValue(name, None, None, "row 2", state)  # type: ignore[arg-type]
    criterion = result(rule, given, **{name: value}).criteria[0]
    assert (criterion.causes, criterion.reason) == ((state,), f"{label} {words}")


def test_a_value_that_cannot_be_used_and_has_no_source_is_told_without_one() -> None:
    value = FactValue("healed", None, None, None, "unreadable")
    assert result("healed: yes", "{}", healed=value).criteria[0].reason == (
        "wrist fracture healed is recorded, but cannot be read"
    )


def test_a_near_miss_of_an_exclusion_is_worded_as_one() -> None:
    applies = result("casts: {at_least: 3}", "{casts: 3}", kind="exclusion").criteria[1]
    assert (applies.result, applies.reason) == ("applies", "number of casts is 3; at least 3")
    clear = result("casts: {at_least: 3}", "{casts: 2}", kind="exclusion").criteria[1]
    assert (clear.result, clear.reason) == ("does not apply", "number of casts is 2, not at least 3")


def test_a_presumption_is_said_in_the_reason_in_the_evidence_and_of_the_patient() -> None:
    patient = result("itp: no", "{}", words=PRESUMED)
    criterion = patient.criteria[0]
    assert criterion.reason == "thrombocytopenia: presumed no (asked of all)"
    assert criterion.facts == (FactValue("itp", False, None, None, "presumed"),)
    (leaning,) = patient.presumed
    assert leaning == ("itp", False, "asked of all", ("I1",))


@pytest.mark.parametrize("given", ["{itp: no}", "{itp: yes}"])
def test_a_recorded_value_leans_on_no_presumption(given: str) -> None:
    assert result("itp: no", given, words=PRESUMED).presumed == ()


def test_a_text_that_counts_as_clear_by_a_presumption_says_so() -> None:
    rule = "pain: {is: severe}\n    unclear_if: {when: {itp: yes}, because: the text is silent}"
    patient = result(rule, "{pain: mild}", kind="exclusion", words=PRESUMED)
    criterion = patient.criteria[1]
    assert criterion.result == "does not apply"
    assert criterion.reason == "pain in the wrist is mild, not severe; thrombocytopenia: presumed no (asked of all)"
    assert [leaning.criteria for leaning in patient.presumed] == [("E1",)]
    assert [fact.state for fact in criterion.facts] == ["recorded", "presumed"]
    recorded = result(rule, "{pain: mild, itp: no}", kind="exclusion", words=PRESUMED)
    assert recorded.presumed == ()
    assert recorded.criteria[1].reason == "pain in the wrist is mild, not severe"


@pytest.mark.parametrize(
    ("given", "causes", "reason"),
    [
        (
            "{pain: mild, itp: yes}",
            ("interpretation_open",),
            "thrombocytopenia: yes; the text is silent; a person must decide",
        ),
        ("{pain: mild}", ("not_recorded", "interpretation_open"), "thrombocytopenia is not recorded"),
        ("{itp: no}", ("not_recorded",), "pain in the wrist is not recorded"),
        (
            "{}",
            ("not_recorded", "interpretation_open"),
            "pain in the wrist is not recorded; thrombocytopenia is not recorded",
        ),
    ],
)
def test_a_criterion_whose_text_is_or_may_be_unclear_says_so(given: str, causes: tuple[str, ...], reason: str) -> None:
    rule = "pain: {is: severe}\n    unclear_if: {when: {itp: yes}, because: the text is silent}"
    criterion = result(rule, given, kind="exclusion").criteria[1]
    assert (criterion.result, criterion.causes, criterion.reason) == ("unknown", causes, reason)


def test_an_age_that_is_known_in_part_is_imprecise_and_said_as_recorded() -> None:
    (found, *_) = result("age: {at_least: 18}", "{}", age=FactValue("age", NumberRange(40, None), None, None)).criteria
    assert (found.result, found.causes) == ("unknown", ("imprecise",))
    assert found.reason == "age is at least 40, known in part; asked is at least 18"
