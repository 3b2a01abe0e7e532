"""The reference of tables is true: its example is read as it says, and its ids come out as it says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from screener.criteria.library import shipped
from screener.facts.definitions import PATIENT_ID
from screener.facts.table import open_fact_table
from screener.facts.tables.headings import known_headings
from screener.facts.values import read_value
from screener.matching.gate import admitted
from screener.reports.formats import guarded

TEXT = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"^```\w+ (\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
VOCABULARY = admitted(shipped("criteria") / "NCT06452485", shipped("criteria")).rules.vocabulary


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the table under a heading line, without it."""
    _, _, below = TEXT.partition(f"| {heading} |")
    lines = below.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_example_is_told_as_the_page_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(BLOCKS["table"], encoding="utf-8")
    with open_fact_table(path, VOCABULARY, as_of=date(2026, 6, 1)) as table:
        patients = [one.patient_id for one in table]
        said = [f"row {one.row}, column {one.column}: {one.problem}; {one.hint}" for one in table.rejected]
        assert table.unknown_columns == []
    assert patients == ["P-1", "P-2", "P-3"]
    assert said == BLOCKS["said"].splitlines()


def test_the_columns_of_the_page_are_columns() -> None:
    names = [row[0].strip("`") for row in rows_of("column | holds")]
    assert names[0] == PATIENT_ID
    assert set(names) <= set(known_headings(VOCABULARY.facts.values()))


@pytest.mark.parametrize(("plain", "written"), rows_of("patient_id | in CSV"))
def test_an_id_comes_out_as_the_page_says(plain: str, written: str) -> None:
    assert guarded(plain.strip("`")) == written.strip("`")


def test_what_a_cell_may_say_is_read() -> None:
    facts = {
        "yes or no": "dutch_communication",
        "one of a list": "prior_breast_irradiation",
        "several of a list": "metastasis_sites",
        "a number": "recurrence_size_mm",
        "a date": "recurrence_date",
    }
    rows = rows_of("the fact is | write | also read")
    assert [row[0] for row in rows] == list(facts)
    for kind, write, also in rows:
        for cell in re.findall(r"`([^`]+)`", f"{write} {also}"):
            assert read_value(VOCABULARY[facts[kind]], cell) is not None
