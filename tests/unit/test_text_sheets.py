"""Sheets of text: what is written comes back sign by sign, and a sheet that is full goes on in another."""

from __future__ import annotations

import zipfile
from contextlib import ExitStack
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from screener.errors import UsageError
from screener.reports import text_sheets
from screener.reports.text_sheets import LONGEST_CELL, TextSheet, make_workbook

ODD = ("=1+1", "<r><t>bold</t></r>", "a & b < c", " blanks ", "two\nlines", "+31", "http://x.y", "≥ é", "007")


def written(folder: Path, *rows: tuple[str, ...]) -> Path:
    with ExitStack() as files:
        sheet = TextSheet("odd", [f"column {number}" for number in range(len(rows[0]))], folder, files)
        sheet.add(*rows)
        make_workbook([sheet], {}, folder / "book.xlsx")
    return folder / "book.xlsx"


def test_every_text_comes_back_as_it_was(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, ODD, ("", *ODD[1:])))
    first, second = list(book["odd"].iter_rows(values_only=True))[1:]
    assert first == ODD
    assert second == (None, *ODD[1:])
    assert book["odd"].dimensions == "A1:I3"


def test_signs_that_xml_has_no_place_for_are_escaped_as_spreadsheets_do(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, ("a\x01b", "_x0041_", "\r", "\uffff"))) as book:
        content = book.read("xl/worksheets/sheet1.xml")
    texts = [one.text for one in ElementTree.fromstring(content).iter() if one.tag.endswith("}t")]
    assert texts[-4:] == ["a_x0001_b", "_x005F_x0041_", "_x000D_", "_xFFFF_"]


def test_a_sheet_that_is_full_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_sheets, "MOST_ROWS", 3)
    book = openpyxl.load_workbook(written(tmp_path, *((str(number),) for number in range(5))))
    assert book.sheetnames == ["odd", "odd 2", "odd 3"]
    found = [[cell for (cell,) in sheet.iter_rows(values_only=True)] for sheet in book]
    assert found == [["column 0", "0", "1"], ["column 0", "2", "3"], ["column 0", "4"]]


def test_a_cell_that_is_too_long_is_refused_by_the_name_of_its_column(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="A cell of column 1 is too long"):
        written(tmp_path, ("", "x" * (LONGEST_CELL + 1)))


def test_columns_behind_z_have_two_letters(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, tuple(str(number) for number in range(33))))
    assert book["odd"].dimensions == "A1:AG2"
