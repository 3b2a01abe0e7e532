"""Rules in sentences: exact for a clinician, plain for a patient, unambiguous for both."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from written_rules import CONDITIONS, NODES, VOCABULARY, rules

from screener.criteria.approval import Approval
from screener.criteria.library import LoadedRules, shipped
from screener.criteria.model import (
    AnyOf,
    Criterion,
    FactTest,
    Interpretation,
    Note,
    Rule,
    RuleSet,
    Test,
    Unclear,
    YesNoTest,
    fact_tests,
    parts_of,
)
from screener.criteria.outline import rule_outline
from screener.criteria.phrases import rule_phrase
from screener.criteria.prose import AUDIENCES, INTENDED_USE, Line, lines, text
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.matching.gate import admitted

TRIAL = shipped("criteria") / "NCT06452485"

PHRASES = {
    "yes": "good fitness: yes",
    "no": "good fitness: no",
    "yes with a window": "good fitness: yes, measured within 28 days",
    "is": "kind of surgery is left",
    "one of": 'kind of surgery is left or "l and r"',
    "none of": "kind of surgery is neither none nor left",
    "none of one": "kind of surgery is not none",
    "at least": "blood level is at least 1.5 g/L",
    "at most": "blood level is at most 2 g/L",
    "more than": "blood level is more than 2 g/L",
    "less than": "blood level is less than 2 g/L",
    "equals": "blood level is exactly 2 g/L",
    "between": "tumour grade is from 1 to 3",
    "two tests": "blood level is at least 1 g/L and less than 4 g/L, measured within 1 week",
    "before": "date of the visit is before 2025",
    "on or before": "date of the visit is on or before 2025-10-06",
    "after": "date of the visit is after the date of the relapse",
    "on or after": "date of the visit is no earlier than 5 years after the date of the relapse",
    "screening": "date of the visit is before the screening date",
    "happened within": "date of the visit is within 6 months before screening, not after it",
    "includes any": "sites of metastases: at least one of bone or lung",
    "includes all": "sites of metastases: all of bone and lung",
    "only": "sites of metastases: nothing but bone or neck nodes",
    "excludes all": "sites of metastases: none of bone or lung",
    "empty": "sites of metastases: none",
    "not empty": "sites of metastases: at least one",
    "all": "good fitness: yes and age is at least 18",
    "any": "either good fitness: yes or kind of surgery is left",
    "none": "neither good fitness: yes nor (sites of metastases: at least one of bone or lung)",
    "not": "not (good fitness: yes)",
    "at least of": "at least 2 of good fitness: yes, kind of surgery is left and age is at least 18",
    "condition": "adequate marrow (good fitness: yes and age is at least 18)",
    "nested": (
        "either (good fitness: yes and (either kind of surgery is left or age is at least 18)) or "
        "(not ((sites of metastases: at least one of bone or lung) and age is at least 18))"
    ),
}
OUTLINES = {
    "yes": "Fit? The answer is yes.",
    "no": "Fit? The answer is no.",
    "yes with a window": "Fit? The answer is yes, measured within 28 days.",
    "at least": "Level? The answer is at least 1.5 g/L.",
    "one of": 'Kind? The answer is left or "l and r".',
    "none of": "Kind? The answer is neither none nor left.",
    "happened within": "When? The answer is within 6 months before screening, not after it.",
    "empty": "Where? The answer is none.",
    "none": "none of these is so:\n- Fit? The answer is yes.\n- Where? The answer is at least one of bone or lung.",
    "not": "this is not so:\n- Fit? The answer is yes.",
    "at least of": "at least 2 of these are so:\n- Fit? The answer is yes.\n- Kind? The answer is left.\n"
    "- your age is at least 18.",
    "condition": "all of these are so:\n- Fit? The answer is yes.\n- your age is at least 18.",
    "nested": "at least one of these is so:\n- all of these are so:\n  - Fit? The answer is yes.\n"
    "  - at least one of these is so:\n    - Kind? The answer is left.\n"
    "    - your age is at least 18.\n"
    "- this is not so:\n  - all of these are so:\n    - Where? The answer is at least one of bone or lung.\n"
    "    - your age is at least 18.",
}


def loaded_with(*criteria: Criterion, notes: tuple[Note, ...] = (), approval: Approval | None = None) -> LoadedRules:
    rules = RuleSet("NCT00000000", "A trial of nothing", "author", criteria, notes, CONDITIONS, VOCABULARY)
    return LoadedRules(Path(), rules, None, (), "ab" * 32, approval or Approval())


def one(criterion: Criterion, audience: str) -> Line:
    (line,) = lines(loaded_with(criterion), audience)  # type: ignore[arg-type]
    return line


@pytest.mark.parametrize("name", NODES)
def test_every_node_and_test_has_an_exact_phrase(name: str) -> None:
    assert rule_phrase(NODES[name], VOCABULARY) == PHRASES[name]


@pytest.mark.parametrize("name", OUTLINES)
def test_a_patient_reads_plain_words_and_lists(name: str) -> None:
    assert rule_outline(NODES[name], VOCABULARY) == OUTLINES[name]


def test_the_nodes_tried_are_all_nodes_and_tests_of_the_model() -> None:
    def kinds(rule: Rule) -> set[type]:
        return {type(rule)}.union(*(kinds(part) for part in parts_of(rule)))

    assert set().union(*map(kinds, NODES.values())) == set(get_args(Rule))
    tests = {type(test) for rule in NODES.values() for leaf in fact_tests(rule) for test in leaf.tests}
    assert tests == set(get_args(Test))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules())
def test_every_rule_can_be_read_aloud_and_names_all_its_facts(rule: Rule) -> None:
    phrase, outline = rule_phrase(rule, VOCABULARY), rule_outline(rule, VOCABULARY)
    facts = [VOCABULARY[leaf.fact] for leaf in fact_tests(rule)]
    assert all(fact.label in phrase for fact in facts)
    assert all((fact.question if fact.name != "age" else "your age is ") in outline for fact in facts)
    assert phrase.count("(") == phrase.count(")")
    assert len(outline.split("\n")) >= len(facts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules(), rules())
def test_rules_that_group_their_parts_otherwise_read_otherwise(first: Rule, second: Rule) -> None:
    fit = FactTest("fit", (YesNoTest(True),))
    left = rule_phrase(AnyOf((AnyOf((first, second)), fit)), VOCABULARY)
    right = rule_phrase(AnyOf((first, AnyOf((second, fit)))), VOCABULARY)
    assert left != right


def test_a_clinician_reads_required_and_excluded() -> None:
    assert one(Criterion("I1", "inclusion", "q", NODES["is"]), "clinician").sentence == (
        "Required: kind of surgery is left."
    )
    assert one(Criterion("E1", "exclusion", "q", NODES["is"]), "clinician").sentence == (
        "Excluded if: kind of surgery is left."
    )


def test_a_patient_is_promised_nothing() -> None:
    needed = one(Criterion("I1", "inclusion", "q", NODES["is"]), "patient").sentence
    assert needed == "You can take part only if this is so:\n- Kind? The answer is left."
    barred = one(Criterion("E1", "exclusion", "q", NODES["is"]), "patient").sentence
    assert barred == "You cannot take part if this is so:\n- Kind? The answer is left."
    listed = one(Criterion("I1", "inclusion", "q", NODES["all"]), "patient").sentence
    assert listed.startswith("You can take part only if all of these are so:\n- Fit? The answer is yes.")
    said = text(admitted(TRIAL, TRIAL.parent), "patient")
    assert "You can take part if" not in said
    assert "study team" in said


def test_a_patient_reads_the_question_alone_and_not_what_is_said_to_who_fills_in_the_table() -> None:
    asked = FactDefinition("fit", "fitness", "yes_no", "clinician", "Is it so? Or so? A clinician attests it.")
    bare = FactDefinition("bare", "bare", "yes_no", "record", "State whether it is so.")
    said = [rule_outline(FactTest(name, (YesNoTest(True),)), Vocabulary.of(asked, bare)) for name in ("fit", "bare")]
    assert said == ["Is it so? Or so? The answer is yes.", "State whether it is so. The answer is yes."]


def test_the_shipped_trial_speaks_to_a_patient_in_the_words_of_its_questions() -> None:
    said = {line.id: line.sentence for line in lines(admitted(TRIAL, TRIAL.parent), "patient")}
    assert said["E1"] == (
        "You cannot take part if this is so:\n- Is the diagnosis a primary breast sarcoma? The answer is yes."
    )
    assert "Was the primary breast cancer irradiated after surgery? The answer is yes." in said["I3"]
    assert "attests" not in " ".join(said.values())


def test_what_never_decides_and_what_is_not_encoded_say_so() -> None:
    allows = Criterion("I1", "inclusion", "q", allows="physiotherapy is allowed")
    judged = Criterion("E1", "exclusion", "q", not_encoded="the investigator's judgement")
    assert one(allows, "clinician").sentence == "Allowed: physiotherapy is allowed."
    assert one(allows, "patient").sentence == "This does not decide whether you can take part."
    assert one(judged, "clinician").sentence == "Not encoded: the investigator's judgement."
    assert "A person must judge" in one(judged, "clinician").remarks[0]
    assert one(judged, "patient").sentence == "The study team looks at this together with you."


def test_a_clinician_is_told_windows_doubts_readings_recovery_and_who_can_answer() -> None:
    criterion = Criterion(
        "I1", "inclusion", "q", NODES["two tests"],
        unclear=Unclear(NODES["is"], "the text does not say"),
        interpretations=(Interpretation("a", "open"), Interpretation("b", "confirmed", "Dr B", "2026-01-20")),
        recoverable=True,
    )  # fmt: skip
    assert one(criterion, "clinician").remarks == (
        "A value older than its window, or without a date, counts as unknown.",
        "A person must decide where kind of surgery is left: the text does not say.",
        "Open interpretation: a.",
        "Interpretation confirmed by Dr B on 2026-01-20: b.",
        "Recoverable: failing today is not failing for good.",
        "Answered by the record (blood level) and a clinician (kind of surgery).",
    )


def test_a_presumption_is_said() -> None:
    criterion = Criterion("E1", "exclusion", "q", FactTest("own_answer", (YesNoTest(True),)))
    said = one(criterion, "clinician").remarks
    assert "Where an: answer # of its own is not recorded, no is presumed: said, to be so: always." in said


def test_notes_stand_last_and_only_for_a_clinician() -> None:
    loaded = loaded_with(
        Criterion("I1", "inclusion", "q", NODES["is"]), notes=(Note("N1", NODES["yes"], "Say it.", "c"),)
    )
    assert [line.id for line in lines(loaded, "clinician")] == ["I1", "N1"]
    assert lines(loaded, "clinician")[1].sentence == "Where good fitness: yes: Say it."
    assert [line.id for line in lines(loaded, "patient")] == ["I1"]


def test_lines_are_frozen() -> None:
    line = one(Criterion("I1", "inclusion", "q", NODES["is"]), "patient")
    with pytest.raises(FrozenInstanceError):
        line.id = "I2"  # type: ignore[misc]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_text_of_the_shipped_trial_is_complete_and_narrow(audience: str) -> None:
    loaded = admitted(TRIAL, TRIAL.parent)
    said = text(loaded, audience)  # type: ignore[arg-type]
    assert max(map(len, said.splitlines())) <= 100
    joined = " ".join(said.split())
    assert INTENDED_USE in joined
    assert "These rules are not approved" in joined
    assert loaded.sha256[:12] in joined
    assert "2025-10-06" in joined
    for line in lines(loaded, audience):  # type: ignore[arg-type]
        for words in (line.quote, *line.remarks, *line.sentence.split("\n")):
            assert " ".join(words.split()) in joined


def test_the_shipped_rules_read_as_the_protocol_means_them() -> None:
    said = {line.id: line.sentence for line in lines(admitted(TRIAL, TRIAL.parent), "clinician")}
    assert said["I1"] == "Required: WHO performance status is at most 2."
    assert said["I4"] == (
        "Required: either (surgery of the recurrence is salvage mastectomy and high-risk tumour characteristics: yes) "
        "or (surgery of the recurrence is local excision and indication for postoperative re-irradiation: yes)."
    )
    assert said["E1"] == "Excluded if: primary breast sarcoma: yes."


def test_approved_rules_name_who_approved_them() -> None:
    loaded = loaded_with(Criterion("I1", "inclusion", "q", NODES["is"]))
    approved = replace(loaded, approval=Approval("approved", "Dr A", "2026-02-03"))
    assert "These rules are approved by Dr A on 2026-02-03." in text(approved, "clinician")
    under_review = replace(loaded, approval=Approval("under_review", "Dr A", "2026-02-03"))
    assert "These rules are not approved (under review by Dr A" in text(under_review, "clinician")


def test_a_patient_is_told_that_an_old_result_may_be_looked_at_again() -> None:
    line = one(Criterion("I1", "inclusion", "words", NODES["yes with a window"]), "patient")
    assert "If the result is older than that, it may have to be looked at again." in line.remarks
