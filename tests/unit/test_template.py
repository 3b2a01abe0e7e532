"""The empty tables to fill in."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from screener.dates import parse_date
from screener.errors import UsageError
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.table import open_fact_table
from screener.facts.template import write_template_csv, write_template_xlsx

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 6, 1)
MANY = tuple(f"a_rather_long_option_number_{number}" for number in range(40))
FACTS = (
    FactDefinition("healed", "=cmd()", "yes_no", "record", "=1+1 Healed?"),
    FactDefinition("surgery", "surgery", "choice", "clinician", "Which?", options=("same_side", "none")),
    FactDefinition("place", "place", "choice", "patient", "Where?", options=MANY),
    FactDefinition("grade", "grade", "integer", "record", "Grade?", low=0, high=5),
    FactDefinition("platelets", "platelets", "number", "record", "Platelets?", unit="10^9/L", low=Decimal("0.5")),
    FactDefinition("fracture", "fracture", "date", "record", "When?"),
    FactDefinition("sites", "sites", "set", "record", "Where?", options=("lung", "liver")),
)
VOCABULARY = Vocabulary.of(*FACTS)
TRIPLES = [fact.name + part for fact in FACTS for part in ("", "__on", "__source")]
HEADINGS = ["patient_id", "birth_date", "age", "age__on", *TRIPLES]


@pytest.fixture
def book(tmp_path: Path) -> openpyxl.Workbook:
    write_template_xlsx(tuple(VOCABULARY.facts.values()), tmp_path / "template.xlsx")
    return openpyxl.load_workbook(tmp_path / "template.xlsx")


def rules(book: openpyxl.Workbook) -> dict[str, openpyxl.worksheet.datavalidation.DataValidation]:
    sheet = book["patients"]
    by_column = {}
    for rule in sheet.data_validations.dataValidation:
        (place,) = rule.sqref.ranges
        assert (place.min_row, place.max_row) == (2, 1001)
        by_column[sheet.cell(1, place.min_col).value] = rule
    return by_column


def test_the_csv_template_is_the_heading_line_that_excel_reads_right(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    write_template_csv(FACTS, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [HEADINGS]


def test_facts_that_are_built_in_are_not_written_twice(tmp_path: Path) -> None:
    write_template_csv(tuple(VOCABULARY.facts.values()), tmp_path / "template.csv")
    with open_fact_table(tmp_path / "template.csv", VOCABULARY, as_of=AS_OF) as table:
        assert list(table) == []
        assert table.unknown_columns == []


def test_the_workbook_has_frozen_headings_and_a_question_on_each(book: openpyxl.Workbook) -> None:
    sheet = book["patients"]
    assert [cell.value for cell in sheet[1]] == HEADINGS
    assert sheet.freeze_panes == "B2"
    comments = {cell.value: cell.comment.text for cell in sheet[1] if cell.comment}
    assert list(comments) == HEADINGS
    assert comments["platelets"] == "Platelets? Allowed: at least 0.5 10^9/L."
    assert comments["grade"] == "Grade? Allowed: 0 to 5."
    assert "lung, liver" in comments["sites"]
    assert "2025-10" in comments["fracture"]


def test_cells_offer_what_is_allowed(book: openpyxl.Workbook) -> None:
    by_column = rules(book)
    assert (by_column["healed"].type, by_column["healed"].formula1) == ("list", '"yes,no"')
    assert by_column["surgery"].formula1 == '"same_side,none"'
    grade = by_column["grade"]
    assert (grade.type, grade.operator or "between", grade.formula1, grade.formula2) == ("whole", "between", "0", "5")
    assert (by_column["platelets"].type, by_column["platelets"].formula1) == ("decimal", "0.5")
    assert by_column["healed"].prompt.startswith("=1+1 Healed?")
    assert by_column["surgery"].allow_blank


def test_a_list_too_long_for_a_rule_stands_in_a_hidden_sheet(book: openpyxl.Workbook) -> None:
    place = HEADINGS.index("place") + 1
    assert rules(book)["place"].formula1 == "lists!$K$1:$K$40"
    assert [row[place - 1] for row in book["lists"].iter_rows(values_only=True)] == list(MANY)
    assert book["lists"].sheet_state == "hidden"


def test_dates_are_text_so_that_partial_ones_can_be_typed(book: openpyxl.Workbook) -> None:
    sheet = book["patients"]
    for heading in ("birth_date", "fracture", "healed__on"):
        column = openpyxl.utils.get_column_letter(HEADINGS.index(heading) + 1)
        group = next(
            each for each in sheet.column_dimensions.values() if each.min <= HEADINGS.index(heading) + 1 <= each.max
        )
        assert group.number_format == "@", column
        assert rules(book)[heading].type == "textLength"


def test_the_second_sheet_explains_every_fact(book: openpyxl.Workbook) -> None:
    rows = list(book["facts"].iter_rows(values_only=True))
    assert rows[0] == ("fact", "label", "question", "type", "allowed values", "unit", "who answers")
    assert [row[0] for row in rows[1:]] == ["birth_date", "age", *(fact.name for fact in FACTS)]
    surgery = ["surgery", "surgery", "Which?", "one of the allowed values", "same_side, none", "", "clinician"]
    assert [text or "" for text in rows[4]] == surgery


def test_nothing_in_the_workbook_is_a_formula(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert any(cell.value == "=cmd()" for cell in cells)


def test_a_filled_in_workbook_is_read_back(book: openpyxl.Workbook, tmp_path: Path) -> None:
    sheet = book["patients"]
    filled = {
        "patient_id": "007", "birth_date": "1970-02", "age": 56, "healed": "yes", "healed__on": "2026-05",
        "healed__source": "letter", "surgery": "none", "place": MANY[3], "grade": 2, "platelets": 99.5,
        "fracture": "2025", "sites": "lung;liver",
    }  # fmt: skip
    for heading, value in filled.items():
        sheet.cell(2, HEADINGS.index(heading) + 1, value)
    book.save(tmp_path / "filled.xlsx")
    with open_fact_table(tmp_path / "filled.xlsx", VOCABULARY, as_of=AS_OF) as table:
        (patient,) = table
        assert (table.rejected, table.unknown_columns) == ([], [])
    assert patient.patient_id == "007"
    assert patient.facts["healed"][1:5] == (True, parse_date("2026-05"), "letter", "recorded")
    assert {name: fact.value for name, fact in patient.facts.items()} == {
        "birth_date": parse_date("1970-02"), "age": 56, "healed": True, "surgery": "none", "place": MANY[3], "grade": 2,
        "platelets": Decimal("99.5"), "fracture": parse_date("2025"), "sites": frozenset({"lung", "liver"}),
    }  # fmt: skip


@pytest.mark.parametrize("write", [write_template_csv, write_template_xlsx])
def test_a_place_that_cannot_be_written_is_said_gently(tmp_path: Path, write: object) -> None:
    assert callable(write)
    with pytest.raises(UsageError, match="cannot be written"):
        write(FACTS, tmp_path / "missing" / "template")
