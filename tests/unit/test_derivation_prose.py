"""Where facts come from, in sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from events import HERE, Words
from rulesets import RULES, VOCABULARY, checked, replaced, write_trial

from screener.criteria.derivation_prose import derivation_lines, text

OTHERWISE = ", no where that is not so."
INDEX = "type: event\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: latest"


def lines(body: str) -> list[str]:
    """The sentences of one derivation."""
    words = Words(found=body, index=INDEX, cast="type: yes_no", casts="type: integer")
    return derivation_lines(words.derivations.facts["found"], words.vocabulary)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (INDEX, 'the latest condition where the code is in the list "fracture".'),
        ("type: yes_no\nfrom: imaging\ntake: any", "yes where there is an imaging study."),
        (
            "type: yes_no\nfrom: procedure\nwhere: {laterality: {same_as: index.laterality}}\ntake: any",
            "yes where there is a procedure where the side is the same as the side of the index.",
        ),
        (
            "type: yes_no\nfrom: procedure\nwhere: {laterality: {one_of: [left, bilateral]}}\ntake: all",
            "yes where every procedure is one where the side is left or bilateral, no as soon as one is not.",
        ),
        (
            "type: integer\nfrom: procedure\nwhere: {end: {before: 6 months after index.onset}}\ntake: count",
            "the number of procedures where the end is earlier than 6 months after the onset of the index.",
        ),
        (
            "type: number\nfrom: observation\nwhere: {value: {more_than: 2, unit: mg/L}}\ntake: highest\nvalue: value",
            "the highest value of the observations where the value is more than 2 mg/L.",
        ),
        (
            f'type: date\nfrom: procedure\nwhere: {{not: {{code: {{is: "{HERE}|cast"}}}}}}\ntake: earliest\nvalue: on',
            f"the date of the earliest procedure where not (code is {HERE}|cast).",
        ),
        (
            "type: set\noptions: [left, right, bilateral]\nfrom: condition\ntake: all\nvalue: laterality",
            "every side that one of the conditions has.",
        ),
        ("type: date\nfrom: index\nvalue: onset", "the onset of the index."),
        (
            "type: yes_no\nfrom: index\nwhere: {any: [{site: {in_value_set: wrist}}, {onset: {before: screening}}]}",
            'yes where of the index either body site is in the list "wrist" or onset is before the screening date'
            + OTHERWISE,
        ),
        (
            "type: yes_no\nfrom: observation\ntake: latest\nvalue: [{value: {times_upper_limit: {more_than: 1.5}}}]",
            "yes where of the latest observation the value is more than 1.5 times the upper limit of normal"
            + OTHERWISE,
        ),
        (
            "type: yes_no\nfrom: patient\nwhere: {none: [{deceased: yes}, {sex: {is: other}}]}\ntake: any",
            "yes where there is a record of the patient where neither deceased: yes nor administrative sex is other.",
        ),
        (
            "type: yes_no\nfrom: facts\nwhere: [{cast: yes}, {casts: {at_most: 2}}]",
            "yes where cast: yes and casts is at most 2, no where that is not so.",
        ),
    ],
)
def test_a_derivation_is_one_sentence(body: str, sentence: str) -> None:
    assert lines(body) == [sentence]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("type: choice\nfrom: observation\ntake: latest", "what the latest observation says:"),
        ("type: choice\nfrom: index", "what the index says:"),
        (
            "type: choice\nfrom: imaging\ntake: any",
            "the first of these that an imaging study says:",
        ),
        (
            "type: set\nfrom: condition\ntake: all",
            "each of these that one of the conditions says:",
        ),
    ],
)
def test_options_have_a_line_each(body: str, head: str) -> None:
    tests = "a: {site: {in_value_set: wrist}}, b_c: [{laterality: {is: left}}, {on: {after: 2020-01-01}}], d: never"
    assert lines(f"{body}\noptions: [a, b_c, d]\nvalue: {{{tests}}}") == [
        head,
        'a where the body site is in the list "wrist";',
        "b c where the side is left and date is after 2020-01-01;",
        "never d: a person must say so.",
    ]


def test_options_that_other_facts_say_and_yes_and_no_have_lines_too() -> None:
    value = "value: {a: {cast: yes}, b: {casts: {at_least: 1}}}"
    assert lines(f"type: choice\noptions: [a, b]\nfrom: facts\n{value}") == [
        "the first of these that other facts say:", "a where cast: yes;", "b where casts is at least 1;",
    ]  # fmt: skip
    assert lines(f"type: set\noptions: [a, b]\nfrom: facts\n{value}")[0] == "each of these that other facts say:"
    body = "type: yes_no\nfrom: observation\ntake: latest\nvalue: {yes: {site: {in_value_set: wrist}}, no: never}"
    assert lines(body)[1:] == ['yes where the body site is in the list "wrist";', "never no: a person must say so."]


CASTS = "system,code,display,source\nhttp://codes.test/here,cast,Plaster cast,an invented list\n"


def shown(tmp_path: Path, derivation: str, *, value_set: str = CASTS) -> str:
    """What is shown of the rules of the tests, one of whose facts is derived."""
    healed = "  healed: {label: wrist fracture healed, type: yes_no, answered_by: clinician, question: Is the wrist"
    words = replaced(VOCABULARY, (f"{healed} fracture healed?}}\n", derivation))
    folder = write_trial(tmp_path, vocabulary=words)
    (folder.parent / "value_sets").mkdir()
    (folder.parent / "value_sets" / "casts.csv").write_text(value_set, encoding="utf-8")
    loaded, findings = checked(folder)
    assert findings == []
    assert loaded is not None
    return text(loaded)


HEALED = """  healed:
    label: wrist fracture healed
    type: yes_no
    answered_by: clinician
    question: Is the wrist fracture healed?
    from: facts
    where:
      - last_cast.end: {before: screening}
  last_cast:
    label: last cast
    type: event
    answered_by: record
    question: Which cast was the last?
    from: procedure
    where:
      - code: {in_value_set: casts}
    take: latest
