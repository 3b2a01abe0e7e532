"""What `screener export` writes is read back by spreadsheet readers as the same text, without a formula."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from remembered import SAMPLE, TRIAL, Desk, changed

from screener.reports import text_sheets
from screener.reports.redcap import DICTIONARY, RECORD_ID
from screener.worklist.log import COLUMNS

NOTES = {
    "P-001": '=HYPERLINK("http://example.org";"x"), +1, @sum',
    "P-002": "-1+1",
    "P-003": "@SUM(A1)",
    "P-004": "'=already guarded",
    "P-005": '＝1+1 _x000D_ é ≤ 𝄞, "quoted"; semicolon',
    "P-006": "00123",
    "P-007": "https://example.org 1e3 2026-06-01",
    "P-008": "a line\nand\ranother\x01\x1b[31m",
}
BY = ("--by", "=A. Jansen")
SHEETS = ["log", "criteria", "evidence", "reasons", "provenance"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk whose notes are what a spreadsheet takes for something else."""
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    for patient, note in NOTES.items():
        state = ("to_approach",) if patient < "P-003" else ("recheck_due", "--recheck", "2199-01-01")
        said = desk.call("decide", TRIAL, patient, *state, "--note", note, *BY)
        assert said.code == 0, said.err
    consented = desk.call("decide", TRIAL, "P-001", "approached", "--consent", "given", "--note", "+31", *BY)
    assert consented.code == 0
    return desk


def export(desk: Desk, name: str, *more: str) -> Path:
    path = desk.folder / name
    said = desk.call("export", TRIAL, "--out", path, "--site", "@Rotterdam", *more, *BY)
    assert said.code == 0, said.err
    return path


def csv_rows(path: Path) -> list[dict[str, str]]:
    """A CSV file as DuckDB reads it, without the apostrophes that guard it, next to Python's own reader."""
    read = duckdb.sql(f"SELECT * FROM read_csv('{path}', all_varchar = true, header = true, nullstr = '\x02')")
    rows = [dict(zip(read.columns, row, strict=True)) for row in read.fetchall()]
    with path.open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == rows
    return [{name: (cell or "").removeprefix("'") for name, cell in row.items()} for row in rows]


