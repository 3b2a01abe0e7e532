"""The reference of the language is true: every example in it is read as it says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from rulesets import checked, codes, read, rule_of, vocabulary, write_trial

from screener.criteria.case_reading import CaseReader
from screener.criteria.derivation_reading import read_derivations
from screener.criteria.derivations import TAKES
from screener.criteria.field_reading import FIELD_TESTS
from screener.criteria.model import parts_of
from screener.criteria.test_reading import TESTS_OF
from screener.criteria.where_reading import WhereReader
from screener.deriving import Deriver
from screener.facts.definitions import Vocabulary
from screener.facts.events import FIELDS
from screener.facts.value_sets import ValueSet, read_value_set
from screener.facts.vocabulary import read_vocabulary_file
from screener.findings import Findings
from screener.located import Mapping, Sequence, read_text

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(yaml|text|csv) ?([a-z]*) ?([A-Z]?\d*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
KINDS = {"registry", "file", "criterion", "facts", "rules", "wrong", "conditions", "cases", "patients", "approval"}
KINDS |= {"derived", "where", "valueset"}


def blocks(kind: str) -> list[str]:
    return [text for _, found, _, text in BLOCKS if found == kind]


FACTS = blocks("facts")[0]
TRIAL = read(blocks("file")[0], words=FACTS)[0]


def _rules() -> list[str]:
    """Every rule of the lists of rules, as a text of its own."""
    items = [item for block in blocks("rules") for item in re.split(r"^- ", block, flags=re.MULTILINE)[1:]]
    return ["  " + item for item in items]


def test_every_example_says_what_it_is() -> None:
    assert TEXT.count("```") == 2 * len(BLOCKS)
    assert {kind for _, kind, _, _ in BLOCKS} == KINDS


def test_the_whole_rule_file_passes_every_check_with_the_registry_text_and_the_example_patients(tmp_path: Path) -> None:
    rules, registry, patients = blocks("file")[0], blocks("registry")[0], blocks("patients")[0]
    folder = write_trial(tmp_path, rules=rules, eligibility=registry, vocabulary=FACTS, patients=patients)
    loaded, findings = checked(folder)
    assert findings == []
    assert loaded is not None
    assert len(loaded.examples) == 2


def test_the_approval_has_the_keys_of_an_approval_and_does_not_hold_for_other_bytes(tmp_path: Path) -> None:
    folder = write_trial(tmp_path, rules=blocks("file")[0], eligibility=blocks("registry")[0], vocabulary=FACTS)
    (folder / "approval.yaml").write_text(blocks("approval")[0], encoding="utf-8")
    assert codes(checked(folder)[1]) == ["A102"]


@pytest.mark.parametrize("text", _rules())
def test_a_rule_reads_without_a_finding(text: str) -> None:
    rule, findings = rule_of(text, words=FACTS, conditions=blocks("conditions")[0])
    assert rule is not None
    assert findings == []


@pytest.mark.parametrize(("code", "text"), [(code, text) for _, kind, code, text in BLOCKS if kind == "wrong"])
def test_what_is_shown_as_refused_is_refused_with_that_code(code: str, text: str) -> None:
    rule, findings = rule_of(text, words=FACTS)
    assert rule is None
    assert codes(findings) == [code]


def test_a_criterion_on_its_own_reads_without_a_finding() -> None:
    assert TRIAL is not None
    indented = "".join(f"    {line}\n" for line in blocks("criterion")[0].splitlines())
    head, _, _ = blocks("file")[0].partition("exclusion:")
    rules, findings = read(f"{head}exclusion:\n  -\n{indented}", words=FACTS)
    assert rules is not None
    assert rules.criteria[-1].interpretations[0].by == "A. Reviewer"
    assert findings == []


def test_the_cases_read_without_a_finding() -> None:
    findings = Findings()
    node = read_text(blocks("cases")[0], "cases.yaml", findings)
    cases = CaseReader(vocabulary(FACTS), findings).read(node, ("met", "not met", "unknown"))
    assert findings == []
    assert [case.expect for case in cases] == ["met", "not met", "unknown"]


def _value_sets(text: str) -> dict[str, ValueSet]:
    """The value sets that an example speaks of."""
    return {
        name: ValueSet.of(name, ("http://codes.test/here", name)) for name in re.findall(r"in_value_set: (\w+)", text)
    }


@pytest.mark.parametrize("text", blocks("derived"))
def test_a_definition_with_its_derivation_reads_without_a_finding(text: str) -> None:
    findings = Findings()
    node = read_text(text, "words.yaml", findings)
    assert isinstance(node, Mapping)
    words = Vocabulary.of(*read_vocabulary_file(node, findings))
    derivations = read_derivations([node.get("facts")], words, _value_sets(text), findings)
    assert findings == []
    assert set(derivations.facts) == set(re.findall(r"^  (\w+):\n(?:    .*\n)*?    from:", text, re.M))
    Deriver(derivations, words, date(2026, 6, 1))


@pytest.mark.parametrize("text", blocks("where"))
def test_tests_of_an_event_read_without_a_finding(text: str) -> None:
    findings = Findings()
    node = read_text(text, "where.yaml", findings)
    assert node is not None
    assert WhereReader("procedure", vocabulary(), _value_sets(text), findings).where(node, "`where`") is not None
    assert findings == []


def test_the_value_set_reads_without_a_finding() -> None:
    findings = Findings()
    value_set = read_value_set(blocks("valueset")[0].encode(), "casts", "casts.csv", findings)
    assert findings == []
    assert value_set.systems == {"http://codes.test/here", "http://codes.test/there"}
    assert {code for _, code in value_set.codes} == {"cast", "splint"}


def _rows(heading: str) -> dict[str, str]:
    """The first two columns of the table below a heading row."""
    table = TEXT.partition(heading)[2].partition("\n\n")[0]
    return {
        name: words.strip()
        for names, words in re.findall(r"^\| ([^|]*) \| ((?:[^|\\]|\\\|)*)", table, re.M)
        for name in re.findall(r"`(\w+)`", names)
    }


def test_the_table_of_kinds_names_every_kind_with_its_fields() -> None:
    shown = {kind: re.findall(r"`(\w+)`", fields) for kind, fields in _rows("| kind | fields |").items()}
    assert shown == {kind: [name for name in fields if name != "on"] for kind, fields in FIELDS.items()}


def test_the_table_of_fields_names_every_type_with_its_tests() -> None:
    shown = {kind: re.findall(r"`(\w+)`", tests) for kind, tests in _rows("| type of field | tests |").items()}
    assert shown == {kind: ["yes", "no"] if kind == "yes_no" else list(tests) for kind, tests in FIELD_TESTS.items()}


def test_the_table_of_takes_names_every_take_with_the_types_it_goes_with() -> None:
    shown = _rows("| `take` | goes with | the fact |")
    types = {
        take: set(TAKES) if words == "every type" else set(re.findall(r"`(\w+)`", words))
        for take, words in shown.items()
    }
    assert types == {
        take: {kind for kind in TAKES if take in TAKES[kind]} for takes in TAKES.values() for take in takes
    }


def test_the_table_of_types_names_every_type_with_exactly_its_tests() -> None:
    rows = re.findall(
        r"^\| (`[a-z_`, ]+`) \| [^|]* \| ([^|]*) \|$", TEXT.partition("## Facts and tests")[2], re.MULTILINE
    )
    shown = {name: re.findall(r"`([a-z_]+)[`:]", tests) for names, tests in rows for name in re.findall(r"\w+", names)}
    for kind, tests in TESTS_OF.items():
        assert shown[kind] == (["yes", "no"] if kind == "yes_no" else list(tests))


def test_the_examples_use_every_test_word_that_a_table_cannot_show() -> None:
    used = " ".join(_rules())
    for word in ("measured_within", "happened_within", "screening", "years after", "between", "empty"):
        assert word in used


def test_the_links_of_the_documentation_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z -]", "", line.lower()).strip().replace(" ", "-") for line in re.findall(r"^## (.*)", TEXT, re.M)
    }
    for file, anchor in re.findall(r"\]\(([a-z.]+\.md)#?([a-z-]*)\)", TEXT + (DOCS / "findings.md").read_text("utf-8")):
        assert (DOCS / file).is_file()
        assert not anchor or anchor in headings


def test_the_parts_of_the_examples_are_what_their_indentation_shows() -> None:
    rule, _ = rule_of(next(text for text in _rules() if text.strip().startswith("at_least_of")), words=FACTS)
    assert rule is not None
    assert len(parts_of(rule)) == 3
    node = read_text(blocks("rules")[0], "rules.yaml", Findings())
    assert isinstance(node, Sequence)
    assert all(isinstance(item, Mapping) and len(item.entries) == 1 for item in node.items)
