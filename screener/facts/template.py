"""Empty fact tables to fill in: a CSV heading line, or a workbook that asks each question where it is answered."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from screener.errors import UsageError
from screener.facts.definitions import AGE, BIRTH_DATE, BUILT_IN, PATIENT_ID, FactDefinition
from screener.facts.tables.headings import ON, SOURCE
from screener.facts.tables.xlsx_rows import SHEET

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_ROWS: Final = 1_000
_LONGEST_TITLE, _LONGEST_MESSAGE, _LONGEST_LIST = 32, 255, 255
"""What Excel takes as the title and text of an input message, and as a written list of choices."""
_LARGEST: Final = 10**17
_WIDEST: Final = 40
_LISTS: Final = "lists"
_EXPLAINED: Final = ("fact", "label", "question", "type", "allowed values", "unit", "who answers")
_TYPES: Final = {
    "yes_no": "yes or no",
    "choice": "one of the allowed values",
    "integer": "whole number",
    "number": "number",
    "date": "date",
    "set": "any of the allowed values",
}
_DATE_HINT: Final = "A date as 2025-10-06, or as much of it as is known: 2025-10, 2025."


class _Column(NamedTuple):
    """One column of the template; `part` is empty, or says that it is the date or the source of the fact."""

    heading: str
    fact: FactDefinition | None = None
    part: str = ""


def write_template_csv(facts: Sequence[FactDefinition], path: Path) -> None:
    """Write the heading line of a fact table for these facts; the built-in ones come first whether named or not.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        # The mark at the beginning makes Excel read the file as UTF-8.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerow([column.heading for column in _columns(facts)])
    except OSError:
        raise _not_written(path) from None


def write_template_xlsx(facts: Sequence[FactDefinition], path: Path) -> None:
    """Write an empty workbook for these facts, with drop-downs, and a second sheet that explains each fact.

    Raises:
        UsageError: the file cannot be written.
    """
    import xlsxwriter  # slow to import, and only needed here
    from xlsxwriter.exceptions import XlsxFileError

    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with xlsxwriter.Workbook(str(path), plain_text) as book:
            patients, explained = book.add_worksheet(SHEET), book.add_worksheet("facts")
            _write_columns(book, patients, _columns(facts))
            _explain(book, explained, _definitions(facts))
    except (OSError, XlsxFileError):
        raise _not_written(path) from None


def _not_written(path: Path) -> UsageError:
    return UsageError(f"{path} cannot be written.", hint="Check the folder, and close the file where it is open.")


def _definitions(facts: Sequence[FactDefinition]) -> list[FactDefinition]:
    built_in = {fact.name for fact in BUILT_IN}
    return [*BUILT_IN, *(fact for fact in facts if fact.name not in built_in)]


def _columns(facts: Sequence[FactDefinition]) -> Iterator[_Column]:
    yield _Column(PATIENT_ID)
    for fact in _definitions(facts):
        yield _Column(fact.name, fact)
        if fact.name != BIRTH_DATE:
            yield _Column(fact.name + ON, fact, ON)
        if fact.name not in (BIRTH_DATE, AGE):
            yield _Column(fact.name + SOURCE, fact, SOURCE)


def _write_columns(book: Workbook, sheet: Worksheet, columns: Iterator[_Column]) -> None:
    bold, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        numeric = column.fact is not None and column.fact.numeric and not column.part
        sheet.set_column(place, place, min(len(column.heading) + 2, _WIDEST), None if numeric else text)
        sheet.write_string(0, place, column.heading, bold)
        sheet.write_comment(0, place, _about(column), {"author": "", "x_scale": 2, "y_scale": 2})
        rule = {**_validation(book, column, place), "ignore_blank": True}
        rule |= {"input_title": column.heading[:_LONGEST_TITLE], "input_message": _about(column)[:_LONGEST_MESSAGE]}
        sheet.data_validation(1, place, _ROWS, place, rule)


def _about(column: _Column) -> str:
    """What to know for filling in a column."""
    fact = column.fact
    if fact is None:
        return "Something that names the patient, different in every row."
    if column.part == ON:
        return f"{fact.label}: since when, or measured when? {_DATE_HINT}"
    if column.part == SOURCE:
        return f"{fact.label}: where can a person look it up?"
    return f"{fact.question} {_allowed_sentence(fact)}".strip()


def _allowed_sentence(fact: FactDefinition) -> str:
    if fact.type == "date":
        return _DATE_HINT
    allowed = _allowed(fact) + (f" {fact.unit}" if fact.unit else "")
    if fact.type == "set":
        return f"Any of these, with ; between them: {allowed}. Write none where it is none of them."
    return f"Allowed: {allowed}." if allowed.strip() else ""


def _allowed(fact: FactDefinition) -> str:
    """The values a fact may have, in words."""
    if fact.type == "yes_no":
        return "yes, no"
    if not fact.numeric:
        return ", ".join(fact.options)
    low, high = fact.low, fact.high
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    return "" if high is None else f"at most {high}"


def _validation(book: Workbook, column: _Column, place: int) -> dict[str, Any]:
    """What Excel is to accept in a column, in the terms of xlsxwriter."""
    fact = column.fact
    if column.part == ON or (fact is not None and fact.type == "date" and not column.part):
        # Partial dates are text to Excel, so their length is all it can check.
        return {"validate": "length", "criteria": "between", "minimum": 4, "maximum": 10}
    if fact is None or column.part or fact.type == "set":
        return {"validate": "any"}
    if fact.numeric:
        low, high = (_limit(fact.low, -_LARGEST), _limit(fact.high, _LARGEST))
        kind = "integer" if fact.type == "integer" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    return {"validate": "list", "source": _choices(book, fact, place)}


def _limit(limit: int | Decimal | None, otherwise: int) -> int | float:
    if limit is None:
        return otherwise
    return limit if isinstance(limit, int) else float(limit)


def _choices(book: Workbook, fact: FactDefinition, place: int) -> list[str] | str:
    """The drop-down of a fact; a list too long to be written into the rule stands in a hidden sheet."""
    options = ["yes", "no"] if fact.type == "yes_no" else list(fact.options)
    if len(",".join(options)) <= _LONGEST_LIST:
        return options
    sheet = book.get_worksheet_by_name(_LISTS)
    if sheet is None:
        sheet = book.add_worksheet(_LISTS)
        sheet.hide()
    from xlsxwriter.utility import xl_range_abs

    for row, option in enumerate(options):
        sheet.write_string(row, place, option)
    return f"={_LISTS}!{xl_range_abs(0, place, len(options) - 1, place)}"


def _explain(book: Workbook, sheet: Worksheet, facts: Sequence[FactDefinition]) -> None:
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(_EXPLAINED) - 1, _WIDEST)
    for place, heading in enumerate(_EXPLAINED):
        sheet.write_string(0, place, heading, bold)
    for row, fact in enumerate(facts, start=1):
        words = (fact.name, fact.label, fact.question, _TYPES[fact.type], _allowed(fact), fact.unit or "")
        for place, text in enumerate((*words, fact.answered_by)):
            sheet.write_string(row, place, text, wrapped)