def sheet_rows(path: Path, sheet: str = "log") -> list[dict[str, str]]:
    """A sheet as openpyxl reads it; every cell is text, and none is a link."""
    heading, *rows = openpyxl.load_workbook(path)[sheet].iter_rows()
    cells = [cell for row in (heading, *rows) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s"}
    assert not any(cell.hyperlink for cell in cells)
    names = [cell.value for cell in heading]
    return [dict(zip(names, [unescape(cell.value or "") for cell in row], strict=True)) for row in rows]


@pytest.mark.parametrize("log", ["pre-screening", "screening"])
def test_a_log_has_the_columns_of_the_design_and_the_same_text_in_every_format(desk: Desk, log: str) -> None:
    files = {ending: export(desk, f"log.{ending}", "--log", log) for ending in ("csv", "json", "xlsx")}
    as_json = json.loads(files["json"].read_text(encoding="utf-8"))
    assert len(as_json) == (12 if log == "pre-screening" else 1)
    assert {tuple(row) for row in as_json} == {COLUMNS}
    assert csv_rows(files["csv"]) == as_json == sheet_rows(files["xlsx"])
    if log == "pre-screening":
        written = {" ".join(note.replace("\x01", " ").replace("\x1b", " ").split()) for note in NOTES.values()}
        assert {row["note"] for row in as_json} >= written


def test_no_cell_of_a_csv_file_begins_as_a_formula_does(desk: Desk) -> None:
    for name, more in (("log.csv", ()), ("redcap.csv", ("--format", "redcap"))):
        with export(desk, name, *more).open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert [cell for cell in cells if cell[:1] in (*tuple("=+-@＝"), "\t", "\r", "\n")] == []
        assert "'=A. Jansen" in cells


def test_a_workbook_shows_what_the_log_rests_on(desk: Desk) -> None:
    file = export(desk, "log.xlsx")
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == SHEETS
    name = desk.pseudonym("P-003")
    (matrix,) = [row for row in sheet_rows(file, "criteria") if row["patient_pseudonym"] == name]
    assert (matrix["verdict"], matrix["I1"], matrix["I6"], matrix["E1"]) == (
        "needs_information", "met", "allowed", "unknown",
    )  # fmt: skip
    reasons = {row["criterion"]: row for row in sheet_rows(file, "reasons") if row["patient_pseudonym"] == name}
    assert reasons["I1"]["reason"] == "WHO performance status is 1 (2026-05-11); at most 2"
    assert reasons["E1"]["causes"] == "not recorded"
    evidence = [row for row in sheet_rows(file, "evidence") if row["patient_pseudonym"] == name]
    assert {row["criterion"] for row in evidence} == set(reasons) - {"I6", "E1"}
    about = {row["what"]: row["value"] for row in sheet_rows(file, "provenance")}
    assert about["criterion I1"] == "WHO performance scale ≤2"
    assert "not approved" in about["approval of the rules"]
    assert desk.call("audit", "verify", "--anchor", about["anchor of the audit trail"]).code == 0
    assert about["intended use"].startswith("supports trained research staff")


def test_an_answer_stands_in_the_workbook_as_one(desk: Desk) -> None:
    assert desk.answer("P-003", "primary_breast_sarcoma", "no").code == 0
    desk.rescreen("2026-06-02")
    rows = sheet_rows(export(desk, "log.xlsx"), "evidence")
    (row,) = [one for one in rows if (one["patient_pseudonym"], one["criterion"]) == (desk.pseudonym("P-003"), "E1")]
    assert (row["value"], row["on"], row["state"]) == ("no", "2026-06-01", "answered")


def test_no_day_of_birth_no_id_and_no_source_is_in_an_export(desk: Desk) -> None:
    names = changed(desk.folder, SAMPLE, "P-003", "who_performance_status__source", "letter of Zwartjes")
    desk.run(changed(desk.folder, names, "P-003", "birth_date", "1953-02-17", name="born.csv"), "2026-06-02")
    for name in ("log.csv", "log.json", "log.xlsx"):
        path = export(desk, name)
        written = path.read_bytes()
        if path.suffix == ".xlsx":
            with ZipFile(path) as book:
                written = b"".join(book.read(part) for part in book.namelist())
        for word in (b"Zwartjes", b"1953-02-17", b"P-003"):
            assert word not in written, (name, word)
    with_sources = sheet_rows(export(desk, "log.xlsx", "--sources"), "evidence")
    assert "letter of Zwartjes" in {row["source"] for row in with_sources}
    assert "1953-02-17" not in {row["value"] for row in with_sources}


def test_a_sheet_that_is_full_goes_on_in_another(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sheet_rows(export(desk, "log.xlsx"), "reasons")
    monkeypatch.setattr(text_sheets, "MOST_ROWS", 101)
    file = export(desk, "cut.xlsx")
    assert openpyxl.load_workbook(file).sheetnames == [*SHEETS, "evidence 2", "reasons 2"]
    assert sheet_rows(file, "reasons") + sheet_rows(file, "reasons 2") == whole


def test_what_is_too_long_for_a_cell_is_said_and_never_cut(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    note = desk.call("decide", TRIAL, "P-001", "approached", "--note", "x" * 2001, *BY)
    assert (note.code, "longer than 2,000" in note.err) == (2, True)
    monkeypatch.setattr(text_sheets, "LONGEST_CELL", 40)
    said = desk.call("export", TRIAL, "--out", desk.folder / "long.xlsx")
    assert (said.code, "is too long for a spreadsheet" in said.err) == (2, True)
    assert not (desk.folder / "long.xlsx").exists()


def decoded(rows: list[dict[str, str]], dictionary: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows of a REDCap import with the words of the dictionary instead of the codes."""

    def word(name: str, cell: str) -> str:
        field = fields[name]
        if field["Field Type"] == "yesno":
            return {"1": "yes", "0": "no", "": ""}[cell]
        if field["Field Type"] == "dropdown" and cell:
            choices = dict(one.split(", ", 1) for one in field["Choices, Calculations, OR Slider Labels"].split(" | "))
            return choices[cell].replace(" ", "_")
        if field["Text Validation Type OR Show Slider Number"] == "datetime_seconds_ymd" and cell:
            return f"{cell.replace(' ', 'T')}Z"
        return cell

    fields = {row["Variable / Field Name"]: row for row in dictionary}
    return [{name: word(name, cell) for name, cell in row.items()} for row in rows]


@pytest.mark.parametrize("log", ["pre-screening", "screening"])
def test_a_redcap_project_made_from_the_dictionary_takes_the_import(desk: Desk, log: str) -> None:
    dictionary = csv_rows(export(desk, "dictionary.csv", "--format", "redcap-dictionary", "--log", log))
    rows = csv_rows(export(desk, "import.csv", "--format", "redcap", "--log", log))
    names = [row["Variable / Field Name"] for row in dictionary]
    assert tuple(dictionary[0]) == DICTIONARY
    assert list(rows[0]) == names
    assert names[0] == RECORD_ID
    assert all(name.isidentifier() and name == name.lower() and len(name) <= 26 for name in names)
    assert {row["Form Name"] for row in dictionary} == {f"{log.replace('-', '_')}_log"}
    log_rows: list[dict[str, Any]] = json.loads(export(desk, "log.json", "--log", log).read_text(encoding="utf-8"))
    for row in log_rows:
        row[RECORD_ID] = row.pop("patient_pseudonym")
    assert decoded(rows, dictionary) == [{name: row[name] for name in names} for row in log_rows]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--out", "log.doc"), "Use .csv, .xlsx or .json"),
        (("--out", "log.csv", "--sources"), "Only a workbook shows the evidence"),
        (("--out", "log.csv", "--contacts", "--log", "screening"), "has not consented yet"),
        (("--out", "nowhere/log.csv"), "cannot be written"),
        (("--out", "."), "is a folder"),
    ],
)
def test_an_export_that_cannot_be_made_is_one_sentence(
    desk: Desk, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.folder)
    ending = arguments if arguments[1] != "." else (*arguments, "--format", "csv")
    said = desk.call("export", TRIAL, *ending)
    assert (said.code, words in said.err) == (2, True), said.err
