"""What the documentation says of patient records is true: what stays a question, and the numbers of public records."""

from __future__ import annotations

import re
from datetime import UTC, date
from pathlib import Path
from typing import Final

import pytest
from fhir import unpack

from screener.criteria.derivations import ByOption, Derivation, FromFacts, RuleByOption
from screener.criteria.library import LoadedRules, load, shipped
from screener.criteria.model import facts_of
from screener.deriving import Deriver
from screener.facts.definitions import AGE
from screener.facts.events import EVENT_KINDS, PatientEvents
from screener.facts.record_source import open_events
from screener.findings import Findings

TEXT: Final = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
PUBLIC: Final = {
    "mCODE's example Jenny M": "mcode-jenny-m",
    "the 17 official mCODE resources": "mcode-official",
    "70 mCODE patients": "mcode-patients",
    "66 patients of the measure CMS125": "cms125/cases",
    "100 Synthea patients": "synthea",
}
KINDS: Final = ("condition", "procedure", "radiotherapy", "medication", "observation", "imaging", "encounter")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    section = TEXT.split(f"## {heading}\n")[1]
    rows = re.findall(r"^\|(.+)\|$", section.split("\n## ")[0], re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows[2:]]


NUMBERS: Final = {
    row[0]: [int(cell.replace(",", "")) for cell in row[1:]] for row in table("Measured on public records")
}


def measured(folder: Path) -> list[int]:
    with open_events(folder, zone=UTC) as source:
        patients = sum(1 for _ in source)
        inspection, rejected = source.inspection, source.rejected
    assert rejected == []
    events = {key[0]: count for key, count in inspection.of("event").items()}
    assert inspection.patients == patients
    found = [events.get(kind, 0) for kind in KINDS]
    return [patients, inspection.total("record"), inspection.total("not_understood"), *found]


@pytest.fixture(scope="module")
def rules() -> LoadedRules:
    loaded = load(shipped("criteria") / "NCT06452485", shipped("criteria"), Findings())
    assert loaded is not None
    return loaded


@pytest.mark.parametrize("name", PUBLIC)
def test_the_numbers_of_the_public_records_are_those_of_the_page(name: str, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "fhir" / PUBLIC[name]
    if name == "100 Synthea patients":
        unpack(folder / "synthea-r4-breast.tgz", tmp_path)
        folder = tmp_path
    assert measured(folder) == NUMBERS[name]


def test_the_numbers_of_the_sample_records_are_those_of_the_page() -> None:
    (name,) = NUMBERS.keys() - PUBLIC.keys()
    assert name == "the sample patients in `data/fhir`"
    assert measured(shipped("data") / "fhir") == NUMBERS[name]


def test_the_page_tells_of_every_fact_of_the_trial_and_which_of_them_no_record_says(rules: LoadedRules) -> None:
    rows = {row[0].strip("`"): row[1] for row in table("What records can say for NCT06452485")}
    wanted = [fact.name for fact in facts_of(rules.rules) if fact.name not in (AGE, "birth_date")]
    assert sorted(rows) == sorted(wanted)
    silent = {name for name, source in rows.items() if source.startswith("nothing")}
    assert silent == {name for name in wanted if name not in rules.derivations.facts}
    open_ = {name for name in wanted if _some_never(rules.derivations.facts.get(name))}
    questions = {row[0].strip("`"): row[2] for row in table("What records can say for NCT06452485")}
    assert all(questions[name] for name in open_)


def _some_never(derivation: Derivation | None) -> bool:
    """Whether no record can say some option of a fact."""
    if derivation is None:
        return False
    value = derivation.value
    known = isinstance(value, RuleByOption) if isinstance(derivation, FromFacts) else isinstance(value, ByOption)
    return known and bool(getattr(value, "never", ()))


def test_what_finding_nothing_means_where_a_kind_is_complete_is_what_the_page_says(rules: LoadedRules) -> None:
    deriver = Deriver(rules.derivations, rules.rules.vocabulary, date(2026, 6, 1))
    wanted = {*(fact.name for fact in facts_of(rules.rules)), "systemic_therapy"}
    told = [(frozenset(names(row[0])), set(names(row[1]))) for row in table("Two settings of the site")]
    for kinds, facts in told:
        nothing = deriver.record(PatientEvents("P-1", (), complete=kinds)).facts
        alone = {name for one, said in told if one < kinds for name in said}
        assert {name for name, fact in nothing.items() if fact.value is not None} & wanted == facts | alone
    others = frozenset(EVENT_KINDS).difference(*(kinds for kinds, _ in told))
    assert not {*deriver.record(PatientEvents("P-1", (), complete=others)).facts} & wanted


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)
