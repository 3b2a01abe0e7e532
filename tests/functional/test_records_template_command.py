"""`screener records template`, and the way from an empty table to a screening."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from command_line import TRIAL, screen, screener


def test_a_template_filled_in_can_be_screened(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    assert screener("records", "template", TRIAL, "--out", path).code == 0
    heading = path.read_text(encoding="utf-8-sig").strip().split(",")
    row = {"patient_id": "A", "birth_date": "1960", "who_performance_status": "1"}
    path.write_text(",".join(heading) + "\n" + ",".join(row.get(name, "") for name in heading) + "\n")
    ran = screen(path)
    assert ran.code == 0
    assert [one["result"] for one in ran.json["patients"][0]["criteria"][:2]] == ["met", "met"]
    assert "is not a fact" not in ran.err


def test_a_workbook_filled_in_can_be_screened(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    assert screener("records", "template", TRIAL, "--out", path).code == 0
    book = openpyxl.load_workbook(path)
    sheet = book["patients"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for name, value in {"patient_id": "A", "birth_date": "1960-05", "who_performance_status": 2}.items():
        sheet.cell(row=2, column=columns[name], value=value)
    book.save(path)
    ran = screen(path)
    assert ran.code == 0
    assert [one["result"] for one in ran.json["patients"][0]["criteria"][:2]] == ["met", "met"]


def test_a_table_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("work of a week")
    ran = screener("records", "template", TRIAL, "--out", path)
    assert ran.code == 2
    assert path.read_text() == "work of a week"


def test_another_ending_is_refused(tmp_path: Path) -> None:
    assert screener("records", "template", TRIAL, "--out", tmp_path / "mine.pdf").code == 2