"""


def test_every_fact_the_rules_rest_on_is_told_with_what_stands_behind_it_and_the_lists_of_codes(tmp_path: Path) -> None:
    told = shown(tmp_path, HEALED)
    assert "These rules are not approved" in told
    assert "wrist fracture healed (healed)\n     From records: yes where end of the last cast is before" in told
    assert "last cast (last_cast)\n     From records: the latest procedure where the code is in the list" in told
    assert "     Asked of a clinician: Is the wrist fracture healed?" in told
    assert "pain in the wrist (pain)\n     Asked of the patient: Pain?" in told
    assert 'LISTS OF CODES\n     "casts": 1 code, of http://codes.test/here\n' in told
    assert told.index("(healed)") < told.index("(pain)") < told.index("(last_cast)")
    assert max(map(len, told.splitlines())) <= 100


def test_options_stand_below_each_other_and_a_list_of_several_codes_is_counted(tmp_path: Path) -> None:
    value = HEALED[: HEALED.index("    from: facts")] + (
        "    from: procedure\n    take: latest\n    value:\n      yes: {code: {in_value_set: casts}}\n      no: never\n"
    )
    told = shown(tmp_path, value, value_set=CASTS + "http://codes.test/there,gips,Gips,an invented list\n")
    assert "     From records: what the latest procedure says:\n       - yes where the code is in the list" in told
    assert '"casts": 2 codes, of http://codes.test/here and http://codes.test/there' in told


def test_a_list_of_which_more_belongs_than_is_listed_says_so(tmp_path: Path) -> None:
    more = "http://codes.test/here,more,more casts than this one,nobody looked through them\n"
    told = " ".join(shown(tmp_path, HEALED, value_set=CASTS + more).split())
    assert "more of http://codes.test/here belong than are listed" in told


def test_rules_of_which_no_fact_is_derived_have_no_lists(tmp_path: Path) -> None:
    loaded, _ = checked(write_trial(tmp_path, rules=RULES))
    assert loaded is not None
    told = text(loaded)
    assert "LISTS OF CODES" not in told
    assert "From records" not in told
